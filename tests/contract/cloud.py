"""An account of the sandbox, as Exoscale's official client drives it."""

import os
import time
from contextlib import contextmanager

import exoscale.api.v2 as official
import pytest
import requests
from exoscale.api.exceptions import ExoscaleAPIException

from wire import meant_invalid

BASE = os.environ.get("SANDBOX_URL") or os.environ.get("SLIPWAY_ORIGIN", "")
ZONE = "ch-gva-2"
UBUNTU = "Linux Ubuntu 24.04 LTS 64-bit"

# Wall seconds: the sandbox's clock runs SPEED times as fast, and the client's patience is made to match.
SPEED = 120
PATIENCE = 15
official._poll_interval = lambda run_time: 0.02


def open_account(preset="calm", seed=1, speed=SPEED):
    """The first key of a new account."""
    answer = requests.post(f"{BASE}/api/sandbox/accounts", json={"preset": preset, "seed": seed, "speed": speed}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def endpoint(zone):
    return f"{BASE}/sandbox/{zone}/v2"


class Cloud:
    """A key in a zone: the official client, and what tests keep doing with it."""

    def __init__(self, key, zone=ZONE):
        self.key = key
        self.zone = zone
        self.client = official.Client(key["key"], key["secret"], url=endpoint(zone))

    def at(self, zone):
        return Cloud(self.key, zone)

    def as_key(self, key):
        return Cloud(key, self.zone)

    def call(self, name, body=None, **parameters):
        """An operation by its name in the document, also with the empty body that the generated methods cannot send."""
        return self.client._call_operation(name, parameters, body)

    def done(self, operation):
        """Waits for an operation to succeed; the id of what it refers to."""
        return self.client.wait(operation["id"], max_wait_time=PATIENCE).get("reference", {}).get("id")

    def failed(self, operation):
        """Waits for an operation to fail; what it says of itself then."""
        return until(lambda: self.client.get_operation(id=operation["id"]), lambda seen: seen["state"] == "failure")

    def template(self, name=UBUNTU):
        found = [each["id"] for each in self.client.list_templates()["templates"] if each["name"] == name]
        return {"id": found[0]}

    def type(self, name="standard.small"):
        family, size = name.split(".")
        types = self.client.list_instance_types()["instance-types"]
        found = [each["id"] for each in types if (each["family"], each["size"]) == (family, size)]
        return {"id": found[0]}

    def machine(self, **wishes):
        """What the body of an instance or pool must say, and what is wished."""
        return {"instance_type": self.type(), "template": self.template(), "disk_size": 10} | wishes

    def instance(self, **wishes):
        """The id of a new instance that runs, or rests if it was not to start."""
        made = self.done(self.client.create_instance(**self.machine(**{"name": "machine"} | wishes)))
        self.state(made, "running" if wishes.get("auto_start", True) else "stopped")
        return made

    def state(self, instance, wanted):
        return until(lambda: self.client.get_instance(id=instance), lambda seen: seen["state"] == wanted)

    def stopped(self, **wishes):
        made = self.instance(**wishes)
        self.done(self.client.stop_instance(id=made))
        self.state(made, "stopped")
        return made

    def start(self, instance):
        self.done(self.call("start-instance", {}, id=instance))
        self.state(instance, "running")

    def pool(self, size=1, **wishes):
        """The id of a new pool with all its members."""
        made = self.done(self.client.create_instance_pool(**self.machine(**{"name": "pool", "size": size} | wishes)))
        self.full(made, size)
        return made

    def full(self, pool, size):
        """The pool, once it is at rest with so many members: the list may be stale for a while."""
        at_rest = lambda seen: seen["state"] == "running" and len(seen.get("instances", [])) == size
        return until(lambda: self.client.get_instance_pool(id=pool), at_rest)

    def members(self, pool):
        return [each["id"] for each in self.client.get_instance_pool(id=pool).get("instances", [])]

    def eventually(self, call, **parameters):
        """Does what is refused for some seconds after what it depends on has gone (409, 412, 403 locks)."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.done(call(**parameters))
            except ExoscaleAPIException as refusal:
                status = getattr(refusal.response, "status_code", None)
                if status not in (403, 409, 412) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def until(read, wanted):
    """What `read` gives, as soon as it is as wanted."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(seen := read()):
        assert time.monotonic() < deadline, f"never as wanted: {seen}"
        time.sleep(0.02)
    return seen


@contextmanager
def refused(*statuses, saying=""):
    """The call within is refused with one of these statuses, and the message has these words."""
    with pytest.raises(ExoscaleAPIException) as caught:
        yield
    response = caught.value.response
    assert response is not None, f"not refused, but failed later: {caught.value}"
    assert response.status_code in statuses, response.text
    assert saying.lower() in response.json()["message"].lower()


@contextmanager
def invalid():
    """The call within breaks the document's rules, and is refused for it."""
    with meant_invalid(), refused(400):
        yield


def find(listed, **wanted):
    """The items of a listing that have these values."""
    [items] = listed.values()
    return [each for each in items if all(each.get(name.replace("_", "-")) == value for name, value in wanted.items())]
