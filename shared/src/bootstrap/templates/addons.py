"""Prints what the first control plane applies: "list" names the parts in their order, a name prints that part.

The manifests beside this file are constant. Versions, flags and keys are set on the parsed documents.
"""

import json
import pathlib
import sys

import yaml

import account
import facts as fact
from exoscale import Refused

MANIFESTS = pathlib.Path(__file__).parent / "manifests"
SECRET_NAMES = {"key": "api-key", "secret": "api-secret"}


def cloud_controller(facts):
    """First of all: until it has initialised a node, nothing but its like may run there."""
    documents = manifest("cloud-controller")
    container = containers(documents)[0]
    container["image"] += f":{facts['components']['cloudController']}"
    container["env"].append({"name": "EXOSCALE_ZONE", "value": facts["cluster"]["zone"]})
    return [secret("slipway-cloud-controller", fact.keys()["cloud-controller"]), *documents]


def calico_operator(facts):
    documents = manifest("calico-operator")
    version = facts["components"]["calicoOperator"]
    container = containers(documents)[0]
    container["image"] += f":{version}"
    container["env"].append({"name": "TIGERA_OPERATOR_INIT_IMAGE_VERSION", "value": version})
    return documents


def calico(facts):
    """Its kind exists a while after the operator has started."""
    pool = {"cidr": facts["network"]["pods"], "blockSize": 26, "encapsulation": "VXLAN", "natOutgoing": "Enabled"}
    network = {
        "bgp": "Disabled",
        # The default is the first card, which is the public one.
        "nodeAddressAutodetectionV4": {"kubernetes": "NodeInternalIP"},
        "ipPools": [pool | {"nodeSelector": "all()"}],
    }
    installation = {"apiVersion": "operator.tigera.io/v1", "kind": "Installation", "metadata": {"name": "default"}}
    return [installation | {"spec": {"calicoNetwork": network}}]


def autoscaler(facts):
    documents = manifest("autoscaler")
    container = containers(documents)[0]
    container["image"] += f":{facts['components']['autoscaler']}"
    container["env"].append({"name": "EXOSCALE_ZONE", "value": facts["cluster"]["zone"]})
    container["command"] = account.with_flags(container["command"], account.flags(facts, *told(facts)))
    return [secret("slipway-autoscaler", fact.keys()["autoscaler"]), *documents]


def told(facts):
    """The labels that change bounds. At a launch the account may not answer this key yet: then there are none."""
    try:
        link = account.api(facts)
        return account.own_labels(link), account.pools(link, facts)
    except (Refused, KeyError):
        return {}, []


def metrics_server(facts):
    documents = manifest("metrics-server")
    containers(documents)[0]["image"] += f":{facts['components']['metricsServer']}"
    return documents


def csi(facts):
    """Volumes are found by their name when the cluster goes, since they carry no label."""
    documents = manifest("csi")
    controller, node = (one["spec"]["template"]["spec"]["containers"] for one in documents if "template" in one.get("spec", {}))
    for container in (controller[0], node[0]):
        container["image"] += f":{facts['components']['csi']}"
    provisioner = next(one for one in controller if one["name"] == "csi-provisioner")
    provisioner["args"].append(f"--volume-name-prefix={facts['cluster']['id']}")
    names = {"key": "EXOSCALE_API_KEY", "secret": "EXOSCALE_API_SECRET"}
    return [secret("slipway-csi", fact.keys()["csi"], names), *documents]


PARTS = {
    "cloud-controller": cloud_controller,
    "calico-operator": calico_operator,
    "calico": calico,
    "autoscaler": autoscaler,
    "metrics-server": metrics_server,
    "csi": csi,
}
WANTED = {"metrics-server": "metricsServer", "csi": "csi"}


def manifest(name):
    documents = yaml.safe_load_all((MANIFESTS / f"{name}.yaml").read_text())
    return [item for document in documents for item in document.get("items", [document])]


def containers(documents):
    deployment = next(one for one in documents if one["kind"] == "Deployment")
    return deployment["spec"]["template"]["spec"]["containers"]


def secret(name, pair, names=SECRET_NAMES):
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "kube-system"},
        "stringData": {names[part]: pair[part] for part in names},
    }


def main(part):
    facts = fact.load()
    if part == "list":
        print(" ".join(name for name in PARTS if name not in WANTED or facts["addons"][WANTED[name]]))
    else:
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": PARTS[part](facts)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
