//! Turns a call into the request that goes over the wire: method, path, query and the exact bytes of the body.

use serde_json::{Map, Value, json};

use super::{Call, Create, InstanceBody, Kind, PoolBody, ResourceId, Rule, RulePeer, UserData};
use crate::bootstrap::machine::Role;
use crate::bootstrap::user_data::{self, UserDataError};
use crate::secret::Secret;

/// A request, ready to be signed. What is signed is what is sent: nothing here is serialised twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// From `/v2` on, without the query.
    pub path: String,
    /// Names and values, sorted by name.
    pub query: Vec<(String, String)>,
    /// JSON.
    pub body: Option<String>,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Change.
    Put,
    /// Remove.
    Delete,
}

/// Why a call could not become a request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// A secret that the user-data needs is no longer kept.
    #[error("the secret {0} is no longer kept")]
    SecretGone(String),
    /// The user-data could not be rendered.
    #[error("the user-data could not be made")]
    UserData(#[from] UserDataError),
}

impl Method {
    /// As it stands in the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The method of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Delete]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

impl Request {
    /// The request for a call. `open` gives the sealed secrets that belong into user-data.
    pub fn new(
        call: &Call,
        open: impl Fn(&str) -> Option<Secret<String>>,
    ) -> Result<Self, RequestError> {
        let request = match call {
            Call::Organization => get("/organization"),
            Call::Quotas => get("/quota"),
            Call::InstanceTypes => get("/instance-type"),
            Call::Templates => Self {
                query: vec![pair("visibility", "public")],
                ..get("/template")
            },
            Call::Operation(id) => get(&format!("/operation/{}", id.0)),
            Call::List(kind) => get(kind.path()),
            Call::Get(kind, id) => get(&one(*kind, id)),
            Call::Delete(kind, id) => bodiless(Method::Delete, &one(*kind, id)),
            Call::Create(create) => with_body(
                Method::Post,
                create.kind().path(),
                &create_body(create, open)?,
            ),
            Call::AddRule { group, rule } => with_body(
                Method::Post,
                &format!("{}/rules", one(Kind::SecurityGroup, group)),
                &rule_body(rule),
            ),
            Call::AttachNetwork {
                network,
                instance,
                address,
            } => with_body(
                Method::Put,
                &format!("{}:attach", one(Kind::PrivateNetwork, network)),
                &json!({ "instance": reference(instance), "ip": address }),
            ),
            Call::AttachAddress { address, instance } => with_body(
                Method::Put,
                &format!("{}:attach", one(Kind::ElasticIp, address)),
                &json!({ "instance": reference(instance) }),
            ),
            Call::Start(id) => with_body(
                Method::Put,
                &format!("{}:start", one(Kind::Instance, id)),
                &json!({}),
            ),
            Call::SetPolicy { role, policy } => with_body(
                Method::Put,
                &format!("{}:policy", one(Kind::Role, role)),
                &json!(policy),
            ),
        };
        Ok(request)
    }

    /// Path and query as they go over the wire. Our query values need no escaping: they are words.
    pub fn target(&self) -> String {
        let query = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&");
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

fn create_body(
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
        Role::ControlPlane { callback, .. } => callback.ticket = secret,
        Role::Node { join, .. } => join.token = secret,
    }
    Ok(user_data::render(&facts)?)
}

fn rule_body(rule: &Rule) -> Value {
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

fn get(path: &str) -> Request {
    bodiless(Method::Get, path)
}

fn bodiless(method: Method, path: &str) -> Request {
    Request {
        method,
        path: format!("/v2{path}"),
        query: Vec::new(),
        body: None,
    }
}

fn with_body(method: Method, path: &str, body: &Value) -> Request {
    Request {
        body: Some(body.to_string()),
        ..bodiless(method, path)
    }
}

fn one(kind: Kind, id: &ResourceId) -> String {
    format!("{}/{id}", kind.path())
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn reference(id: &ResourceId) -> Value {
    json!({ "id": id })
}
