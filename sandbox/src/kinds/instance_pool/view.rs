//! Pools on the wire.

use serde_json::{Value, json};

use super::Pool;
use crate::wire::object::{Object, references};

pub(super) fn summary(pool: &Pool) -> Object {
    let keys: Vec<Value> = pool
        .ssh_keys
        .iter()
        .map(|name| json!({ "name": name }))
        .collect();
    Object::new()
        .with("id", &pool.id)
        .with("name", &pool.name)
        .maybe("description", pool.description.as_ref())
        .with("state", pool.state)
        .with("size", pool.size)
        .maybe("min-available", pool.min_available)
        .with("instance-prefix", &pool.prefix)
        .with("instance-type", json!({ "id": pool.instance_type }))
        .with("template", json!({ "id": pool.template }))
        .with("disk-size", pool.disk_size)
        .with("public-ip-assignment", pool.public_ip_assignment)
        .maybe("labels", Some(&pool.labels))
        .maybe("private-networks", Some(references(&pool.private_networks)))
        .maybe("security-groups", Some(references(&pool.security_groups)))
        .maybe(
            "anti-affinity-groups",
            Some(references(&pool.anti_affinity_groups)),
        )
        .maybe("elastic-ips", Some(references(&pool.elastic_ips)))
        .maybe("ssh-key", keys.first().cloned())
        .maybe("ssh-keys", Some(keys))
        .maybe("instances", Some(references(&pool.listed)))
}
