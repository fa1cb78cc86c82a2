//! From JSON to a [`Spec`]: reads every field, derives what is missing, and reports all problems at once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Most, Object, Report, flag, parsed, text, whole};
use super::parts::{Access, Addons, ControlPlane, ControlPlanes, Egress, Image};
use super::{DiskGib, Hours, InstanceTypeName, MachineRole, Problem, Refusal, Spec, SshPublicKey};
use super::{addresses, free_text, pools};
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
    let pools = pools::pools(&root, zone, report);
    let network = addresses::network(&root, report);
    let access = access(&root, report);
    let egress = root.optional("egress", report, Some(Egress::default()), egress);
    let image = image(&root, report);
    let addons = addons(&root, report);
    let kubeconfig_hours =
        root.optional("kubeconfigHours", report, Some(Hours::default()), |value| {
            Hours::new(whole(value)?)
        });
    let ssh_key = root.optional("sshKey", report, Some(None), ssh_key);
    let ingress_pool = root.optional("ingressPool", report, pools.first_name(), parsed);

    pools::pool_names(&pools, ingress_pool.as_ref(), report);
    let machines = addresses::Machines::new(control_plane.as_ref(), &pools.whole);
    addresses::check(&network, &machines, report);
    let texts = free_text::FreeText {
        pools: &pools.whole,
        access: access.as_ref(),
        ssh_key: ssh_key.as_ref(),
    };
    free_text::check(&texts, network.domain.as_ref(), report);

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
    text(value)?.parse().map_err(|_| {
        let known = listed(Zone::ALL.iter().map(|zone| zone.as_str()));
        Refusal::new(format!("A zone is one of Exoscale's: {known}."), "")
    })
}

fn minor(value: &Value) -> Result<Minor, Refusal> {
    text(value)?.parse().map_err(|_| {
        let known = listed(Minor::ALL.iter().map(|minor| minor.as_str()));
        Refusal::new(
            format!("Kubernetes is one of the minors on offer: {known}."),
            "",
        )
    })
}

fn listed<'a>(known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<String> = known.map(|word| format!("`{word}`")).collect();
    known.join(", ")
}

fn egress(value: &Value) -> Result<Egress, Refusal> {
    match text(value)? {
        "open" => Ok(Egress::Open),
        "list" => Ok(Egress::List),
        _ => Err(Refusal::new(
            "Egress is `open` or `list`.",
            "`list` lets machines reach only what a node needs.",
        )),
    }
}

fn ssh_key(value: &Value) -> Result<Option<SshPublicKey>, Refusal> {
    if value.is_null() {
        Ok(None)
    } else {
        parsed(value).map(Some)
    }
}

fn control_plane(
    root: &Object<'_>,
    zone: Option<Zone>,
    report: &mut Report,
) -> Option<ControlPlane> {
    let object = Object::open(
        root.raw("controlPlane"),
        "controlPlane",
        &["count", "type", "disk"],
        report,
    );
    let count = object.optional(
        "count",
        report,
        Some(ControlPlanes::One),
        |value| match whole(value)? {
            1 => Ok(ControlPlanes::One),
            3 => Ok(ControlPlanes::Three),
            _ => Err(Refusal::new(
                "There is 1 control plane, or there are 3.",
                "etcd needs a majority: 2 are worse than 1.",
            )),
        },
    );
    let machine = Machine::read(&object, MachineRole::ControlPlane, zone, report);
    Some(ControlPlane {
        count: count?,
        instance_type: machine.instance_type?,
        disk: machine.disk?,
    })
}

/// The type and the disk that control planes and pools both have.
pub(super) struct Machine {
    pub(super) instance_type: Option<InstanceTypeName>,
    pub(super) disk: Option<DiskGib>,
}

impl Machine {
    pub(super) fn read(
        object: &Object<'_>,
        role: MachineRole,
        zone: Option<Zone>,
        report: &mut Report,
    ) -> Self {
        let instance_type =
            object.optional("type", report, Some(InstanceTypeName::default()), |value| {
                InstanceTypeName::parse(text(value)?, role, zone)
            });
        // A disk is judged even where the type was refused, by the widest bounds there are.
        let details = instance_type.map_or(&ANY_MACHINE, InstanceTypeName::details);
        let disk = object.optional("disk", report, Some(DiskGib::default()), |value| {
            DiskGib::new(whole(value)?, details)
        });
        Self {
            instance_type,
            disk,
        }
    }
}

static ANY_MACHINE: InstanceType = InstanceType {
    name: "machine",
    disk_gib_max: limits::DISK_GIB_MAX,
    ..InstanceType::STANDARD_MEDIUM
};

fn access(root: &Object<'_>, report: &mut Report) -> Option<Access> {
    let object = Object::open(
        root.raw("access"),
        "access",
        &["api", "ssh", "nodePorts"],
        report,
    );
    let default = Access::default();
    let api = object.list("api", &SOURCES, report, default.api);
    let ssh = object.list("ssh", &SOURCES, report, default.ssh);
    let node_ports = object.list("nodePorts", &SOURCES, report, default.node_ports);
    let access = Access {
        api: api?,
        ssh: ssh?,
        node_ports: node_ports?,
    };
    check_access(&access, report);
    Some(access)
}

fn image(root: &Object<'_>, report: &mut Report) -> Option<Image> {
    match root.raw("image") {
        None => Some(Image::default()),
        Some(value) if value.is_object() => {
            let object = Object::open(Some(value), "image", &["controlPlane", "nodes"], report);
            let control_plane = object.required("controlPlane", report, parsed);
            let nodes = object.required("nodes", report, parsed);
            Some(Image::Templates {
                control_plane: control_plane?,
                nodes: nodes?,
            })
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
    let object = Object::open(
        root.raw("addons"),
        "addons",
        &["metricsServer", "csi"],
        report,
    );
    let default = Addons::default();
    let metrics_server =
        object.optional("metricsServer", report, Some(default.metrics_server), flag);
    let csi = object.optional("csi", report, Some(default.csi), flag);
    Some(Addons {
        metrics_server: metrics_server?,
        csi: csi?,
    })
}

fn check_access(access: &Access, report: &mut Report) {
    if access.api.is_empty() {
        let refusal = Refusal::new(
            "Somebody must be able to reach the API server.",
            "`caller` stands for the address that you launch from.",
        );
        report.refuse("access.api", &"[]", refusal);
    }
    for (key, sources) in [
        ("api", &access.api),
        ("ssh", &access.ssh),
        ("nodePorts", &access.node_ports),
    ] {
        let field = format!("access.{key}");
        let mut seen = BTreeSet::new();
        for (index, source) in sources
            .iter()
            .enumerate()
            .filter(|(_, source)| !seen.insert(*source))
        {
            let refusal = Refusal::new("No entry stands in a list twice.", "Remove one of them.");
            report.refuse(&format!("{field}[{index}]"), source, refusal);
        }
    }
}

const SOURCES: Most = Most {
    entries: limits::SOURCES_MAX,
    hint: "Join neighbouring ranges into larger ones.",
};
