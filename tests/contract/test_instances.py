"""Instances: how they are made, shown, changed and removed."""

import base64
import uuid

import pytest

from cloud import find, invalid, refused, until

HELLO = base64.b64encode(b"#cloud-config\n{}\n").decode()


@pytest.mark.lifecycle
def test_the_life_of_an_instance(cloud):
    client = cloud.client
    wishes = cloud.machine(name="machine", user_data=HELLO, labels={"a": "1"}, public_ip_assignment="inet4", disk_size=20)
    started = client.create_instance(**wishes)
    assert started["state"] == "pending" and started["reference"]["command"] == "get-instance"
    made = started["reference"]["id"]
    assert cloud.done(started) == made
    # `success` comes before `running`.
    found = cloud.state(made, "running")
    assert (found["name"], found["disk-size"], found["user-data"], found["labels"]) == ("machine", 20, HELLO, {"a": "1"})
    assert found["template"]["id"] == wishes["template"]["id"] and found["instance-type"]["id"] == wishes["instance_type"]["id"]
    assert found["public-ip"] and found["mac-address"] and "ipv6-address" not in found and "manager" not in found
    cloud.done(client.stop_instance(id=made))
    cloud.state(made, "stopped")
    cloud.start(made)
    cloud.done(client.reboot_instance(id=made))
    cloud.state(made, "running")
    cloud.done(client.delete_instance(id=made))
    until(lambda: find(client.list_instances(), id=made), lambda seen: seen == [])
    with refused(404):
        client.get_instance(id=made)


def test_success_comes_before_running(cloud):
    started = cloud.client.create_instance(**cloud.machine())
    cloud.done(started)
    assert cloud.client.get_instance(id=started["reference"]["id"])["state"] == "starting"


def test_a_list_says_less(cloud):
    made = cloud.instance(user_data=HELLO)
    [listed] = cloud.client.list_instances()["instances"]
    assert not {"user-data", "disk-size", "anti-affinity-groups"} & set(listed)
    assert set(listed["instance-type"]) == set(listed["template"]) == {"id"}
    assert cloud.client.get_instance(id=made)["user-data"] == HELLO


def test_an_instance_may_wait_to_be_started(cloud):
    made = cloud.instance(auto_start=False)
    cloud.start(made)


def test_an_unnamed_instance_has_a_name(cloud):
    made = cloud.done(cloud.client.create_instance(**cloud.machine()))
    assert cloud.client.get_instance(id=made)["name"]


@pytest.mark.parametrize("assignment, addresses", [("inet4", {"public-ip"}), ("dual", {"public-ip", "ipv6-address"}), ("none", set())])
def test_the_public_addresses_of_an_instance(cloud, assignment, addresses):
    made = cloud.instance(public_ip_assignment=assignment)
    found = cloud.client.get_instance(id=made)
    assert found["public-ip-assignment"] == assignment
    assert {"public-ip", "ipv6-address"} & set(found) == addresses


def test_an_instance_is_updated(cloud):
    made = cloud.instance(user_data=HELLO)
    changed = base64.b64encode(b"changed").decode()
    cloud.done(cloud.client.update_instance(id=made, name="renamed", user_data=changed))
    found = cloud.client.get_instance(id=made)
    assert (found["name"], found["user-data"]) == ("renamed", changed)


def test_instances_are_listed_by_what_they_are(cloud):
    pool = cloud.pool(2)
    alone = cloud.instance()
    client = cloud.client
    of_pool = client.list_instances(manager_id=pool, manager_type="instance-pool")["instances"]
    assert {each["id"] for each in of_pool} == set(cloud.members(pool))
    assert {(each["manager"]["id"], each["manager"]["type"]) for each in of_pool} == {(pool, "instance-pool")}
    address = client.get_instance(id=alone)["public-ip"]
    assert [each["id"] for each in client.list_instances(ip_address=address)["instances"]] == [alone]
    with invalid():
        client.list_instances(manager_type="somebody")


@pytest.mark.parametrize(
    "wishes",
    [
        {"disk_size": 9},
        {"disk_size": 51201},
        {"disk_size": "10"},
        {"name": ""},
        {"name": "x" * 256},
        {"user_data": "x" * 32769},
        {"user_data": ""},
        {"public_ip_assignment": "inet6"},
        {"labels": {"a": 1}},
        {"instance_type": {"id": "small"}},
        {"security_groups": [{"id": "no uuid"}]},
        {"ssh_keys": [{"name": "twice"}, {"name": "twice"}]},
    ],
    ids=lambda wishes: " ".join(wishes),
)
def test_an_instance_has_its_limits(cloud, wishes):
    with invalid():
        cloud.client.create_instance(**cloud.machine(**wishes))
    assert cloud.client.list_instances() == {"instances": []}


@pytest.mark.parametrize("missing", ["disk_size", "instance_type", "template"])
def test_an_instance_needs(cloud, missing):
    wishes = cloud.machine()
    del wishes[missing]
    with invalid():
        cloud.client.create_instance(**wishes)


@pytest.mark.parametrize("wishes", [{"instance_type": {}}, {"template": {}}, {"security_groups": [{}]}, {"anti_affinity_groups": [{}]}])
def test_what_is_missing_is_refused(cloud, wishes):
    for part in (part for value in wishes.values() for part in (value if isinstance(value, list) else [value])):
        part["id"] = str(uuid.uuid4())
    with refused(404):
        cloud.client.create_instance(**cloud.machine(**wishes))


def test_a_type_is_of_its_zones(cloud):
    """A GPU type of another zone, for which there is no quota here either."""
    types = cloud.at("at-vie-1").client.list_instance_types()["instance-types"]
    foreign = [each["id"] for each in types if each["family"] == "gpu2"] or [str(uuid.uuid4())]
    with refused(403, 404, 409):
        cloud.client.create_instance(**cloud.machine(instance_type={"id": foreign[0]}))


def test_a_disk_must_fit(cloud):
    """The template needs 10 GiB, and a small type takes 400 at most."""
    with refused(400, 409):
        cloud.client.create_instance(**cloud.machine(disk_size=401))


def test_names_of_instances_repeat(cloud):
    assert cloud.instance(name="same") != cloud.instance(name="same")
    assert len(find(cloud.client.list_instances(), name="same")) == 2


def test_there_are_no_more_than_the_quota(cloud):
    [quota] = find(cloud.client.list_quotas(), resource="instance")
    with refused(409, saying="quota"):
        cloud.client.create_instance_pool(**cloud.machine(name="pool", size=quota["limit"] + 1))
    cloud.pool(quota["limit"])
    with refused(409, saying="quota"):
        cloud.client.create_instance(**cloud.machine())


def test_an_unknown_instance(cloud):
    for call in (cloud.client.get_instance, cloud.client.stop_instance, cloud.client.delete_instance, cloud.client.reboot_instance):
        with refused(404):
            call(id=str(uuid.uuid4()))
