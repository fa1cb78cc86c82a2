"""Labels, the same on every kind that has them: replaced as a whole, and reset."""

import pytest

import test_block_storage
import test_load_balancers

KINDS = {
    "instance": lambda cloud, labels: cloud.instance(labels=labels),
    "instance_pool": lambda cloud, labels: cloud.pool(1, labels=labels),
    "private_network": lambda cloud, labels: cloud.done(cloud.client.create_private_network(name="inside", labels=labels)),
    "load_balancer": lambda cloud, labels: test_load_balancers.balancer(cloud, labels=labels),
    "elastic_ip": lambda cloud, labels: cloud.done(cloud.client.create_elastic_ip(labels=labels)),
    "block_storage_volume": lambda cloud, labels: test_block_storage.volume(cloud, labels=labels),
    "block_storage_snapshot": lambda cloud, labels: test_block_storage.snapshot(cloud, test_block_storage.volume(cloud), labels=labels),
    "iam_role": lambda cloud, labels: cloud.done(cloud.client.create_iam_role(name="role", labels=labels)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_replaced_as_a_whole(cloud, kind):
    made = KINDS[kind](cloud, {"a": "1", "exoscale.com/cluster-id": "x"})
    get, update = (getattr(cloud.client, f"{verb}_{kind}") for verb in ("get", "update"))
    assert get(id=made)["labels"] == {"a": "1", "exoscale.com/cluster-id": "x"}
    cloud.done(update(id=made, labels={"b": "2"}))
    assert get(id=made)["labels"] == {"b": "2"}
    cloud.done(update(id=made, labels={}))
    assert not get(id=made).get("labels"), "and what is empty is left out"


@pytest.mark.parametrize("kind", ["instance", "instance_pool", "private_network", "load_balancer"])
def test_labels_are_reset(cloud, kind):
    made = KINDS[kind](cloud, {"a": "1"})
    cloud.done(getattr(cloud.client, f"reset_{kind}_field")(id=made, field="labels"))
    assert not getattr(cloud.client, f"get_{kind}")(id=made).get("labels")
