"""Measures whether the cluster works and prints it as docs/machines.md describes. Exits 0 when nothing is missing.

Each part is measured on its own: what cannot be measured now counts as not there yet, never as an error.
"""

import ipaddress
import json
import socket
import sys

import yaml

import account
import facts as fact
import kube
import renew
import rotate
from exoscale import Api, Refused

CALLS = {
    "autoscaler": "/quota/instance",
    "cloud-controller": "/instance",
    "token-rotation": "/instance-pool",
    "csi": "/block-storage",
}


def main():
    facts = fact.load()
    evidence = measure(facts)
    print(json.dumps(evidence))
    return 0 if complete(facts, evidence) else 1


def measure(facts):
    pools = live_pools(facts)
    return {
        "nodes": [node(item) for item in kube.items("nodes")],
        "dns": dns(facts["network"]),
        "autoscaler": autoscaler(pools),
        "rotation": rotation(pools),
        "pendingCertificates": sum(1 for item in kube.items("certificatesigningrequests") if not conditions(item)),
        "keys": {name: answers(facts, name, pair) for name, pair in fact.keys().items()},
    }


def day_two(labels, pools, members):
    """What is asked for beside, once the cluster stands. `members`: the nodes of each pool, by its name."""
    retired = [pool["name"] for pool in pools if account.retires(pool)]
    return {
        "flags": flags(),
        "retired": [name for name in retired if all(kube.is_drained(one) for one in members[name])],
        "signed": renew.signed(labels),
    }


def complete(facts, evidence):
    expected = len(facts["controlPlanes"]) + sum(pool["min"] for pool in facts["pools"])
    bounds = [{"pool": pool["name"], "min": pool["min"], "max": pool["max"]} for pool in facts["pools"]]
    return (
        len(evidence["nodes"]) >= expected
        and all(one["ready"] and one["initialised"] for one in evidence["nodes"])
        and evidence["dns"]
        and all(bound in evidence["autoscaler"] for bound in bounds)
        and all(one["readBack"] for one in evidence["rotation"])
        and {pool["name"] for pool in facts["pools"]} <= {one["pool"] for one in evidence["rotation"]}
        and evidence["pendingCertificates"] == 0
        and all(evidence["keys"].values())
    )


def node(item):
    addresses = {one["type"]: one["address"] for one in item["status"].get("addresses", [])}
    taints = {taint["key"] for taint in item["spec"].get("taints", [])}
    return {
        "name": item["metadata"]["name"],
        "ready": kube.is_ready(item),
        "initialised": "node.cloudprovider.kubernetes.io/uninitialized" not in taints,
        "version": item["status"]["nodeInfo"]["kubeletVersion"],
        "internalIp": addresses.get("InternalIP"),
        "providerId": item["spec"].get("providerID"),
    }


def conditions(item):
    return item.get("status", {}).get("conditions", [])


def dns(network):
    """Asks the cluster's DNS, at the tenth service address, for the API server's name."""
    server = str(ipaddress.ip_network(network["services"])[10])
    labels = f"kubernetes.default.svc.{network['domain']}".split(".")
    name = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    # A header with one question and "recursion desired", then the name, type A, class IN.
    question = b"\x51\x1b\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + b"\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(3)
        try:
            link.sendto(question, (server, 53))
            answer = link.recv(512)
        except OSError:
            return False
    no_error, answers = answer[3] & 15 == 0, int.from_bytes(answer[6:8], "big")
    return answer[:2] == question[:2] and no_error and answers > 0


def live_pools(facts):
    try:
        return account.pools(account.api(facts), facts)
    except (Refused, KeyError) as error:
        print(f"pools: {error}", file=sys.stderr)
        return []


def autoscaler(pools):
    """It names pools by id."""
    status = kube.find("configmap", "cluster-autoscaler-status", *kube.SYSTEM)
    groups = (yaml.safe_load(status["data"]["status"]) if status else None) or {}
    names = {pool["id"]: pool["name"] for pool in pools}
    bounds = [(group["name"], group["health"]) for group in groups.get("nodeGroups") or []]
    return [{"pool": names.get(id, id), "min": health["minSize"], "max": health["maxSize"]} for id, health in bounds]


def rotation(pools):
    done = rotate.read_back()
    return [{"pool": pool["name"], "readBack": bool(done.get(pool["id"]))} for pool in pools]


def flags():
    """With which bounds the autoscaler was started. While one takes over from another, the older one still leads."""
    pods = [pod for pod in kube.items("pods", *kube.SYSTEM, "--selector=app=cluster-autoscaler") if kube.is_ready(pod)]
    pods.sort(key=lambda pod: pod["metadata"]["creationTimestamp"])
    return account.bounds_in(pods[0]["spec"]["containers"][0]["command"]) if pods else []


def answers(facts, name, pair):
    try:
        Api(facts["cluster"]["zone"], pair).get(CALLS[name])
        return True
    except (Refused, KeyError) as error:
        print(f"key {name}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main())
