//! Generators of valid specs for property tests: everyday ones, and the worst that a link must hold.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{InstanceTypeName, Role, Spec, parse};
use crate::catalog::{InstanceType, Minor, TYPES, Zone};
use crate::limits;

/// Any valid spec, small or large.
pub fn spec() -> impl Strategy<Value = Spec> {
    (raw(&ANY), 0..=limits::FREE_TEXT_CHARS_MAX).prop_filter_map("is a spec", valid)
}

/// A spec that fills every list and every budget with text that does not compress.
pub fn worst_spec() -> impl Strategy<Value = Spec> {
    (raw(&WORST), Just(limits::FREE_TEXT_CHARS_MAX)).prop_filter_map("is a spec", valid)
}

/// How much of everything a generator draws.
struct Shape {
    cluster: &'static str,
    pool: &'static str,
    pools: RangeInclusive<usize>,
    domain: &'static str,
    comment: &'static str,
    labels: RangeInclusive<usize>,
    templates: f64,
}

const ANY: Shape = Shape {
    cluster: "[a-z0-9]{1,20}",
    pool: "[a-z0-9]{1,19}",
    pools: 1..=limits::POOLS_MAX,
    domain: "[a-z0-9]{1,31}(\\.[a-z0-9]{1,31})?",
    comment: "[!#-\\[\\]-~]{0,100}",
    labels: 0..=6,
    templates: 0.3,
};

const WORST: Shape = Shape {
    cluster: "[a-z0-9]{20}",
    pool: "[a-z0-9]{19}",
    pools: limits::POOLS_MAX..=limits::POOLS_MAX,
    domain: "[a-z0-9]{31}\\.[a-z0-9]{31}",
    comment: "[!#-\\[\\]-~]{100}",
    labels: 0..=12,
    templates: 0.99,
};

fn valid((raw, budget): (Raw, usize)) -> Option<Spec> {
    parse(&raw.json(budget)).ok()
}

/// Everything random about a spec, before it is made to fit together.
#[derive(Debug, Clone)]
struct Raw {
    head: (String, Zone, Minor),
    planes: (bool, Machine),
    pools: Vec<RawPool>,
    network: RawNetwork,
    sources: Vec<String>,
    key: Option<(Vec<u8>, String)>,
    choices: (bool, Option<(String, String)>, bool, bool, u16),
    /// Which free text comes first when there is too much of it.
    order: [u8; 3],
}

/// Draws for a type and a disk: taken modulo what the zone offers.
type Machine = (usize, u32);

#[derive(Debug, Clone)]
struct RawPool {
    name: String,
    machine: Machine,
    bounds: (u16, u16),
    spread: bool,
    labels: Vec<(String, String)>,
    taints: Vec<String>,
}

#[derive(Debug, Clone)]
struct RawNetwork {
    private: [u8; 2],
    pods: u8,
    services: [u8; 2],
    domain: String,
    node_ports: (u16, u16),
}

fn raw(shape: &Shape) -> impl Strategy<Value = Raw> + use<> {
    let zone = proptest::sample::select(Zone::ALL);
    let minor = proptest::sample::select(Minor::ALL);
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let parts = (
        (shape.cluster, zone, minor),
        (any::<bool>(), machine()),
        vec(pool(shape), shape.pools.clone()),
        network(shape.domain),
        vec(source(), 0..24),
        option::of(ssh_key(shape.comment)),
    );
    let choices = (any::<bool>(), option::weighted(shape.templates, (uuid, uuid)), any::<bool>(), any::<bool>(), 1..=8_760_u16);
    (parts, choices, any::<[u8; 3]>()).prop_map(|((head, planes, pools, network, sources, key), choices, order)| {
        Raw { head, planes, pools, network, sources, key, choices, order }
    })
}

fn machine() -> impl Strategy<Value = Machine> {
    (any::<usize>(), any::<u32>())
}

fn pool(shape: &Shape) -> impl Strategy<Value = RawPool> + use<> {
    let key = "([a-z0-9]{1,20}\\.[a-z]{2,8}/)?[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,40}[a-zA-Z0-9])?";
    let value = "([a-zA-Z0-9]([-_.a-zA-Z0-9]{0,50}[a-zA-Z0-9])?)?";
    let taint = "[a-zA-Z0-9]{1,30}=[a-zA-Z0-9]{0,30}:(NoSchedule|PreferNoSchedule|NoExecute)";
    // A pool's name of 19 characters: its index makes it unique.
    let parts = (shape.pool, machine(), (1..=100_u16, 1..=100_u16), any::<bool>());
    (parts, vec((key, value), shape.labels.clone()), vec(taint, 0..4)).prop_map(|((name, machine, bounds, spread), labels, taints)| {
        RawPool { name, machine, bounds, spread, labels, taints }
    })
}

fn network(domain: &'static str) -> impl Strategy<Value = RawNetwork> {
    let ports = (20_000..30_000_u16, 64..2_000_u16);
    (any::<[u8; 2]>(), 0..16_u8, any::<[u8; 2]>(), domain, ports).prop_map(
        |(private, pods, services, domain, node_ports)| RawNetwork { private, pods, services, domain, node_ports },
    )
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("caller".to_owned()),
        2 => (1..=9_u8, any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| format!("{a}.{b}.{c}.{d}/32")),
        4 => any::<[u16; 7]>().prop_map(|groups| {
            let groups: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
            format!("2a01:{}", groups.join(":"))
        }),
    ]
}

fn ssh_key(comment: &'static str) -> impl Strategy<Value = (Vec<u8>, String)> {
    let modulus = prop_oneof![Just(32_usize), Just(256), Just(512)].prop_flat_map(|length| vec(any::<u8>(), length));
    (modulus, comment)
}

fn encoded_key(random: &[u8], comment: &str) -> String {
    let mut blob = Vec::new();
    let mut put = |bytes: &[u8]| {
        blob.extend(u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
        blob.extend(bytes);
    };
    let algorithm = if random.len() == 32 { "ssh-ed25519" } else { "ssh-rsa" };
    put(algorithm.as_bytes());
    if random.len() == 32 {
        put(random);
    } else {
        put(&[1, 0, 1]);
        put(&[&[0, 0x80], random.get(1..).unwrap_or_default()].concat());
    }
    format!("{algorithm} {} {comment}", STANDARD.encode(blob)).trim().to_owned()
}

impl Raw {
    /// JSON with at most so much free text, whatever comes first in a random order.
    fn json(&self, budget: usize) -> Value {
        let (name, zone, minor) = &self.head;
        let (three, planes) = &self.planes;
        let mut left = Budget(budget);
        let mut pools: Vec<Value> = self.pools.iter().enumerate().map(|(index, pool)| pool.json(index, *zone)).collect();
        let mut access: Map<String, Value> = Map::new();
        let mut key = Value::Null;
        let domain = if left.take(self.network.domain.len()) { self.network.domain.as_str() } else { "cluster.internal" };
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
        let image = templates.as_ref().map_or(json!("stock"), |(control_plane, nodes)| json!({"controlPlane": control_plane, "nodes": nodes}));
        let planes_json = machine_json(planes, Role::ControlPlane, *zone);
        json!({
            "name": name, "zone": zone, "kubernetes": minor,
            "controlPlane": with(planes_json, "count", json!(if *three { 3 } else { 1 })),
            "pools": pools, "network": self.network.json(domain), "access": access,
            "egress": if *list { "list" } else { "open" }, "image": image,
            "addons": {"metricsServer": metrics, "csi": csi}, "kubeconfigHours": hours, "sshKey": key,
        })
    }

    fn fill_pools(&self, pools: &mut [Value], left: &mut Budget) {
        for (json, pool) in pools.iter_mut().zip(&self.pools) {
            let labels = pool.labels.iter().filter(|(key, value)| left.take(key.len() + limits::FREE_TEXT_ENTRY_CHARS + value.len()));
            let labels: Map<String, Value> = labels.map(|(key, value)| (key.clone(), json!(value))).collect();
            let taints: Vec<&String> = pool.taints.iter().filter(|taint| left.take(taint.len())).collect();
            *json = with(with(json.take(), "labels", Value::Object(labels)), "taints", json!(taints));
        }
    }

    fn access(&self, left: &mut Budget) -> Map<String, Value> {
        let lists = ["api", "ssh", "nodePorts"].into_iter().zip(self.sources.chunks(limits::SOURCES_MAX));
        let lists = lists.filter_map(|(key, sources)| {
            let kept: BTreeSet<&String> =
                sources.iter().filter(|source| left.take(source.len() + 4)).collect();
            (!kept.is_empty()).then(|| (key.to_owned(), json!(kept)))
        });
        lists.collect()
    }

    fn key(&self, left: &mut Budget) -> Value {
        let key = self.key.as_ref().map(|(random, comment)| encoded_key(random, comment));
        key.filter(|key| left.take(key.len())).map_or(Value::Null, Value::from)
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
        let (min, max) = (self.bounds.0.min(self.bounds.1), self.bounds.0.max(self.bounds.1));
        let mut json = machine_json(&self.machine, Role::Node, zone);
        json = with(json, "name", json!(format!("{}{index}", self.name)));
        json = with(json, "spread", json!(self.spread && max <= limits::SPREAD_NODES_MAX));
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

fn machine_json((draw, disk): &Machine, role: Role, zone: Zone) -> Value {
    let fits = |entry: &&InstanceType| InstanceTypeName::parse(entry.name, role, Some(zone)).is_ok();
    let offered: Vec<&InstanceType> = TYPES.iter().filter(fits).collect();
    let entry = offered.get(draw % offered.len().max(1)).copied().unwrap_or(&InstanceType::STANDARD_MEDIUM);
    let disk = limits::DISK_GIB_MIN + disk % (entry.disk_gib_max - limits::DISK_GIB_MIN + 1);
    json!({"type": entry.name, "disk": disk})
}

fn with(mut json: Value, key: &str, value: Value) -> Value {
    if let Value::Object(fields) = &mut json {
        fields.insert(key.to_owned(), value);
    }
    json
}
