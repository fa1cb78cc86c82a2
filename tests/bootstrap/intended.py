"""What a machine should be told and what its kubeadm should read, from the spec alone: a second reading of
docs/machines.md and facts that shares nothing with the launcher. It may say less than the machine knows, never other."""

import ipaddress

API = "kubeadm.k8s.io/v1beta4"
PUBLIC_ADDRESS = "192.0.2.7"
INSTANCE = "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
BUNDLED_CA_HASH = "sha256:00"


def holds(expected, actual, path=""):
    """The first place where what is there is not what was meant; an object may have more keys."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"{path}/{key} is missing"
            if wrong := holds(value, actual[key], f"{path}/{key}"):
                return wrong
        return None
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return next(filter(None, (holds(a, b, f"{path}/{n}") for n, (a, b) in enumerate(zip(expected, actual)))), None)
    # In Python True is 1.
    same = expected == actual and type(expected) is type(actual)
    return None if same else f"{path} is {actual!r}, not {expected!r}"


def control_planes(spec, facts):
    first = ipaddress.ip_address(spec["network"]["controlPlane"])
    numbers = range(spec["controlPlane"]["count"])
    return [{"name": f"{tag(spec, facts)}-control-plane-{n + 1}", "address": str(first + n)} for n in numbers]


def machine_json(spec, facts, name):
    """`name` is an instance's or a pool's."""
    cluster, network = facts["run"][:5], spec["network"]
    common = {
        "schema": 1,
        "cluster": {"id": cluster, "name": spec["name"], "zone": spec["zone"], "endpoint": endpoint(facts)},
        "kubernetes": {"minor": spec["kubernetes"], "version": facts["kubernetes"]},
        "network": {key: network[key] for key in ("private", "pods", "services", "domain", "nodePorts")},
        "controlPlanes": control_planes(spec, facts),
    }
    of_node = next((pool for pool in spec["pools"] if pool_name(spec, facts, pool) == name), None)
    if of_node:
        return common | {"role": "node", "pool": pool_of(spec, facts, of_node)}
    pools = [{"name": pool_name(spec, facts, pool), "min": pool["min"], "max": pool["max"]} for pool in spec["pools"]]
    machine = name.removeprefix(f"{tag(spec, facts)}-")
    url = f"{facts['origin']}/api/runs/{facts['run']}/machines/{machine}"
    return common | {"role": "control-plane", "callback": {"url": url}, "pools": pools, "addons": spec["addons"]}


def pool_name(spec, facts, pool):
    return f"{tag(spec, facts)}-{pool['name']}"


def pool_of(spec, facts, pool):
    ingress = pool["name"] == spec["ingressPool"]
    kept_out = {} if ingress else {"node.kubernetes.io/exclude-from-external-load-balancers": "true"}
    return {
        "name": pool_name(spec, facts, pool),
        "labels": pool["labels"] | kept_out,
        "taints": pool["taints"],
    }


def kubeadm(spec, facts, machine):
    """The verb and the documents, in the order of the machine's."""
    told = machine["facts"]
    planes = control_planes(spec, facts)
    if told["role"] == "node":
        return "join", [node_joins(facts, told)]
    own = next(plane for plane in planes if plane["name"] == machine["name"])
    endpoints = {"advertiseAddress": own["address"], "bindPort": 6443}
    registration = {"name": own["name"], "criSocket": "unix:///var/run/crio/crio.sock", "kubeletExtraArgs": flags(own["address"], told)}
    if own != planes[0]:
        found = discovery(facts, told["join-token"], BUNDLED_CA_HASH)
        return "join", [found | {"nodeRegistration": registration, "controlPlane": {"localAPIEndpoint": endpoints}}]
    token = {"token": told["join-token"], "usages": ["signing", "authentication"]}
    init = {"apiVersion": API, "kind": "InitConfiguration", "bootstrapTokens": [token], "localAPIEndpoint": endpoints}
    return "init", [
        init | {"nodeRegistration": registration},
        cluster(spec, facts, planes),
        {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "serverTLSBootstrap": True},
    ]


def cluster(spec, facts, planes):
    network = spec["network"]
    return {
        "apiVersion": API,
        "kind": "ClusterConfiguration",
        "clusterName": spec["name"],
        "kubernetesVersion": f"v{facts['kubernetes']}",
        "controlPlaneEndpoint": f"{endpoint(facts)}:6443",
        "encryptionAlgorithm": "ECDSA-P256",
        "networking": {"podSubnet": network["pods"], "serviceSubnet": network["services"], "dnsDomain": network["domain"]},
    }


def names(facts, planes):
    """Under which the API server must be known; an elastic IP comes on top."""
    return {endpoint(facts), PUBLIC_ADDRESS, *(plane["address"] for plane in planes)}


def node_joins(facts, told):
    registration = {
        "criSocket": "unix:///var/run/crio/crio.sock",
        "kubeletExtraArgs": flags(node_address(told), told),
        "taints": [taint(text) for text in told["pool"]["taints"]],
    }
    return discovery(facts, told["join"]["token"], told["join"]["caHash"]) | {"nodeRegistration": registration}


def node_address(told):
    """Somewhere in the leased part."""
    return str(ipaddress.ip_network(told["network"]["private"])[-3])


def discovery(facts, token, ca_hash):
    found = {"apiServerEndpoint": f"{endpoint(facts)}:6443", "token": token, "caCertHashes": [ca_hash]}
    return {"apiVersion": API, "kind": "JoinConfiguration", "discovery": {"bootstrapToken": found}}


def flags(address, told):
    """Every node says its zone, which the volumes' driver asks for; a pool's has the pool's labels, too."""
    labels = {"topology.kubernetes.io/zone": told["cluster"]["zone"]} | told.get("pool", {}).get("labels", {})
    said = ",".join(f"{key}={labels[key]}" for key in sorted(labels))
    values = {"cloud-provider": "external", "node-ip": address, "node-labels": said}
    return [{"name": name, "value": value} for name, value in values.items()]


def taint(text):
    rest, effect = text.rsplit(":", 1)
    key, value = rest.split("=", 1)
    return {"key": key, "value": value, "effect": effect}


def tag(spec, facts):
    return f"{spec['name']}-{facts['run'][:5]}"


def endpoint(facts):
    return f"api.{facts['run'][:5]}.slipway.internal"
