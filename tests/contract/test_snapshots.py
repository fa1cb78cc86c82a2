"""Snapshots and what becomes of them: an export, a template, an instance as it was."""

import uuid

import pytest

from cloud import find, refused, until

AT_REST = ("exported", "ready")


def snapshot(cloud, instance):
    made = cloud.done(cloud.client.create_snapshot(id=instance))
    until(lambda: cloud.client.get_snapshot(id=made), lambda seen: seen["state"] in AT_REST)
    return made


@pytest.mark.lifecycle
def test_the_life_of_a_snapshot(cloud):
    client = cloud.client
    instance = cloud.stopped(disk_size=20)
    started = client.create_snapshot(id=instance)
    assert started["reference"]["command"] == "get-snapshot"
    made = cloud.done(started)
    found = until(lambda: client.get_snapshot(id=made), lambda seen: seen["state"] in AT_REST)
    assert found["instance"]["id"] == instance and found["size"] == 20 and found["name"]
    assert find(client.list_snapshots(), id=made)
    assert client.get_instance(id=instance)["snapshots"] == [{"id": made}]
    cloud.done(client.export_snapshot(id=made))
    export = client.get_snapshot(id=made)["export"]
    assert export["presigned-url"].startswith("https://") and len(export["md5sum"]) == 32
    cloud.done(client.revert_instance_to_snapshot(instance_id=instance, id=made))
    cloud.done(client.delete_snapshot(id=made))
    with refused(404):
        client.get_snapshot(id=made)


@pytest.mark.lifecycle
def test_a_snapshot_becomes_a_template(cloud):
    client = cloud.client
    made = snapshot(cloud, cloud.stopped())
    wishes = {"name": "golden", "description": "d", "default_user": "ubuntu", "ssh_key_enabled": True, "password_enabled": False}
    cloud.done(client.promote_snapshot_to_template(id=made, **wishes))
    [template] = find(client.list_templates(visibility="private"), name="golden")
    assert (template["default-user"], template["ssh-key-enabled"], template["password-enabled"]) == ("ubuntu", True, False)
    born = cloud.instance(template={"id": template["id"]})
    with refused(409, 412):
        client.delete_template(id=template["id"])
    cloud.done(client.delete_instance(id=born))
    cloud.eventually(client.delete_template, id=template["id"])


@pytest.mark.lifecycle
def test_an_export_becomes_a_template(cloud):
    """The way of an image: snapshot, export, register."""
    client = cloud.client
    made = snapshot(cloud, cloud.stopped())
    cloud.done(client.export_snapshot(id=made))
    export = client.get_snapshot(id=made)["export"]
    wishes = {"name": "golden", "url": export["presigned-url"], "checksum": export["md5sum"], "boot_mode": "uefi"}
    template = cloud.done(client.register_template(ssh_key_enabled=True, password_enabled=False, default_user="ubuntu", **wishes))
    assert client.get_template(id=template)["boot-mode"] == "uefi"
    cloud.instance(template={"id": template})


def test_a_snapshot_goes_with_its_instance(cloud):
    instance = cloud.stopped()
    made = snapshot(cloud, instance)
    cloud.done(cloud.client.delete_instance(id=instance))
    until(lambda: find(cloud.client.list_snapshots(), id=made), lambda seen: seen == [])


def test_only_what_rests_is_reverted(cloud):
    instance = cloud.instance()
    made = snapshot(cloud, instance)
    with refused(400, 409, 412):
        cloud.client.revert_instance_to_snapshot(instance_id=instance, id=made)


def test_a_snapshot_of_another_is_refused(cloud):
    made = snapshot(cloud, cloud.stopped())
    other = cloud.stopped(name="other")
    with refused(400, 403, 404, 409):
        cloud.client.revert_instance_to_snapshot(instance_id=other, id=made)
    with refused(404):
        cloud.client.revert_instance_to_snapshot(instance_id=other, id=str(uuid.uuid4()))


def test_an_unknown_snapshot(cloud):
    unknown = str(uuid.uuid4())
    for call in (cloud.client.get_snapshot, cloud.client.export_snapshot, cloud.client.delete_snapshot, cloud.client.create_snapshot):
        with refused(404):
            call(id=unknown)
    with refused(404):
        cloud.client.promote_snapshot_to_template(id=unknown, name="golden")


def test_there_are_no_more_than_the_quota(cloud):
    client = cloud.client
    instance = cloud.stopped()
    for _ in range(client.get_quota(entity="snapshot")["limit"]):
        snapshot(cloud, instance)
    with refused(409, saying="quota"):
        client.create_snapshot(id=instance)
