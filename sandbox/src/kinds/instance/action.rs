//! What is done to an instance that exists.

use serde::{Deserialize, Serialize};

use super::{Change, Instance, InstanceState, KIND, Moment};
use crate::durations::{
    INSTANCE_DELETE, INSTANCE_START, INSTANCE_START_TO_RUNNING, INSTANCE_STOP, SMALL_CHANGE,
};
use crate::future::Happening;
use crate::kinds;
use crate::kinds::common::{Labels, check_name, check_user_data, nullable};
use crate::kinds::kind::{self, Kind as _};
use crate::machine::guest;
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Labels are replaced as a whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things here"
)]
pub(crate) struct Update {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    labels: Option<Option<Labels>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_ip_assignment: Option<super::PublicIp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application_consistent_snapshot_enabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Start {
    #[serde(rename = "rescue-profile")]
    _rescue_profile: Option<String>,
}

pub(super) fn update(ask: &mut Ask<'_>) -> Outcome {
    let body: Update = ask.read()?;
    if let Some(name) = &body.name {
        check_name(name)?;
    }
    check_user_data(body.user_data.as_ref())?;
    let id = free(ask)?.id.clone();
    begin(ask, &id, SMALL_CHANGE, Change::Updated(id.clone(), body))
}

pub(super) fn updated(state: &mut State, id: &str, update: Update) {
    let Some(instance) = state.instances.get_mut(id) else {
        return;
    };
    if let Some(name) = update.name {
        instance.name = name;
    }
    if let Some(user_data) = update.user_data {
        instance.user_data = Some(user_data);
    }
    if let Some(labels) = update.labels {
        instance.labels = labels.unwrap_or_default();
    }
    if let Some(assignment) = update.public_ip_assignment {
        instance.public_ip_assignment = assignment;
    }
}

pub(super) fn start(ask: &mut Ask<'_>) -> Outcome {
    let _body: Start = ask.read()?;
    let id = in_state(
        ask,
        InstanceState::Stopped,
        "The instance needs to be stopped.",
    )?;
    let Some(instance) = ask.state.instances.get_mut(&id) else {
        return Err(Refusal::not_found("Instance"));
    };
    instance.state = InstanceState::Starting;
    instance.starts += 1;
    let starts = instance.starts;
    ask.state.schedule_about(
        INSTANCE_START_TO_RUNNING,
        Happening::Instance(id.clone(), Moment::Running(starts)),
    );
    begin(ask, &id, INSTANCE_START, Change::Started(id.clone()))
}

pub(super) fn stop(ask: &mut Ask<'_>) -> Outcome {
    let id = in_state(
        ask,
        InstanceState::Running,
        "The instance needs to be running.",
    )?;
    super::set_state(ask.state, &id, InstanceState::Stopping);
    begin(ask, &id, INSTANCE_STOP, Change::Stopped(id.clone()))
}

pub(super) fn reboot(ask: &mut Ask<'_>) -> Outcome {
    let id = in_state(
        ask,
        InstanceState::Running,
        "The instance needs to be running.",
    )?;
    guest::power_off(ask.state, &id);
    let Some(instance) = ask.state.instances.get_mut(&id) else {
        return Err(Refusal::not_found("Instance"));
    };
    instance.state = InstanceState::Starting;
    instance.starts += 1;
    let starts = instance.starts;
    ask.state.schedule_about(
        INSTANCE_START_TO_RUNNING,
        Happening::Instance(id.clone(), Moment::Running(starts)),
    );
    begin(ask, &id, INSTANCE_START, Change::Started(id.clone()))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let instance = free(ask)?;
    let (id, before) = (instance.id.clone(), instance.state);
    super::set_state(ask.state, &id, InstanceState::Destroying);
    begin(
        ask,
        &id,
        INSTANCE_DELETE,
        Change::Deleted(id.clone(), before),
    )
}

fn begin(ask: &mut Ask<'_>, id: &str, duration: u64, change: Change) -> Outcome {
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        duration,
        kinds::Change::Instance(change),
    ))
}

fn free<'a>(ask: &'a Ask<'_>) -> Result<&'a Instance, Refusal> {
    let instance = kind::find::<Instance>(ask.state, ask.zone, ask.parameter("id"))?;
    if !instance.is_visible() {
        return Err(Refusal::not_found("Instance"));
    }
    instance.check_free(ask.state)?;
    Ok(instance)
}

fn in_state(ask: &Ask<'_>, wanted: InstanceState, otherwise: &str) -> Result<String, Refusal> {
    let instance = free(ask)?;
    if instance.state == wanted {
        Ok(instance.id.clone())
    } else {
        Err(Refusal::invalid(otherwise))
    }
}
