"""Private networks: with and without a DHCP server, and the leases of those who are attached."""

import uuid

import pytest

from cloud import find, invalid, refused, until

MANAGED = {"start_ip": "10.0.0.10", "end_ip": "10.0.0.253", "netmask": "255.255.255.0"}


@pytest.mark.lifecycle
def test_the_life_of_a_managed_network(cloud):
    client = cloud.client
    options = {"dns-servers": ["10.0.0.1"], "ntp-servers": ["10.0.0.2"], "routers": ["10.0.0.3"], "domain-search": ["cluster.internal"]}
    made = cloud.done(client.create_private_network(name="inside", description="d", options=options, **MANAGED))
    found = client.get_private_network(id=made)
    assert {name: found[name.replace("_", "-")] for name in MANAGED} == MANAGED
    assert found["options"] == options and found["vni"] > 0 and "leases" not in found
    instance = cloud.instance()
    cloud.done(client.attach_instance_to_private_network(id=made, instance={"id": instance}))
    [nic] = client.get_instance(id=instance)["private-networks"]
    assert nic["id"] == made and nic["mac-address"]
    [lease] = client.get_private_network(id=made)["leases"]
    assert lease["instance-id"] == instance and lease["ip"].startswith("10.0.0.")
    with refused(409, 412):
        client.delete_private_network(id=made)
    cloud.done(client.detach_instance_from_private_network(id=made, instance={"id": instance}))
    assert "leases" not in client.get_private_network(id=made)
    assert not client.get_instance(id=instance).get("private-networks")
    cloud.eventually(client.delete_private_network, id=made)
    with refused(404):
        client.get_private_network(id=made)


def test_a_static_lease_may_lie_outside_the_range(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside", **MANAGED))
    instance = cloud.instance(auto_start=False)
    cloud.done(client.attach_instance_to_private_network(id=network, instance={"id": instance}, ip="10.0.0.1"))
    cloud.start(instance)
    assert client.get_private_network(id=network)["leases"] == [{"instance-id": instance, "ip": "10.0.0.1"}]
    cloud.done(client.update_private_network_instance_ip(id=network, instance={"id": instance}, ip="10.0.0.5"))
    assert client.get_private_network(id=network)["leases"] == [{"instance-id": instance, "ip": "10.0.0.5"}]
    other = cloud.instance(name="other")
    with refused(400, 409):
        client.attach_instance_to_private_network(id=network, instance={"id": other}, ip="10.0.0.5")
    with refused(400, 409):
        client.attach_instance_to_private_network(id=network, instance={"id": other}, ip="10.9.9.9")


def test_a_lease_goes_with_its_instance(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside", **MANAGED))
    instance = cloud.instance()
    cloud.done(client.attach_instance_to_private_network(id=network, instance={"id": instance}, ip="10.0.0.1"))
    cloud.done(client.delete_instance(id=instance))
    cloud.eventually(client.delete_private_network, id=network)


def test_a_network_is_updated(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside", labels={"a": "1"}, **MANAGED))
    cloud.done(client.update_private_network(id=network, name="within", description="new", end_ip="10.0.0.100"))
    found = client.get_private_network(id=network)
    assert (found["name"], found["description"], found["end-ip"], found["start-ip"]) == ("within", "new", "10.0.0.100", "10.0.0.10")
    assert found["labels"] == {"a": "1"}


def test_an_unmanaged_network_has_no_leases(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="plain"))
    instance = cloud.instance()
    cloud.done(client.attach_instance_to_private_network(id=network, instance={"id": instance}))
    found = client.get_private_network(id=network)
    assert not {"leases", "start-ip", "netmask"} & set(found)
    assert client.get_instance(id=instance)["private-networks"][0]["id"] == network


def test_pool_members_get_leases_and_no_static_ones(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside", **MANAGED))
    pool = cloud.pool(3, private_networks=[{"id": network}])
    # A member's interface is plugged in some time after its birth.
    leases = until(lambda: client.get_private_network(id=network), lambda seen: len(seen.get("leases", [])) == 3)["leases"]
    assert {each["instance-id"] for each in leases} == set(cloud.members(pool))
    assert len({each["ip"] for each in leases}) == 3
    with refused(400, 403, 409):
        client.update_private_network_instance_ip(id=network, instance={"id": cloud.members(pool)[0]}, ip="10.0.0.5")
    with refused(409, 412):
        client.delete_private_network(id=network)


@pytest.mark.parametrize(
    "wishes",
    [
        {"start_ip": "10.0.0.99", "end_ip": "10.0.0.10", "netmask": "255.255.255.0"},
        {"start_ip": "10.0.0.10", "end_ip": "10.0.0.99"},
        {"start_ip": "10.0.0.10", "end_ip": "10.0.9.99", "netmask": "255.255.255.0"},
        {"start_ip": "10.0.0.10", "end_ip": "10.0.0.99", "netmask": "255.0.255.0"},
    ],
)
def test_a_range_must_make_sense(cloud, wishes):
    with refused(400):
        cloud.client.create_private_network(name="inside", **wishes)


def test_a_network_has_its_limits(cloud):
    client = cloud.client
    for wishes in ({"name": ""}, {"name": "x" * 256}, {"name": "x", **MANAGED, "start_ip": "10.0.0"}, {"name": "x", "labels": {"a": 1}}):
        with invalid():
            client.create_private_network(**wishes)


def test_names_repeat_and_networks_stay_in_their_zone(cloud):
    client = cloud.client
    first, second = (cloud.done(client.create_private_network(name="inside")) for _ in range(2))
    assert first != second and len(find(client.list_private_networks(), name="inside")) == 2
    there = cloud.at("de-fra-1")
    assert there.client.list_private_networks() == {"private-networks": []}
    with refused(404):
        there.client.get_private_network(id=first)
    elsewhere = there.instance()
    with refused(404):
        client.attach_instance_to_private_network(id=first, instance={"id": elsewhere})


def test_what_is_missing_is_refused(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside", **MANAGED))
    with refused(404):
        client.attach_instance_to_private_network(id=network, instance={"id": str(uuid.uuid4())})
    instance = cloud.instance()
    with refused(400, 404, 409, 412):
        client.detach_instance_from_private_network(id=network, instance={"id": instance})
    cloud.done(client.attach_instance_to_private_network(id=network, instance={"id": instance}))
    with refused(400, 409):
        client.attach_instance_to_private_network(id=network, instance={"id": instance})
