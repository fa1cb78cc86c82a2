//! Instances on the wire: a list says less than a single answer.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde_json::{Value, json};

use super::{Instance, PublicIp};
use crate::store::State;
use crate::wire::object::{Object, references};
use crate::wire::time::rfc3339;

/// The syntax of the `labels` filter is undocumented; it is not applied.
pub(super) fn matches(instance: &Instance, query: &BTreeMap<String, String>) -> bool {
    let manager = query.get("manager-id");
    let address = query.get("ip-address");
    let public_ip = instance.public_ip.map(|ip| ip.to_string());
    manager.is_none_or(|id| instance.manager.as_ref() == Some(id))
        && address.is_none_or(|ip| public_ip.as_ref() == Some(ip))
}

pub(super) fn summary(instance: &Instance) -> Object {
    let interfaces: Vec<Value> = instance
        .interfaces
        .iter()
        .map(|interface| json!({ "id": interface.network, "mac-address": interface.mac }))
        .collect();
    let keys: Vec<Value> = instance
        .ssh_keys
        .iter()
        .map(|name| json!({ "name": name }))
        .collect();
    let manager = instance
        .manager
        .as_ref()
        .map(|id| json!({ "id": id, "type": "instance-pool" }));
    let settings = &instance.settings;
    Object::new()
        .with("id", &instance.id)
        .with("name", &settings.name)
        .with("state", instance.state)
        .with("created-at", rfc3339(instance.created_at))
        .with("instance-type", json!({ "id": instance.kind }))
        .with("template", json!({ "id": instance.template }))
        .maybe("labels", Some(&settings.labels))
        .maybe(
            "security-groups",
            Some(references(&instance.security_groups)),
        )
        .maybe("private-networks", Some(interfaces))
        .maybe("ssh-key", keys.first().cloned())
        .maybe("ssh-keys", Some(keys))
        .maybe("manager", manager)
        .with("mac-address", &instance.mac)
        .with("public-ip-assignment", settings.public_ip_assignment)
        .maybe("public-ip", instance.public_ip)
        .maybe("ipv6-address", ipv6(instance))
}

pub(super) fn full(state: &State, instance: &Instance) -> Object {
    let elastic_ips = state
        .elastic_ips
        .ids(|address| address.instances.contains(&instance.id));
    let snapshots = state.snapshots.of(&instance.id);
    let snapshots: Vec<Value> = snapshots.map(|one| json!({ "id": one.id })).collect();
    let settings = &instance.settings;
    summary(instance)
        .maybe(
            "anti-affinity-groups",
            Some(references(&instance.anti_affinity_groups)),
        )
        .maybe("elastic-ips", Some(references(&elastic_ips)))
        .maybe("snapshots", Some(snapshots))
        .maybe("user-data", settings.user_data.as_ref())
        .with("disk-size", instance.disk_size)
        .with("secureboot-enabled", instance.secureboot_enabled)
        .with("tpm-enabled", instance.tpm_enabled)
        .with(
            "application-consistent-snapshot-enabled",
            settings.application_consistent_snapshot_enabled,
        )
}

/// Of a `dual` machine: in `2001:db8::/32`, which is set aside for documentation (RFC 3849).
fn ipv6(instance: &Instance) -> Option<Ipv6Addr> {
    let prefix = 0x2001_0db8_u128 << 96;
    let dual = instance.settings.public_ip_assignment == PublicIp::Dual;
    dual.then(|| Ipv6Addr::from(prefix | u128::from(instance.number)))
}
