"""Instances, pools and what they stand in, as the API alone shows it."""

from experiment import SEEN, SHOWN, Answer, experiment, unsettled
from price import address, machine


@experiment(
    "attach-while-stopped",
    "May an instance that does not run be attached to a private network?",
    "traps 20 [I], exoscale-api.md §5, switches.rs",
    switch="attach_while_stopped",
    minutes=8,
    uses=machine(),
    makes="a machine that is not started, a private network",
)
def attach_while_stopped(bench):
    network, made = bench.network(), bench.instance(auto_start=False)
    reply = bench.cloud.try_to("attach-instance-to-private-network", {"instance": {"id": made}}, id=network)
    shown = bench.cloud.get("get-instance", id=made)["state"]
    return Answer(reply.ok, f"while {shown}: {reply}")


@experiment(
    "busy-while-creating",
    "Is an instance refused every action while its creation is pending?",
    "switches.rs",
    switch="busy_while_creating",
    minutes=8,
    uses=machine(),
    makes="a machine",
)
def busy_while_creating(bench):
    begun = bench.cloud.ask("create-instance", bench.body("instance", bench.machine()))
    # The very next request: the creation takes half a minute.
    reply = bench.cloud.ask("update-instance", {"user-data": bench.machine()["user-data"]}, id=begun.reference)
    pending = bench.cloud.get("get-operation", id=begun.body["id"])["state"]
    if pending != "pending":
        return unsettled("the creation had ended before anything could be asked")
    reply = bench.cloud.ended(reply)
    return Answer(not reply.ok, f"a change while its creation was pending: {reply}")


@experiment(
    "busy-pool",
    "Which status has the refusal to change a pool that is not at rest?",
    "traps 42, switches.rs",
    switch="busy_pool_status",
    minutes=8,
    uses=machine(),
    makes="a pool of one machine",
)
def busy_pool(bench):
    begun = bench.cloud.ask("create-instance-pool", bench.body("instance-pool", bench.machine(size=1)))
    reply = bench.cloud.ask("update-instance-pool", {"description": "x"}, id=begun.reference)
    state = bench.cloud.get("get-instance-pool", id=begun.reference)["state"]
    said = f"a change while {state}: {reply}"
    if reply.ok:
        return unsettled(f"it is not refused at once: {said}, which ended as {bench.cloud.ended(reply)}")
    return Answer(reply.status, said)


@experiment(
    "full-group",
    "Is a pool that would overfill an anti-affinity group refused at once?",
    "exoscale-api.md §5 [INF], switches.rs",
    switch="full_group_refuses",
    minutes=10,
    uses=machine(count=9),
    makes="a pool of nine machines, if it is not refused",
)
def full_group(bench):
    group = bench.make("anti-affinity-group")
    reply = bench.cloud.ask("create-instance-pool", bench.body("instance-pool", bench.machine(size=9, anti_affinity_groups=[{"id": group}])))
    if reply.status in (403, 409) and "quota" in reply.message.lower():
        return unsettled(f"the quota has no room for nine machines: {reply}")
    return Answer(not reply.ok, f"nine machines in a group of at most eight: {reply}")


@experiment(
    "protected",
    "Which status has the refusal to delete a protected instance?",
    "switches.rs",
    switch="protected_status",
    minutes=8,
    uses=machine(),
    makes="a machine that is not started",
)
def protected(bench):
    made = bench.instance(auto_start=False)
    bench.cloud.do("add-instance-protection", id=made)
    reply = bench.cloud.try_to("delete-instance", id=made)
    bench.cloud.do("remove-instance-protection", id=made)
    if reply.ok:
        return unsettled("it was deleted nevertheless")
    return Answer(reply.status, f"{reply}")


@experiment(
    "tpm",
    "Must an instance be stopped before its TPM can be enabled?",
    "switches.rs",
    switch="tpm_needs_stopped",
    minutes=12,
    uses=machine(),
    makes="a machine",
)
def tpm(bench):
    made = bench.instance()
    running = bench.cloud.try_to("enable-tpm", id=made)
    if running.ok:
        return Answer(False, f"while running: {running}")
    bench.cloud.do("stop-instance", id=made)
    bench.state(made, "stopped")
    stopped = bench.cloud.try_to("enable-tpm", id=made)
    said = f"while running: {running}; while stopped: {stopped}"
    return Answer(True, said, SHOWN) if stopped.ok else unsettled(f"never: {said}")


@experiment(
    "leases-kept",
    "Is a change of a private network refused that would leave a lease outside its subnet?",
    "switches.rs",
    switch="networks_keep_their_leases",
    minutes=10,
    uses=machine(),
    makes="a machine, a private network",
)
def leases_kept(bench):
    network, made = bench.network(), bench.instance()
    wish = {"instance": {"id": made}, "ip": "10.77.0.5"}
    bench.cloud.do("attach-instance-to-private-network", wish, id=network)
    away = {"start-ip": "10.78.0.10", "end-ip": "10.78.0.100", "netmask": "255.255.255.0"}
    reply = bench.cloud.try_to("update-private-network", away, id=network)
    leases = bench.cloud.get("get-private-network", id=network).get("leases", [])
    return Answer(not reply.ok, f"with a lease on 10.77.0.5, to 10.78.0.0/24: {reply}; leases then: {[each['ip'] for each in leases]}")


@experiment(
    "shared-address",
    "May an elastic IP without a health check be attached to several instances?",
    "switches.rs",
    switch="manual_address_is_shared",
    minutes=10,
    uses=machine(count=2) + address(),
    makes="two machines, an elastic IP",
)
def shared_address(bench):
    elastic = bench.make("elastic-ip", {"addressfamily": "inet4"})
    first, second = bench.instance(), bench.instance()
    attach = lambda made: bench.cloud.try_to("attach-instance-to-elastic-ip", {"instance": {"id": made}}, id=elastic)
    alone, also = attach(first), attach(second)
    if not alone.ok:
        return unsettled(f"not even to one: {alone}")
    return Answer(also.ok, f"the first: {alone}; the second: {also}", SHOWN if not also.ok else SEEN)


@experiment(
    "reference-early",
    "Does the first answer of a creation name what is made, for pools, instances and load balancers too?",
    "exoscale-api.md §3 (live only for groups and networks), traps 42",
    minutes=8,
    uses=machine(count=2),
    makes="a machine, a pool of one",
)
def reference_early(bench):
    named = {}
    for kind, wishes in (("instance", {"auto_start": False}), ("instance-pool", {"size": 1})):
        begun = bench.cloud.ask(f"create-{kind}", bench.body(kind, bench.machine(**wishes)))
        ended = bench.cloud.ended(begun)
        named[kind] = begun.reference is not None and begun.reference == ended.reference
    return Answer(named, "the first answer and that of the ended operation name the same id")


@experiment(
    "names-unique",
    "May two instances, or two private networks, have the same name?",
    "exoscale-api.md §12.13 [INF], traps 42",
    minutes=8,
    uses=machine(count=2),
    makes="two machines that are not started, two private networks",
)
def names_unique(bench):
    twice = {}
    for kind, wishes in (("private-network", {}), ("instance", bench.machine(auto_start=False))):
        body = bench.body(kind, wishes)
        first, second = (bench.cloud.try_to(f"create-{kind}", body) for _ in range(2))
        if not first.ok:
            return unsettled(f"not even one {kind}: {first}")
        twice[kind] = second.ok
    return Answer(twice, "made twice by the same body")
