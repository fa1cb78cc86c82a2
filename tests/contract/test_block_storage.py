"""Block storage volumes and their snapshots."""

import uuid

import pytest

from cloud import find, invalid, refused, until


def volume(cloud, **wishes):
    made = cloud.done(cloud.client.create_block_storage_volume(**{"name": "data", "size": 10} | wishes))
    until(lambda: cloud.client.get_block_storage_volume(id=made), lambda seen: seen["state"] == "detached")
    return made


def attach(cloud, made, instance):
    cloud.done(cloud.client.attach_block_storage_volume_to_instance(id=made, instance={"id": instance}))
    until(lambda: cloud.client.get_block_storage_volume(id=made), lambda seen: seen["state"] == "attached")


def snapshot(cloud, made, **wishes):
    taken = cloud.done(cloud.client.create_block_storage_snapshot(id=made, **{"name": "then"} | wishes))
    until(lambda: cloud.client.get_block_storage_snapshot(id=taken), lambda seen: seen["state"] == "created")
    return taken


@pytest.mark.lifecycle
def test_the_life_of_a_volume(cloud):
    client = cloud.client
    made = volume(cloud, labels={"a": "1"})
    found = client.get_block_storage_volume(id=made)
    assert (found["name"], found["size"], found["labels"]) == ("data", 10, {"a": "1"}) and "instance" not in found
    instance = cloud.instance()
    attach(cloud, made, instance)
    assert client.get_block_storage_volume(id=made)["instance"] == {"id": instance}
    assert [each["id"] for each in client.list_block_storage_volumes(instance_id=instance)["block-storage-volumes"]] == [made]
    with refused(412):
        client.delete_block_storage_volume(id=made)
    with refused(400, 409, 412):
        client.attach_block_storage_volume_to_instance(id=made, instance={"id": instance})
    cloud.done(client.detach_block_storage_volume(id=made))
    until(lambda: client.get_block_storage_volume(id=made), lambda seen: seen["state"] == "detached")
    assert client.list_block_storage_volumes(instance_id=instance) == {"block-storage-volumes": []}
    cloud.done(client.update_block_storage_volume(id=made, name="more data"))
    assert client.get_block_storage_volume(id=made)["name"] == "more data"
    # Answered at once, without an operation.
    assert client.resize_block_storage_volume(id=made, size=20)["id"] == made
    assert client.get_block_storage_volume(id=made)["size"] == 20
    cloud.eventually(client.delete_block_storage_volume, id=made)
    with refused(404):
        client.get_block_storage_volume(id=made)


@pytest.mark.lifecycle
def test_the_life_of_a_volumes_snapshot(cloud):
    client = cloud.client
    made = volume(cloud)
    taken = snapshot(cloud, made, labels={"a": "1"})
    found = client.get_block_storage_snapshot(id=taken)
    assert (found["name"], found["labels"], found["block-storage-volume"]) == ("then", {"a": "1"}, {"id": made})
    assert client.get_block_storage_volume(id=made)["block-storage-snapshots"] == [{"id": taken}]
    cloud.done(client.update_block_storage_snapshot(id=taken, name="before"))
    assert client.get_block_storage_snapshot(id=taken)["name"] == "before"
    again = cloud.done(client.create_block_storage_volume(name="again", block_storage_snapshot={"id": taken}))
    until(lambda: client.get_block_storage_volume(id=again), lambda seen: seen["state"] == "detached")
    assert client.get_block_storage_volume(id=again)["size"] >= 10
    cloud.eventually(client.delete_block_storage_snapshot, id=taken)
    with refused(404):
        client.get_block_storage_snapshot(id=taken)
    assert client.list_block_storage_snapshots() == {"block-storage-snapshots": []}


def test_a_volume_only_grows_and_only_at_rest(cloud):
    client = cloud.client
    made = volume(cloud, size=20)
    with refused(400, 409, 412):
        client.resize_block_storage_volume(id=made, size=10)
    instance = cloud.instance()
    attach(cloud, made, instance)
    with refused(400, 409, 412):
        client.resize_block_storage_volume(id=made, size=30)
    cloud.done(client.stop_instance(id=instance))
    cloud.state(instance, "stopped")
    client.resize_block_storage_volume(id=made, size=30)
    assert client.get_block_storage_volume(id=made)["size"] == 30


def test_a_volume_wants_a_small_instance_at_least(cloud):
    made = volume(cloud)
    with refused(409, saying="Instance size must be at least small"):
        cloud.client.attach_block_storage_volume_to_instance(id=made, instance={"id": cloud.instance(instance_type=cloud.type("standard.tiny"))})


def test_an_instance_has_five_volumes(cloud):
    instance = cloud.instance()
    for _ in range(5):
        attach(cloud, volume(cloud), instance)
    with refused(400, 409, 412):
        cloud.client.attach_block_storage_volume_to_instance(id=volume(cloud), instance={"id": instance})


def test_a_volume_outlives_its_instance(cloud):
    made, instance = volume(cloud), cloud.instance()
    attach(cloud, made, instance)
    cloud.eventually(cloud.client.delete_instance, id=instance)
    until(lambda: cloud.client.get_block_storage_volume(id=made), lambda seen: seen["state"] == "detached")


def test_a_volume_has_its_limits(cloud):
    for wishes in ({"size": 0}, {"size": "10"}, {"size": 10, "name": "x" * 256}, {"size": 10, "labels": {"a": 1}}):
        with invalid():
            cloud.client.create_block_storage_volume(**wishes)


def test_what_is_missing_is_refused(cloud):
    client = cloud.client
    unknown = str(uuid.uuid4())
    made = volume(cloud)
    with refused(404):
        client.attach_block_storage_volume_to_instance(id=made, instance={"id": unknown})
    with refused(404):
        client.create_block_storage_volume(name="again", block_storage_snapshot={"id": unknown})
    with refused(400, 409, 412):
        client.detach_block_storage_volume(id=made)
    for call in (client.get_block_storage_volume, client.delete_block_storage_volume, client.detach_block_storage_volume,
                 client.get_block_storage_snapshot, client.delete_block_storage_snapshot):  # fmt: skip
        with refused(404):
            call(id=unknown)


def test_volumes_stay_in_their_zone(cloud):
    made = volume(cloud)
    assert find(cloud.client.list_block_storage_volumes(), id=made)
    with refused(404):
        cloud.at("de-fra-1").client.get_block_storage_volume(id=made)
