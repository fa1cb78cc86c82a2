//! Who gets into a machine, and who may destroy it: password, console, protection, trusted platform module.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Change as Whole, Instance, InstanceState, begin, free, gone, power};
use crate::durations::{PASSWORD_KEPT, SMALL_CHANGE};
use crate::hex::hex;
use crate::kinds::kind;
use crate::kinds::template;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Which password it is, and since when; what it reads follows from that.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Password {
    number: u32,
    set_at: u64,
}

impl Password {
    /// The one that a machine is created with.
    pub(super) fn first(now: u64) -> Self {
        Self {
            number: 0,
            set_at: now,
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Change {
    Password,
    Protected(bool),
    Tpm,
}

impl Change {
    pub(super) fn apply(self, state: &mut State, id: &str) -> Result<(), Failure> {
        let now = state.meta.now;
        let instance = state.instances.get_mut(id).ok_or_else(gone)?;
        match self {
            Self::Password => {
                instance.password = Password {
                    number: instance.password.number + 1,
                    set_at: now,
                }
            }
            Self::Protected(protected) => instance.is_protected = protected,
            Self::Tpm => instance.tpm_enabled = true,
        }
        Ok(())
    }
}

/// A protected machine may not be deleted; what its pool takes away is another matter.
pub(super) fn check_unprotected(instance: &Instance, state: &State) -> Result<(), Refusal> {
    if instance.is_protected {
        let id = &instance.id;
        return Err(Refusal::new(
            state.meta.switches.protected_status,
            format!(
                "Operation destroyInstance on resource {id} is forbidden - reason: Instance is protected"
            ),
        ));
    }
    Ok(())
}

/// The password of the creation or of the latest reset: for machines whose template takes one, and for a day.
pub(super) fn reveal_password(ask: &mut Ask<'_>) -> Outcome {
    let instance = kind::own::<Instance>(ask)?;
    let Password { number, set_at } = instance.password;
    let image = template::find(ask.state, &instance.zone, &instance.template);
    let forgotten = ask.state.meta.now > set_at.saturating_add(PASSWORD_KEPT);
    if forgotten || !image.is_some_and(|image| image.password_enabled) {
        return Err(Refusal::not_found("Instance password"));
    }
    let digest = Sha256::new()
        .chain_update(ask.state.meta.entropy)
        .chain_update(&instance.id)
        .chain_update(number.to_be_bytes())
        .finalize();
    let text = hex(digest.get(..8).unwrap_or_default());
    Ok(json!({ "password": text }))
}

pub(super) fn reset_password(ask: &mut Ask<'_>) -> Outcome {
    let id = free(ask, "id")?.id.clone();
    change(ask, &id, Change::Password)
}

pub(super) fn protect(ask: &mut Ask<'_>) -> Outcome {
    let id = free(ask, "id")?.id.clone();
    change(ask, &id, Change::Protected(true))
}

pub(super) fn unprotect(ask: &mut Ask<'_>) -> Outcome {
    let id = free(ask, "id")?.id.clone();
    change(ask, &id, Change::Protected(false))
}

pub(super) fn enable_tpm(ask: &mut Ask<'_>) -> Outcome {
    let instance = free(ask, "id")?;
    let must_stop = ask.state.meta.switches.tpm_needs_stopped;
    if must_stop && instance.state != InstanceState::Stopped {
        return Err(Refusal::invalid("The instance needs to be stopped."));
    }
    let id = instance.id.clone();
    change(ask, &id, Change::Tpm)
}

/// There is no screen behind it: the host is one that never exists (RFC 2606).
pub(super) fn console(ask: &mut Ask<'_>) -> Outcome {
    let id = power::running_one(ask)?;
    let host = format!("console-{}.invalid", ask.zone);
    let path = format!("/console/{id}");
    Ok(json!({ "url": format!("https://{host}{path}"), "host": host, "path": path }))
}

fn change(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    begin(ask, id, SMALL_CHANGE, Whole::Access(id.to_owned(), change))
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    fn machine(client: &mut Client) -> String {
        let body = client.instance(json!({ "auto-start": false }));
        let id = client.done("POST", "/instance", body);
        format!("/instance/{id}")
    }

    #[test]
    fn a_protected_machine_stays() {
        let mut client = Client::calm();
        let path = machine(&mut client);
        client.done("PUT", &format!("{path}:add-protection"), Value::Null);
        let message = client.refused(403, "DELETE", &path, Value::Null);
        assert!(message.contains("protected"));
        client.done("PUT", &format!("{path}:remove-protection"), Value::Null);
        client.done("DELETE", &path, Value::Null);
    }

    #[test]
    fn a_password_is_told_for_a_day() {
        let mut client = Client::calm();
        let path = machine(&mut client);
        let reveal = format!("{path}:password");
        let first = client.get(&reveal)["password"].clone();
        assert_eq!(client.get(&reveal)["password"], first);
        client.done("PUT", &format!("{path}:reset-password"), Value::Null);
        assert_ne!(client.get(&reveal)["password"], first);
        client.pass(25 * 3600);
        client.refused(404, "GET", &reveal, Value::Null);
        client.done("PUT", &format!("{path}:reset-password"), Value::Null);
        client.get(&reveal);
    }

    #[test]
    fn console_and_tpm() {
        let mut client = Client::calm();
        let path = machine(&mut client);
        let id = path.trim_start_matches("/instance/").to_owned();
        client.refused(400, "GET", &format!("/console/{id}"), Value::Null);
        assert_eq!(client.get(&path)["tpm-enabled"], false);
        client.done("POST", &format!("{path}:enable-tpm"), Value::Null);
        assert_eq!(client.get(&path)["tpm-enabled"], true);
        client.done("PUT", &format!("{path}:start"), json!({}));
        client.pass(20);
        let console = client.get(&format!("/console/{id}"));
        assert_eq!(console["path"], format!("/console/{id}"));
    }
}
