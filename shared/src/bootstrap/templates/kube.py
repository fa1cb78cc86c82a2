"""The cluster, through kubectl as its administrator; and leases, by which one control plane works for all."""

import json
import subprocess
import sys
from datetime import datetime, timezone

SYSTEM = ("--namespace", "kube-system")
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def kubectl(*arguments, document=None):
    command = ["kubectl", *arguments, "--request-timeout=20s"]
    given = None if document is None else json.dumps(document)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, input=given).stdout


def get(kind, *arguments):
    """One document, or none with --ignore-not-found."""
    return json.loads(kubectl("get", kind, *arguments, "-o", "json") or "null")


def find(kind, *arguments):
    """What cannot be had now is not there yet."""
    try:
        return get(kind, *arguments)
    except subprocess.CalledProcessError:
        return None


def items(kind, *arguments):
    return (find(kind, *arguments) or {"items": []})["items"]


def is_ready(document):
    return any(one["type"] == "Ready" and one["status"] == "True" for one in document["status"].get("conditions", []))


def is_drained(node):
    """Cordoned, and nothing runs there but what belongs to the node: daemon sets' pods and static ones."""
    if not node["spec"].get("unschedulable"):
        return False
    pods = find("pods", "--all-namespaces", f"--field-selector=spec.nodeName={node['metadata']['name']}")
    return pods is not None and all(stays(pod) for pod in pods["items"])


def stays(pod):
    owners = {owner["kind"] for owner in pod["metadata"].get("ownerReferences", [])}
    return bool(owners & {"DaemonSet", "Node"}) or pod["status"].get("phase") in ("Succeeded", "Failed")


def hold_lease(name, holder, silence):
    """Whether this machine has the lease now: it had it, or its holder has been silent for too long."""
    now = datetime.now(timezone.utc)
    lease = get("lease", name, *SYSTEM, "--ignore-not-found")
    spec = lease["spec"] if lease else {}
    if spec and spec["holderIdentity"] != holder:
        renewed = datetime.strptime(spec["renewTime"], TIME).replace(tzinfo=timezone.utc)
        if now - renewed < silence:
            return False
    # With the resource version that was read, a replace fails if another one was faster; so does a create.
    metadata = {"name": name, "namespace": "kube-system"}
    if lease:
        metadata["resourceVersion"] = lease["metadata"]["resourceVersion"]
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
    body["spec"] = {"holderIdentity": holder, "renewTime": now.strftime(TIME)}
    try:
        kubectl("replace" if lease else "create", "--filename", "-", document=body)
    except subprocess.CalledProcessError as error:
        print(f"lease {name}: {error}", file=sys.stderr)
        return False
    return True
