"""Brings about what the labels in the account say, and reports to the run that asks: "Day two" in docs/machines.md.

A timer starts it every 30 seconds on every control plane; a lease lets one of them work. It ends after one round,
unless a run asks or nodes are being drained: then it goes on for ten minutes, and the timer starts it again.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta

import account
import evidence
import facts as fact
import kube
import renew
import rotate
from exoscale import Refused

LEASE = "slipway-reconcile"
SILENCE = timedelta(minutes=2)
ROUND_SECONDS, RUN_SECONDS = 10, 600
DRAINS_AT_ONCE = 5
WORKER = "node-role.kubernetes.io/worker"
DEPLOYMENT = ("deployment", "cluster-autoscaler", *kube.SYSTEM)
# The last run that wants to hear nothing more.
REFUSED = fact.STATE / "refused"


class Round:
    """What stands in the account and in the cluster now, and what follows from it."""

    def __init__(self, facts, link, drains):
        self.facts, self.link, self.drains = facts, link, drains
        self.labels, self.pools = account.own_labels(link), account.pools(link, facts)
        self.members = {pool["name"]: [] for pool in self.pools}
        owners = {f"exoscale://{one['id']}": pool["name"] for pool in self.pools for one in pool.get("instances") or []}
        for node in kube.get("nodes")["items"]:
            if node["spec"].get("providerID") in owners:
                self.members[owners[node["spec"]["providerID"]]].append(node)

    def work(self):
        """Each by itself: what cannot be done now holds nothing else up, and the next round tries again."""
        for part in (self.scale, self.mark, self.retire, self.renew, self.rotate):
            try:
                part()
            except (Refused, subprocess.CalledProcessError, KeyError, ValueError) as error:
                print(f"{part.__name__}: {error}", file=sys.stderr)

    def scale(self):
        """The autoscaler's bounds."""
        found = kube.get(*DEPLOYMENT, "--ignore-not-found")
        if not found:
            return
        command = found["spec"]["template"]["spec"]["containers"][0]["command"]
        wanted = account.with_flags(command, account.flags(self.facts, self.labels, self.pools))
        if command != wanted:
            change = [{"op": "replace", "path": "/spec/template/spec/containers/0/command", "value": wanted}]
            kube.kubectl("patch", *DEPLOYMENT, "--type=json", f"--patch={json.dumps(change)}", "--field-manager=slipway")

    def mark(self):
        """A kubelet may not say this of itself."""
        for node in (node for nodes in self.members.values() for node in nodes):
            if WORKER not in node["metadata"].get("labels", {}):
                kube.kubectl("label", "node", node["metadata"]["name"], f"{WORKER}=")

    def retire(self):
        """All are cordoned before the first is drained, so that no pod moves twice."""
        nodes = [node for pool in self.pools if account.retires(pool) for node in self.members[pool["name"]]]
        open_ones = [node["metadata"]["name"] for node in nodes if not node["spec"].get("unschedulable")]
        if open_ones:
            kube.kubectl("cordon", *open_ones)
        for name in [name for name, drain in self.drains.items() if drain.poll() is not None]:
            del self.drains[name]
        for node in nodes:
            name = node["metadata"]["name"]
            if len(self.drains) < DRAINS_AT_ONCE and name not in self.drains and not kube.is_drained(node):
                command = ["kubectl", "drain", name, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=300s"]
                self.drains[name] = subprocess.Popen(command, stdout=sys.stderr)

    def renew(self):
        renew.bring_about(self.labels)

    def rotate(self):
        """A pool that is new gets its token at once."""
        rotate.refresh(self.facts, self.link, self.pools, only_missing=True)

    def report(self, seconds):
        """Whether a run asks for more."""
        run = self.labels.get("slipway/ask")
        if not run or (REFUSED.exists() and REFUSED.read_text() == run):
            return False
        measured = evidence.measure(self.facts) | evidence.day_two(self.labels, self.pools, self.members)
        fact.write(fact.STATE / "evidence.json", json.dumps(measured))
        status = post(self.facts["callback"], run, fact.report(self.facts, "ready", "started", seconds, ""))
        if status in (401, 403, 410):
            fact.write(REFUSED, run)
            return False
        return True


def post(callback, run, report):
    """The status, or 0 when nobody answered."""
    told = urllib.parse.urlsplit(callback["url"])
    path = f"/api/runs/{urllib.parse.quote(run, safe='')}/machines/{told.path.rsplit('/', 1)[1]}/report"
    request = urllib.request.Request(f"{told.scheme}://{told.netloc}{path}", data=json.dumps(report).encode())
    request.add_header("Authorization", f"Bearer {callback['ticket']}")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        print(f"report: {error}", file=sys.stderr)
        return 0


def main():
    facts = fact.load()
    link, drains, began = account.api(facts), {}, time.monotonic()
    while kube.hold_lease(LEASE, fact.name(facts), SILENCE):
        now = time.monotonic()
        this = Round(facts, link, drains)
        this.work()
        if not (this.report(now - began) or drains) or now - began > RUN_SECONDS:
            return
        time.sleep(max(1, now + ROUND_SECONDS - time.monotonic()))


if __name__ == "__main__":
    main()
