"""What only a machine can tell: each runs guest.py, which serves what it sees on its public address."""

from exo import GaveUp
from experiment import FACTS_PORT, GUEST_RUNS, PROBED_PORT, SEEN, SHOWN, Answer, egress, experiment, ingress, unsettled
from price import address, image, machine

OPEN_RULES = [ingress(FACTS_PORT), ingress(PROBED_PORT)]
METADATA_DOORS = ("metadata", "passwords")


def attach(bench, network, made, ip=None):
    wish = {"instance": {"id": made}} | ({"ip": ip} if ip else {})
    bench.cloud.do("attach-instance-to-private-network", wish, id=network)


@experiment(
    "guest-poweroff",
    "Does an instance show as `stopped` after its guest has powered off?",
    "traps 16, exoscale-api.md §11 [?] and §14",
    minutes=12,
    uses=machine(),
    needs=[GUEST_RUNS],
    makes="a machine that turns itself off",
)
def guest_poweroff(bench):
    made = bench.instance(guest={"poweroff-after": 60}, security_groups=[{"id": bench.group(*OPEN_RULES)}])
    ip = bench.public_ip(made)
    bench.facts(ip)
    bench.until(lambda: bench.heard(ip), lambda facts: facts is None, 180)
    states = []

    def stopped():
        states.append(bench.cloud.get("get-instance", id=made)["state"])
        return states[-1] == "stopped"

    try:
        bench.until(stopped, bool, 180)
    except GaveUp:
        return Answer(False, f"silent for three minutes, and {states[-1]}", SEEN)
    return Answer(True, f"it had answered, fell silent, and is {states[-1]}", SHOWN)


@experiment(
    "network-at-boot",
    "Is a private interface there at boot, when a stopped machine was attached and then started?",
    "traps 20 [I], exoscale-api.md §5 [INF]",
    minutes=10,
    uses=machine(),
    needs=[GUEST_RUNS],
    makes="a machine, a private network",
)
def network_at_boot(bench):
    group = bench.group(*OPEN_RULES)
    made = bench.instance(guest={"dhcp": "mac"}, auto_start=False, security_groups=[{"id": group}])
    attach(bench, bench.network(), made)
    bench.cloud.do("start-instance", {}, id=made)
    facts = bench.facts(bench.public_ip(made))
    nic = facts["private"]
    return Answer(bool(nic and nic["uptime"] <= facts["first-look"] + 1), f"first look after {facts['first-look']:.0f} s; interface: {nic}")


@experiment(
    "late-interfaces",
    "How long after boot does a pool's member get its private interface?",
    "traps 38, exoscale-api.md §5 (live at one place)",
    minutes=12,
    uses=machine(count=3),
    needs=[GUEST_RUNS],
    makes="a pool of three machines, a private network",
)
def late_interfaces(bench):
    group, network = bench.group(*OPEN_RULES), bench.network()
    pool = bench.pool(3, guest={"dhcp": "mac"}, security_groups=[{"id": group}], private_networks=[{"id": network}])
    seen = [bench.facts(bench.public_ip(each["id"]), lambda facts: facts["private"]) for each in pool["instances"]]
    # A member that had it at its first look was not late; the resolution is one look.
    late = [round(facts["private"]["uptime"] - facts["first-look"]) for facts in seen]
    names = sorted({facts["private"]["name"] for facts in seen})
    looks = [round(facts["first-look"]) for facts in seen]
    return Answer(late, f"seconds after the first look, which was at {looks} s of uptime; called {names}")


@experiment(
    "private-segment",
    "What does a private network carry: how large a packet, addresses of pods, an address that moves by ARP?",
    "kubernetes.md appendix D (MTU, un-encapsulated pod addresses, kube-vip's ARP)",
    minutes=12,
    uses=machine(count=2),
    needs=[GUEST_RUNS],
    makes="two machines, a private network",
)
def private_segment(bench):
    group, network = bench.group(*OPEN_RULES), bench.network()
    wears = {"addresses": ["10.77.0.2/24", "10.77.0.200/24"], "dummy": ["10.244.2.1/32"], "routes": [["10.244.1.1/32", "10.77.0.1"]]}
    asks = {"addresses": ["10.77.0.1/24"], "dummy": ["10.244.1.1/32"], "routes": [["10.244.2.1/32", "10.77.0.2"]]}
    sizes = (1472, 1473, 8972)
    pings = [["10.77.0.2", size, ""] for size in sizes] + [["10.77.0.200", 56, ""], ["10.244.2.1", 56, "10.244.1.1"]]
    made = []
    for wishes, ip in ((wears, "10.77.0.2"), (asks | {"ping": pings}, "10.77.0.1")):
        one = bench.instance(guest=wishes, auto_start=False, security_groups=[{"id": group}])
        attach(bench, network, one, ip)
        bench.cloud.do("start-instance", {}, id=one)
        made.append(one)
    bench.facts(bench.public_ip(made[0]), lambda facts: facts["private"])
    asker = bench.facts(bench.public_ip(made[1]), lambda facts: facts["private"] and facts["pings"][0])
    results = asker["pings"]
    carried = [size + 28 for size, passed in zip(sizes, results) if passed]
    mtu = asker["interfaces"][asker["private"]["name"]]["mtu"]
    value = {"mtu": max(carried), "interface-mtu": mtu, "second-address": results[3], "pod-addresses": results[4]}
    return Answer(value, f"unfragmented pings of {[size + 28 for size in sizes]} bytes, to a second address, from 10.244.1.1 to 10.244.2.1: {results}")


@experiment(
    "metadata-follows",
    "Does a change of user-data reach the metadata service without a reboot?",
    "kubernetes.md appendix D",
    minutes=10,
    uses=machine(),
    needs=[GUEST_RUNS],
    makes="a machine",
)
def metadata_follows(bench):
    made = bench.instance(guest={}, security_groups=[{"id": bench.group(*OPEN_RULES)}])
    ip = bench.public_ip(made)
    before = bench.facts(ip)
    changed = bench.machine(guest={"changed": True})["user-data"]
    bench.cloud.do("update-instance", {"user-data": changed}, id=made)
    try:
        after = bench.facts(ip, lambda facts: facts["metadata"].get("sha256") != before["metadata"].get("sha256"), 90)
    except GaveUp:
        return Answer(False, "still the old one after 90 s")
    return Answer(True, f"uptime {before['uptime']:.0f} s and {after['uptime']:.0f} s, boot {'same' if after['boot'] == before['boot'] else 'another'}")


@experiment(
    "egress-filters",
    "Do security groups filter what a machine sends?",
    "switches.rs, traps 19",
    switch="egress_filters_machines",
    minutes=10,
    uses=machine(),
    needs=[GUEST_RUNS],
    makes="a machine that boots freely and then gets a group with one egress rule",
)
def egress_filters(bench):
    before, after = with_egress_list(bench)
    free, blocked = "1.1.1.1:443", "1.1.1.1:80"
    said = f"before: {before['connects']}; with egress to 443 alone: {after['connects']}"
    if not (before["connects"][free] and before["connects"][blocked] and after["connects"][free]):
        return unsettled(f"the way out was shut already: {said}")
    filtered = not after["connects"][blocked]
    return Answer(filtered, said, SHOWN if filtered else SEEN)


@experiment(
    "link-local-filtered",
    "Do groups also filter what a machine asks of its metadata service?",
    "traps 19 [?], switches.rs",
    switch="groups_filter_link_local",
    minutes=10,
    uses=machine(),
    needs=[GUEST_RUNS],
    makes="a machine that boots freely and then gets a group with one egress rule",
)
def link_local_filtered(bench):
    before, after = with_egress_list(bench)
    said = "; ".join(f"{name}: {before[name]} → {after[name]}" for name in METADATA_DOORS)
    if not before["metadata"]["ok"]:
        return unsettled(f"the metadata service was silent before: {said}")
    filtered = not after["metadata"]["ok"]
    return Answer(filtered, said, SHOWN if filtered else SEEN)


def with_egress_list(bench):
    """What a machine sees of the world before and after it gets a group that only lets it out to port 443."""
    made = bench.instance(guest={"connect": ["1.1.1.1:443", "1.1.1.1:80"]}, security_groups=[{"id": bench.group(*OPEN_RULES)}])
    ip = bench.public_ip(made)
    before = bench.facts(ip)
    narrow = bench.group(egress(443))
    bench.cloud.do("attach-instance-to-security-group", {"instance": {"id": made}}, id=narrow)
    # Rules reach the hosts within seconds; a look takes up to fifteen when doors are shut.
    bench.cloud.pause(45)
    last = bench.facts(ip)["uptime"]
    return before, bench.facts(ip, lambda facts: facts["uptime"] > last)


@experiment(
    "uncleaned-image",
    "Do machines from an image that was not cleaned all get the same private address?",
    "traps 16 [I], switches.rs",
    switch="uncleaned_images_share_a_lease",
    minutes=35,
    uses=machine(count=3) + image(),
    needs=[GUEST_RUNS],
    makes="a machine, an image of it, a pool of two from that, a private network",
)
def uncleaned_image(bench):
    group, network = bench.group(*OPEN_RULES), bench.network()
    source = bench.instance(guest={}, security_groups=[{"id": group}])
    bench.facts(bench.public_ip(source))
    bench.cloud.do("stop-instance", id=source)
    bench.state(source, "stopped")
    taken = bench.cloud.do("create-snapshot", id=source)
    bench.until(lambda: bench.cloud.get("get-snapshot", id=taken), lambda seen: seen["state"] in ("exported", "ready"))
    bench.cloud.do("export-snapshot", id=taken)
    export = bench.cloud.get("get-snapshot", id=taken)["export"]
    settings = {
        "url": export["presigned-url"], "checksum": export["md5sum"], "boot-mode": bench.template().get("boot-mode", "uefi"),
        "default-user": "ubuntu", "ssh-key-enabled": True, "password-enabled": False,
    }  # fmt: skip
    template = bench.cloud.do("register-template", bench.body("template", settings))
    # By the client id that netplan sends if nobody says otherwise: it is made of the machine id.
    wishes = {"template": {"id": template}, "security_groups": [{"id": group}], "private_networks": [{"id": network}]}
    pool = bench.pool(2, guest={"dhcp": "as it comes"}, **wishes)
    addressed = lambda facts: facts["private"] and private_addresses(facts)
    seen = [bench.facts(bench.public_ip(each["id"]), addressed) for each in pool["instances"]]
    ips = [private_addresses(facts)[0] for facts in seen]
    same_id = len({facts["machine-id"] for facts in seen}) == 1
    return Answer(ips[0] == ips[1], f"private addresses {ips}, machine ids {'the same' if same_id else 'different'}", SHOWN if same_id else SEEN)


def private_addresses(facts):
    return [each for each in facts["interfaces"][facts["private"]["name"]]["addresses"] if ":" not in each]


@experiment(
    "elastic-probes",
    "Do health checks of elastic IPs come from where load balancers probe, and does a member reach its own?",
    "traps 2 [I], switches.rs",
    switch="elastic_probes_are_published",
    minutes=15,
    uses=machine() + address(),
    needs=[GUEST_RUNS],
    makes="a machine, an elastic IP with a health check",
)
def elastic_probes(bench):
    check = {"mode": "tcp", "port": PROBED_PORT, "interval": 10, "timeout": 5, "strikes-ok": 1, "strikes-fail": 1}
    elastic = bench.make("elastic-ip", {"addressfamily": "inet4", "healthcheck": check})
    ip = bench.cloud.get("get-elastic-ip", id=elastic)["ip"]
    group = bench.group(ingress(FACTS_PORT))
    [sources] = [
        each for each in bench.cloud.listed("list-security-groups", visibility="public") if each["name"] == "public-nlb-healthcheck-sources"
    ]
    published = ingress(PROBED_PORT) | {"security-group": {"id": sources["id"], "visibility": "public"}}
    del published["network"]
    bench.cloud.do("add-rule-to-security-group", published, id=group)
    made = bench.instance(guest={"fetch": [f"http://{ip}:{FACTS_PORT}/"]}, security_groups=[{"id": group}])
    bench.facts(bench.public_ip(made))
    bench.cloud.do("attach-instance-to-elastic-ip", {"instance": {"id": made}}, id=elastic)
    bench.cloud.pause(60)
    narrow = bench.heard(ip) is not None
    bench.cloud.do("add-rule-to-security-group", ingress(PROBED_PORT), id=group)
    bench.facts(ip, patience=180)
    facts = bench.facts(bench.public_ip(made))
    own = facts["fetches"][f"http://{ip}:{FACTS_PORT}/"]["ok"]
    said = f"healthy with the published sources alone: {narrow}, and with everybody admitted: True; probed from {facts['callers']}"
    return Answer(narrow, f"{said}; from the member itself it answers: {own}", SEEN if narrow else SHOWN)
