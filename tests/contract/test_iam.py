"""Roles and keys: how they are made, held, assumed and lost."""

import uuid

import pytest

from cloud import find, invalid, refused, until

ALLOW = {"default-service-strategy": "allow", "services": {}}
DENY = {"default-service-strategy": "deny", "services": {}}


def only(*expressions):
    """A policy that allows what one of these says, in compute, and nothing else."""
    rules = [{"action": "allow", "expression": each} for each in expressions]
    return {"default-service-strategy": "deny", "services": {"compute": {"type": "rules", "rules": rules}}}


def holder(cloud, policy, **wishes):
    """The account by a new key of a new role. A key holds late, so this waits until it is let in or denied by its role."""
    role = cloud.done(cloud.client.create_iam_role(**{"name": f"role {uuid.uuid4()}", "policy": policy} | wishes))
    made = cloud.as_key(cloud.client.create_api_key(name="key", role_id=role))
    until(lambda: status(made), lambda seen: seen[0] == 200 or "role policy" in seen[1])
    return made


def status(cloud, path="/instance"):
    answer = cloud.client.http_client.get(f"{cloud.client.endpoint}{path}")
    return answer.status_code, answer.text


@pytest.mark.lifecycle
def test_the_life_of_a_role(cloud):
    client = cloud.client
    wishes = {"name": "reader", "description": "d", "labels": {"a": "1"}, "max_session_ttl": 600, "policy": only("operation == 'list-instances'")}
    started = client.create_iam_role(**wishes)
    assert started["reference"]["command"] == "get-iam-role"
    made = cloud.done(started)
    found = client.get_iam_role(id=made)
    assert {name.replace("_", "-"): value for name, value in wishes.items()}.items() <= found.items() and found["editable"] is True
    cloud.done(client.update_iam_role(id=made, description="e", max_session_ttl=700))
    cloud.done(client.update_iam_role_policy(id=made, default_service_strategy="deny", services={}))
    found = client.get_iam_role(id=made)
    assert (found["description"], found["max-session-ttl"], found["policy"]) == ("e", 700, DENY)
    assert find(cloud.at("de-fra-1").client.list_iam_roles(), id=made)
    cloud.done(client.delete_iam_role(id=made))
    with refused(404):
        client.get_iam_role(id=made)


@pytest.mark.lifecycle
def test_the_life_of_a_key(cloud):
    client = cloud.client
    role = cloud.done(client.create_iam_role(name="all", policy=ALLOW))
    created = client.create_api_key(name="machine", role_id=role)
    assert (created["name"], created["role-id"]) == ("machine", role) and created["key"].startswith("EXO") and created["secret"]
    shown = {name: value for name, value in created.items() if name != "secret"}
    assert client.get_api_key(id=created["key"]) == shown, "the secret is shown once"
    assert find(client.list_api_keys(), key=created["key"]) == [shown]
    machine = cloud.as_key(created)
    # A key holds late, and dies late.
    until(lambda: status(machine)[0], lambda seen: seen == 200)
    cloud.done(client.delete_api_key(id=created["key"]))
    until(lambda: status(machine)[0], lambda seen: seen == 403)
    with refused(404):
        client.get_api_key(id=created["key"])


def test_a_role_that_may_not_be_edited(cloud):
    client = cloud.client
    made = cloud.done(client.create_iam_role(name="fixed", editable=False))
    assert client.get_iam_role(id=made)["editable"] is False
    with refused(400, 403, 409, 412):
        client.update_iam_role(id=made, description="x")
    with refused(400, 403, 409, 412):
        client.update_iam_role_policy(id=made, default_service_strategy="deny", services={})


def test_a_role_in_use_stays(cloud):
    client = cloud.client
    role = cloud.done(client.create_iam_role(name="used"))
    key = client.create_api_key(name="machine", role_id=role)
    with refused(403, 409, 412):
        client.delete_iam_role(id=role)
    cloud.done(client.delete_api_key(id=key["key"]))
    cloud.eventually(client.delete_iam_role, id=role)


def test_a_key_needs_a_role(cloud):
    with refused(404):
        cloud.client.create_api_key(name="key", role_id=str(uuid.uuid4()))
    with invalid():
        cloud.client.create_api_key(name="key")
    with invalid():
        cloud.client.create_api_key(name="", role_id=str(uuid.uuid4()))


@pytest.mark.parametrize(
    "wishes", [{"name": ""}, {"name": "x" * 192}, {"description": ""}, {"max_session_ttl": 0}, {"permissions": ["everything"]}, {"policy": {"services": {}}}], ids=str
)
def test_a_role_has_its_limits(cloud, wishes):
    with invalid():
        cloud.client.create_iam_role(**{"name": "role"} | wishes)


def test_the_list_of_zones_when_signed(cloud):
    """It is public, and yet refused to a restricted key that signs it."""
    restricted = holder(cloud, only("operation == 'list-instances'"))
    assert status(restricted, "/zone")[0] == 403
    assert len(restricted.client.list_zones()["zones"]) == 8
    assert status(cloud, "/zone")[0] == 200
    assert status(holder(cloud, only("operation in ['list-zones']")), "/zone")[0] == 200


def test_a_role_takes_effect_on_the_keys_it_has(cloud):
    role = cloud.done(cloud.client.create_iam_role(name="changing", policy=DENY))
    machine = cloud.as_key(cloud.client.create_api_key(name="key", role_id=role))
    until(lambda: status(machine)[1], lambda seen: "role policy" in seen)
    cloud.done(cloud.client.update_iam_role_policy(id=role, default_service_strategy="allow", services={}))
    until(lambda: status(machine)[0], lambda seen: seen == 200)


@pytest.mark.lifecycle
def test_a_role_is_assumed_for_a_while(cloud):
    client = cloud.client
    everyone = {"rules": [{"action": "allow", "expression": "true"}]}
    role = cloud.done(client.create_iam_role(name="guest", policy=only("operation == 'list-instances'"), assume_role_policy=everyone, max_session_ttl=900))
    session = client.assume_iam_role(id=role, ttl=600)
    assert session["role-id"] == role and session["expires-at"] and session["secret"]
    guest = cloud.as_key(session)
    until(lambda: status(guest)[0], lambda seen: seen == 200)
    with refused(403, saying="role policy"):
        guest.client.list_security_groups()
    with refused(400, 403, 409):
        client.assume_iam_role(id=role, ttl=901)
    # The sandbox's ten minutes pass in seconds.
    until(lambda: status(guest)[0], lambda seen: seen == 403)
    with refused(404):
        client.assume_iam_role(id=str(uuid.uuid4()), ttl=60)
    with invalid():
        client.assume_iam_role(id=role, ttl=0)


def test_a_role_that_nobody_may_assume(cloud):
    nobody = {"rules": [{"action": "deny", "expression": "true"}]}
    role = cloud.done(cloud.client.create_iam_role(name="guest", policy=ALLOW, assume_role_policy=nobody, max_session_ttl=900))
    with refused(403):
        cloud.client.assume_iam_role(id=role, ttl=60)


def test_an_unknown_role(cloud):
    unknown = str(uuid.uuid4())
    with refused(404):
        cloud.client.get_iam_role(id=unknown)
    with refused(404):
        cloud.client.update_iam_role_policy(id=unknown, default_service_strategy="deny", services={})
    with refused(404):
        cloud.client.delete_iam_role(id=unknown)
