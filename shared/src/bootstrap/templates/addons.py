"""Prints what the first control plane applies: "list" names the parts in their order, a name prints that part.

The manifests beside this file are constant. Versions, flags and keys are set on the parsed documents.
"""

import json
import pathlib
import sys

import yaml

import facts as fact

MANIFESTS = pathlib.Path(__file__).parent / "manifests"


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
    # The cap counts ready control planes too. It holds even for a pool whose name matches no bound.
    most = sum(pool["max"] for pool in facts["pools"]) + len(facts["controlPlanes"])
    container["command"].append(f"--max-nodes-total={most}")
    container["command"] += [f"--nodes={pool['min']}:{pool['max']}:{pool['name']}" for pool in facts["pools"]]
    return [secret("slipway-autoscaler", fact.keys()["autoscaler"]), *documents]


def metrics_server(facts):
    documents = manifest("metrics-server")
    containers(documents)[0]["image"] += f":{facts['components']['metricsServer']}"
    return documents


PARTS = {
    "cloud-controller": cloud_controller,
    "calico-operator": calico_operator,
    "calico": calico,
    "autoscaler": autoscaler,
    "metrics-server": metrics_server,
}


def manifest(name):
    return list(yaml.safe_load_all((MANIFESTS / f"{name}.yaml").read_text()))


def containers(documents):
    deployment = next(one for one in documents if one["kind"] == "Deployment")
    return deployment["spec"]["template"]["spec"]["containers"]


def secret(name, pair):
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "kube-system"},
        "stringData": {"api-key": pair["key"], "api-secret": pair["secret"]},
    }


def main(part):
    facts = fact.load()
    if part == "list":
        unwanted = set() if facts["addons"]["metricsServer"] else {"metrics-server"}
        print(" ".join(name for name in PARTS if name not in unwanted))
    else:
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": PARTS[part](facts)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
