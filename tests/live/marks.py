"""The marker that everything made here carries, how it is found again, and how what carries it is taken away."""

import re
import time
from dataclasses import dataclass

from exo import GaveUp

LABEL = "slipway/live"
NAME = re.compile(r"^slipway-live-([a-z0-9]{6})-")
DESCRIPTION = re.compile(r"^slipway/live=([a-z0-9]{6})$")

# Locks and wearers linger for seconds, members of a pool for minutes.
PATIENCE = 8 * 60


@dataclass(frozen=True)
class Kind:
    """A kind of thing, which operation lists it, and which of its fields carry the marker: all of them must."""

    name: str
    listing: str
    carries: tuple = ("name", "labels")
    id: str = "id"


# In the order in which they can be taken away.
KINDS = [
    Kind("load-balancer", "list-load-balancers"),
    Kind("instance-pool", "list-instance-pools"),
    Kind("elastic-ip", "list-elastic-ips", carries=("description", "labels")),
    Kind("template", "list-templates", carries=("name",)),
    Kind("instance", "list-instances"),
    Kind("block-storage-snapshot", "list-block-storage-snapshots", carries=("name",)),
    Kind("block-storage-volume", "list-block-storage-volumes"),
    Kind("private-network", "list-private-networks"),
    Kind("security-group", "list-security-groups", carries=("name", "description")),
    Kind("anti-affinity-group", "list-anti-affinity-groups", carries=("name", "description")),
    Kind("api-key", "list-api-keys", carries=("name",), id="key"),
    Kind("iam-role", "list-iam-roles"),
]
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Found:
    kind: Kind
    id: str
    name: str
    run: str


def marked(kind, run, what):
    """The part of a body that carries the marker."""
    marker = {"name": f"slipway-live-{run}-{what}", "description": f"{LABEL}={run}", "labels": {LABEL: run}}
    return {field: marker[field] for field in kind.carries}


def run_of(kind, thing):
    """The run whose marker a thing carries, in all the fields that carry it; else nothing."""
    reading = {
        "name": lambda name: (found := NAME.match(name or "")) and found[1],
        "description": lambda text: (found := DESCRIPTION.match(text or "")) and found[1],
        "labels": lambda labels: (labels or {}).get(LABEL),
    }
    runs = {reading[field](thing.get(field)) for field in kind.carries}
    return runs.pop() if len(runs) == 1 else None


def find(cloud, run=None, unseen=None):
    """
    Everything in the zone, and of the organisation, that carries the marker: of one run, or of any.
    A kind that cannot be listed ends it, or is added to `unseen` with the reason.
    """
    found = []
    for kind in KINDS:
        options = {"visibility": "private"} if kind.name == "template" else {}
        try:
            things = cloud.listed(kind.listing, **options)
        except GaveUp as reason:
            if unseen is None:
                raise
            unseen.append(str(reason))
            continue
        for thing in things:
            # Pools take their members with them, and would replace what is taken from them.
            if "manager" in thing:
                continue
            of = run_of(kind, thing)
            if of and run in (None, of):
                found.append(Found(kind, thing[kind.id], thing.get("name") or thing.get("ip"), of))
    return found


def remove(cloud, found):
    """Takes away what was found, which must be in the order of kinds. What stays, with the reason."""
    left = []
    for each in found:
        reason = _remove(cloud, each)
        if reason:
            left.append((each, reason))
    return left


def _remove(cloud, thing):
    deadline = time.monotonic() + PATIENCE / cloud.pace
    while True:
        try:
            shown = cloud.ask(f"get-{thing.kind.name}", id=thing.id)
            if shown.status == 404:
                return None
            if shown.ok and run_of(thing.kind, shown.body) != thing.run:
                return "its marker has gone"
            _loosen(cloud, thing, shown.body)
            reply = cloud.try_to(f"delete-{thing.kind.name}", id=thing.id)
            reason = "" if reply.ok or reply.status == 404 else str(reply)
        except GaveUp as trouble:
            reason = str(trouble)
        if not reason:
            return None
        if time.monotonic() > deadline:
            return reason
        cloud.pause(5)


def _loosen(cloud, thing, shown):
    """What holds a thing and is its own."""
    if thing.kind.name == "load-balancer":
        for service in shown.get("services", []):
            cloud.try_to("delete-load-balancer-service", id=thing.id, service_id=service["id"])
    if thing.kind.name == "instance":
        cloud.ask("remove-instance-protection", id=thing.id)
        for snapshot in shown.get("snapshots", []):
            cloud.try_to("delete-snapshot", id=snapshot["id"])
    if thing.kind.name == "elastic-ip":
        for instance in find_wearers(cloud, thing.id):
            cloud.try_to("detach-instance-from-elastic-ip", {"instance": {"id": instance}}, id=thing.id)
    if thing.kind.name == "block-storage-volume" and shown.get("instance"):
        cloud.try_to("detach-block-storage-volume", id=thing.id)
    if thing.kind.name == "security-group":
        # Groups that name each other, or themselves, would hold each other for ever.
        for rule in (each for each in shown.get("rules", []) if "security-group" in each):
            cloud.try_to("delete-rule-from-security-group", id=thing.id, rule_id=rule["id"])


def clean(cloud, run=None):
    """Takes away what carries the marker; what was found, and in words what stays or could not be looked for."""
    unseen = []
    found = find(cloud, run, unseen)
    left = [f"{each.kind.name} {each.name} {each.id}: {reason}" for each, reason in remove(cloud, found)]
    return found, left + unseen


def find_wearers(cloud, address):
    """Marked machines that wear an elastic address."""
    for each in cloud.listed("list-instances"):
        if run_of(BY_NAME["instance"], each) and "manager" not in each:
            shown = cloud.ask("get-instance", id=each["id"]).body
            if any(worn["id"] == address for worn in shown.get("elastic-ips", [])):
                yield each["id"]
