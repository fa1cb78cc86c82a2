"""SSH keys and anti-affinity groups: kinds of the whole organisation, with names that are unique."""

import uuid

import pytest

from cloud import find, invalid, refused

KEYS = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA b"]


@pytest.mark.lifecycle
def test_the_life_of_an_ssh_key(cloud):
    client = cloud.client
    started = client.register_ssh_key(name="laptop", public_key=KEYS[0])
    assert "reference" not in started, "an SSH key's id is its name"
    cloud.done(started)
    found = client.get_ssh_key(name="laptop")
    assert set(found) == {"name", "fingerprint"}
    assert client.list_ssh_keys() == {"ssh-keys": [found]}
    cloud.done(client.register_ssh_key(name="other.key_2-x", public_key=KEYS[1]))
    assert client.get_ssh_key(name="other.key_2-x")["fingerprint"] != found["fingerprint"]
    cloud.done(client.delete_ssh_key(name="laptop"))
    with refused(404):
        client.get_ssh_key(name="laptop")
    with refused(404):
        client.delete_ssh_key(name="laptop")


def test_an_ssh_keys_name_is_taken_once(cloud):
    cloud.done(cloud.client.register_ssh_key(name="laptop", public_key=KEYS[0]))
    with refused(409):
        cloud.client.register_ssh_key(name="laptop", public_key=KEYS[1])


@pytest.mark.parametrize("text", ["nonsense", "", "ssh-ed25519 AAAA", "ssh-rsa !!!!"])
def test_an_ssh_key_must_be_one(cloud, text):
    with refused(409, saying="Public key is invalid"):
        cloud.client.register_ssh_key(name="laptop", public_key=text)


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "x" * 256, "é"])
def test_an_ssh_keys_name_has_its_rules(cloud, name):
    with invalid():
        cloud.client.register_ssh_key(name=name, public_key=KEYS[0])


def test_an_ssh_key_is_everywhere(cloud):
    cloud.done(cloud.client.register_ssh_key(name="laptop", public_key=KEYS[0]))
    assert cloud.at("de-fra-1").client.get_ssh_key(name="laptop")["name"] == "laptop"


def test_an_instance_names_its_keys(cloud):
    for name, key in zip(["one", "two"], KEYS):
        cloud.done(cloud.client.register_ssh_key(name=name, public_key=key))
    made = cloud.instance(ssh_keys=[{"name": "one"}, {"name": "two"}])
    assert [each["name"] for each in cloud.client.get_instance(id=made)["ssh-keys"]] == ["one", "two"]
    with refused(404, 409):
        cloud.client.create_instance(**cloud.machine(ssh_keys=[{"name": "three"}]))


@pytest.mark.lifecycle
def test_the_life_of_an_anti_affinity_group(cloud):
    client = cloud.client
    made = cloud.done(client.create_anti_affinity_group(name="apart", description="not together"))
    assert client.get_anti_affinity_group(id=made) == {"id": made, "name": "apart", "description": "not together"}
    assert find(cloud.at("de-fra-1").client.list_anti_affinity_groups(), id=made)
    instance = cloud.instance(anti_affinity_groups=[{"id": made}])
    assert client.get_instance(id=instance)["anti-affinity-groups"] == [{"id": made}]
    assert client.get_anti_affinity_group(id=made)["instances"] == [{"id": instance}]
    with refused(409, 412):
        client.delete_anti_affinity_group(id=made)
    cloud.done(client.delete_instance(id=instance))
    cloud.eventually(client.delete_anti_affinity_group, id=made)
    with refused(404):
        client.get_anti_affinity_group(id=made)


def test_an_anti_affinity_groups_name_is_taken_once(cloud):
    cloud.done(cloud.client.create_anti_affinity_group(name="apart"))
    with refused(409):
        cloud.client.create_anti_affinity_group(name="apart")
    with invalid():
        cloud.client.create_anti_affinity_group(name="")


def test_an_anti_affinity_group_holds_eight(cloud):
    """The ninth is refused, or its pool never comes to its size."""
    group = cloud.done(cloud.client.create_anti_affinity_group(name="apart"))
    cloud.pool(8, anti_affinity_groups=[{"id": group}])
    with refused(400, 409, 412):
        cloud.client.create_instance(**cloud.machine(anti_affinity_groups=[{"id": group}]))


def test_an_unknown_group_is_refused(cloud):
    with refused(404):
        cloud.client.create_instance(**cloud.machine(anti_affinity_groups=[{"id": str(uuid.uuid4())}]))
    with refused(404):
        cloud.client.delete_anti_affinity_group(id=str(uuid.uuid4()))
