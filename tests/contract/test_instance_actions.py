"""What can be done to an instance that is there."""

import pytest

from cloud import UBUNTU, find, invalid, refused, until


@pytest.mark.lifecycle
def test_an_instance_through_every_action(cloud):
    client = cloud.client
    made = cloud.stopped()
    cloud.done(client.scale_instance(id=made, instance_type=cloud.type("standard.large")))
    assert client.get_instance(id=made)["instance-type"]["id"] == cloud.type("standard.large")["id"]
    cloud.done(client.resize_instance_disk(id=made, disk_size=50))
    assert client.get_instance(id=made)["disk-size"] == 50
    debian = cloud.template("Linux Debian 13 (Trixie) 64-bit")
    cloud.done(client.reset_instance(id=made, template=debian, disk_size=60))
    found = client.get_instance(id=made)
    assert (found["template"]["id"], found["disk-size"]) == (debian["id"], 60)
    cloud.done(client.enable_tpm(id=made))
    assert client.get_instance(id=made)["tpm-enabled"] is True
    cloud.start(made)
    cloud.done(client.reset_instance_password(id=made))
    assert client.reveal_instance_password(id=made)["password"]
    cloud.done(client.delete_instance(id=made))


def test_a_rescue_profile(cloud):
    made = cloud.stopped()
    cloud.done(cloud.client.start_instance(id=made, rescue_profile="netboot-efi"))
    cloud.state(made, "running")
    with invalid():
        cloud.client.start_instance(id=made, rescue_profile="cd-rom")


def test_a_password_changes_when_it_is_reset(cloud):
    made = cloud.instance()
    first = cloud.client.reveal_instance_password(id=made)["password"]
    cloud.done(cloud.client.reset_instance_password(id=made))
    assert cloud.client.reveal_instance_password(id=made)["password"] != first


def test_a_protected_instance_stays(cloud):
    client = cloud.client
    made = cloud.instance()
    cloud.done(client.add_instance_protection(id=made))
    with refused(403, 409, 412):
        client.delete_instance(id=made)
    cloud.done(client.remove_instance_protection(id=made))
    cloud.done(client.delete_instance(id=made))


def test_some_actions_want_a_rest(cloud):
    client = cloud.client
    made = cloud.instance()
    with refused(400, saying="The instance needs to be stopped"):
        client.reset_instance(id=made, **{"template": cloud.template(UBUNTU)})
    with refused(400, 409, 412):
        client.scale_instance(id=made, instance_type=cloud.type("standard.large"))
    with refused(400, 409, 412):
        client.resize_instance_disk(id=made, disk_size=50)


def test_a_disk_only_grows(cloud):
    made = cloud.stopped(disk_size=50)
    with refused(400, 409):
        cloud.client.resize_instance_disk(id=made, disk_size=20)
    with invalid():
        cloud.client.resize_instance_disk(id=made, disk_size=5)
    assert cloud.client.get_instance(id=made)["disk-size"] == 50


def test_a_type_changes_within_its_family(cloud):
    """Standard, CPU and memory types are one family in this."""
    client = cloud.client
    made = cloud.stopped()
    cloud.done(client.scale_instance(id=made, instance_type=cloud.type("memory.extra-large")))
    with refused(400, 409):
        client.scale_instance(id=made, instance_type=cloud.type("storage.extra-large"))


def test_the_console(cloud):
    found = cloud.client.get_console_proxy_url(id=cloud.instance())
    assert found["host"] and found["path"] and found["host"] in found["url"]


def test_an_actions_operation_may_refer_to_nothing(cloud):
    """The recordings of start and stop have no reference; if there is one, it is the instance."""
    made = cloud.instance()
    started = cloud.client.stop_instance(id=made)
    assert started.get("reference", {}).get("id", made) == made


def test_an_instance_leaves_its_pool_to_be_deleted(cloud):
    """A pool makes up for a member that is deleted behind its back."""
    pool = cloud.pool(2)
    [first, second] = cloud.members(pool)
    cloud.done(cloud.client.delete_instance(id=first))
    healed = until(lambda: cloud.client.get_instance_pool(id=pool), lambda seen: _whole(seen, first))
    assert second in [each["id"] for each in healed["instances"]]
    assert find(cloud.client.list_instances(), id=first) == []


def _whole(pool, gone):
    members = [each["id"] for each in pool.get("instances", [])]
    return pool["state"] == "running" and len(members) == 2 and gone not in members
