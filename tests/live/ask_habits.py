"""The API's own habits: what it takes, what it refuses, how much of it."""

import time

import requests

from experiment import INTERNET, SEEN, SHOWN, Answer, experiment, furthest, unsettled
from price import machine


@experiment(
    "unknown-fields",
    "Are properties of a body refused that the document does not know?",
    "switches.rs",
    switch="unknown_fields_refused",
    makes="an anti-affinity group",
)
def unknown_fields(bench):
    with_one = bench.create("anti-affinity-group", {"no-such-property": "x"})
    without = bench.create("anti-affinity-group")
    if not without.ok:
        return unsettled(f"refused also without: {without}")
    return Answer(not with_one.ok, f"with an unknown property: {with_one}; without: {without}", SHOWN)


@experiment(
    "rate-limit",
    "Is there a rate limit that a launch could meet?",
    "exoscale-api.md §3 (no limit documented) and §14",
    minutes=4,
)
def rate_limit(bench):
    session, url = bench.cloud.client.http_client, f"{bench.cloud.client.endpoint}/anti-affinity-group"
    begun = time.monotonic()
    replies = [session.get(url, timeout=30) for _ in range(150)]
    seconds = time.monotonic() - begun
    limited = [reply for reply in replies if reply.status_code == 429]
    headers = sorted({name for reply in replies for name in reply.headers if "ratelimit" in name.lower() or name.lower() == "retry-after"})
    said = f"150 listings in {seconds:.0f} s: {len(limited)} × 429; headers: {headers or 'none'}"
    return Answer(bool(limited or headers), said)


@experiment(
    "cors",
    "May a page of another origin call the API, or read the price list?",
    "exoscale-api.md §4 [?] twice, §14",
    needs=[INTERNET],
)
def cors(bench):
    origin = "https://slipway.example"
    asking = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    api = requests.options(f"{bench.cloud.client.endpoint}/instance", headers=asking, timeout=30)
    prices = requests.get("https://portal.exoscale.com/api/pricing/opencompute", headers={"Origin": origin}, timeout=30)
    allowed = [reply.headers.get("access-control-allow-origin") in ("*", origin) for reply in (api, prices)]
    return Answer({"api": allowed[0], "prices": allowed[1]}, f"preflight {api.status_code}, price list {prices.status_code}")


@experiment(
    "label-filter",
    "In which syntax does the list of instances take `labels`?",
    "exoscale-api.md §14",
    minutes=8,
    uses=machine(),
    makes="a machine that is not started",
)
def label_filter(bench):
    made = bench.instance(auto_start=False)
    run, key = bench.run, "slipway/live"
    worked = {}
    for syntax in (f"{key}:{run}", f"{key}={run}", f"{key}", f'{{"{key}":"{run}"}}'):
        none = bench.cloud.ask("list-instances", labels=syntax.replace(run, "nobody").replace("live", "live" if run in syntax else "none"))
        some = bench.cloud.ask("list-instances", labels=syntax)
        found = [each["id"] for each in some.body.get("instances", [])]
        worked[syntax.replace(run, "…")] = some.ok and none.ok and found == [made] and not none.body.get("instances")
    return Answer([syntax for syntax, works in worked.items() if works], f"finds that machine alone, and none for another value: {worked}")


@experiment(
    "templates",
    "What are the templates that Slipway starts from called today, and how do they boot?",
    "kubernetes.md appendix D, exoscale-api.md §8 [INF]",
)
def templates(bench):
    wanted = ("Linux Ubuntu 26.04", "Linux Ubuntu 24.04", "Linux Debian 13", "Linux Debian 12")
    found = [each for each in bench.cloud.listed("list-templates") if each["name"].startswith(wanted)]
    value = {each["name"]: f"{each.get('boot-mode')}, {each.get('size', 0) >> 30} GiB, {each.get('default-user')}" for each in found}
    return Answer(value, f"{len(found)} public templates in {bench.cloud.zone}") if found else unsettled("none of them is listed")


@experiment(
    "group-limits",
    "How many rules does a security group take, and how many groups an instance?",
    "exoscale-api.md §6 [?]",
    minutes=20,
    uses=machine(),
    makes="21 security groups, a machine that is not started",
)
def group_limits(bench):
    group = bench.group()
    rule = lambda port: bench.cloud.try_to(
        "add-rule-to-security-group",
        {"flow-direction": "ingress", "protocol": "tcp", "network": "192.0.2.0/24", "start-port": port, "end-port": port},
        id=group,
    )
    rules, refused_rule = furthest(range(1, 61), lambda number: rule(10_000 + number).ok)
    groups = [{"id": group}, *({"id": bench.group()} for _ in range(20))]
    sizes = (5, 10, 16, 17, 21)
    create = lambda size: bench.create("instance", bench.machine(security_groups=groups[:size], auto_start=False))
    worn, refused_size = furthest(reversed(sizes), lambda size: not create(size).ok)
    most = refused_size or 0
    value = {"rules": f"{'' if refused_rule else 'at least '}{rules}", "groups": f"{'at least ' if most == 21 else ''}{most}"}
    return Answer(value, f"60 rules and {sizes} groups were tried", SEEN)


@experiment(
    "label-size",
    "How long may the value of a label be?",
    "kubernetes.md kubeconfig [unknown exact], traps 24, exoscale-api.md §6",
    makes="a private network",
)
def label_size(bench):
    made = bench.network()
    replies = {}

    def accepted(size):
        labels = {"slipway/live": bench.run, "long": "x" * size}
        replies[size] = bench.cloud.try_to("update-private-network", {"labels": labels}, id=made)
        return replies[size].ok and bench.cloud.get("get-private-network", id=made)["labels"] == labels

    last, first = furthest((63, 128, 255, 256, 512, 1024, 4096), accepted)
    value = last if first else f"at least {last}"
    return Answer(value, "; ".join(f"{size} → {reply}" for size, reply in replies.items()), SHOWN if first else SEEN)
