"""Guests as a test plays them: what they might say, and what an experiment must make of it."""


def facts(**wishes):
    fetch = {"ok": True}
    return {
        "uptime": 40.0, "first-look": 20.0, "boot": "b", "machine-id": "m", "private": {"name": "eth1", "uptime": 20.0}, "callers": ["192.0.2.1"],
        "interfaces": {"eth0": {"mtu": 1500, "addresses": []}, "eth1": {"mtu": 1500, "addresses": ["10.77.0.11"]}},
        "metadata": {"ok": True, "sha256": "x"}, "passwords": {"ok": True}, "connects": {"1.1.1.1:443": True, "1.1.1.1:80": True},
        "fetches": Always(fetch), "pings": [True, False, False, True, True],
    } | wishes  # fmt: skip


class Always:
    """A mapping that has the same for every key."""

    def __init__(self, value):
        self.value = value

    def __getitem__(self, _):
        return self.value


def ticking(*stages):
    """A guest that says one thing after the other, and the last for ever; its clock goes on."""
    told = []

    def hear(address):
        told.append(address)
        said = stages[min(len(told), len(stages)) - 1]
        return said and said | {"uptime": said["uptime"] + len(told)}

    return hear


shut = {"connects": {"1.1.1.1:443": True, "1.1.1.1:80": False}}
twins = iter(range(11, 1000))
GUESTS = [
    ("guest-poweroff", ticking(facts(), None), False),
    ("network-at-boot", ticking(facts()), True),
    ("network-at-boot", ticking(facts(private={"name": "eth1", "uptime": 33.0})), False),
    ("late-interfaces", ticking(facts(private={"name": "eth1", "uptime": 33.0})), [13, 13, 13]),
    ("private-segment", ticking(facts()), {"mtu": 1500, "interface-mtu": 1500, "second-address": True, "pod-addresses": True}),
    ("private-segment", ticking(facts(pings=[True, True, True, False, False])), {"mtu": 9000, "interface-mtu": 1500, "second-address": False, "pod-addresses": False}),
    ("metadata-follows", ticking(facts(), facts(metadata={"ok": True, "sha256": "y"})), True),
    ("metadata-follows", ticking(facts()), False),
    ("egress-filters", ticking(facts(), facts(**shut)), True),
    ("egress-filters", ticking(facts()), False),
    ("egress-filters", ticking(facts(**shut)), None),
    ("link-local-filtered", ticking(facts(), facts(metadata={"ok": False})), True),
    ("link-local-filtered", ticking(facts()), False),
    ("uncleaned-image", ticking(facts()), True),
    ("uncleaned-image", lambda _: facts(interfaces={"eth1": {"addresses": [f"10.77.0.{next(twins)}"]}}), False),
    ("elastic-probes", ticking(facts()), True),
    ("elastic-probes", ticking(facts(), None, facts()), False),
    ("hairpin", ticking(facts()), True),
    ("hairpin", ticking(facts(fetches=Always({"ok": False}))), False),
]  # fmt: skip
