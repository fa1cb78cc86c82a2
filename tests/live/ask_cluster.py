"""What takes a whole cluster: one launch by a deployed Slipway, read by several questions, and destroyed again."""

import base64
import re
import secrets

import requests

from exo import GaveUp
from experiment import SLIPWAY, Answer, experiment, unsettled
from price import machine

MINUTES = 45
PATIENCE = 30 * 60
ENDED = ("ready", "undone", "stuck", "destroyed", "done")


class Launcher:
    """A Slipway, as a script drives it."""

    def __init__(self, bench):
        self.bench, self.origin = bench, bench.slipway
        key = bench.cloud.key
        self.credentials = {"key": key.key, "secret": key.secret}
        self.name = f"live-{bench.run}"

    def start(self, wanted):
        """Starts a run; what looks at it, and what takes it back."""
        run = base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]
        headers = {"authorization": f"Bearer {secrets.token_urlsafe(32)}"}
        url = f"{self.origin}/api/runs/{run}"
        reply = requests.put(url, json=wanted | {"credentials": self.credentials}, headers=headers, timeout=60)
        if reply.status_code not in (200, 201):
            raise GaveUp(f"Slipway refuses: {reply.status_code} {reply.text[:200]}")
        look = lambda: requests.get(url, headers=headers, timeout=30).json()["view"]
        return look, lambda: requests.post(f"{url}/cancel", json={}, headers=headers, timeout=30)

    def launched(self):
        # From the stock image: an image that is made beside a launch may be done before the destroy, and then it stays.
        spec = {"name": self.name, "zone": self.bench.cloud.zone, "kubernetes": "1.36", "image": "stock"}
        look, cancel = self.start({"kind": "launch", "spec": spec})
        try:
            return self.bench.until(look, ended)
        except GaveUp:
            cancel()
            # What costs money is not left because an experiment's time is over.
            return self.bench.cloud.until(look, ended, PATIENCE)

    def destroyed(self, name=""):
        cluster = {"name": name or self.name, "zone": self.bench.cloud.zone}
        look, _ = self.start({"kind": "destroy", "cluster": cluster})
        return self.bench.cloud.until(look, ended, PATIENCE)

    def clusters(self):
        """The names of clusters in the zone that only a run here can have launched."""
        wanted = {"credentials": self.credentials, "zone": self.bench.cloud.zone}
        found = requests.post(f"{self.origin}/api/clusters", json=wanted, timeout=60).json().get("clusters", [])
        return [each["name"] for each in found if re.fullmatch(r"live-[a-z0-9]{6}", each["name"])]


def ended(view):
    return view["state"] in ENDED


@experiment(
    "launch",
    "Does a cluster of Slipway's default spec, with Kubernetes 1.36 on the stock image, come up on the real platform, and go away again without a trace?",
    "traps, all; ARCHITECTURE.md",
    minutes=MINUTES,
    # The control plane, the autoscaler's smallest pool, and as much again for a second node.
    uses=machine("medium", count=3, disk=50),
    needs=[SLIPWAY],
    makes="a cluster by the name of the run, by Slipway's own means",
)
def launch(bench):
    launcher = Launcher(bench)
    view = {}
    try:
        view = bench.memory["view"] = launcher.launched()
    finally:
        after = bench.memory["receipt"] = launcher.destroyed()
    steps = f"{sum(step['state'] == 'done' for step in view['steps'])} of {len(view['steps'])} steps done"
    gone = f"{len(after.get('removed', []))} things removed, {len(after.get('leftovers', []))} left"
    said = f"launch: {view['state']}, {steps}{problem(view)}; destroy: {after['state']}, {gone}{problem(after)}"
    return Answer(view["state"] == "ready" and after["state"] == "destroyed", said)


def problem(view):
    return f", {view['problem']}" if view.get("problem") else ""


def of_launch(name, question, source, reading):
    """A question that the launch has answered on its way to `ready`."""

    @experiment(name, question, source, needs=[SLIPWAY], makes="nothing: it reads the launch")
    def read(bench):
        view = bench.memory.get("view")
        return reading(view) if view else unsettled("nothing was launched: run `launch` too")


def if_ready(said):
    """What `ready` could not have been reached without."""

    def reading(view):
        if view["state"] == "ready":
            return Answer(True, f"the launch came to `ready`, which {said}")
        return unsettled(f"the launch ended as {view['state']}{problem(view)}")

    return reading


of_launch(
    "tigera-crds",
    "Does the Tigera operator bring its own CRDs from zero?",
    "kubernetes.md Calico and appendix D",
    if_ready("takes ready nodes, and those take Calico by the operator alone"),
)
of_launch(
    "controller-on-136",
    "Does cloud controller 0.34 work on Kubernetes 1.36?",
    "kubernetes.md CCM [inferred]",
    if_ready("takes every node initialised by it, and no certificate pending"),
)
of_launch(
    "autoscaler-bounds",
    "Does the autoscaler keep the bounds of a plain instance pool?",
    "exoscale-api.md §10, traps 11 [C]",
    if_ready("takes the autoscaler's own word for each pool's bounds"),
)
of_launch(
    "rotation-guarded",
    "Does one real rotation of the join token pass the guard of its role?",
    "traps 13, 14, 28 [?]",
    if_ready("takes one token rotated and read back with the guarded key"),
)
