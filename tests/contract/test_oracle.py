"""The judge itself: it lets pass what is right and nothing else, or no other test here means anything."""

import pytest

from document import operations
from oracle import faults, violations
from usage import used_by_slipway
from wire import Exchange, Unreadable

ID = "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
POOL = f"/instance-pool/{ID}"


def exchange(method, path, status, answer, body=None, query=None, meant_invalid=False):
    return Exchange(method, path, query or {}, body, status, answer, meant_invalid)


@pytest.mark.parametrize(
    "right",
    [
        exchange("GET", POOL, 200, {"id": ID, "size": 0, "state": "running"}),
        exchange("GET", "/zone", 200, {"zones": [{"id": ID, "name": "ch-gva-2"}]}),
        exchange("GET", POOL, 404, {"message": "not found"}),
        exchange("PUT", POOL, 200, {"id": ID, "state": "pending"}, {"user-data": None, "name": "x"}),
        exchange("GET", "/sks-cluster", 501, {"message": "list-sks-clusters is not served"}),
        exchange("GET", "/no-such-thing", 404, {"message": "no such route"}),
        exchange("PUT", f"{POOL}:scale", 400, {"message": "size"}, {"size": -1}, meant_invalid=True),
    ],
    ids=str,
)
def test_what_is_right_passes(right):
    assert faults(right) == []


@pytest.mark.parametrize(
    "wrong",
    [
        exchange("GET", POOL, 200, {"id": "x"}),
        exchange("GET", POOL, 200, {"id": ID, "size": "1"}),
        exchange("GET", POOL, 200, {"id": ID, "user-data": None}),
        exchange("GET", POOL, 200, {"id": ID, "colour": "red"}),
        exchange("GET", POOL, 200, {"id": ID, "state": "asleep"}),
        exchange("GET", POOL, 200, {"id": ID, "instances": [{"id": ID, "name": "x"}]}),
        exchange("GET", POOL, 200, Unreadable("<html>")),
        exchange("GET", POOL, 200, None),
        exchange("GET", POOL, 404, {}),
        exchange("GET", POOL, 404, {"message": ""}),
        exchange("GET", POOL, 418, {"message": "teapot"}),
        exchange("GET", POOL, 500, {"message": "oh"}),
        exchange("GET", "/instance-pool/x", 404, {"message": "not found"}),
        exchange("GET", "/template", 200, {"templates": []}, query={"visibility": "secret"}),
        exchange("GET", "/template", 200, {"templates": []}, query={"colour": "red"}),
        exchange("PUT", f"{POOL}:scale", 200, {"id": ID, "state": "pending"}, {"size": -1}),
        exchange("PUT", f"{POOL}:scale", 200, {"id": ID, "state": "pending"}, {}),
        exchange("PUT", f"{POOL}:scale", 200, {"id": ID, "state": "pending"}),
        exchange("GET", "/sks-cluster", 501, {"message": "not served"}),
        exchange("GET", "/no-such-thing", 200, {}),
    ],
    ids=str,
)
def test_what_is_wrong_does_not(wrong):
    assert faults(wrong)


def test_the_limits_of_the_document_hold():
    body = operations()["create-instance"].body
    fine = {"disk-size": 10, "instance-type": {"id": ID}, "template": {"id": ID}}
    assert violations(body, fine) == []
    for spoilt in ({"disk-size": 9}, {"disk-size": 10.5}, {"name": ""}, {"user-data": "x" * 32769}, {"ssh-keys": [{"name": "a"}] * 2}):
        assert violations(body, fine | spoilt)


def test_slipways_own_operations_are_found():
    used = used_by_slipway()
    assert {"create-instance-pool", "add-rule-to-security-group", "register-ssh-key", "get-operation", "scale-instance-pool"} <= used
    assert "create-sks-cluster" not in used and len(used) > 50
