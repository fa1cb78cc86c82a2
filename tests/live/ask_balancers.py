"""Load balancers and what may reach through security groups."""

from experiment import FACTS_PORT, GUEST_RUNS, SEEN, SHOWN, Answer, experiment, ingress
from price import balancer, machine

CHECK = {"mode": "tcp", "port": FACTS_PORT, "interval": 10, "timeout": 5, "retries": 1}


def serve(bench, made, pool):
    """Points a load balancer at a pool; the service's id."""
    service = {
        "name": "live", "instance-pool": {"id": pool}, "protocol": "tcp", "strategy": "round-robin",
        "port": FACTS_PORT, "target-port": FACTS_PORT, "healthcheck": CHECK, "description": "as made",
    }  # fmt: skip
    # Right after its creation a load balancer may not be known to who adds a service.
    bench.until(lambda: bench.cloud.try_to("add-service-to-load-balancer", service, id=made), lambda reply: reply.ok, 60)
    return bench.cloud.get("get-load-balancer", id=made)["services"][0]["id"]


@experiment(
    "service-update",
    "Does an update of a load balancer's service need all its fields?",
    "switches.rs",
    switch="service_update_is_whole",
    minutes=12,
    uses=machine() + balancer(),
    makes="a pool of one machine, a load balancer",
)
def service_update(bench):
    made = bench.make("load-balancer")
    service = serve(bench, made, bench.pool()["id"])
    shown = lambda: bench.cloud.get("get-load-balancer-service", id=made, service_id=service)
    reply = bench.cloud.try_to("update-load-balancer-service", {"name": "renamed"}, id=made, service_id=service)
    after = shown()
    kept = after.get("description") == "as made" and after["port"] == FACTS_PORT
    said = f"its name alone: {reply}; then {after['name']}, port {after['port']}, “{after.get('description', '')}”"
    return Answer(not (reply.ok and kept), said)


@experiment(
    "healthchecks-filtered",
    "Do health checks of load balancers pass through the security groups of the members?",
    "exoscale-api.md §5 (live at one place), switches.rs",
    switch="healthchecks_are_filtered",
    minutes=15,
    uses=machine() + balancer(),
    makes="a pool of one machine in a group without rules, a load balancer",
)
def healthchecks_filtered(bench):
    group = bench.group()
    pool = bench.pool(guest={}, security_groups=[{"id": group}])["id"]
    made = bench.make("load-balancer")
    service = serve(bench, made, pool)

    def status():
        shown = bench.cloud.get("get-load-balancer-service", id=made, service_id=service)
        return [each["status"] for each in shown.get("healthcheck-status", [])]

    # Long enough for the machine to listen, and for the check to have looked.
    bench.cloud.pause(150)
    closed = status()
    if closed == ["success"]:
        return Answer(False, "healthy though no rule lets anybody in")
    [sources] = [
        each for each in bench.cloud.listed("list-security-groups", visibility="public") if each["name"] == "public-nlb-healthcheck-sources"
    ]
    admitted = ingress(FACTS_PORT) | {"security-group": {"id": sources["id"], "visibility": "public"}}
    del admitted["network"]
    bench.cloud.do("add-rule-to-security-group", admitted, id=group)
    opened = bench.until(status, lambda seen: seen == ["success"], 180)
    return Answer(True, f"without a rule: {closed}; with public-nlb-healthcheck-sources admitted: {opened}", SHOWN)


@experiment(
    "hairpin",
    "Does a member reach the load balancer that it stands behind?",
    "kubernetes.md HA (NLB hairpin [unknown]) and appendix D",
    minutes=15,
    uses=machine() + balancer(),
    needs=[GUEST_RUNS],
    makes="a pool of one machine, a load balancer",
)
def hairpin(bench):
    made = bench.make("load-balancer")
    address = bench.cloud.get("get-load-balancer", id=made)["ip"]
    group = bench.group(ingress(FACTS_PORT))
    pool = bench.pool(guest={"fetch": [f"http://{address}:{FACTS_PORT}/"]}, security_groups=[{"id": group}])
    serve(bench, made, pool["id"])
    bench.until(lambda: bench.heard(address), lambda facts: facts is not None, 300)
    member = bench.public_ip(pool["instances"][0]["id"])
    seen = bench.facts(member)["fetches"][f"http://{address}:{FACTS_PORT}/"]
    return Answer(seen["ok"], f"from outside it answers; from its only member: {seen}", SHOWN if not seen["ok"] else SEEN)
