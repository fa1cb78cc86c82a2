"""Signatures, roles and keys: what can be asked for nothing, or nearly."""

import time

from exo import GaveUp
from experiment import ORGANISATION, SEEN, SHOWN, Answer, experiment, furthest, unsettled
from price import machine

DENY = {"default-service-strategy": "deny", "services": {}}
ALLOW = {"default-service-strategy": "allow", "services": {}}
DAY = 86_400

# How long a key may take to hold or to die before that is an answer in itself.
KEY_PATIENCE = 5 * 60


def only(*expressions):
    rules = [{"action": "allow", "expression": each} for each in expressions]
    return {"default-service-strategy": "deny", "services": {"compute": {"type": "rules", "rules": rules}}}


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
