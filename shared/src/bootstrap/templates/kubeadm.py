"""Writes what kubeadm reads: /etc/slipway/kubeadm.yaml and patches. Prints "init" or "join".

Each document is JSON, which is YAML, so that no value needs quoting.
"""

import hashlib
import json
import subprocess

import facts as fact
import network

SOCKET = "unix:///var/run/crio/crio.sock"
PATCHES = fact.ETC / "patches"
ADMISSION = fact.ETC / "admission.json"
API = "kubeadm.k8s.io/v1beta4"


def main():
    facts = fact.load()
    name = fact.name(facts)
    write_patches()
    if facts["role"] == "node":
        verb, documents = "join", [join(facts, name)]
    elif name == facts["controlPlanes"][0]["name"]:
        write_admission()
        verb, documents = "init", [init(facts, name), cluster(facts), kubelet()]
    else:
        write_admission()
        verb, documents = "join", [join(facts, name)]
    fact.write(fact.ETC / "kubeadm.yaml", "\n---\n".join(json.dumps(one, indent=1) for one in documents) + "\n")
    print(verb)


def init(facts, name):
    token = {
        "token": (fact.ETC / "join-token").read_text(),
        "description": "made by the launcher, for the first nodes",
        "ttl": "48h0m0s",
        "usages": ["signing", "authentication"],
        "groups": ["system:bootstrappers:kubeadm:default-node-token"],
    }
    return {
        "apiVersion": API,
        "kind": "InitConfiguration",
        "bootstrapTokens": [token],
        "localAPIEndpoint": endpoint(),
        "nodeRegistration": registration(facts, name),
        "patches": {"directory": str(PATCHES)},
    }


def cluster(facts):
    addresses = [control_plane["address"] for control_plane in facts["controlPlanes"]]
    elastic = [facts["elasticIp"]] if facts.get("elasticIp") else []
    port_range = {"name": "service-node-port-range", "value": facts["network"]["nodePorts"]}
    admission = {"name": "admission-control-config-file", "value": str(ADMISSION)}
    mount = {"name": "slipway-admission", "hostPath": str(ADMISSION), "mountPath": str(ADMISSION), "readOnly": True}
    return {
        "apiVersion": API,
        "kind": "ClusterConfiguration",
        "clusterName": facts["cluster"]["name"],
        "kubernetesVersion": f"v{facts['kubernetes']['version']}",
        # A name from the first day: without one a cluster can never get more control planes.
        "controlPlaneEndpoint": f"{facts['cluster']['endpoint']}:6443",
        "encryptionAlgorithm": "ECDSA-P256",
        "networking": {
            "podSubnet": facts["network"]["pods"],
            "serviceSubnet": facts["network"]["services"],
            "dnsDomain": facts["network"]["domain"],
        },
        "apiServer": {
            "certSANs": [facts["cluster"]["endpoint"], *addresses, *public_addresses(), *elastic],
            "extraArgs": [port_range, admission],
            "extraVolumes": [mount | {"pathType": "File"}],
        },
    }


def kubelet():
    """Uploaded, and so inherited by everyone who joins: nothing of this machine's own may stand here."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
        "serverTLSBootstrap": True,
        # Off by default; with it, pods end in order when the autoscaler takes a node away.
        "shutdownGracePeriod": "60s",
        "shutdownGracePeriodCriticalPods": "15s",
    }


def join(facts, name):
    discovery = {"apiServerEndpoint": f"{facts['cluster']['endpoint']}:6443"}
    document = {
        "apiVersion": API,
        "kind": "JoinConfiguration",
        "nodeRegistration": registration(facts, name),
        "discovery": {"bootstrapToken": discovery},
        "patches": {"directory": str(PATCHES)},
        "timeouts": {"discovery": "10m0s", "tlsBootstrap": "5m0s"},
    }
    if facts["role"] == "node":
        discovery["token"] = facts["join"]["token"]
        discovery["caCertHashes"] = [facts["join"]["caHash"]]
    else:
        discovery["token"] = (fact.ETC / "join-token").read_text()
        discovery["caCertHashes"] = [ca_hash()]
        document["controlPlane"] = {"localAPIEndpoint": endpoint()}
    return document


def registration(facts, name):
    # The cloud controller tells the region only; the driver of the volumes asks for the zone.
    labels = {"topology.kubernetes.io/zone": facts["cluster"]["zone"]} | facts.get("pool", {}).get("labels", {})
    arguments = {"cloud-provider": "external", "node-ip": own_address()}
    arguments["node-labels"] = ",".join(f"{key}={labels[key]}" for key in sorted(labels))
    found = {"name": name, "criSocket": SOCKET}
    if facts["role"] == "node":
        found["taints"] = [taint(text) for text in facts["pool"]["taints"]]
    found["kubeletExtraArgs"] = [{"name": key, "value": value} for key, value in arguments.items()]
    return found


def taint(text):
    """key=value:Effect"""
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect}


def write_patches():
    """Per node, and never in the uploaded configuration: with a provider id there, all nodes would be this one."""
    own = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}
    own["providerID"] = f"exoscale://{fact.instance_id()}"
    fact.write(PATCHES / "kubeletconfiguration0+merge.yaml", json.dumps(own) + "\n")
    # A kube-system pod on a node keeps the autoscaler from taking that node away for an hour.
    selector = {"spec": {"template": {"spec": {"nodeSelector": {"node-role.kubernetes.io/control-plane": ""}}}}}
    fact.write(PATCHES / "corednsdeployment0+strategic.yaml", json.dumps(selector) + "\n")


def write_admission():
    """`baseline` where a namespace says nothing: pods on the host's network would reach the metadata service."""
    levels = {level: "baseline" for level in ("enforce", "audit", "warn")}
    versions = {f"{level}-version": "latest" for level in levels}
    configuration = {
        "apiVersion": "pod-security.admission.config.k8s.io/v1",
        "kind": "PodSecurityConfiguration",
        "defaults": levels | versions,
        "exemptions": {"namespaces": ["kube-system", "tigera-operator", "calico-system"]},
    }
    document = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AdmissionConfiguration",
        "plugins": [{"name": "PodSecurity", "configuration": configuration}],
    }
    fact.write(ADMISSION, json.dumps(document, indent=1) + "\n")


def endpoint():
    return {"advertiseAddress": own_address(), "bindPort": 6443}


def own_address():
    return (fact.STATE / "address").read_text().strip()


def public_addresses():
    """On Exoscale the public address is the card's own."""
    routed = {route["dev"] for route in network.ip("-4", "route", "show", "default")}
    found = [address for card in network.cards() if card["ifname"] in routed for address in card["addr_info"]]
    return [address["local"] for address in found if address["scope"] == "global"]


def ca_hash():
    """Of the authority that the bundle brought."""
    certificate = str(fact.ETC / "pki/ca.crt")
    pem = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True)
    convert = ["openssl", "pkey", "-pubin", "-outform", "der"]
    der = subprocess.run(convert, check=True, capture_output=True, input=pem.stdout)
    return f"sha256:{hashlib.sha256(der.stdout).hexdigest()}"


if __name__ == "__main__":
    main()
