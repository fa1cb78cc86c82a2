//! What `kubeadm.py` will write on each machine, to be read beforehand. Words in brackets are known only there.
//! A test runs that program and compares.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::machines::{instances, pools};
use super::{File, yaml};
use crate::bootstrap::MachineFacts;
use crate::bootstrap::machine::{NodePool, Role};
use crate::plan::Plan;

/// One file for each control plane and each pool.
pub(super) fn files(plan: &Plan) -> Vec<File> {
    let file = |name: &str, documents: &[Value]| {
        let text = yaml::documents(documents);
        File::new(format!("kubeadm/{name}.yaml"), format!("{HEAD}{text}"))
    };
    let planes = instances(plan).enumerate().map(|(at, one)| {
        let address = one.facts.control_planes.get(at);
        let address = address.map(|plane| plane.address.to_string());
        let own = Own {
            name: &one.name,
            address: &address.unwrap_or_default(),
        };
        let documents = if at == 0 {
            vec![init(&one.facts, &own), cluster(&one.facts), kubelet()]
        } else {
            vec![join(&one.facts, &own)]
        };
        file(&one.machine, &documents)
    });
    let nodes = pools(plan).map(|(step, pool)| {
        let own = Own {
            name: "<the instance's name>",
            address: "<its private address>",
        };
        file(&step.0, &[join(&pool.facts, &own)])
    });
    planes.chain(nodes).collect()
}

/// What a machine knows of itself.
struct Own<'a> {
    name: &'a str,
    address: &'a str,
}

fn init(facts: &MachineFacts, own: &Own<'_>) -> Value {
    json!({
        "apiVersion": API,
        "kind": "InitConfiguration",
        "bootstrapTokens": [{
            "token": TOKEN,
            "description": "made by the launcher, for the first nodes",
            "ttl": "48h0m0s",
            "usages": ["signing", "authentication"],
            "groups": ["system:bootstrappers:kubeadm:default-node-token"],
        }],
        "localAPIEndpoint": endpoint(own),
        "nodeRegistration": registration(facts, own, None),
        "patches": { "directory": "/etc/slipway/patches" },
    })
}

fn cluster(facts: &MachineFacts) -> Value {
    let addresses = facts
        .control_planes
        .iter()
        .map(|one| one.address.to_string());
    let mut names = vec![facts.cluster.endpoint.clone()];
    names.extend(addresses);
    names.push("<its public address>".to_owned());
    if facts.control_planes.len() > 1 {
        names.push("<the elastic IP>".to_owned());
    }
    json!({
        "apiVersion": API,
        "kind": "ClusterConfiguration",
        "clusterName": facts.cluster.name,
        "kubernetesVersion": format!("v{}", facts.kubernetes.version),
        "controlPlaneEndpoint": format!("{}:6443", facts.cluster.endpoint),
        "encryptionAlgorithm": "ECDSA-P256",
        "networking": {
            "podSubnet": facts.network.pods,
            "serviceSubnet": facts.network.services,
            "dnsDomain": facts.network.domain,
        },
        "apiServer": {
            "certSANs": names,
            "extraArgs": [
                { "name": "service-node-port-range", "value": facts.network.node_ports },
                { "name": "admission-control-config-file", "value": ADMISSION },
            ],
            "extraVolumes": [{
                "name": "slipway-admission",
                "hostPath": ADMISSION,
                "mountPath": ADMISSION,
                "readOnly": true,
                "pathType": "File",
            }],
        },
    })
}

fn kubelet() -> Value {
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
        "serverTLSBootstrap": true,
        "shutdownGracePeriod": "60s",
        "shutdownGracePeriodCriticalPods": "15s",
    })
}

fn join(facts: &MachineFacts, own: &Own<'_>) -> Value {
    let pool = match &facts.role {
        Role::Node { pool, .. } => Some(pool),
        Role::ControlPlane { .. } | Role::Image { .. } => None,
    };
    let mut document = json!({
        "apiVersion": API,
        "kind": "JoinConfiguration",
        "nodeRegistration": registration(facts, own, pool),
        "discovery": { "bootstrapToken": {
            "apiServerEndpoint": format!("{}:6443", facts.cluster.endpoint),
            "token": TOKEN,
            "caCertHashes": ["sha256:<hash of the authority's public key>"],
        } },
        "patches": { "directory": "/etc/slipway/patches" },
        "timeouts": { "discovery": "10m0s", "tlsBootstrap": "5m0s" },
    });
    if let (None, Value::Object(document)) = (pool, &mut document) {
        let endpoint = json!({ "localAPIEndpoint": endpoint(own) });
        document.insert("controlPlane".to_owned(), endpoint);
    }
    document
}

fn registration(facts: &MachineFacts, own: &Own<'_>, pool: Option<&NodePool>) -> Value {
    let argument = |name: &str, value: &str| json!({ "name": name, "value": value });
    let zone = (
        "topology.kubernetes.io/zone".to_owned(),
        facts.cluster.zone.clone(),
    );
    let mut labels = BTreeMap::from([zone]);
    labels.extend(pool.into_iter().flat_map(|pool| pool.labels.clone()));
    let labels: Vec<String> = labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let mut found = json!({
        "name": own.name,
        "criSocket": "unix:///var/run/crio/crio.sock",
        "kubeletExtraArgs": [
            argument("cloud-provider", "external"),
            argument("node-ip", own.address),
            argument("node-labels", &labels.join(",")),
        ],
    });
    if let (Some(pool), Value::Object(found)) = (pool, &mut found) {
        let taints = pool.taints.iter().map(|text| taint(text)).collect();
        found.insert("taints".to_owned(), taints);
    }
    found
}

/// `key=value:Effect`
fn taint(text: &str) -> Value {
    let (pair, effect) = text.rsplit_once(':').unwrap_or((text, ""));
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    json!({ "key": key, "value": value, "effect": effect })
}

fn endpoint(own: &Own<'_>) -> Value {
    json!({ "advertiseAddress": own.address, "bindPort": 6443 })
}

const HEAD: &str = "# What kubeadm is told on this machine, for reading: cloud-init/files/kubeadm.py writes it there.\n";
const API: &str = "kubeadm.k8s.io/v1beta4";
const ADMISSION: &str = "/etc/slipway/admission.json";
const TOKEN: &str = "<the join token>";
