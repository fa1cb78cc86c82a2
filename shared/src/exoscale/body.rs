//! The bodies of requests, exactly as Exoscale documents them.

use serde_json::{Map, Value, json};

use super::{
    Create, InstanceBody, PoolBody, PoolChange, RequestError, ResourceId, Rule, RulePeer, UserData,
};
use crate::bootstrap::machine::Role;
use crate::bootstrap::user_data;
use crate::secret::Secret;

pub(super) fn create_body(
    create: &Create,
    open: impl Fn(&str) -> Option<Secret<String>>,
) -> Result<Value, RequestError> {
    let body = match create {
        Create::SshKey { name, public_key } => json!({ "name": name, "public-key": public_key }),
        Create::PrivateNetwork {
            name,
            description,
            start,
            end,
            netmask,
            labels,
        } => json!({
            "name": name, "description": description, "labels": labels,
            "start-ip": start, "end-ip": end, "netmask": netmask,
        }),
        Create::SecurityGroup { name, description }
        | Create::AntiAffinityGroup { name, description } => {
            json!({ "name": name, "description": description })
        }
        Create::Role {
            name,
            description,
            policy,
            labels,
        } => json!({
            "name": name, "description": description, "labels": labels, "editable": true, "policy": policy,
        }),
        Create::ApiKey { name, role } => json!({ "name": name, "role-id": role }),
        Create::Instance(body) => instance_body(body, open)?,
        Create::Pool(body) => pool_body(body, open)?,
        Create::ElasticIp {
            description,
            healthcheck,
            labels,
        } => json!({
            "addressfamily": "inet4", "description": description, "labels": labels, "healthcheck": healthcheck,
        }),
        Create::Snapshot { .. } => json!({}),
        Create::Template {
            name,
            description,
            url,
            checksum,
        } => {
            let address = open(url).ok_or_else(|| RequestError::SecretGone(url.clone()))?;
            json!({
                "name": name, "description": description, "url": address.expose(), "checksum": checksum,
                // The API's default never boots Ubuntu.
                "boot-mode": "uefi", "default-user": "ubuntu",
                "ssh-key-enabled": true, "password-enabled": false,
            })
        }
    };
    Ok(body)
}

fn instance_body(
    body: &InstanceBody,
    open: impl Fn(&str) -> Option<Secret<String>>,
) -> Result<Value, RequestError> {
    let mut json = json!({
        "name": body.name,
        "instance-type": reference(&body.instance_type),
        "template": reference(&body.template),
        "disk-size": body.disk_gib,
        "labels": body.labels,
        "public-ip-assignment": "inet4",
        // Started only when its private address is there: the bootstrap then never races the network.
        "auto-start": false,
        "user-data": user_data(&body.user_data, open)?,
    });
    placement(
        &mut json,
        &body.security_groups,
        &body.anti_affinity,
        body.ssh_key.as_ref(),
    );
    Ok(json)
}

fn pool_body(
    body: &PoolBody,
    open: impl Fn(&str) -> Option<Secret<String>>,
) -> Result<Value, RequestError> {
    let mut json = json!({
        "name": body.name,
        "description": body.description,
        "size": body.size,
        "instance-prefix": body.prefix,
        "instance-type": reference(&body.instance_type),
        "template": reference(&body.template),
        "disk-size": body.disk_gib,
        "labels": body.labels,
        "public-ip-assignment": "inet4",
        "private-networks": [reference(&body.private_network)],
        "user-data": user_data(&body.user_data, open)?,
    });
    placement(
        &mut json,
        &body.security_groups,
        &body.anti_affinity,
        body.ssh_key.as_ref(),
    );
    Ok(json)
}

fn placement(
    json: &mut Value,
    groups: &[ResourceId],
    anti_affinity: &[ResourceId],
    ssh_key: Option<&ResourceId>,
) {
    let Value::Object(object) = json else { return };
    let references =
        |ids: &[ResourceId]| Value::from(ids.iter().map(reference).collect::<Vec<_>>());
    object.insert("security-groups".to_owned(), references(groups));
    if !anti_affinity.is_empty() {
        object.insert("anti-affinity-groups".to_owned(), references(anti_affinity));
    }
    if let Some(name) = ssh_key {
        object.insert("ssh-keys".to_owned(), json!([{ "name": name }]));
    }
}

fn user_data(
    told: &UserData,
    open: impl Fn(&str) -> Option<Secret<String>>,
) -> Result<String, RequestError> {
    let secret = open(&told.secret).ok_or_else(|| RequestError::SecretGone(told.secret.clone()))?;
    let mut facts = told.facts.clone();
    match &mut facts.role {
        Role::ControlPlane { callback, .. } | Role::Image { callback, .. } => {
            callback.ticket = secret;
        }
        Role::Node { join, .. } => join.token = secret,
    }
    Ok(user_data::render(&facts)?)
}

pub(super) fn pool_change_body(change: &PoolChange) -> Value {
    let fields = [
        ("labels", change.labels.as_ref().map(|labels| json!(labels))),
        (
            "instance-type",
            change.instance_type.as_ref().map(reference),
        ),
        ("disk-size", change.disk_gib.map(Value::from)),
        ("template", change.template.as_ref().map(reference)),
    ];
    let changed = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(changed.collect())
}

pub(super) fn rule_body(rule: &Rule) -> Value {
    let mut body = Map::new();
    body.insert("flow-direction".to_owned(), json!(rule.direction));
    body.insert("protocol".to_owned(), json!(rule.protocol));
    body.insert("description".to_owned(), json!(rule.description));
    if let Some((first, last)) = rule.ports {
        body.insert("start-port".to_owned(), json!(first));
        body.insert("end-port".to_owned(), json!(last));
    }
    if let Some((kind, code)) = rule.icmp {
        body.insert("icmp".to_owned(), json!({ "type": kind, "code": code }));
    }
    match &rule.peer {
        RulePeer::Network(cidr) => body.insert("network".to_owned(), json!(cidr)),
        RulePeer::PublicGroup(name) => body.insert(
            "security-group".to_owned(),
            json!({ "name": name, "visibility": "public" }),
        ),
    };
    Value::Object(body)
}
pub(super) fn reference(id: &ResourceId) -> Value {
    json!({ "id": id })
}
