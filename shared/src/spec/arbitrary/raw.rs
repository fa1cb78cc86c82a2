//! Random draws made to fit together: unique names, sizes that are offered, text within its budget.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::catalog::{InstanceType, Minor, TYPES, Zone};
use crate::limits;
use crate::spec::{InstanceTypeName, MachineRole};

/// Everything random about a spec, before it is made to fit together.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) head: (String, Zone, Minor),
    pub(super) planes: (bool, Machine),
    pub(super) pools: Vec<RawPool>,
    pub(super) network: RawNetwork,
    pub(super) sources: Vec<String>,
    pub(super) key: Option<(Vec<u8>, String)>,
    pub(super) choices: (bool, Option<(String, String)>, bool, bool, u16),
    /// Which free text comes first when there is too much of it.
    pub(super) order: [u8; 3],
}

/// Draws for a type and a disk: taken modulo what the zone offers.
pub(super) type Machine = (usize, u32);

#[derive(Debug, Clone)]
pub(super) struct RawPool {
    pub(super) name: String,
    pub(super) machine: Machine,
    pub(super) bounds: (u16, u16),
    pub(super) spread: bool,
    pub(super) labels: Vec<(String, String)>,
    pub(super) taints: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct RawNetwork {
    pub(super) private: [u8; 2],
    pub(super) pods: u8,
    pub(super) services: [u8; 2],
    pub(super) domain: String,
    pub(super) node_ports: (u16, u16),
}

fn encoded_key(random: &[u8], comment: &str) -> String {
    let mut blob = Vec::new();
    let mut put = |bytes: &[u8]| {
        blob.extend(u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
        blob.extend(bytes);
    };
    let algorithm = if random.len() == 32 {
        "ssh-ed25519"
    } else {
        "ssh-rsa"
    };
    put(algorithm.as_bytes());
    if random.len() == 32 {
        put(random);
    } else {
        put(&[1, 0, 1]);
        put(&[&[0, 0x80], random.get(1..).unwrap_or_default()].concat());
    }
    format!("{algorithm} {} {comment}", STANDARD.encode(blob))
        .trim()
        .to_owned()
}

impl Raw {
    /// JSON with at most so much free text, whatever comes first in a random order.
    pub(super) fn json(&self, budget: usize) -> Value {
        let (name, zone, minor) = &self.head;
        let (three, planes) = &self.planes;
        let mut left = Budget(budget);
        let mut pools: Vec<Value> = self
            .pools
            .iter()
            .enumerate()
            .map(|(index, pool)| pool.json(index, *zone))
            .collect();
        let mut access: Map<String, Value> = Map::new();
        let mut key = Value::Null;
        let domain = if left.take(self.network.domain.len()) {
            self.network.domain.as_str()
        } else {
            "cluster.internal"
        };
        // The lists that stay at their defaults count as well.
        left.take(80);
        let mut turns = [(self.order[0], 0), (self.order[1], 1), (self.order[2], 2)];
        turns.sort_unstable();
        for (_, turn) in turns {
            match turn {
                0 => self.fill_pools(&mut pools, &mut left),
                1 => access = self.access(&mut left),
                _ => key = self.key(&mut left),
            }
        }
        let (list, templates, metrics, csi, hours) = &self.choices;
        let image = templates.as_ref().map_or_else(
            || {
                json!(if self.order[1].is_multiple_of(2) {
                    "auto"
                } else {
                    "stock"
                })
            },
            |(control_plane, nodes)| json!({"controlPlane": control_plane, "nodes": nodes}),
        );
        let ingress = pools.get(usize::from(self.order[2]) % pools.len().max(1));
        let ingress = ingress.map(|pool| pool["name"].clone());
        let planes_json = machine_json(planes, MachineRole::ControlPlane, *zone);
        json!({
            "name": name, "zone": zone, "kubernetes": minor,
            "controlPlane": with(planes_json, "count", json!(if *three { 3 } else { 1 })),
            "pools": pools, "network": self.network.json(domain), "access": access,
            "egress": if *list { "list" } else { "open" }, "image": image,
            "addons": {"metricsServer": metrics, "csi": csi}, "kubeconfigHours": hours, "sshKey": key,
            "ingressPool": ingress,
        })
    }

    fn fill_pools(&self, pools: &mut [Value], left: &mut Budget) {
        for (json, pool) in pools.iter_mut().zip(&self.pools) {
            let labels = pool.labels.iter().filter(|(key, value)| {
                left.take(key.len() + limits::FREE_TEXT_ENTRY_CHARS + value.len())
            });
            let labels: Map<String, Value> = labels
                .map(|(key, value)| (key.clone(), json!(value)))
                .collect();
            let taints: Vec<&String> = pool
                .taints
                .iter()
                .filter(|taint| left.take(taint.len()))
                .collect();
            *json = with(
                with(json.take(), "labels", Value::Object(labels)),
                "taints",
                json!(taints),
            );
        }
    }

    fn access(&self, left: &mut Budget) -> Map<String, Value> {
        let lists = ["api", "ssh", "nodePorts"]
            .into_iter()
            .zip(self.sources.chunks(limits::SOURCES_MAX));
        let lists = lists.filter_map(|(key, sources)| {
            let kept: BTreeSet<&String> = sources
                .iter()
                .filter(|source| left.take(source.len() + 4))
                .collect();
            (!kept.is_empty()).then(|| (key.to_owned(), json!(kept)))
        });
        lists.collect()
    }

    fn key(&self, left: &mut Budget) -> Value {
        let key = self
            .key
            .as_ref()
            .map(|(random, comment)| encoded_key(random, comment));
        key.filter(|key| left.take(key.len()))
            .map_or(Value::Null, Value::from)
    }
}

/// Characters that may still be written.
struct Budget(usize);

impl Budget {
    fn take(&mut self, length: usize) -> bool {
        let cost = length + limits::FREE_TEXT_ENTRY_CHARS;
        let fits = self.0 >= cost;
        if fits {
            self.0 -= cost;
        }
        fits
    }
}

impl RawPool {
    fn json(&self, index: usize, zone: Zone) -> Value {
        let (min, max) = (
            self.bounds.0.min(self.bounds.1),
            self.bounds.0.max(self.bounds.1),
        );
        let mut json = machine_json(&self.machine, MachineRole::Node, zone);
        json = with(json, "name", json!(format!("{}{index}", self.name)));
        json = with(
            json,
            "spread",
            json!(self.spread && max <= limits::SPREAD_NODES_MAX),
        );
        with(with(json, "min", json!(min)), "max", json!(max))
    }
}

impl RawNetwork {
    fn json(&self, domain: &str) -> Value {
        let [a, b] = self.private;
        let [c, d] = self.services;
        let (start, length) = self.node_ports;
        json!({
            "private": format!("10.{a}.{}.0/22", b & 0xfc), "dhcpStart": format!("10.{a}.{}.20", b & 0xfc),
            "controlPlane": format!("10.{a}.{}.{}", b & 0xfc, 2 + a % 10),
            "pods": format!("172.{}.0.0/14", 16 + (self.pods & 0xc)), "services": format!("100.{}.{d}.0/24", 64 + c % 64),
            "domain": domain, "nodePorts": format!("{start}-{}", start + length),
        })
    }
}

fn machine_json((draw, disk): &Machine, role: MachineRole, zone: Zone) -> Value {
    let fits =
        |entry: &&InstanceType| InstanceTypeName::parse(entry.name, role, Some(zone)).is_ok();
    let offered: Vec<&InstanceType> = TYPES.iter().filter(fits).collect();
    let entry = offered
        .get(draw % offered.len().max(1))
        .copied()
        .unwrap_or(&InstanceType::STANDARD_MEDIUM);
    let disk = limits::DISK_GIB_MIN + disk % (entry.disk_gib_max - limits::DISK_GIB_MIN + 1);
    json!({"type": entry.name, "disk": disk})
}

fn with(mut json: Value, key: &str, value: Value) -> Value {
    if let Value::Object(fields) = &mut json {
        fields.insert(key.to_owned(), value);
    }
    json
}
