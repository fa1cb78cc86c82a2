//! What the account shows of a cluster beside what a change needs to know: for a person to read.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Survey;
use crate::bootstrap::user_data;
use crate::exoscale::{Instance, Kind, Listed, Pool, Reply, ResourceId};
use crate::link;
use crate::spec::{Difference, Source, Spec, parse};

/// What the account shows of a cluster. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// What was wanted at the launch, where a control plane still says so.
    pub launched: Option<Spec>,
    /// The control planes.
    pub control_planes: Vec<SeenMachine>,
    /// The pools.
    pub pools: Vec<SeenPool>,
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenMachine {
    /// Its name in the account.
    pub name: String,
    /// Such as `running`.
    pub state: String,
    /// Such as `standard.medium`, where it can be told.
    pub instance_type: Option<String>,
    /// Its public address.
    pub address: Option<Ipv4Addr>,
}

/// One pool and its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenPool {
    /// As the spec names it.
    pub name: String,
    /// Such as `running`.
    pub state: String,
    /// How many members it shall have.
    pub size: u32,
    /// What the next member boots from.
    pub template: Option<ResourceId>,
    /// The members that are listed; for a while after a change they are behind.
    pub nodes: Vec<SeenMachine>,
}

impl Survey {
    /// What a person sees of it; the replies are those that [`Self::standing`] wants.
    pub fn seen(&self, replies: &[Reply]) -> Seen {
        let (mut instances, mut pools) = (Vec::new(), Vec::new());
        for reply in replies {
            if let Reply::Instance(instance) = reply {
                instances.push(instance);
            } else if let Reply::Pool(pool) = reply {
                pools.push(pool);
            }
        }
        let planes = self.made(Kind::Instance).zip(instances);
        let planes: Vec<_> = planes
            .map(|((_, _, listed), instance)| (self.machine(listed), instance))
            .collect();
        Seen {
            launched: planes.iter().find_map(|(_, instance)| launched(instance)),
            control_planes: planes.into_iter().map(|(machine, _)| machine).collect(),
            pools: self
                .made(Kind::InstancePool)
                .zip(pools)
                .filter_map(|((_, id, _), pool)| self.seen_pool(&id, pool))
                .collect(),
        }
    }

    fn seen_pool(&self, id: &ResourceId, pool: &Pool) -> Option<SeenPool> {
        let name = pool.name.strip_prefix(&format!("{}-", self.tag))?;
        let members = self.listed.get(&Kind::Instance).into_iter().flatten();
        let of_it = |one: &&Listed| {
            let manager = one.manager.as_ref();
            manager.and_then(|pool| pool.id.as_ref()) == Some(id)
        };
        let mut nodes: Vec<SeenMachine> =
            members.filter(of_it).map(|one| self.machine(one)).collect();
        nodes.sort_by(|left, right| left.name.cmp(&right.name));
        Some(SeenPool {
            name: name.to_owned(),
            state: pool.state.clone(),
            size: pool.size,
            template: pool.template.as_ref().and_then(|one| one.id.clone()),
            nodes,
        })
    }

    fn machine(&self, listed: &Listed) -> SeenMachine {
        let type_id = listed
            .instance_type
            .as_ref()
            .and_then(|one| one.id.as_ref());
        let instance_type = self.types.iter().find(|one| Some(&one.id) == type_id);
        SeenMachine {
            name: listed.name.clone().unwrap_or_default(),
            state: listed.state.clone().unwrap_or_default(),
            instance_type: instance_type.map(|one| format!("{}.{}", one.family, one.size)),
            address: listed.public_ip,
        }
    }
}

impl Seen {
    /// What is different from the launch. Whoever launched stands in the account by their address, and that is none.
    pub fn changed(&self, today: &Spec) -> Vec<Difference> {
        let Some(launched) = &self.launched else {
            return Vec::new();
        };
        let mut value = launched.to_value();
        let (then, now) = (launched.access(), today.access());
        let doors = [
            ("api", &then.api, &now.api),
            ("ssh", &then.ssh, &now.ssh),
            ("nodePorts", &then.node_ports, &now.node_ports),
        ];
        for (door, then, now) in doors {
            if is_resolved(then, now)
                && let Some(list) = value.pointer_mut(&format!("/access/{door}"))
            {
                *list = now
                    .iter()
                    .map(|source| Value::from(source.to_string()))
                    .collect();
            }
        }
        parse(&value).map_or_else(
            |_| launched.differences(today),
            |launched| launched.differences(today),
        )
    }
}

/// Whether one list is the other with the caller by name: everybody else is the same, and single addresses are new.
fn is_resolved(then: &[Source], now: &[Source]) -> bool {
    let is_host = |source: &Source| matches!(source, Source::Net(net) if net.prefix_len() == net.max_prefix_len());
    let mut kept = then.iter().filter(|source| **source != Source::Caller);
    then.contains(&Source::Caller)
        && kept.all(|source| now.contains(source))
        && now
            .iter()
            .all(|source| then.contains(source) || is_host(source))
}

fn launched(instance: &Instance) -> Option<Spec> {
    let facts = user_data::read(instance.user_data.expose()).ok()?;
    link::decode(user_data::launch_link(&facts)?).ok()
}
