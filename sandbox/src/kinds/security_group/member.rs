//! Who belongs to a security group: instances that wear it, and external sources.

use ipnet::IpNet;
use serde::Deserialize;

use super::{Change, begin, own};
use crate::kinds::common::Reference as Given;
use crate::kinds::instance::Instance;
use crate::kinds::kind::{self, Kind as _};
use crate::operation::Failure;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Deserialize)]
struct Target {
    instance: Given,
}

#[derive(Debug, Deserialize)]
struct Source {
    cidr: IpNet,
}

pub(super) fn attach(ask: &mut Ask<'_>) -> Outcome {
    let (group, instance) = both(ask)?;
    if instance.security_groups.contains(&group) {
        return Err(Refusal::conflict(
            "Instance is already in this security group",
        ));
    }
    let change = Change::Attached(group.clone(), instance.id.clone());
    begin(ask, &group, change)
}

/// The last one too: a machine without a group lets nothing in.
pub(super) fn detach(ask: &mut Ask<'_>) -> Outcome {
    let (group, instance) = both(ask)?;
    if !instance.security_groups.contains(&group) {
        return Err(Refusal::invalid("Instance is not in this security group"));
    }
    let change = Change::Detached(group.clone(), instance.id.clone());
    begin(ask, &group, change)
}

pub(super) fn attached(state: &mut State, group: &str, instance: &str) -> Result<(), Failure> {
    super::own_mut(state, group)?;
    let instance = state.instances.get_mut(instance);
    let instance = instance.ok_or_else(|| Failure::new("not-found", "Instance not found"))?;
    if !instance.security_groups.iter().any(|worn| worn == group) {
        instance.security_groups.push(group.to_owned());
    }
    Ok(())
}

pub(super) fn detached(state: &mut State, group: &str, instance: &str) {
    if let Some(instance) = state.instances.get_mut(instance) {
        instance.security_groups.retain(|worn| worn != group);
    }
}

pub(super) fn add_source(ask: &mut Ask<'_>) -> Outcome {
    let source = ask.read::<Source>()?.cidr;
    let group = own(ask)?;
    if group.sources.contains(&source) {
        return Err(Refusal::conflict(
            "External source is already in this security group",
        ));
    }
    let id = group.id.clone();
    begin(ask, &id, Change::SourceAdded(id.clone(), source))
}

pub(super) fn remove_source(ask: &mut Ask<'_>) -> Outcome {
    let source = ask.read::<Source>()?.cidr;
    let group = own(ask)?;
    if !group.sources.contains(&source) {
        return Err(Refusal::invalid(
            "External source is not in this security group",
        ));
    }
    let id = group.id.clone();
    begin(ask, &id, Change::SourceRemoved(id.clone(), source))
}

fn both<'a>(ask: &'a Ask<'_>) -> Result<(String, &'a Instance), Refusal> {
    let id = ask.read::<Target>()?.instance.id;
    let group = own(ask)?.id.clone();
    let instance = kind::find::<Instance>(ask.state, ask.zone, &id)?;
    instance.check_free(ask.state)?;
    Ok((group, instance))
}
