"""The same client in a cloud that fails: answers are late, lost or refused, and still as the document says."""

import time

import pytest
import requests
from exoscale.api.exceptions import ExoscaleAPIException

from cloud import Cloud, open_account

WAIT = 25


@pytest.fixture(params=[(preset, seed) for preset in ("busy-zone", "hostile") for seed in (1, 2, 3)], ids=lambda each: f"{each[0]} {each[1]}")
def stormy(request):
    preset, seed = request.param
    return Cloud(open_account(preset=preset, seed=seed))


@pytest.mark.lifecycle
@pytest.mark.weather
def test_a_patient_client_comes_through(stormy):
    client = stormy.client
    group = reach("web", client.list_security_groups, client.create_security_group)
    wishes = patient(lambda: stormy.machine(size=2, security_groups=[{"id": group}]))
    pool = reach("pool", client.list_instance_pools, client.create_instance_pool, **wishes)
    patient(lambda: expect(len(client.get_instance_pool(id=pool)["instances"]) == 2))
    patient(lambda: client.scale_instance_pool(id=pool, size=1))
    patient(lambda: expect(len(client.get_instance_pool(id=pool)["instances"]) == 1))
    remove("pool", client.list_instance_pools, lambda found: client.delete_instance_pool(id=found))
    remove("web", client.list_security_groups, lambda found: client.delete_security_group(id=found))


def named(name, listing):
    [items] = listing().values()
    return [each["id"] for each in items if each["name"] == name]


def reach(name, listing, make, **wishes):
    """Makes it, and looks before doing so again: it may be there although the answer was lost."""

    def attempt():
        if not named(name, listing):
            make(name=name, **wishes)
        return named(name, listing)[0]

    return patient(attempt)


def remove(name, listing, delete):
    def attempt():
        for found in named(name, listing):
            delete(found)
        expect(not named(name, listing))

    patient(attempt)


def expect(true):
    if not true:
        raise LookupError("not yet")


def patient(attempt):
    deadline = time.monotonic() + WAIT
    while True:
        try:
            return attempt()
        except (ExoscaleAPIException, LookupError, requests.RequestException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
