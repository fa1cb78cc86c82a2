"""What the account says about this cluster: its pools, the labels of this machine, and the bounds that follow."""

import sys

import facts as fact
from exoscale import Api

CLUSTER = "slipway/cluster"
EXPECT = "slipway/expect-"
RETIRE = "slipway/retire"


def api(facts):
    return Api(facts["cluster"]["zone"], fact.keys()["token-rotation"])


def own_labels(link):
    return link.get(f"/instance/{fact.instance_id()}").get("labels") or {}


def pools(link, facts):
    """The cluster's pools, by their marker: some may have come since the launch."""
    mark = f"{facts['cluster']['name']}-{facts['cluster']['id']}"
    ours = [pool for pool in link.get("/instance-pool")["instance-pools"] if label(pool, CLUSTER) == mark]
    return sorted(ours, key=lambda pool: pool["name"])


def label(pool, name):
    return (pool.get("labels") or {}).get(name)


def retires(pool):
    return label(pool, RETIRE) == "true"


def bounds(facts, labels, live):
    """Pool -> (min, max): as launched, as expected, as labelled, as held while it retires; the later wins."""
    # While this machine comes up, the pools of the launch may still be on their way.
    names, launching = {pool["name"] for pool in live}, not (fact.STATE / "done").exists()
    found = {pool["name"]: (pool["min"], pool["max"]) for pool in facts["pools"] if launching or pool["name"] in names}
    for name, value in labels.items():
        if name.startswith(EXPECT):
            take(found, name.removeprefix(EXPECT), *value.partition("-")[::2])
    for pool in live:
        least, most = label(pool, "slipway/min"), label(pool, "slipway/max")
        if least and most:
            take(found, pool["name"], least, most)
        if retires(pool):
            found[pool["name"]] = (1, max(1, pool["size"]))
    return found


def take(found, name, least, most):
    """A label that is no number changes nothing."""
    if least.isdigit() and most.isdigit() and 1 <= int(least) <= int(most):
        found[name] = (int(least), int(most))
    else:
        print(f"{name}: {least}-{most} are no bounds", file=sys.stderr)


def flags(facts, labels, live):
    """The autoscaler's. The total counts ready control planes too, and holds even for a pool that no bound names."""
    found = bounds(facts, labels, live)
    total = sum(most for _, most in found.values()) + len(facts["controlPlanes"])
    return [f"--max-nodes-total={total}", *(f"--nodes={found[name][0]}:{found[name][1]}:{name}" for name in sorted(found))]


def with_flags(command, wanted):
    """The autoscaler's command with these bounds instead of its own."""
    return [word for word in command if not word.startswith(("--nodes=", "--max-nodes-total="))] + wanted


def bounds_in(command):
    """The bounds that such a command names."""
    words = [word.removeprefix("--nodes=").split(":", 2) for word in command if word.startswith("--nodes=")]
    return [{"pool": name, "min": int(least), "max": int(most)} for least, most, name in words]
