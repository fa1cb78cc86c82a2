"""Signatures, roles and keys, and the API's own habits: what can be asked for nothing."""

import time

import requests

from exo import GaveUp
from experiment import INTERNET, ORGANISATION, SEEN, SHOWN, Answer, experiment, unsettled
from price import machine

DENY = {"default-service-strategy": "deny", "services": {}}
ALLOW = {"default-service-strategy": "allow", "services": {}}
DAY = 86_400

# How long a key may take to hold or to die before that is an answer in itself.
KEY_PATIENCE = 5 * 60


def only(*expressions):
    rules = [{"action": "allow", "expression": each} for each in expressions]
    return {"default-service-strategy": "deny", "services": {"compute": {"type": "rules", "rules": rules}}}


def furthest(tries, accepted):
    """The last of growing numbers that is accepted, and the first that is not."""
    last = None
    for number in tries:
        if not accepted(number):
            return last, number
        last = number
    return last, None


@experiment(
    "expires-limit",
    "What is the farthest `expires` that a signature may have?",
    "exoscale-api.md §1 [?], switches.rs",
    switch="expires_at_most_seconds",
)
def expires_limit(bench):
    replies = {}

    def accepted(seconds):
        replies[seconds] = bench.cloud.status_with_expiry(seconds)
        return replies[seconds].status == 200

    # A little less than each limit, for clocks differ.
    last, first = furthest([seconds - 5 for seconds in (600, 1200, 1800, 3600, 7200, DAY, 7 * DAY, 365 * DAY)], accepted)
    if last is None:
        return unsettled(f"not even ten minutes are accepted: {replies[first]}")
    seen = "; ".join(f"{seconds} s → {reply}" for seconds, reply in replies.items())
    return Answer(last + 5, seen if first else f"at least; {seen}", SHOWN if first else SEEN)


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
    "parameters-in-compute",
    "Does `parameters.id` in a rule for compute hold the id of the path?",
    "traps 28 [?], exoscale-api.md §5 [?], kubernetes.md CA, switches.rs",
    switch="parameters_bind_compute",
    minutes=8,
    makes="two security groups, a role, a key",
)
def parameters_in_compute(bench):
    own, other = bench.group(), bench.group()
    rule = f"operation == 'get-security-group' && parameters.id in ['{own}']"
    guarded = bench.key(bench.role(only(rule, "operation == 'list-security-groups'")))
    holds(bench, guarded)
    inside, outside = guarded.ask("get-security-group", id=own), guarded.ask("get-security-group", id=other)
    said = f"{rule}: its own id {inside}, another id {outside}"
    if outside.ok:
        return unsettled(f"the guard does not guard: {said}")
    return Answer(inside.ok, said, SHOWN if inside.ok else SEEN)


def holds(bench, cloud):
    """Waits until a key is let in to list security groups; how long that took, in seconds of the platform's time."""
    begun = time.monotonic()
    bench.until(lambda: cloud.ask("list-security-groups"), lambda reply: reply.ok, KEY_PATIENCE)
    return (time.monotonic() - begun) * bench.cloud.pace


@experiment(
    "resources-in-compute",
    "By which names can a rule tell one instance pool from another?",
    "kubernetes.md appendix D (exact IAM `resource.*` keys)",
    minutes=25,
    makes="a pool of one machine that is scaled to none, a role, a key",
    uses=machine(),
)
def resources_in_compute(bench):
    pool = bench.pool()
    bench.cloud.do("scale-instance-pool", {"size": 0}, id=pool["id"])
    name = pool["name"]
    tries = {
        "parameters.id": f"parameters.id == '{pool['id']}'",
        "resources.instance_pool.id": f"resources.instance_pool.id == '{pool['id']}'",
        "resources.instance_pool.name": f"resources.instance_pool.name == '{name}'",
        "resource.instance_pool.id": f"resource.instance_pool.id == '{pool['id']}'",
        "resource.instance_pool.name": f"resource.instance_pool.name == '{name}'",
    }
    groups = "operation == 'list-security-groups'"
    role = bench.role(only(groups))
    guarded = bench.key(role)
    holds(bench, guarded)
    worked = {}
    for binding, rule in tries.items():
        policy = only(groups, f"operation == 'get-instance-pool' && {rule}")
        bench.cloud.do("update-iam-role-policy", policy, id=role)
        worked[binding] = patiently(bench, lambda: guarded.ask("get-instance-pool", id=pool["id"]).ok, 40)
    names = [binding for binding, works in worked.items() if works]
    return Answer(names, f"get-instance-pool with one rule each, tried for 40 s: {worked}", SEEN)


def patiently(bench, question, patience):
    """Whether something becomes true within so many seconds."""
    try:
        bench.until(question, bool, patience)
        return True
    except GaveUp:
        return False


@experiment(
    "key-holds",
    "How long is a new key refused?",
    "traps 14 [?], switches.rs",
    switch="key_holds_after_ms",
    minutes=8,
    makes="a role, a key",
)
def key_holds(bench):
    seconds = holds(bench, bench.key(bench.role(ALLOW)))
    return Answer(round(seconds * 1000), f"let in after {seconds:.1f} s, asked every 3 s")


@experiment(
    "key-dies",
    "How long does a deleted key still work?",
    "traps 41, switches.rs",
    switch="key_revoked_after_ms",
    minutes=12,
    makes="a role, a key",
)
def key_dies(bench):
    minted = bench.key(bench.role(ALLOW))
    holds(bench, minted)
    begun = time.monotonic()
    bench.cloud.do("delete-api-key", id=minted.key.key)
    bench.until(lambda: minted.ask("list-security-groups"), lambda reply: reply.status == 403, KEY_PATIENCE)
    seconds = (time.monotonic() - begun) * bench.cloud.pace
    return Answer(round(seconds * 1000), f"refused {seconds:.1f} s after its deletion was asked for; asked every 3 s")


@experiment(
    "fixed-role",
    "Does `\"editable\": false` fix the whole role, or its policy alone?",
    "switches.rs",
    switch="fixed_role_is_wholly_fixed",
    makes="a role",
)
def fixed_role(bench):
    role = bench.role(DENY, editable=False)
    whole = bench.cloud.try_to("update-iam-role", {"max-session-ttl": 600}, id=role)
    policy = bench.cloud.try_to("update-iam-role-policy", ALLOW, id=role)
    if policy.ok:
        return unsettled(f"nothing is fixed: its policy took a change, {policy}; max-session-ttl {whole}")
    return Answer(not whole.ok, f"max-session-ttl: {whole}; policy: {policy}", SHOWN if whole.ok else SEEN)


def assumable(bench, **wishes):
    """A role that anybody of the organisation may assume, and that may do nothing."""
    return bench.role(DENY, **{"assume-role-policy": {"rules": [{"action": "allow", "expression": "true"}]}} | wishes)


@experiment(
    "session-keys-listed",
    "Are keys of those who assume a role among the API keys?",
    "switches.rs",
    switch="session_keys_listed",
    makes="a role, and a session of a minute",
)
def session_keys_listed(bench):
    session = bench.cloud.ask("assume-iam-role", {"ttl": 60}, id=assumable(bench))
    if not session.ok:
        return unsettled(f"the role cannot be assumed: {session}")
    keys = [each["key"] for each in bench.cloud.listed("list-api-keys")]
    return Answer(session.body["key"] in keys, f"{len(keys)} keys are listed", SEEN)


@experiment(
    "session-default",
    "What is the longest session of a role that names none?",
    "switches.rs",
    switch="session_ttl_default_seconds",
    makes="a role that may do nothing, and sessions that end with it",
)
def session_default(bench):
    role = assumable(bench)
    replies = {}

    def accepted(seconds):
        replies[seconds] = bench.cloud.ask("assume-iam-role", {"ttl": seconds}, id=role)
        return replies[seconds].ok

    last, first = furthest((60, 900, 1800, 3600, 7200, 4 * 3600, 12 * 3600, DAY, 7 * DAY), accepted)
    seen = "; ".join(f"{seconds} s → {reply}" for seconds, reply in replies.items())
    if last is None:
        return unsettled(seen)
    return Answer(last, seen if first else f"at least; {seen}", SHOWN if first else SEEN)


@experiment(
    "policy-reset",
    "Does the reset of the organisation's policy take the permission of that name?",
    "switches.rs",
    switch="policy_reset_needs_permission",
    minutes=8,
    needs=[ORGANISATION],
    makes="a role, a key; asks for a reset of the organisation's policy, and only where that changes nothing",
)
def policy_reset(bench):
    policy = bench.cloud.get("get-iam-organization-policy")
    if policy.get("default-service-strategy") != "allow" or policy.get("services"):
        return unsettled("this organisation has a policy of its own, which the reset would take away")
    without = bench.key(bench.role(ALLOW))
    holds(bench, without)
    reply = without.try_to("reset-iam-organization-policy")
    if bench.cloud.get("get-iam-organization-policy") != policy:
        return unsettled("the organisation's policy has changed: look at it")
    return Answer(not reply.ok, f"a key that may do everything and lacks the permission: {reply}")


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
