"""Every experiment against the sandbox: it must tell the truth about each guess, whichever way the guess is switched."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

sys.path.append(str(Path(__file__).parents[1] / "contract"))

import cloud as contract
import marks
from exo import Cloud, GaveUp, Key
from experiment import ALL, GUEST_RUNS, INTERNET, OPEN, SLIPWAY, Bench
from lab import Lab
from played import GUESTS
from price import RATES
from questions import QUESTIONS

# What each switch is switched to. Times must be far from the default, for asking takes time.
OTHERWISE = {
    "parameters_bind_compute": False,
    "key_holds_after_ms": 60_000,
    "key_revoked_after_ms": 60_000,
    "expires_at_most_seconds": 7200,
    "attach_while_stopped": False,
    "busy_while_creating": False,
    "busy_pool_status": 403,
    "full_group_refuses": False,
    "unknown_fields_refused": False,
    "protected_status": 409,
    "tpm_needs_stopped": False,
    "snapshots_export_themselves": False,
    "promote_keeps_boot_mode": True,
    "volume_minimum_gib": 1,
    "volume_resize_in_bytes": True,
    "volume_snapshots_hold_their_volume": True,
    "healthchecks_are_filtered": False,
    "service_update_is_whole": True,
    "manual_address_is_shared": False,
    "networks_keep_their_leases": False,
    "fixed_role_is_wholly_fixed": False,
    "policy_reset_needs_permission": False,
    "session_keys_listed": True,
    "session_ttl_default_seconds": 900,
}
# A sandbox's machines run no guests and its hosts reach no other site: these answers come from what guests would say.
BY_GUESTS = {"egress_filters_machines", "groups_filter_link_local", "uncleaned_images_share_a_lease", "elastic_probes_are_published"}
# About the sandbox's own host, and about a flag that Slipway's manifests set: no question to the platform.
NO_QUESTION = {"host_carries_loopback", "autoscaler_skips_local_storage"}

# Of the sandbox's time: a request or two on a machine that is busy with others.
TOLERANCE_MS = 45_000

# Where an experiment has to be quick, or measures, time runs slower: a busy machine needs a second for a request now and then.
UNHURRIED = {"busy_while_creating": 10, "busy_pool_status": 10, "key_holds_after_ms": 20, "key_revoked_after_ms": 20}

# Experiments wait for the sandbox most of their time, so some can wait together.
TOGETHER = 4


class Patient(Bench):
    """At a sandbox's speed, seconds are milliseconds, and a busy machine needs some."""

    slack = 6


class Account:
    """A sandbox account of the test's own, and the guesses it lives by."""

    def __init__(self, speed=contract.SPEED):
        opened = contract.open_account(speed=speed)
        self.key = Key(opened["key"], opened["secret"])
        self.switches = self.inside()["switches"]
        self.cloud = Cloud(self.key, contract.ZONE, contract.endpoint("{zone}"), speed)

    def inside(self, **changes):
        body = {"credentials": {"key": self.key.key, "secret": self.key.secret}} | changes
        answer = requests.post(f"{contract.BASE}/api/sandbox/inside", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def switch(self, **switches):
        self.switches |= switches
        self.inside(switches=self.switches)

    def census(self):
        return {(thing["kind"], thing["name"]) for thing in self.inside()["things"]}

    def ask(self, name, bench=Patient):
        """What an experiment answers here, and nothing of it may be left."""
        before = self.census()
        lab = Lab(self.cloud, "abc123", contract.BASE, say=lambda _: None, bench=bench)
        lab.all([ALL[name]])
        assert lab.left == []
        assert self.census() == before
        [finding] = lab.findings
        return finding


@pytest.fixture
def account():
    return Account()


BY_API = {each.switch: each.id for each in QUESTIONS if each.switch and GUEST_RUNS not in each.needs}


def test_every_guess_has_its_experiment(account):
    asked = {each.switch for each in QUESTIONS if each.switch}
    assert set(OTHERWISE) == set(BY_API)
    assert asked == set(OTHERWISE) | BY_GUESTS
    assert set(account.switches) == asked | NO_QUESTION


def switched_to(switch, value):
    """What the experiment of a switch answers in an account that has it so; by default, and the switch itself."""
    account = Account(UNHURRIED.get(switch, contract.SPEED))
    if value is not None:
        assert account.switches[switch] != value
        account.switch(**{switch: value})
    return account.ask(BY_API[switch]), account.switches[switch]


def played(name, hear):
    """The platform's part is the sandbox's, the guest's is played."""

    class Played(Patient):
        def heard(self, address):
            return hear(address)

    return Account().ask(name, Played)


@pytest.fixture(scope="session")
def answers():
    """All that is asked of accounts of their own, begun together."""
    with ThreadPoolExecutor(TOGETHER) as workers:
        yield {
            **{(name, None): workers.submit(lambda name=name: Account().ask(name)) for name in UNSWITCHED},
            **{(switch, False): workers.submit(switched_to, switch, None) for switch in OTHERWISE},
            **{(switch, True): workers.submit(switched_to, switch, OTHERWISE[switch]) for switch in OTHERWISE},
            **{(number, "played"): workers.submit(played, name, hear) for number, (name, hear, _) in enumerate(GUESTS)},
        }


@pytest.mark.parametrize("switched", [False, True], ids=["as it is", "otherwise"])
@pytest.mark.parametrize("switch", OTHERWISE)
def test_the_answer_follows_the_switch(answers, switch, switched):
    finding, truth = answers[switch, switched].result()
    assert finding["sure"] != OPEN, finding["evidence"]
    if switch.endswith("_ms"):
        assert 0 <= finding["answer"] - truth < TOLERANCE_MS, finding["evidence"]
    else:
        assert finding["answer"] == truth, finding["evidence"]


UNSWITCHED = [each.id for each in QUESTIONS if not each.switch and not each.needs & {GUEST_RUNS, INTERNET, SLIPWAY}]


@pytest.mark.parametrize("name", UNSWITCHED)
def test_what_is_no_switch_is_answered_too(answers, name):
    finding = answers[name, None].result()
    assert finding["sure"] != OPEN, finding["evidence"]
    assert finding["answer"] is not None


def test_a_rate_limit_is_noticed(account):
    account.inside(faults={"too_many_requests": 200})
    assert account.ask("rate-limit")["answer"] is True


def test_the_cluster(account):
    """One launch by the Slipway that serves this sandbox, read by all questions about clusters."""
    lab = Lab(account.cloud, "abc123", contract.BASE, say=lambda _: None, bench=Patient)
    before = account.census()
    lab.all([each for each in QUESTIONS if SLIPWAY in each.needs])
    assert [(each["id"], each["answer"]) for each in lab.findings if each["answer"] is not True] == []
    assert account.census() == before


def test_the_price_is_enough(account):
    """What the sandbox would bill is no more than what was reckoned with."""
    names = ["shared-address", "service-update", "snapshot-exports", "full-group"]
    account.switch(full_group_refuses=False)
    lab = Lab(account.cloud, "abc123", say=lambda _: None, bench=Patient)
    lab.all([ALL[name] for name in names])
    billed = sum(RATES[unit] * seconds / 3600 for unit, seconds in account.inside()["usage"].items())
    # Lots of machines have been made, so there is a bill.
    assert 0.001 < billed <= sum(ALL[name].cost() for name in names)
    assert billed <= lab.spent * 1.5


def test_a_sweep_takes_what_is_marked_and_nothing_else(account):
    def furnish(bench):
        group = bench.group()
        bench.cloud.do("add-rule-to-security-group", {"flow-direction": "ingress", "protocol": "tcp", "security-group": {"id": group}, "start-port": 1, "end-port": 1}, id=group)
        network = bench.network()
        made = bench.instance(security_groups=[{"id": group}])
        bench.cloud.do("attach-instance-to-private-network", {"instance": {"id": made}}, id=network)
        bench.cloud.do("add-instance-protection", id=made)
        bench.cloud.do("attach-instance-to-elastic-ip", {"instance": {"id": made}}, id=bench.make("elastic-ip", {"addressfamily": "inet4"}))
        bench.pool(private_networks=[{"id": network}])
        bench.make("load-balancer")
        bench.key(bench.role({"default-service-strategy": "deny", "services": {}}))

    untouched = account.census()
    furnish(Patient(account.cloud, "abc123", 30))
    cloud = account.cloud
    # Things of somebody else's, and things that only look like ours: in name, or in label.
    cloud.do("create-anti-affinity-group", {"name": "slipway-live-abc123-x"})
    cloud.do("create-security-group", {"name": "web", "description": "slipway/live=abc123"})
    cloud.do("create-private-network", {"name": "office", "labels": {"slipway/live": "abc123"}})
    cloud.do("create-private-network", {"name": "slipway-live-abc123-x", "labels": {"slipway/live": "other1"}})
    theirs = {
        ("anti-affinity-group", "slipway-live-abc123-x"), ("security-group", "web"),
        ("private-network", "office"), ("private-network", "slipway-live-abc123-x"),
    }  # fmt: skip
    furnish(Patient(cloud, "zzz999", 30))
    found = marks.find(cloud, "abc123")
    assert {each.run for each in found} == {"abc123"} and len(found) == 8
    assert marks.remove(cloud, found) == []
    assert {each.run for each in marks.find(cloud)} == {"zzz999"}
    assert marks.remove(cloud, marks.find(cloud)) == []
    assert account.census() == untouched | theirs


class Blind(Cloud):
    def listed(self, operation, **parameters):
        if operation == "list-load-balancers":
            raise GaveUp("list-load-balancers: 403")
        return super().listed(operation, **parameters)


def test_what_cannot_be_listed_hides_nothing_else(account):
    before = account.census()
    bench = Patient(Blind(account.key, account.cloud.zone, account.cloud.endpoint, account.cloud.pace), "abc123", 30)
    bench.group()
    _, left = marks.clean(bench.cloud, "abc123")
    assert left == ["list-load-balancers: 403"]
    assert account.census() == before
    with pytest.raises(GaveUp):
        marks.find(bench.cloud)


@pytest.mark.parametrize("number", range(len(GUESTS)), ids=[f"{name}: {answer}" for name, _, answer in GUESTS])
def test_what_guests_say_is_understood(answers, number):
    finding, answer = answers[number, "played"].result(), GUESTS[number][2]
    assert finding["answer"] == answer, finding["evidence"]
    assert (finding["sure"] == OPEN) == (answer is None), finding["evidence"]


def test_every_guest_is_played():
    assert {name for name, _, _ in GUESTS} == {each.id for each in QUESTIONS if GUEST_RUNS in each.needs}
