"""Instance pools: they come to their size, keep it, and are locked by what depends on them."""

import base64
import uuid

import pytest

from cloud import find, invalid, refused, until

HELLO = base64.b64encode(b"#cloud-config\n{}\n").decode()


@pytest.mark.lifecycle
def test_the_life_of_a_pool(cloud):
    client = cloud.client
    wishes = {"name": "workers", "description": "d", "instance_prefix": "w", "labels": {"a": "1"}, "user_data": HELLO, "min_available": 1}
    started = client.create_instance_pool(**cloud.machine(size=2, **wishes))
    assert started["reference"]["command"] == "get-instance-pool"
    pool = cloud.done(started)
    found = cloud.full(pool, 2)
    assert {name.replace("_", "-"): value for name, value in wishes.items()}.items() <= found.items()
    for member in (client.get_instance(id=each["id"]) for each in found["instances"]):
        assert member["name"].startswith(f"w-{pool[:5]}-") and len(member["name"]) == len(f"w-{pool[:5]}-abcde")
        assert member["manager"] == {"id": pool, "type": "instance-pool"}
        assert (member["labels"], member["user-data"]) == ({"a": "1"}, HELLO)
    cloud.done(client.scale_instance_pool(id=pool, size=3))
    cloud.full(pool, 3)
    gone = cloud.members(pool)[1]
    cloud.done(client.evict_instance_pool_members(id=pool, instances=[gone]))
    assert gone not in [each["id"] for each in cloud.full(pool, 2)["instances"]]
    assert client.get_instance_pool(id=pool)["size"] == 2
    cloud.done(client.delete_instance_pool(id=pool))
    until(client.list_instances, lambda seen: seen == {"instances": []})
    until(client.list_instance_pools, lambda seen: seen == {"instance-pools": []})
    with refused(404):
        client.get_instance_pool(id=pool)


def test_scaling_down_takes_the_oldest(cloud):
    client = cloud.client
    pool = cloud.pool(1)
    oldest = cloud.members(pool)
    cloud.done(client.scale_instance_pool(id=pool, size=3))
    cloud.full(pool, 3)
    cloud.done(client.scale_instance_pool(id=pool, size=2))
    cloud.full(pool, 2)
    assert not set(oldest) & set(cloud.members(pool))


def test_a_pool_may_be_empty_but_not_born_so(cloud):
    with invalid():
        cloud.client.create_instance_pool(**cloud.machine(name="pool", size=0))
    pool = cloud.pool(1)
    cloud.done(cloud.client.scale_instance_pool(id=pool, size=0))
    cloud.full(pool, 0)
    cloud.done(cloud.client.scale_instance_pool(id=pool, size=1))
    cloud.full(pool, 1)


def test_only_new_members_are_as_the_pool_now_says(cloud):
    client = cloud.client
    pool = cloud.pool(1, user_data=HELLO)
    [old] = cloud.members(pool)
    changed = base64.b64encode(b"changed").decode()
    large = cloud.type("standard.large")
    cloud.done(client.update_instance_pool(id=pool, name="renamed", user_data=changed, instance_type=large, instance_prefix="new", disk_size=30))
    found = client.get_instance_pool(id=pool)
    assert (found["name"], found["user-data"], found["instance-type"]["id"], found["size"]) == ("renamed", changed, large["id"], 1)
    cloud.done(client.scale_instance_pool(id=pool, size=2))
    cloud.full(pool, 2)
    [new] = set(cloud.members(pool)) - {old}
    assert client.get_instance(id=old)["user-data"] == HELLO and client.get_instance(id=old)["disk-size"] == 10
    found = client.get_instance(id=new)
    assert (found["user-data"], found["disk-size"], found["name"][:4]) == (changed, 30, "new-")


def test_everything_that_can_be_set_can_be_reset(cloud):
    client = cloud.client
    network = cloud.done(client.create_private_network(name="inside"))
    group = cloud.done(client.create_security_group(name="web"))
    apart = cloud.done(client.create_anti_affinity_group(name="apart"))
    address = cloud.done(client.create_elastic_ip(addressfamily="inet4"))
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a"
    cloud.done(client.register_ssh_key(name="laptop", public_key=key))
    wishes = {
        "private_networks": [{"id": network}],
        "security_groups": [{"id": group}],
        "anti_affinity_groups": [{"id": apart}],
        "elastic_ips": [{"id": address}],
        "description": "d",
        "labels": {"a": "1"},
        "user_data": HELLO,
    }
    pool = cloud.pool(1, ssh_keys=[{"name": "laptop"}], **wishes)
    for name in wishes:
        field = name.replace("_", "-")
        assert client.get_instance_pool(id=pool)[field] == wishes[name]
        cloud.done(client.reset_instance_pool_field(id=pool, field=field))
        assert not client.get_instance_pool(id=pool).get(field), field
    assert client.get_instance_pool(id=pool)["ssh-keys"] == [{"name": "laptop"}]
    for field in ("ssh-key", "ipv6-enabled", "deploy-target"):
        cloud.done(client.reset_instance_pool_field(id=pool, field=field))
    assert not {"ssh-key", "deploy-target"} & set(client.get_instance_pool(id=pool))
    with invalid():
        client.reset_instance_pool_field(id=pool, field="size")


def test_null_resets_as_well(cloud):
    pool = cloud.pool(1, user_data=HELLO, min_available=1)
    cloud.done(cloud.client.update_instance_pool(id=pool, user_data=None, min_available=None))
    found = cloud.client.get_instance_pool(id=pool)
    assert "user-data" not in found and not found.get("min-available")


def test_a_balancer_locks_a_pool(cloud):
    client = cloud.client
    pool = cloud.pool(1)
    balancer = cloud.done(client.create_load_balancer(name="front"))
    check = {"mode": "tcp", "port": 80}
    wishes = {"name": "web", "protocol": "tcp", "strategy": "round-robin", "port": 80, "target_port": 8080, "healthcheck": check}
    cloud.done(client.add_service_to_load_balancer(id=balancer, instance_pool={"id": pool}, **wishes))
    with refused(403, saying=f"Locked by NLB {balancer}"):
        client.delete_instance_pool(id=pool)
    cloud.done(client.delete_load_balancer(id=balancer))
    cloud.eventually(client.delete_instance_pool, id=pool)


def test_a_busy_pool_is_left_alone(cloud):
    client = cloud.client
    pool = cloud.pool(1)
    started = client.scale_instance_pool(id=pool, size=3)
    with refused(403, 409, 412):
        client.update_instance_pool(id=pool, name="x")
    cloud.done(started)
    cloud.full(pool, 3)
    cloud.done(client.update_instance_pool(id=pool, name="x"))


def test_only_members_are_evicted(cloud):
    client = cloud.client
    pool = cloud.pool(1)
    alone = cloud.instance()
    for stranger in (alone, str(uuid.uuid4())):
        with refused(400, 404, 409):
            client.evict_instance_pool_members(id=pool, instances=[stranger])
    cloud.full(pool, 1)
    with invalid():
        client.evict_instance_pool_members(id=pool, instances=["no uuid"])


@pytest.mark.parametrize(
    "wishes",
    [{"size": -1}, {"size": 1.5}, {"instance_prefix": ""}, {"instance_prefix": "x" * 31}, {"min_available": -1}, {"disk_size": 5}, {"name": ""},
     {"public_ip_assignment": "some"}, {"user_data": "x" * 32769}],
    ids=lambda wishes: " ".join(wishes),
)  # fmt: skip
def test_a_pool_has_its_limits(cloud, wishes):
    with invalid():
        cloud.client.create_instance_pool(**cloud.machine(**{"name": "pool", "size": 1} | wishes))


@pytest.mark.parametrize("field", ["instance_type", "template"])
def test_what_is_missing_is_refused(cloud, field):
    with refused(404):
        cloud.client.create_instance_pool(**cloud.machine(name="pool", size=1, **{field: {"id": str(uuid.uuid4())}}))
    for name in ("private_networks", "security_groups", "anti_affinity_groups", "elastic_ips"):
        with refused(404):
            cloud.client.create_instance_pool(**cloud.machine(name="pool", size=1, **{name: [{"id": str(uuid.uuid4())}]}))


def test_a_pools_addresses_are_fixed(cloud):
    """`none` is for ever, and no update says it."""
    client = cloud.client
    pool = cloud.pool(1, public_ip_assignment="none")
    assert "public-ip" not in client.get_instance(id=cloud.members(pool)[0])
    with invalid():
        client.update_instance_pool(id=pool, public_ip_assignment="none")


def test_names_of_pools_repeat(cloud):
    assert cloud.pool(1) != cloud.pool(1)
    assert len(find(cloud.client.list_instance_pools(), name="pool")) == 2


def test_the_quota_binds_growth(cloud):
    client = cloud.client
    pool = cloud.pool(1)
    with refused(409, saying="quota"):
        client.scale_instance_pool(id=pool, size=client.get_quota(entity="instance")["limit"] + 1)
    with refused(404):
        client.scale_instance_pool(id=str(uuid.uuid4()), size=1)
