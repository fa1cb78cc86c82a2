//! What must never happen, looked for as things happen.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use sandbox::World;
use shared::exoscale::{Call, CallError, Create, Kind, Reply, Request, ResourceId};

/// Something in the account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// Its kind.
    pub kind: Kind,
    /// Its identifier.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// Whether it is a member of a pool and goes with that.
    pub is_member: bool,
}

/// Whoever watches a life, and what was seen.
#[derive(Debug, Default)]
pub struct Watch {
    /// What happened and must not.
    pub violations: Vec<String>,
    /// What went wrong on purpose, and how often.
    pub faults: BTreeMap<&'static str, u64>,
    /// What no line and no address may contain.
    secrets: BTreeMap<String, Finder<'static>>,
    /// What belongs to others.
    foreign: BTreeSet<String>,
    /// What each name was given to, by kind.
    made: BTreeMap<(Kind, String), Vec<ResourceId>>,
}

impl Watch {
    /// Something went wrong on purpose.
    pub fn struck(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    /// Something happened that must not.
    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// From here on this is secret.
    pub fn secret(&mut self, secret: &str) {
        // Of a key in PEM the second line: the first says what kind of key it is, and is no secret.
        let mut lines = secret.lines().filter(|line| !line.starts_with("-----"));
        let first = lines.next().unwrap_or_default();
        let secret = lines.next().unwrap_or(first);
        if !self.secrets.contains_key(secret) {
            let finder = Finder::new(secret).into_owned();
            self.secrets.insert(secret.to_owned(), finder);
        }
    }

    /// From here on this belongs to others.
    pub fn foreign(&mut self, id: &ResourceId) {
        self.foreign.insert(id.0.clone());
        for made in self.made.values_mut() {
            made.retain(|made| made != id);
        }
    }

    /// A text that others may read.
    pub fn shown(&mut self, text: &str) {
        let mut finders = self.secrets.values();
        if finders.any(|secret| secret.find(text.as_bytes()).is_some()) {
            self.violation(format!("a secret is shown: {text}"));
        }
    }

    /// A request leaves.
    pub(super) fn leaves(&mut self, request: &Request) {
        self.shown(&request.target());
    }

    /// A call was answered by Exoscale.
    pub(super) fn carried_out(
        &mut self,
        call: &Call,
        result: &Result<Reply, CallError>,
        world: &World,
    ) {
        let Ok(reply) = result else {
            return;
        };
        if let Reply::Operation(operation) = reply
            && !call.mutates()
            && operation.state != shared::exoscale::OperationState::Pending
            && operation.state != shared::exoscale::OperationState::Success
        {
            self.struck("operation failed");
        }
        if !call.mutates() {
            return;
        }
        if let Some(id) = touched(call)
            .into_iter()
            .find(|id| self.foreign.contains(&id.0))
        {
            let operation = call.operation();
            self.violation(format!("{operation} of {id}, which belongs to others"));
        }
        if let Call::Create(create) = call {
            self.has_made(create, reply, world);
        }
    }

    fn has_made(&mut self, create: &Create, reply: &Reply, world: &World) {
        let (Some(name), Some(id)) = (name(create), id(create, reply)) else {
            return;
        };
        let earlier = self
            .made
            .entry((create.kind(), name.to_owned()))
            .or_default();
        let alive = !earlier.is_empty() && {
            let things = world.things();
            earlier
                .iter()
                .any(|id| things.iter().any(|thing| thing.id == id.0))
        };
        earlier.push(id);
        if alive {
            let noun = create.kind().noun();
            self.violation(format!("two of one step: a second {noun} {name}"));
        }
    }
}

fn name(create: &Create) -> Option<&str> {
    Some(match create {
        Create::SshKey { name, .. }
        | Create::PrivateNetwork { name, .. }
        | Create::SecurityGroup { name, .. }
        | Create::AntiAffinityGroup { name, .. }
        | Create::Role { name, .. }
        | Create::ApiKey { name, .. }
        | Create::Template { name, .. } => name,
        Create::Instance(body) => &body.name,
        Create::Pool(body) => &body.name,
        // An address has no name; its description is as good.
        Create::ElasticIp { description, .. } => description,
        Create::Snapshot { .. } => return None,
    })
}

fn id(create: &Create, reply: &Reply) -> Option<ResourceId> {
    match (create, reply) {
        (Create::SshKey { name, .. }, _) => Some(ResourceId(name.clone())),
        (_, Reply::Minted(minted)) => Some(minted.key.clone()),
        (_, Reply::Operation(operation)) => operation.reference.as_ref()?.id.clone(),
        _ => None,
    }
}

/// What a call changes, or ties something to.
fn touched(call: &Call) -> Vec<&ResourceId> {
    match call {
        Call::Delete(_, id) | Call::Start(id) | Call::Stop(id) | Call::Export(id) => vec![id],
        Call::AddRule { group, .. } => vec![group],
        Call::RemoveRule { group, rule } => vec![group, rule],
        Call::AttachNetwork {
            network, instance, ..
        } => vec![network, instance],
        Call::AttachAddress { address, instance } => vec![address, instance],
        Call::SetPolicy { role, .. } => vec![role],
        Call::SetLabels { instance, .. } => vec![instance],
        Call::SetPool { pool, .. } => vec![pool],
        Call::Create(_)
        | Call::Organization
        | Call::Quotas
        | Call::InstanceTypes
        | Call::Templates
        | Call::OwnTemplates
        | Call::Operation(_)
        | Call::List(_)
        | Call::Get(..) => Vec::new(),
    }
}
