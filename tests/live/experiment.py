"""What an experiment is, what it is given, and what it answers."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

import marks
from exo import GaveUp, Key
from price import CLEANING, RATES, cost

UBUNTU = "Linux Ubuntu 24.04 LTS 64-bit"
GUEST = Path(__file__).parent / "guest.py"
FACTS_PORT, PROBED_PORT = 8080, 8081

# How sure an answer is: the case and its opposite were seen, the case alone, or neither.
SHOWN = "shown"
SEEN = "seen"
OPEN = "open"

# What an experiment may need beyond a key.
GUEST_RUNS = "guest"  # machines that really run what they are given
INTERNET = "internet"  # sites that are not Exoscale's
SLIPWAY = "slipway"  # a deployed Slipway that machines can reach
ORGANISATION = "organisation"  # touches the organisation itself, which carries no marker


@dataclass
class Answer:
    """`value` is in the terms of the switch, where there is one."""

    value: object
    evidence: str
    sure: str = SEEN


def unsettled(why):
    return Answer(None, why, OPEN)


@dataclass
class Experiment:
    id: str
    question: str
    source: str
    run: object
    switch: str = ""
    minutes: float = 2
    uses: list = field(default_factory=list)
    needs: frozenset = frozenset()
    makes: str = "nothing"

    def cost(self, rates=RATES):
        return cost(self.uses, self.minutes + CLEANING, rates)


ALL: dict[str, Experiment] = {}


def experiment(name, question, source, **details):
    """Declares the function below to be an experiment."""

    def declare(function):
        details["needs"] = frozenset(details.get("needs", ()))
        assert name not in ALL, name
        ALL[name] = Experiment(name, question, source, function, **details)
        return function

    return declare


class Bench:
    """What an experiment works with: an account, and the making of things that are taken away again."""

    # How much longer than usual to wait for anything.
    slack = 1

    def __init__(self, cloud, run, minutes, memory=None, slipway=""):
        self.cloud, self.run, self.slipway = cloud, run, slipway
        # What one experiment learns and others read: shared by all of a run.
        self.memory = {} if memory is None else memory
        self.minutes = minutes
        self.deadline = time.monotonic() + minutes * 60 * self.slack / cloud.pace

    @property
    def left(self):
        """Seconds of the platform's time until this experiment has to end."""
        seconds = (self.deadline - time.monotonic()) * self.cloud.pace
        if seconds <= 0:
            raise GaveUp("its time is over")
        return seconds

    def until(self, read, wanted, patience=None):
        return self.cloud.until(read, wanted, min(self.left, patience * self.slack if patience else self.left))

    def body(self, kind, body=None):
        return marks.marked(marks.BY_NAME[kind], self.run, secrets.token_hex(3)) | (body or {})

    def create(self, kind, body=None):
        """Asks for something with the marker; how that ended."""
        return self.cloud.try_to(f"create-{kind}", self.body(kind, body))

    def make(self, kind, body=None):
        """Makes something with the marker; its id."""
        reply = self.create(kind, body)
        if not reply.ok:
            raise GaveUp(f"no {kind}: {reply}")
        return reply.reference

    def template(self):
        found = [each for each in self.cloud.listed("list-templates") if each["name"] == UBUNTU]
        if not found:
            raise GaveUp(f"no template {UBUNTU}")
        return max(found, key=lambda each: each.get("created-at", ""))

    def type(self, model):
        types = self.cloud.listed("list-instance-types")
        return next({"id": each["id"]} for each in types if (each["family"], each["size"]) == ("standard", model))

    def machine(self, model="tiny", guest=None, **wishes):
        """The body of an instance or pool. Whatever it runs, it turns itself off some time after the experiment's end."""
        body = {"instance-type": self.type(model), "template": {"id": self.template()["id"]}, "disk-size": 10}
        body["user-data"] = user_data(guest, self.minutes + 15)
        return body | {name.replace("_", "-"): wish for name, wish in wishes.items()}

    def instance(self, guest=None, **wishes):
        """The id of a new instance that runs, or rests if it is not to start."""
        made = self.make("instance", self.machine(guest=guest, **wishes))
        self.state(made, "running" if wishes.get("auto_start", True) else "stopped")
        return made

    def state(self, instance, wanted):
        return self.until(lambda: self.cloud.get("get-instance", id=instance), lambda seen: seen["state"] == wanted)

    def stopped(self, **wishes):
        """An instance that has run."""
        made = self.instance(**wishes)
        self.cloud.do("stop-instance", id=made)
        self.state(made, "stopped")
        return made

    def pool(self, size=1, guest=None, **wishes):
        made = self.make("instance-pool", self.machine(guest=guest, size=size, **wishes))
        return self.full(made, size)

    def full(self, pool, size):
        """The pool, once it is at rest with all its members."""
        at_rest = lambda seen: seen["state"] == "running" and len(seen.get("instances", [])) == size
        return self.until(lambda: self.cloud.get("get-instance-pool", id=pool), at_rest)

    def network(self, **wishes):
        managed = {"start-ip": "10.77.0.10", "end-ip": "10.77.0.100", "netmask": "255.255.255.0"}
        return self.make("private-network", managed | wishes)

    def group(self, *rules):
        """A security group with these rules."""
        made = self.make("security-group")
        for rule in rules:
            self.cloud.do("add-rule-to-security-group", rule, id=made)
        return made

    def role(self, policy, **wishes):
        return self.make("iam-role", {"policy": policy} | wishes)

    def key(self, role):
        """The account by a new key of a role, which may not hold yet."""
        reply = self.cloud.ask("create-api-key", self.body("api-key", {"role-id": role}))
        if not reply.ok:
            raise GaveUp(f"no key: {reply}")
        return self.cloud.as_key(Key(reply.body["key"], reply.body["secret"]))

    def public_ip(self, instance):
        return self.until(lambda: self.cloud.get("get-instance", id=instance), lambda seen: seen.get("public-ip"))["public-ip"]

    def facts(self, address, wanted=lambda facts: True, patience=360):
        """What the guest at a public address says of itself, as soon as it is as wanted."""
        return self.until(lambda: self.heard(address), lambda facts: facts is not None and wanted(facts), patience)

    def heard(self, address, port=FACTS_PORT):
        """What a guest says, or nothing."""
        try:
            return requests.get(f"http://{address}:{port}/facts.json", timeout=5).json()
        except (requests.RequestException, ValueError):
            return None


def furthest(tries, accepted):
    """The last of growing numbers that is accepted, and the first that is not."""
    last = None
    for number in tries:
        if not accepted(number):
            return last, number
        last = number
    return last, None


def ingress(port, network="0.0.0.0/0"):
    return {"flow-direction": "ingress", "protocol": "tcp", "network": network, "start-port": port, "end-port": port}


def egress(port, network="0.0.0.0/0"):
    return ingress(port, network) | {"flow-direction": "egress"}


def user_data(guest, minutes):
    """A cloud-config that turns the machine off after so many minutes, and runs the guest if it has anything to do."""
    config = {"runcmd": [["shutdown", "-P", f"+{minutes:.0f}"]]}
    if guest is not None:
        config["write_files"] = [
            {"path": "/opt/live/guest.py", "content": GUEST.read_text()},
            {"path": "/opt/live/guest.json", "content": json.dumps(guest)},
        ]
        config["runcmd"].append(["systemd-run", "--unit=live", "--property=Restart=always", "python3", "/opt/live/guest.py"])
    return base64.b64encode(f"#cloud-config\n{json.dumps(config)}".encode()).decode()
