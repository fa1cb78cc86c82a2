"""Writes a fresh join token into the user-data of the cluster's pools, and reads it back.

A timer runs it every 12 hours on every control plane; a lease lets one of them work. With --missing it does only
the pools that have never been read back: the proof that rotation works, before it is needed.
The key behind it is root on every future node of a pool, hence the guards: one pool of that name, whose user-data
says that it is a node of this cluster, and nothing but user-data is sent.
"""

import base64
import gzip
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import facts as fact
from exoscale import Api, Refused

RESULTS = fact.STATE / "rotation.json"
MACHINE = "/etc/slipway/machine.json"
USER_DATA_CHARACTERS = 32768
LEASE = "slipway-rotation"
# Longer than the timer's 12 hours: only when its holder has been silent does another one take the lease.
SILENCE = timedelta(hours=13)
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def main(only_missing):
    facts = fact.load()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    pools = [pool["name"] for pool in facts["pools"]]
    due = [pool for pool in pools if not (only_missing and results.get(pool))]
    if not due or not hold_lease(fact.name(facts)):
        return 0
    api = Api(facts["cluster"]["zone"], fact.keys()["token-rotation"])
    token = run("kubeadm", "token", "create", "--ttl", "48h", "--description", "rotated into the pools").strip()
    failures = 0
    for pool in due:
        try:
            rotate(api, pool, facts["cluster"]["id"], token)
            results[pool] = True
        except (Refused, KeyError, ValueError) as error:
            print(f"rotation of {pool}: {error}", file=sys.stderr)
            failures += 1
        fact.write(RESULTS, json.dumps(results))
    return 1 if failures else 0


def rotate(api, name, cluster_id, token):
    found = [pool["id"] for pool in api.get("/instance-pool")["instance-pools"] if pool["name"] == name]
    if len(found) != 1:
        raise Refused(f"{len(found)} pools of this name")
    path = f"/instance-pool/{found[0]}"
    pool = api.get(path)
    if pool["state"] != "running":
        raise Refused(f"the pool is {pool['state']}")
    fresh = with_token(pool["user-data"], cluster_id, name, token)
    api.put(path, {"user-data": fresh})
    if api.get(path)["user-data"] != fresh:
        raise Refused("what was read is not what was written")


def with_token(user_data, cluster_id, pool, token):
    """The same cloud-config with another token in its machine.json."""
    raw = base64.b64decode(user_data)
    zipped = raw.startswith(b"\x1f\x8b")
    head, _, body = (gzip.decompress(raw) if zipped else raw).decode().partition("\n")
    config = json.loads(body)
    file = next(one for one in config["write_files"] if one["path"] == MACHINE)
    machine = json.loads(base64.b64decode(file["content"]))
    if head != "#cloud-config" or machine["cluster"]["id"] != cluster_id or machine["pool"]["name"] != pool:
        raise Refused("its user-data is not that of a node of this cluster")
    machine["join"]["token"] = token
    file["content"] = base64.b64encode(json.dumps(machine).encode()).decode()
    text = f"{head}\n{json.dumps(config)}".encode()
    fresh = base64.b64encode(gzip.compress(text, mtime=0) if zipped else text).decode()
    if len(fresh) >= USER_DATA_CHARACTERS:
        raise Refused("its user-data would be too long")
    return fresh


def hold_lease(holder):
    now = datetime.now(timezone.utc)
    command = ["kubectl", "get", "lease", LEASE, "--namespace", "kube-system", "--ignore-not-found", "-o", "json"]
    lease = json.loads(run(*command) or "{}")
    spec = lease.get("spec", {})
    if spec and spec["holderIdentity"] != holder:
        renewed = datetime.strptime(spec["renewTime"], TIME).replace(tzinfo=timezone.utc)
        if now - renewed < SILENCE:
            return False
    # With the resource version that was read, a replace fails if another one was faster; so does a create.
    metadata = {"name": LEASE, "namespace": "kube-system"}
    if lease:
        metadata["resourceVersion"] = lease["metadata"]["resourceVersion"]
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
    body["spec"] = {"holderIdentity": holder, "renewTime": now.strftime(TIME)}
    taken = subprocess.run(
        ["kubectl", "replace" if lease else "create", "--filename", "-"],
        input=json.dumps(body), text=True, stdout=sys.stderr, check=False,
    )
    return taken.returncode == 0


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main("--missing" in sys.argv))
