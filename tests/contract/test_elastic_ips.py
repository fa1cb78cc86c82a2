"""Elastic IPs, managed (with a health check) and manual, and reverse DNS."""

import uuid

import pytest

from cloud import find, invalid, refused

CHECK = {"mode": "https", "port": 6443, "interval": 10, "timeout": 2, "strikes-ok": 2, "strikes-fail": 3, "uri": "/readyz", "tls-skip-verify": True}


@pytest.mark.lifecycle
def test_the_life_of_a_manual_elastic_ip(cloud):
    client = cloud.client
    made = cloud.done(client.create_elastic_ip(addressfamily="inet4", description="d", labels={"a": "1"}))
    found = client.get_elastic_ip(id=made)
    assert found["ip"] and "healthcheck" not in found
    assert (found["addressfamily"], found["description"], found["labels"]) == ("inet4", "d", {"a": "1"})
    instance = cloud.instance()
    cloud.done(client.attach_instance_to_elastic_ip(id=made, instance={"id": instance}))
    assert client.get_instance(id=instance)["elastic-ips"] == [{"id": made}]
    with refused(412, saying="Allocated IP address can't be deleted"):
        client.delete_elastic_ip(id=made)
    cloud.done(client.detach_instance_from_elastic_ip(id=made, instance={"id": instance}))
    assert not client.get_instance(id=instance).get("elastic-ips")
    cloud.done(client.update_elastic_ip(id=made, description="e"))
    assert client.get_elastic_ip(id=made)["description"] == "e"
    cloud.done(client.reset_elastic_ip_field(id=made, field="description"))
    assert "description" not in client.get_elastic_ip(id=made)
    cloud.eventually(client.delete_elastic_ip, id=made)
    with refused(404):
        client.get_elastic_ip(id=made)


@pytest.mark.lifecycle
def test_the_life_of_a_managed_elastic_ip(cloud):
    client = cloud.client
    made = cloud.done(client.create_elastic_ip(healthcheck=CHECK))
    assert client.get_elastic_ip(id=made)["healthcheck"] == CHECK
    changed = CHECK | {"port": 6444, "interval": 20}
    cloud.done(client.update_elastic_ip(id=made, healthcheck=changed))
    assert client.get_elastic_ip(id=made)["healthcheck"] == changed
    # Several may hold it.
    for instance in (cloud.instance(), cloud.instance()):
        cloud.done(client.attach_instance_to_elastic_ip(id=made, instance={"id": instance}))
        cloud.done(client.detach_instance_from_elastic_ip(id=made, instance={"id": instance}))
    cloud.eventually(client.delete_elastic_ip, id=made)
    assert client.list_elastic_ips() == {"elastic-ips": []}


def test_a_health_check_has_its_defaults(cloud):
    made = cloud.done(cloud.client.create_elastic_ip(healthcheck={"mode": "tcp", "port": 6443}))
    found = cloud.client.get_elastic_ip(id=made)["healthcheck"]
    assert (found["interval"], found["timeout"], found["strikes-ok"], found["strikes-fail"]) == (10, 2, 2, 3)


def test_a_manual_one_stays_manual(cloud):
    made = cloud.done(cloud.client.create_elastic_ip(addressfamily="inet4"))
    with refused(400, 403, 409, 412):
        cloud.client.update_elastic_ip(id=made, healthcheck=CHECK)


def test_a_pools_elastic_ip_is_its_members(cloud):
    made = cloud.done(cloud.client.create_elastic_ip(healthcheck=CHECK))
    pool = cloud.pool(2, elastic_ips=[{"id": made}])
    for member in cloud.members(pool):
        assert cloud.client.get_instance(id=member)["elastic-ips"] == [{"id": made}]
    with refused(412):
        cloud.client.delete_elastic_ip(id=made)


def test_an_elastic_ip_of_the_sixth_version(cloud):
    made = cloud.done(cloud.client.create_elastic_ip(addressfamily="inet6"))
    found = cloud.client.get_elastic_ip(id=made)
    assert found["addressfamily"] == "inet6" and ":" in (found.get("ip") or found["cidr"])


@pytest.mark.parametrize(
    "wishes",
    [{"addressfamily": "inet5"}, {"description": "x" * 256}, {"labels": {"a": 1}}]
    + [{"healthcheck": CHECK | change} for change in ({"mode": "udp"}, {"port": 0}, {"interval": 4}, {"timeout": 61}, {"strikes-ok": 0}, {"strikes-fail": 21}, {"uri": ""})]
    + [{"healthcheck": {"mode": "tcp"}}],
    ids=str,
)  # fmt: skip
def test_an_elastic_ip_has_its_limits(cloud, wishes):
    with invalid():
        cloud.client.create_elastic_ip(**wishes)


def test_what_is_missing_is_refused(cloud):
    client = cloud.client
    made = cloud.done(client.create_elastic_ip(addressfamily="inet4"))
    with refused(404):
        client.attach_instance_to_elastic_ip(id=made, instance={"id": str(uuid.uuid4())})
    with refused(404):
        client.attach_instance_to_elastic_ip(id=str(uuid.uuid4()), instance={"id": cloud.instance()})
    with refused(404):
        cloud.at("de-fra-1").client.get_elastic_ip(id=made)
    with refused(404):
        client.delete_elastic_ip(id=str(uuid.uuid4()))


def test_there_are_no_more_than_the_quota(cloud):
    client = cloud.client
    for _ in range(client.get_quota(entity="elastic-ip")["limit"]):
        cloud.done(client.create_elastic_ip(addressfamily="inet4"))
    with refused(409, saying="quota"):
        client.create_elastic_ip(addressfamily="inet4")


@pytest.mark.lifecycle
@pytest.mark.parametrize("kind", ["instance", "elastic_ip"])
def test_the_life_of_a_reverse_name(cloud, kind):
    client = cloud.client
    made = cloud.instance() if kind == "instance" else cloud.done(client.create_elastic_ip(addressfamily="inet4"))
    get, update, delete = (getattr(client, f"{verb}_reverse_dns_{kind}") for verb in ("get", "update", "delete"))
    cloud.done(update(id=made, domain_name="one.example.net"))
    assert get(id=made)["domain-name"].rstrip(".") == "one.example.net"
    cloud.done(update(id=made, domain_name="two.example.net"))
    assert get(id=made)["domain-name"].rstrip(".") == "two.example.net"
    cloud.done(delete(id=made))
    with refused(404):
        get(id=made)
    with refused(404):
        update(id=str(uuid.uuid4()), domain_name="one.example.net")
    with invalid():
        update(id=made, domain_name="x" * 254)


def test_an_elastic_ip_is_listed_where_it_is(cloud):
    made = cloud.done(cloud.client.create_elastic_ip(addressfamily="inet4"))
    assert find(cloud.client.list_elastic_ips(), id=made)
    assert cloud.at("de-fra-1").client.list_elastic_ips() == {"elastic-ips": []}
