//! Fields by their paths, for summaries.

use serde_json::Value;

use super::spec::{access, advanced, cluster, control_plane, network, pools};
use crate::tongue::tr;

/// `pools[workers].max` as a person would say it.
pub fn name(path: &str) -> String {
    if let Some((pool, rest)) = path
        .strip_prefix("pools[")
        .and_then(|rest| rest.split_once(']'))
    {
        let rest = rest.trim_start_matches('.');
        let pool = pool.parse::<usize>().map_or_else(
            |_| pool.to_owned(),
            |index| index.saturating_add(1).to_string(),
        );
        return if rest.is_empty() {
            tr!("Pool {pool}", pool)
        } else {
            tr!("Pool {pool}, {}", pool, of_pool(rest))
        };
    }
    match path.split('[').next().unwrap_or(path) {
        "" => tr!("The whole").to_owned(),
        "name" => cluster::NAME.shown().to_owned(),
        "zone" => cluster::ZONE.shown().to_owned(),
        "kubernetes" => cluster::KUBERNETES.shown().to_owned(),
        "controlPlane.count" => tr!("Control planes").to_owned(),
        "controlPlane.type" => control_plane::TYPE.shown().to_owned(),
        "controlPlane.disk" => control_plane::DISK.shown().to_owned(),
        "access.api" => access::API.shown().to_owned(),
        "access.ssh" => access::SSH.shown().to_owned(),
        "access.nodePorts" => access::NODE_PORTS.shown().to_owned(),
        "egress" => advanced::EGRESS.shown().to_owned(),
        "image" => advanced::IMAGE.shown().to_owned(),
        "addons.metricsServer" => advanced::METRICS.shown().to_owned(),
        "addons.csi" => advanced::CSI.shown().to_owned(),
        "kubeconfigHours" => advanced::HOURS.shown().to_owned(),
        "sshKey" => advanced::SSH_KEY.shown().to_owned(),
        "ingressPool" => advanced::INGRESS.shown().to_owned(),
        path if path.starts_with("network.") => network::label(path).to_owned(),
        path => path.to_owned(),
    }
}

fn of_pool(field: &str) -> &str {
    match field.split('[').next().unwrap_or(field) {
        "name" => pools::NAME.shown(),
        "type" => pools::TYPE.shown(),
        "disk" => pools::DISK.shown(),
        "min" => pools::MIN.shown(),
        "max" => pools::MAX.shown(),
        "labels" => pools::LABELS.shown(),
        "taints" => pools::TAINTS.shown(),
        "spread" => pools::SPREAD.shown(),
        other => other,
    }
}

/// What a folded part holds, and what of it is not as by default.
pub fn folded(holds: &str, changed: &[String]) -> String {
    let names: Vec<String> = changed.iter().map(|path| of_field(path)).collect();
    if names.is_empty() {
        tr!("{holds}; as by default", holds)
    } else {
        tr!("{holds}; changed: {}", holds, names.join(", "))
    }
}

/// A field without the pool that it belongs to.
fn of_field(path: &str) -> String {
    let of_a_pool = path
        .starts_with("pools[")
        .then(|| path.split_once("]."))
        .flatten();
    of_a_pool.map_or_else(|| name(path), |(_, field)| of_pool(field).to_owned())
}

/// A value as a person would say it.
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => tr!("none").to_owned(),
        Value::Bool(true) => tr!("yes").to_owned(),
        Value::Bool(false) => tr!("no").to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries
            .iter()
            .map(|entry| {
                if *entry == access::CALLER {
                    access::YOU.into()
                } else {
                    self::value(entry)
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => match (fields.get("type"), fields.get("min"), fields.get("max")) {
            (Some(kind), Some(min), Some(max)) => {
                tr!("{min} to {max} × {}", min, max, self::value(kind))
            }
            (Some(_) | None, _, _) => fields
                .iter()
                .map(|(key, value)| format!("{key}={}", self::value(value)))
                .collect::<Vec<_>>()
                .join(", "),
        },
    }
}
