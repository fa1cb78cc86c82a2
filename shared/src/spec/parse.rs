//! From JSON to a [`Spec`]: reads every field, derives what is missing, and reports all problems at once.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::check;
use super::fields::{Object, Report, flag, parsed, text, whole};
use super::network::{Layout, Network};
use super::parts::{Access, Addons, ControlPlane, ControlPlanes, Egress, Image, Pool};
use super::{
    DiskGib, DnsDomain, Hours, InstanceTypeName, Labels, PoolName, Problem, Refusal, Role, Spec, SshPublicKey,
};
use crate::catalog::{InstanceType, Minor, Zone};
use crate::limits;

const FIELDS: [&str; 13] = [
    "name",
    "zone",
    "kubernetes",
    "controlPlane",
    "pools",
    "network",
    "access",
    "egress",
    "image",
    "addons",
    "kubeconfigHours",
    "sshKey",
    "ingressPool",
];

/// Reads a spec, strictly: only `name` and `zone` are required, and nothing unknown is passed over.
pub fn parse(raw: &Value) -> Result<Spec, Vec<Problem>> {
    let mut report = Report::default();
    let spec = read(raw, &mut report);
    match spec {
        Some(spec) if report.is_empty() => Ok(spec),
        Some(_) | None => Err(report.into_problems()),
    }
}

fn read(raw: &Value, report: &mut Report) -> Option<Spec> {
    let root = Object::open(Some(raw), "", &FIELDS, report);
    if !root.is_readable() {
        return None;
    }
    let name = root.required("name", report, parsed);
    let zone = root.required("zone", report, zone);
    let kubernetes = root.optional("kubernetes", report, Some(Minor::default()), minor);
    let control_plane = control_plane(&root, zone, report);
    let pools = pools(&root, zone, report);
    let network = network(&root, report);
    let access = access(&root, report);
    let egress = root.optional("egress", report, Some(Egress::default()), egress);
    let image = image(&root, report);
    let addons = addons(&root, report);
    let kubeconfig_hours =
        root.optional("kubeconfigHours", report, Some(Hours::default()), |value| Hours::new(whole(value)?));
    let ssh_key = root.optional("sshKey", report, Some(None), ssh_key);
    let ingress_pool = root.optional("ingressPool", report, pools.first_name(), parsed);

    check::pool_names(&pools, ingress_pool.as_ref(), report);
    let machines = check::Machines::new(control_plane.as_ref(), &pools.whole);
    check::addresses(&network, &machines, report);
    let texts = check::FreeText { pools: &pools.whole, access: access.as_ref(), ssh_key: ssh_key.as_ref() };
    check::free_text(&texts, network.domain.as_ref(), report);

    Some(Spec {
        name: name?,
        zone: zone?,
        kubernetes: kubernetes?,
        control_plane: control_plane?,
        pools: pools.whole.into_iter().collect::<Option<_>>()?,
        network: network.whole()?,
        access: access?,
        egress: egress?,
        image: image?,
        addons: addons?,
        kubeconfig_hours: kubeconfig_hours?,
        ssh_key: ssh_key?,
        ingress_pool: ingress_pool?,
    })
}

fn zone(value: &Value) -> Result<Zone, Refusal> {
    text(value)?.parse().map_err(|_| one_of("A zone is one of Exoscale's", Zone::ALL.iter().map(|zone| zone.as_str())))
}

fn minor(value: &Value) -> Result<Minor, Refusal> {
    text(value)?.parse().map_err(|_| {
        one_of("Kubernetes is one of the minors on offer", Minor::ALL.iter().map(|minor| minor.as_str()))
    })
}

fn one_of<'a>(rule: &str, known: impl Iterator<Item = &'a str>) -> Refusal {
    let known: Vec<String> = known.map(|word| format!("`{word}`")).collect();
    Refusal::new(format!("{rule}: {}.", known.join(", ")), "")
}

fn egress(value: &Value) -> Result<Egress, Refusal> {
    match text(value)? {
        "open" => Ok(Egress::Open),
        "list" => Ok(Egress::List),
        _ => Err(Refusal::new("Egress is `open` or `list`.", "`list` lets machines reach only what a node needs.")),
    }
}

fn ssh_key(value: &Value) -> Result<Option<SshPublicKey>, Refusal> {
    if value.is_null() { Ok(None) } else { parsed(value).map(Some) }
}

fn control_plane(root: &Object<'_>, zone: Option<Zone>, report: &mut Report) -> Option<ControlPlane> {
    let object =
        Object::open(root.raw("controlPlane"), "controlPlane", &["count", "type", "disk"], report);
    let count = object.optional("count", report, Some(ControlPlanes::One), |value| match whole(value)? {
        1 => Ok(ControlPlanes::One),
        3 => Ok(ControlPlanes::Three),
        _ => Err(Refusal::new("There is 1 control plane, or there are 3.", "etcd needs a majority: 2 are worse than 1.")),
    });
    let machine = Machine::read(&object, Role::ControlPlane, zone, report);
    Some(ControlPlane { count: count?, instance_type: machine.instance_type?, disk: machine.disk? })
}

/// The type and the disk that control planes and pools both have.
struct Machine {
    instance_type: Option<InstanceTypeName>,
    disk: Option<DiskGib>,
}

impl Machine {
    fn read(object: &Object<'_>, role: Role, zone: Option<Zone>, report: &mut Report) -> Self {
        let instance_type = object.optional("type", report, Some(InstanceTypeName::default()), |value| {
            InstanceTypeName::parse(text(value)?, role, zone)
        });
        // A disk is judged even where the type was refused, by the widest bounds there are.
        let details = instance_type.map_or(&ANY_MACHINE, InstanceTypeName::details);
        let disk = object
            .optional("disk", report, Some(DiskGib::default()), |value| DiskGib::new(whole(value)?, details));
        Self { instance_type, disk }
    }
}

static ANY_MACHINE: InstanceType =
    InstanceType { name: "machine", disk_gib_max: limits::DISK_GIB_MAX, ..InstanceType::STANDARD_MEDIUM };

/// The pools as far as they could be read: `None` where one could not.
pub(super) struct Pools {
    pub(super) names: Vec<Option<PoolName>>,
    pub(super) whole: Vec<Option<Pool>>,
}

impl Pools {
    fn first_name(&self) -> Option<PoolName> {
        self.names.first().cloned().flatten()
    }
}

fn pools(root: &Object<'_>, zone: Option<Zone>, report: &mut Report) -> Pools {
    let workers = Pool::workers();
    let Some(value) = root.raw("pools") else {
        return Pools { names: vec![Some(workers.name.clone())], whole: vec![Some(workers)] };
    };
    let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() || entries.len() > limits::POOLS_MAX {
        let refusal = Refusal::new(
            format!("A cluster has a list of 1 to {} pools.", limits::POOLS_MAX),
            "Control planes run no workloads, so that at least one pool is needed.",
        );
        report.add(Problem::new("pools", value, refusal));
        return Pools { names: vec![None], whole: vec![None] };
    }
    let read = entries.iter().enumerate().map(|(index, entry)| {
        let known = ["name", "type", "disk", "min", "max", "labels", "taints", "spread"];
        let object = Object::open(Some(entry), &format!("pools[{index}]"), &known, report);
        let name: Option<PoolName> = object.required("name", report, parsed);
        (name.clone(), pool(&object, name, zone, report))
    });
    let (names, whole) = read.unzip();
    Pools { names, whole }
}

fn pool(object: &Object<'_>, name: Option<PoolName>, zone: Option<Zone>, report: &mut Report) -> Option<Pool> {
    let machine = Machine::read(object, Role::Node, zone, report);
    let min = object.optional("min", report, Some(Pool::MIN_DEFAULT), nodes_min);
    let max_default = min.map(|min| min.max(Pool::MAX_DEFAULT));
    let max = object.optional("max", report, max_default, nodes_max);
    let spread = object.optional("spread", report, max.map(Pool::spread_default), flag);
    let labels = labels(object, report);
    let taints = object.list("taints", report, Vec::new());
    let pool = Pool {
        name: name?,
        instance_type: machine.instance_type?,
        disk: machine.disk?,
        min: min?,
        max: max?,
        labels: labels?,
        taints: taints?,
        spread: spread?,
    };
    check::pool(&pool, object, report);
    Some(pool)
}

fn nodes_min(value: &Value) -> Result<u16, Refusal> {
    match u16::try_from(whole(value)?) {
        Ok(count @ limits::POOL_NODES_MIN..=limits::POOL_NODES_MAX) => Ok(count),
        Ok(_) | Err(_) => Err(Refusal::new(
            format!("A pool keeps {} to {} nodes.", limits::POOL_NODES_MIN, limits::POOL_NODES_MAX),
            "Not 0: the autoscaler cannot bring an empty pool on Exoscale back to life.",
        )),
    }
}

fn nodes_max(value: &Value) -> Result<u16, Refusal> {
    match u16::try_from(whole(value)?) {
        Ok(count @ limits::POOL_NODES_MIN..=limits::POOL_NODES_MAX) => Ok(count),
        Ok(_) | Err(_) => Err(Refusal::new(
            format!("A pool grows to at most {} nodes, and has at least 1.", limits::POOL_NODES_MAX),
            "Several pools go further; the autoscaler asks Exoscale about every node in each round.",
        )),
    }
}

fn labels(object: &Object<'_>, report: &mut Report) -> Option<Labels> {
    let mut labels = Labels::default();
    let Some(value) = object.raw("labels") else {
        return object.is_readable().then_some(labels);
    };
    let field = object.at("labels");
    let entries = value.as_object().filter(|entries| entries.len() <= limits::LABELS_MAX);
    let Some(entries) = entries else {
        let rule = format!("Labels are an object with at most {} keys and values.", limits::LABELS_MAX);
        report.add(Problem::new(field, value, Refusal::new(rule, "For instance `{\"team\": \"data\"}`.")));
        return None;
    };
    let mut sound = true;
    for (key, value) in entries {
        if let Err(refusal) = text(value).and_then(|value| labels.insert(key, value)) {
            let shown = format!("{key}={}", value.as_str().unwrap_or_default());
            report.refuse(&field, &shown, refusal);
            sound = false;
        }
    }
    sound.then_some(labels)
}

/// The network as far as it could be read.
pub(super) struct Addresses {
    pub(super) private: Option<Ipv4Net>,
    pub(super) dhcp_start: Option<Ipv4Addr>,
    pub(super) dhcp_end: Option<Ipv4Addr>,
    pub(super) control_plane: Option<Ipv4Addr>,
    pub(super) pods: Option<Ipv4Net>,
    pub(super) services: Option<Ipv4Net>,
    pub(super) domain: Option<DnsDomain>,
    node_ports: Option<super::PortRange>,
}

impl Addresses {
    fn whole(self) -> Option<Network> {
        Some(Network {
            private: self.private?,
            dhcp_start: self.dhcp_start?,
            dhcp_end: self.dhcp_end?,
            control_plane: self.control_plane?,
            pods: self.pods?,
            services: self.services?,
            domain: self.domain?,
            node_ports: self.node_ports?,
        })
    }
}

fn network(root: &Object<'_>, report: &mut Report) -> Addresses {
    let known =
        ["private", "dhcpStart", "dhcpEnd", "controlPlane", "pods", "services", "domain", "nodePorts"];
    let object = Object::open(root.raw("network"), "network", &known, report);
    let default = Network::default();
    let private = object.optional("private", report, Some(default.private), check::private);
    let layout = private.map(Layout::of);
    let place = |pick: fn(&Layout) -> Ipv4Addr| layout.as_ref().map(pick);
    Addresses {
        private,
        dhcp_start: object.optional("dhcpStart", report, place(|layout| layout.dhcp_start), address),
        dhcp_end: object.optional("dhcpEnd", report, place(|layout| layout.dhcp_end), address),
        control_plane: object.optional("controlPlane", report, place(|layout| layout.control_plane), address),
        pods: object.optional("pods", report, Some(default.pods), check::pods),
        services: object.optional("services", report, Some(default.services), check::services),
        domain: object.optional("domain", report, Some(default.domain), parsed),
        node_ports: object.optional("nodePorts", report, Some(default.node_ports), parsed),
    }
}

fn address(value: &Value) -> Result<Ipv4Addr, Refusal> {
    text(value)?.parse().map_err(|_| Refusal::new("An IPv4 address is required.", "For instance `10.0.0.10`."))
}

fn access(root: &Object<'_>, report: &mut Report) -> Option<Access> {
    let object = Object::open(root.raw("access"), "access", &["api", "ssh", "nodePorts"], report);
    let default = Access::default();
    let api = object.list("api", report, default.api);
    let ssh = object.list("ssh", report, default.ssh);
    let node_ports = object.list("nodePorts", report, default.node_ports);
    let access = Access { api: api?, ssh: ssh?, node_ports: node_ports? };
    check::access(&access, report);
    Some(access)
}

fn image(root: &Object<'_>, report: &mut Report) -> Option<Image> {
    match root.raw("image") {
        None => Some(Image::default()),
        Some(value) if value.is_object() => {
            let object = Object::open(Some(value), "image", &["controlPlane", "nodes"], report);
            let control_plane = object.required("controlPlane", report, parsed);
            let nodes = object.required("nodes", report, parsed);
            Some(Image::Templates { control_plane: control_plane?, nodes: nodes? })
        }
        Some(_) => root.optional("image", report, None, |value| match value.as_str() {
            Some("auto") => Ok(Image::Auto),
            Some("stock") => Ok(Image::Stock),
            Some(_) | None => Err(Refusal::new(
                "An image is `auto`, `stock`, or an object with the ids of two templates.",
                "For instance `{\"controlPlane\": \"<uuid>\", \"nodes\": \"<uuid>\"}`.",
            )),
        }),
    }
}

fn addons(root: &Object<'_>, report: &mut Report) -> Option<Addons> {
    let object = Object::open(root.raw("addons"), "addons", &["metricsServer", "csi"], report);
    let default = Addons::default();
    let metrics_server = object.optional("metricsServer", report, Some(default.metrics_server), flag);
    let csi = object.optional("csi", report, Some(default.csi), flag);
    Some(Addons { metrics_server: metrics_server?, csi: csi? })
}
