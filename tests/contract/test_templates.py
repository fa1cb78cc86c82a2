"""Templates of one's own: registered, copied to another zone, renamed, deleted."""

import uuid

import pytest

from cloud import find, invalid, refused, until

OWN = {
    "name": "golden",
    "url": "https://images.example/golden.qcow2",
    "checksum": "0cc175b9c0f1b6a831c399e269772661",
    "ssh_key_enabled": True,
    "password_enabled": False,
}


@pytest.mark.lifecycle
def test_the_life_of_a_template(cloud):
    client = cloud.client
    described = {"description": "d", "default_user": "ubuntu", "build": "7", "version": "1.2", "maintainer": "me", "boot_mode": "uefi"}
    made = cloud.done(client.register_template(**OWN, **described))
    found = client.get_template(id=made)
    kept = {name.replace("_", "-"): value for name, value in {**OWN, **described}.items() if name != "url"}
    assert kept.items() <= found.items() and found["visibility"] == "private"
    assert find(client.list_templates(visibility="private"), id=made) and not find(client.list_templates(), id=made)
    cloud.done(client.update_template(id=made, name="silver", description="e"))
    found = client.get_template(id=made)
    assert (found["name"], found["description"]) == ("silver", "e")
    pool = cloud.pool(1, template={"id": made})
    with refused(409, 412):
        client.delete_template(id=made)
    cloud.done(client.delete_instance_pool(id=pool))
    cloud.eventually(client.delete_template, id=made)
    with refused(404):
        client.get_template(id=made)


def test_a_template_boots_the_old_way_unless_told(cloud):
    made = cloud.done(cloud.client.register_template(**OWN))
    assert cloud.client.get_template(id=made)["boot-mode"] == "legacy"


@pytest.mark.lifecycle
def test_a_template_is_copied_to_another_zone(cloud):
    client, there = cloud.client, cloud.at("de-fra-1")
    made = cloud.done(client.register_template(**OWN, default_user="ubuntu"))
    with refused(404):
        there.client.get_template(id=made)
    # The operation lives here, what it refers to lives there.
    copied = cloud.done(client.copy_template(id=made, target_zone={"name": "de-fra-1"}))
    found = until(lambda: find(there.client.list_templates(visibility="private"), name="golden"), lambda seen: seen)
    assert [each["id"] for each in found] == [copied] and copied != made
    assert found[0]["default-user"] == "ubuntu"
    there.instance(template={"id": copied})
    with invalid():
        client.copy_template(id=made, target_zone={"name": "ch-mars-1"})


@pytest.mark.parametrize(
    "wishes", [{"name": ""}, {"url": ""}, {"checksum": ""}, {"boot_mode": "bios"}, {"size": 0}, {"ssh_key_enabled": "yes"}, {"description": "x" * 256}]
)
def test_a_template_has_its_limits(cloud, wishes):
    with invalid():
        cloud.client.register_template(**{**OWN, **wishes})


@pytest.mark.parametrize("missing", OWN)
def test_a_template_needs(cloud, missing):
    with invalid():
        cloud.client.register_template(**{name: value for name, value in OWN.items() if name != missing})


def test_exoscales_templates_are_not_ours(cloud):
    public = cloud.template()["id"]
    with refused(403, 404, 409):
        cloud.client.delete_template(id=public)
    with refused(403, 404, 409):
        cloud.client.update_template(id=public, name="mine")


def test_an_unknown_template(cloud):
    unknown = str(uuid.uuid4())
    for call, wishes in [(cloud.client.delete_template, {}), (cloud.client.update_template, {"name": "x"}), (cloud.client.get_template, {})]:
        with refused(404):
            call(id=unknown, **wishes)
    with refused(404):
        cloud.client.copy_template(id=unknown, target_zone={"name": "de-fra-1"})


def test_there_are_no_more_than_the_quota(cloud):
    client = cloud.client
    for _ in range(client.get_quota(entity="template")["limit"]):
        cloud.done(client.register_template(**OWN))
    with refused(409, saying="quota"):
        client.register_template(**OWN)
