"""Security groups: rules of every protocol, sources of every kind, groups of Exoscale's own."""

import uuid

import pytest

from cloud import find, invalid, refused

PORTS = {"start_port": 80, "end_port": 443}
RULES = [
    {"protocol": "tcp", **PORTS, "network": "0.0.0.0/0", "description": "web"},
    {"protocol": "tcp", **PORTS, "network": "::/0"},
    {"protocol": "udp", "start_port": 53, "end_port": 53, "network": "192.0.2.0/24"},
    {"protocol": "icmp", "icmp": {"type": 8, "code": 0}, "network": "0.0.0.0/0"},
    {"protocol": "icmp", "icmp": {"type": -1, "code": -1}, "network": "0.0.0.0/0"},
    {"protocol": "icmpv6", "icmp": {"type": 128, "code": 0}, "network": "::/0"},
    *({"protocol": name, "network": "203.0.113.7/32"} for name in ("ah", "esp", "gre", "ipip", "all")),
]


@pytest.mark.lifecycle
def test_the_life_of_a_security_group(cloud):
    client = cloud.client
    started = client.create_security_group(name="web", description="what the world may see")
    assert started["reference"]["command"] == "get-security-group"
    made = cloud.done(started)
    found = client.get_security_group(id=made)
    assert (found["name"], found["description"]) == ("web", "what the world may see")
    assert "rules" not in found and "external-sources" not in found, "what is empty is left out"
    instance = cloud.instance(security_groups=[{"id": made}])
    assert client.get_instance(id=instance)["security-groups"] == [{"id": made}]
    with refused(412, saying="in use"):
        client.delete_security_group(id=made)
    cloud.done(client.delete_instance(id=instance))
    cloud.eventually(client.delete_security_group, id=made)
    with refused(404):
        client.get_security_group(id=made)
    assert find(client.list_security_groups(), id=made) == []


@pytest.mark.parametrize("flow", ["ingress", "egress"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['protocol']} {rule['network']}")
def test_a_rule_of_each_protocol(cloud, rule, flow):
    client = cloud.client
    group = cloud.done(client.create_security_group(name="web"))
    started = client.add_rule_to_security_group(id=group, flow_direction=flow, **rule)
    assert started["reference"]["id"] == group, "a rule's operation refers to its group"
    cloud.done(started)
    [found] = client.get_security_group(id=group)["rules"]
    kept = {name.replace("_", "-"): value for name, value in rule.items()} | {"flow-direction": flow}
    assert kept.items() <= found.items()
    cloud.done(client.delete_rule_from_security_group(id=group, rule_id=found["id"]))
    assert "rules" not in client.get_security_group(id=group)
    with refused(404):
        client.delete_rule_from_security_group(id=group, rule_id=found["id"])


def test_a_rule_may_mean_a_group(cloud):
    client = cloud.client
    one, two = (cloud.done(client.create_security_group(name=name)) for name in ("one", "two"))
    cloud.done(client.add_rule_to_security_group(id=one, flow_direction="ingress", protocol="all", security_group={"id": two}))
    [rule] = client.get_security_group(id=one)["rules"]
    assert rule["security-group"]["id"] == two
    with refused(409, 412):
        client.delete_security_group(id=two)
    cloud.done(client.delete_rule_from_security_group(id=one, rule_id=rule["id"]))
    for group in (one, two):
        cloud.eventually(client.delete_security_group, id=group)


def test_a_group_may_mean_itself(cloud):
    client = cloud.client
    group = cloud.done(client.create_security_group(name="one"))
    cloud.done(client.add_rule_to_security_group(id=group, flow_direction="ingress", protocol="all", security_group={"id": group}))
    [rule] = client.get_security_group(id=group)["rules"]
    assert rule["security-group"]["id"] == group


def test_exoscales_own_groups_are_listed_and_may_be_meant(cloud):
    client = cloud.client
    public = client.list_security_groups(visibility="public")
    assert {"public-nlb-healthcheck-sources", "public-sos-endpoints", "public-sks-apiservers"} <= {each["name"] for each in public["security-groups"]}
    assert not find(client.list_security_groups(visibility="private"), name="public-nlb-healthcheck-sources")
    [source] = find(public, name="public-nlb-healthcheck-sources")
    group = cloud.done(client.create_security_group(name="web"))
    meant = {"id": source["id"], "visibility": "public"}
    cloud.done(client.add_rule_to_security_group(id=group, flow_direction="ingress", protocol="tcp", security_group=meant, **PORTS))
    [rule] = client.get_security_group(id=group)["rules"]
    assert rule["security-group"]["id"] == source["id"]
    with refused(403, 404, 409):
        client.delete_security_group(id=source["id"])


def test_external_sources(cloud):
    client = cloud.client
    group = cloud.done(client.create_security_group(name="web"))
    for cidr in ("192.0.2.0/24", "2001:db8::/32"):
        cloud.done(client.add_external_source_to_security_group(id=group, cidr=cidr))
    assert sorted(client.get_security_group(id=group)["external-sources"]) == ["192.0.2.0/24", "2001:db8::/32"]
    cloud.done(client.remove_external_source_from_security_group(id=group, cidr="192.0.2.0/24"))
    assert client.get_security_group(id=group)["external-sources"] == ["2001:db8::/32"]
    cloud.done(client.remove_external_source_from_security_group(id=group, cidr="2001:db8::/32"))
    assert "external-sources" not in client.get_security_group(id=group)
    with refused(400, 409):
        client.add_external_source_to_security_group(id=group, cidr="no network")


def test_an_instance_puts_a_group_on_and_off(cloud):
    client = cloud.client
    group = cloud.done(client.create_security_group(name="web"))
    instance = cloud.instance()
    [default] = client.get_instance(id=instance)["security-groups"]
    assert find(client.list_security_groups(), id=default["id"], name="default")
    cloud.done(client.attach_instance_to_security_group(id=group, instance={"id": instance}))
    assert {each["id"] for each in client.get_instance(id=instance)["security-groups"]} == {default["id"], group}
    cloud.done(client.detach_instance_from_security_group(id=group, instance={"id": instance}))
    assert client.get_instance(id=instance)["security-groups"] == [default]
    with refused(404):
        client.attach_instance_to_security_group(id=group, instance={"id": str(uuid.uuid4())})


def test_a_security_groups_name_is_taken_once(cloud):
    cloud.done(cloud.client.create_security_group(name="web"))
    with refused(409, saying="in use"):
        cloud.client.create_security_group(name="web")
    with refused(409, saying="in use"):
        cloud.at("de-fra-1").client.create_security_group(name="web")


@pytest.mark.parametrize(
    "rule",
    [
        {"flow_direction": "sideways", "protocol": "tcp"},
        {"flow_direction": "ingress", "protocol": "sctp"},
        {"flow_direction": "ingress"},
        {"flow_direction": "ingress", "protocol": "tcp", "start_port": 0, "end_port": 1},
        {"flow_direction": "ingress", "protocol": "tcp", "start_port": 1, "end_port": 65536},
        {"flow_direction": "ingress", "protocol": "icmp", "icmp": {"type": 255, "code": 0}},
        {"flow_direction": "ingress", "protocol": "all", "description": "x" * 256},
    ],
)
def test_a_rule_has_its_limits(cloud, rule):
    group = cloud.done(cloud.client.create_security_group(name="web"))
    with invalid():
        cloud.client.add_rule_to_security_group(id=group, **{"network": "0.0.0.0/0"} | rule)


def test_a_rule_must_make_sense(cloud):
    client = cloud.client
    group = cloud.done(client.create_security_group(name="web"))
    for nonsense in (
        {"network": "not a network"},
        {"network": "0.0.0.0/0", "security_group": {"id": group}},
        {"network": "0.0.0.0/0", "start_port": 443, "end_port": 80},
    ):
        with refused(400, 409):
            client.add_rule_to_security_group(id=group, flow_direction="ingress", protocol="tcp", **PORTS | nonsense)
    with refused(404):
        client.add_rule_to_security_group(id=group, flow_direction="ingress", protocol="all", security_group={"id": str(uuid.uuid4())})
    with refused(404):
        client.add_rule_to_security_group(id=str(uuid.uuid4()), flow_direction="ingress", protocol="all", network="0.0.0.0/0")
