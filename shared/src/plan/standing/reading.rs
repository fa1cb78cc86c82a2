//! The second round: what the control planes, pools and firewalls say of themselves.

use std::net::{IpAddr, Ipv4Addr};

use super::overlay::{self, FoundPool};
use super::{NotStanding, Standing, StandingMachine, StandingPool, Survey};
use crate::bootstrap::machine::{MachineFacts, Role};
use crate::bootstrap::user_data;
use crate::exoscale::{Instance, Kind, Pool, Reply, ResourceId, StandingRule};
use crate::link;
use crate::pki;
use crate::plan::StepId;
use crate::spec::Spec;

impl Survey {
    /// Reads the second round, whose replies come in the order of [`Self::more_calls`].
    pub fn standing(self, replies: Vec<Reply>) -> Result<Standing, NotStanding> {
        let unreadable = |why: String| NotStanding::Unreadable(self.tag.to_string(), why);
        let (mut machines, mut pools, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for reply in replies {
            if let Reply::Instance(instance) = reply {
                machines.push(instance);
            } else if let Reply::Pool(pool) = reply {
                pools.push(pool);
            } else if let Reply::Rules(rules) = reply {
                groups.push(rules);
            }
        }
        let steps = |kind| self.made(kind).map(|(step, ..)| step);
        let mut first = None;
        let mut control_planes = Vec::new();
        for (step, instance) in steps(Kind::Instance).zip(&machines) {
            let (facts, one) = control_plane(&step, instance).map_err(unreadable)?;
            first.get_or_insert(facts);
            control_planes.push(one);
        }
        let Some(facts) = first else {
            return Err(unreadable("there is none".to_owned()));
        };
        let launched = launched(&facts).map_err(unreadable)?;
        let rules: Vec<(StepId, StandingRule)> = steps(Kind::SecurityGroup)
            .zip(groups)
            .flat_map(|(step, rules)| rules.into_iter().map(move |rule| (step.clone(), rule)))
            .collect();
        let found: Vec<FoundPool> = self
            .made(Kind::InstancePool)
            .zip(&pools)
            .filter_map(|((step, id, _), pool)| self.pool(step, &id, pool))
            .collect();
        let spec = overlay::today(&launched, &found, &rules).map_err(unreadable)?;
        Ok(Standing {
            origin: origin(&facts).unwrap_or_default(),
            kubernetes: facts.kubernetes.version,
            spec,
            ids: self.ids(),
            address: self.address(&control_planes),
            control_planes,
            pools: found.into_iter().map(|found| found.standing).collect(),
            rules,
            tag: self.tag,
        })
    }

    fn ids(&self) -> std::collections::BTreeMap<StepId, ResourceId> {
        let all = super::KINDS.into_iter().flat_map(|kind| self.made(kind));
        all.map(|(step, id, _)| (step, id)).collect()
    }

    fn pool(&self, step: StepId, id: &ResourceId, pool: &Pool) -> Option<FoundPool> {
        let name = pool
            .name
            .strip_prefix(&format!("{}-", self.tag))?
            .to_owned();
        let instance_type = pool.instance_type.as_ref()?.id.as_ref()?;
        let instance_type = self.types.iter().find(|one| one.id == *instance_type)?;
        let balancers = self.listed.get(&Kind::LoadBalancer).into_iter().flatten();
        let mut targets = balancers.flat_map(|one| &one.services).map(|service| {
            service
                .instance_pool
                .as_ref()
                .and_then(|pool| pool.id.clone())
        });
        let apart: Vec<_> = pool
            .anti_affinity_groups
            .iter()
            .filter_map(|group| group.id.clone())
            .collect();
        let spread = self
            .made(Kind::AntiAffinityGroup)
            .find(|(_, id, _)| apart.contains(id))
            .map(|(step, ..)| step);
        Some(FoundPool {
            instance_type: format!("{}.{}", instance_type.family, instance_type.size),
            disk_gib: pool.disk_size,
            spread: !apart.is_empty(),
            told: node(pool),
            standing: StandingPool {
                name,
                whole_name: pool.name.clone(),
                step,
                spread,
                labels: pool.labels.clone(),
                balanced: targets.any(|target| target.as_ref() == Some(id)),
            },
        })
    }

    /// The elastic IP where there is one; else the first control plane's own.
    fn address(&self, planes: &[StandingMachine]) -> Option<Ipv4Addr> {
        let elastic = self
            .made(Kind::ElasticIp)
            .find_map(|(_, _, one)| match one.ip {
                Some(IpAddr::V4(address)) => Some(address),
                Some(IpAddr::V6(_)) | None => None,
            });
        elastic.or_else(|| planes.first()?.address)
    }
}

fn control_plane(
    step: &StepId,
    instance: &Instance,
) -> Result<(MachineFacts, StandingMachine), String> {
    let facts = user_data::read(instance.user_data.expose()).map_err(|error| error.to_string())?;
    let Role::ControlPlane { callback, .. } = &facts.role else {
        return Err("its user-data is not a control plane's".to_owned());
    };
    let machine = StandingMachine {
        machine: step.0.clone(),
        labels: instance.labels.clone(),
        ticket_hash: pki::hash_hex(callback.ticket.expose()),
        address: instance.public_ip,
    };
    Ok((facts, machine))
}

fn launched(facts: &MachineFacts) -> Result<Spec, String> {
    let link = user_data::launch_link(facts).ok_or("its user-data has no spec")?;
    link::decode(link).map_err(|error| error.to_string())
}

/// Everything before the run's own part of the address.
fn origin(facts: &MachineFacts) -> Option<String> {
    let Role::ControlPlane { callback, .. } = &facts.role else {
        return None;
    };
    let (origin, _) = callback.url.split_once("/api/runs/")?;
    Some(origin.to_owned())
}

fn node(pool: &Pool) -> Option<crate::bootstrap::machine::NodePool> {
    match user_data::read(pool.user_data.expose()).ok()?.role {
        Role::Node { pool, .. } => Some(pool),
        Role::ControlPlane { .. } | Role::Image { .. } => None,
    }
}
