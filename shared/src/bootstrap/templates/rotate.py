"""Writes a fresh join token into the user-data of the cluster's pools, and reads it back.

A timer runs it every 12 hours on every control plane; a lease lets one of them work. With --missing it does only
the pools that have never been read back: the proof that rotation works, before it is needed.
The key behind it is root on every future node of a pool, hence the guards: the cluster's mark on the pool, user-data
that says that it is that of a node of this cluster, and nothing but user-data is sent.
"""

import base64
import gzip
import json
import subprocess
import sys
from datetime import timedelta

import account
import facts as fact
import kube
from exoscale import Refused

RESULTS = fact.STATE / "rotation.json"
MACHINE = "/etc/slipway/machine.json"
USER_DATA_CHARACTERS = 32768
LEASE = "slipway-rotation"
# Longer than the timer's 12 hours: only when its holder has been silent does another one take the lease.
SILENCE = timedelta(hours=13)


def main(only_missing):
    facts = fact.load()
    if not kube.hold_lease(LEASE, fact.name(facts), SILENCE):
        return 0
    link = account.api(facts)
    try:
        return 1 if refresh(facts, link, account.pools(link, facts), only_missing) else 0
    except Refused as error:
        sys.exit(f"rotation: {error}")


def refresh(facts, link, pools, only_missing):
    """How many failed. One token serves all pools."""
    results = {id: done for id, done in read_back().items() if id in {pool["id"] for pool in pools}}
    due = [pool for pool in pools if not (only_missing and results.get(pool["id"]))]
    token = fresh_token() if due else None
    for pool in due:
        results[pool["id"]] = False
        try:
            rotate(link, pool, facts["cluster"]["id"], token)
            results[pool["id"]] = True
        except (Refused, KeyError, ValueError) as error:
            print(f"rotation of {pool['name']}: {error}", file=sys.stderr)
        fact.write(RESULTS, json.dumps(results))
    return sum(1 for pool in due if not results[pool["id"]])


def read_back():
    """Pool's id -> whether what was written last was read back."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def fresh_token():
    command = ["kubeadm", "token", "create", "--ttl", "48h", "--description", "rotated into the pools"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def rotate(link, pool, cluster_id, token):
    path = f"/instance-pool/{pool['id']}"
    whole = link.get(path)
    if whole["state"] != "running":
        raise Refused(f"the pool is {whole['state']}")
    fresh = with_token(whole["user-data"], cluster_id, pool["name"], token)
    link.put(path, {"user-data": fresh})
    if link.get(path)["user-data"] != fresh:
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


if __name__ == "__main__":
    sys.exit(main("--missing" in sys.argv))
