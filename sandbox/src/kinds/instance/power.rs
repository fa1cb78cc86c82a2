//! Starting, stopping and rebooting a machine.

use serde::{Deserialize, Serialize};

use super::{Change as Whole, InstanceState, Moment, begin, free, gone};
use crate::durations::{INSTANCE_START, INSTANCE_START_TO_RUNNING, INSTANCE_STOP};
use crate::future::Happening;
use crate::kinds::instance_pool::members;
use crate::machine::guest;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Change {
    Started,
    Stopped,
}

impl Change {
    pub(super) fn apply(self, state: &mut State, id: &str) -> Result<(), Failure> {
        match self {
            Self::Started => Ok(()),
            Self::Stopped => stopped(state, id),
        }
    }

    pub(super) fn abandon(self, state: &mut State, id: &str) {
        let Some(instance) = state.instances.get_mut(id) else {
            return;
        };
        match (self, *instance.power_mut()) {
            (Self::Started, InstanceState::Starting) => {
                *instance.power_mut() = InstanceState::Stopped;
                instance.starts += 1;
            }
            (Self::Stopped, InstanceState::Stopping) => {
                *instance.power_mut() = InstanceState::Running;
            }
            (Self::Started | Self::Stopped, _) => {}
        }
        members::moved(state, id);
    }
}

/// In rescue mode the machine starts from the network, and what is on its disk does not run.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Start {
    rescue_profile: Option<String>,
}

pub(super) fn start(ask: &mut Ask<'_>) -> Outcome {
    let rescued = ask.read::<Start>()?.rescue_profile.is_some();
    let id = stopped_one(ask, "id")?;
    rise(ask, &id, rescued)
}

pub(super) fn stop(ask: &mut Ask<'_>) -> Outcome {
    let id = running_one(ask)?;
    if let Some(instance) = ask.state.instances.get_mut(&id) {
        instance.state = InstanceState::Stopping;
    }
    let change = Whole::Power(id.clone(), Change::Stopped);
    begin(ask, &id, INSTANCE_STOP, change)
}

pub(super) fn reboot(ask: &mut Ask<'_>) -> Outcome {
    let id = running_one(ask)?;
    guest::power_off(ask.state, &id);
    rise(ask, &id, false)
}

fn rise(ask: &mut Ask<'_>, id: &str, rescued: bool) -> Outcome {
    let Some(instance) = ask.state.instances.get_mut(id) else {
        return Err(Refusal::not_found("Instance"));
    };
    instance.state = InstanceState::Starting;
    instance.rescued = rescued;
    instance.starts += 1;
    let moment = Moment::Running(instance.starts);
    let happening = Happening::Instance(id.to_owned(), moment);
    ask.state
        .schedule_about(INSTANCE_START_TO_RUNNING, happening);
    let change = Whole::Power(id.to_owned(), Change::Started);
    begin(ask, id, INSTANCE_START, change)
}

fn stopped(state: &mut State, id: &str) -> Result<(), Failure> {
    let instance = state.instances.get_mut(id).ok_or_else(gone)?;
    if *instance.power_mut() != InstanceState::Stopping {
        return Err(gone());
    }
    *instance.power_mut() = InstanceState::Stopped;
    guest::power_off(state, id);
    members::moved(state, id);
    Ok(())
}

/// The machine that the path names, if it is switched off.
pub(super) fn stopped_one(ask: &Ask<'_>, parameter: &str) -> Result<String, Refusal> {
    let instance = free(ask, parameter)?;
    if instance.state == InstanceState::Stopped {
        return Ok(instance.id.clone());
    }
    Err(Refusal::invalid("The instance needs to be stopped."))
}

/// The machine that the path names, if it runs.
pub(super) fn running_one(ask: &Ask<'_>) -> Result<String, Refusal> {
    let instance = free(ask, "id")?;
    if instance.is_running() {
        return Ok(instance.id.clone());
    }
    Err(Refusal::invalid("The instance needs to be running."))
}

#[cfg(test)]
mod tests {
    use crate::Faults;
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_removal_that_fails_leaves_what_came_meanwhile() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let id = client.done("POST", "/instance", body);
        client.pass(60);
        let path = format!("/instance/{id}");
        client.call("PUT", &format!("{path}:stop"), &Value::Null);
        client.world.set_faults(Faults {
            operation_failure: 1000,
            operation_percent: 300,
            ..Faults::calm()
        });
        let (_, operation) = client.call("DELETE", &path, &Value::Null);
        assert_eq!(client.get(&path)["state"], "destroying");
        client.refused(409, "PUT", &format!("{path}:start"), json!({}));
        let ended = client.ended(operation["id"].as_str().unwrap());
        assert_eq!(ended["state"], "failure");
        assert_eq!(client.get(&path)["state"], "stopped");
    }

    #[test]
    fn what_was_begun_with_a_machine_that_goes_is_interrupted() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let id = client.done("POST", "/instance", body);
        client.pass(60);
        let path = format!("/instance/{id}");
        let (_, stop) = client.call("PUT", &format!("{path}:stop"), &Value::Null);
        client.world.set_faults(Faults {
            operation_percent: 10,
            ..Faults::calm()
        });
        client.done("DELETE", &path, Value::Null);
        let ended = client.ended(stop["id"].as_str().unwrap());
        assert_eq!(ended["reason"], "interrupted");
        client.refused(404, "GET", &path, Value::Null);
    }

    #[test]
    fn rescue_and_reboot() {
        let mut client = Client::calm();
        let body = client.instance(json!({ "auto-start": false }));
        let id = client.done("POST", "/instance", body);
        let path = format!("/instance/{id}");
        let wrong = json!({ "rescue-profile": "floppy" });
        client.refused(400, "PUT", &format!("{path}:start"), wrong);
        client.refused(400, "PUT", &format!("{path}:reboot"), Value::Null);
        let rescue = json!({ "rescue-profile": "netboot-efi" });
        client.done("PUT", &format!("{path}:start"), rescue);
        client.pass(20);
        assert_eq!(client.get(&path)["state"], "running");
        client.call("PUT", &format!("{path}:reboot"), &Value::Null);
        assert_eq!(client.get(&path)["state"], "starting");
        client.pass(20);
        assert_eq!(client.get(&path)["state"], "running");
    }
}
