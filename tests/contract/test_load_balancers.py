"""Network load balancers, their services and what these say of the health of a pool."""

import uuid

import pytest

from cloud import find, invalid, refused, until

CHECK = {"mode": "http", "port": 8080, "interval": 10, "timeout": 5, "retries": 2, "uri": "/healthz"}
SERVICE = {"name": "web", "protocol": "tcp", "strategy": "round-robin", "port": 80, "target_port": 8080, "healthcheck": CHECK}


def balancer(cloud, **wishes):
    made = cloud.done(cloud.client.create_load_balancer(**{"name": "front"} | wishes))
    until(lambda: cloud.client.get_load_balancer(id=made), lambda seen: seen["state"] == "running")
    return made


def service(cloud, front, pool, **wishes):
    """The id of a new service, which its operation does not tell."""
    wishes = SERVICE | wishes
    started = cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": pool}, **wishes)
    assert started["reference"]["id"] == front, "a service's operation refers to its balancer"
    cloud.done(started)
    [found] = [each for each in cloud.client.get_load_balancer(id=front)["services"] if each["name"] == wishes["name"]]
    return found["id"]


@pytest.mark.lifecycle
def test_the_life_of_a_load_balancer(cloud):
    client = cloud.client
    front = balancer(cloud, description="d", labels={"a": "1"})
    found = client.get_load_balancer(id=front)
    assert found["ip"] and not found.get("services")
    assert (found["name"], found["description"], found["labels"]) == ("front", "d", {"a": "1"})
    pool = cloud.pool(2)
    made = service(cloud, front, pool, description="s")
    shown = client.get_load_balancer_service(id=front, service_id=made)
    assert {name.replace("_", "-"): value for name, value in (SERVICE | {"description": "s"}).items()}.items() <= shown.items()
    assert shown["instance-pool"]["id"] == pool
    addresses = {client.get_instance(id=member)["public-ip"] for member in cloud.members(pool)}
    health = until(lambda: client.get_load_balancer_service(id=front, service_id=made), lambda seen: len(seen.get("healthcheck-status", [])) == 2)
    assert {each["public-ip"] for each in health["healthcheck-status"]} == addresses
    cloud.done(client.update_load_balancer_service(id=front, service_id=made, name="api", port=443, healthcheck=CHECK | {"port": 9090}))
    shown = client.get_load_balancer_service(id=front, service_id=made)
    assert (shown["name"], shown["port"], shown["healthcheck"]["port"], shown["target-port"]) == ("api", 443, 9090, 8080)
    cloud.done(client.reset_load_balancer_service_field(id=front, service_id=made, field="description"))
    assert "description" not in client.get_load_balancer_service(id=front, service_id=made)
    cloud.done(client.update_load_balancer(id=front, name="back", description="e"))
    assert client.get_load_balancer(id=front)["name"] == "back"
    cloud.done(client.reset_load_balancer_field(id=front, field="description"))
    assert "description" not in client.get_load_balancer(id=front)
    cloud.done(client.delete_load_balancer_service(id=front, service_id=made))
    with refused(404):
        client.get_load_balancer_service(id=front, service_id=made)
    cloud.done(client.delete_load_balancer(id=front))
    until(client.list_load_balancers, lambda seen: seen == {"load-balancers": []})
    with refused(404):
        client.get_load_balancer(id=front)


def test_a_member_that_is_shut_out_is_not_healthy(cloud):
    """The health checks come from addresses that the members' groups do not admit."""
    client = cloud.client
    shut = cloud.done(client.create_security_group(name="shut"))
    front = balancer(cloud)
    made = service(cloud, front, cloud.pool(1, security_groups=[{"id": shut}]))
    [status] = until(
        lambda: client.get_load_balancer_service(id=front, service_id=made), lambda seen: seen.get("healthcheck-status")
    )["healthcheck-status"]
    assert status["status"] == "failure"


@pytest.mark.parametrize(
    "wishes",
    [{"protocol": "icmp"}, {"strategy": "random"}, {"port": 0}, {"port": 65536}, {"target_port": 0}, {"name": ""}, {"description": "x" * 256}]
    + [{"healthcheck": CHECK | change} for change in ({"mode": "udp"}, {"interval": 4}, {"timeout": 1}, {"retries": 21}, {"uri": ""}, {"port": 0})],
    ids=str,
)  # fmt: skip
def test_a_service_has_its_limits(cloud, wishes):
    front = balancer(cloud)
    pool = cloud.pool(1)
    with invalid():
        cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": pool}, **SERVICE | wishes)


@pytest.mark.parametrize("missing", SERVICE)
def test_a_service_needs(cloud, missing):
    front = balancer(cloud)
    pool = cloud.pool(1)
    with invalid():
        cloud.client.add_service_to_load_balancer(
            id=front, instance_pool={"id": pool}, **{name: value for name, value in SERVICE.items() if name != missing}
        )


def test_a_check_takes_no_longer_than_its_interval(cloud):
    front = balancer(cloud)
    pool = cloud.pool(1)
    with refused(400, 409):
        cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": pool}, **SERVICE | {"healthcheck": CHECK | {"interval": 10, "timeout": 20}})


def test_a_port_is_taken_once(cloud):
    front = balancer(cloud)
    pool = cloud.pool(1)
    service(cloud, front, pool)
    with refused(400, 409):
        cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": pool}, **SERVICE | {"name": "other"})


def test_a_balancer_has_ten_services(cloud):
    front = balancer(cloud)
    pool = cloud.pool(1)
    for number in range(10):
        service(cloud, front, pool, name=f"s{number}", port=1000 + number)
    with refused(400, 409, 412):
        cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": pool}, **SERVICE)


def test_what_is_missing_is_refused(cloud):
    client = cloud.client
    front = balancer(cloud)
    pool = cloud.pool(1)
    unknown = str(uuid.uuid4())
    with refused(404):
        client.add_service_to_load_balancer(id=front, instance_pool={"id": unknown}, **SERVICE)
    with refused(404):
        client.add_service_to_load_balancer(id=unknown, instance_pool={"id": pool}, **SERVICE)
    with refused(404):
        client.delete_load_balancer_service(id=front, service_id=unknown)
    with refused(404):
        client.delete_load_balancer(id=unknown)


def test_a_pool_of_another_zone_is_refused(cloud):
    front = balancer(cloud)
    there = cloud.at("de-fra-1").pool(1)
    with refused(404, 409):
        cloud.client.add_service_to_load_balancer(id=front, instance_pool={"id": there}, **SERVICE)


def test_names_of_balancers_repeat(cloud):
    assert balancer(cloud) != balancer(cloud)
    assert len(find(cloud.client.list_load_balancers(), name="front")) == 2


def test_there_are_no_more_than_the_quota(cloud):
    for _ in range(cloud.client.get_quota(entity="network-load-balancer")["limit"]):
        balancer(cloud)
    with refused(409, saying="quota"):
        cloud.client.create_load_balancer(name="front")
