"""Stands for the API server and the controllers: what was applied has the effect that the evidence looks for."""

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cluster

sys.path.insert(0, "/usr/local/lib/slipway")
PKI = "/etc/kubernetes/pki"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        whole = cluster.read()
        kind, _, name = self.path[1:].partition("/")
        answers = {
            "readyz": lambda: "ok",
            "cluster-info": lambda: {"ca": open(f"{PKI}/ca.crt").read()},
            "nodes": lambda: {"items": [node(whole, *one) for one in whole["nodes"].items()]},
            "certificatesigningrequests": lambda: {"items": requests(whole)},
            "configmap": lambda: autoscaler_status(whole),
            "lease": lambda: whole["objects"].get(f"Lease/{name}"),
            "deployment": lambda: whole["objects"].get(f"Deployment/{name}"),
            "pods": lambda: {"items": autoscaler_pods(whole) if name.startswith("app=") else pods_on(whole, name)},
        }
        self.answer(200, answers[kind]())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        whole = cluster.read()
        if self.path == "/tokens":
            cluster.remember("tokens", body["token"], True)
        elif self.path == "/join":
            if body["token"] not in whole["tokens"]:
                return self.answer(401, "Unauthorized")
            cluster.remember("nodes", body["name"], body["node"])
        elif self.path == "/mark":
            cluster.remember(body["table"], body["name"], body["value"])
        elif self.path == "/patch":
            deployment = whole["objects"][f"Deployment/{body['name']}"]
            *parts, last = [int(part) if part.isdigit() else part for part in body["change"]["path"].split("/")[1:]]
            place = deployment
            for part in parts:
                place = place[part]
            place[last] = body["change"]["value"]
            cluster.remember("objects", f"Deployment/{body['name']}", deployment)
        else:
            key = f"{body['kind']}/{body['metadata']['name']}"
            if self.path == "/create" and key in whole["objects"]:
                return self.answer(409, "AlreadyExists")
            if self.path == "/replace" and version(body) != version(whole["objects"][key]):
                return self.answer(409, "Conflict")
            body["metadata"]["resourceVersion"] = version(whole["objects"].get(key, body)) + "1"
            cluster.remember("objects", key, body)
        self.answer(200, {})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def version(document):
    return document["metadata"].get("resourceVersion", "")


def has(whole, kind, name):
    return f"{kind}/{name}" in whole["objects"]


def node(whole, name, facts):
    """Ready with a pod network; initialised, and with an address, by the cloud controller."""
    network = has(whole, "Deployment", "tigera-operator") and has(whole, "Installation", "default")
    initialised = has(whole, "Deployment", "exoscale-cloud-controller-manager")
    taint = {"key": "node.cloudprovider.kubernetes.io/uninitialized", "effect": "NoSchedule"}
    spec = {"providerID": facts["providerID"], "taints": [] if initialised else [taint]}
    return {
        "metadata": {"name": name, "labels": {whole["labels"][name].rstrip("="): ""} if name in whole["labels"] else {}},
        "spec": spec | ({"unschedulable": True} if name in whole["cordoned"] else {}),
        "status": {
            "conditions": [{"type": "Ready", "status": "True" if network else "False"}],
            "addresses": [{"type": "InternalIP", "address": facts["address"]}] if initialised else [],
            "nodeInfo": {"kubeletVersion": facts["version"]},
        },
    }


def autoscaler_pods(whole):
    """The one that runs, with its deployment's command, beside the next one, which is not ready."""
    deployment = whole["objects"].get("Deployment/cluster-autoscaler")
    if not deployment:
        return []
    spec = deployment["spec"]["template"]["spec"]
    running = {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Running"}
    coming = {"conditions": [{"type": "Ready", "status": "False"}], "phase": "Pending"}
    return [
        {"metadata": {"creationTimestamp": "2026-01-02T00:00:00Z"}, "spec": {"containers": [{"command": []}]}, "status": coming},
        {"metadata": {"creationTimestamp": "2026-01-03T00:00:00Z"}, "spec": spec, "status": running},
    ]


def pods_on(whole, selector):
    """A daemon set's pod on each node; and somebody's, until the node is drained."""
    name = selector.removeprefix("spec.nodeName=")
    kinds = ["DaemonSet"] + ["ReplicaSet"] * (name not in whole["drained"])
    return [{"metadata": {"ownerReferences": [{"kind": kind}]}, "status": {"phase": "Running"}} for kind in kinds]


def requests(whole):
    """One a node for the kubelet's serving certificate, which the cloud controller approves."""
    approved = has(whole, "Deployment", "exoscale-cloud-controller-manager")
    return [{"status": {"conditions": [{"type": "Approved"}]} if approved else {}} for _ in whole["nodes"]]


def autoscaler_status(whole):
    """With its own key it finds the pools of the nodes; the bounds are its flags."""
    from exoscale import Api

    deployment, secret = whole["objects"].get("Deployment/cluster-autoscaler"), whole["objects"].get("Secret/slipway-autoscaler")
    if not deployment or not secret:
        return None
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    zone = next(one["value"] for one in container["env"] if one["name"] == "EXOSCALE_ZONE")
    flags = [flag.removeprefix("--nodes=").split(":") for flag in container["command"] if flag.startswith("--nodes=")]
    api = Api(zone, {"key": secret["stringData"]["api-key"], "secret": secret["stringData"]["api-secret"]})
    instances = [api.get("/instance/" + one["providerID"].removeprefix("exoscale://")) for one in whole["nodes"].values()]
    pools = {instance["manager"]["id"] for instance in instances if instance.get("manager")}
    names = {pool: api.get(f"/instance-pool/{pool}")["name"] for pool in pools}
    groups = [
        {"name": pool, "health": {"minSize": int(least), "maxSize": int(most)}}
        for pool, name in names.items() for least, most, flag in flags if flag == name
    ]
    return {"data": {"status": json.dumps({"nodeGroups": groups})}}


def serve():
    server = ThreadingHTTPServer(("0.0.0.0", 6443), Handler)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(f"{PKI}/apiserver.crt", f"{PKI}/apiserver.key")
    server.socket = trust.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
