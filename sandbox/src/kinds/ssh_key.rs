//! SSH keys: global, known by name, done at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::kind::{self, Kind};
use crate::hex::hex;
use crate::operation;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-ssh-keys", kind::list::<SshKey>),
    ("register-ssh-key", register),
    ("get-ssh-key", kind::show::<SshKey>),
    ("delete-ssh-key", remove),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SshKey {
    name: String,
    fingerprint: String,
    born: u64,
}

impl Kind for SshKey {
    const NAME: &'static str = "ssh-key";
    const PLURAL: &'static str = "ssh-keys";
    const TITLE: &'static str = "SSH key";
    const CHANGE_MS: u64 = 0;
    const KEY: &'static str = "name";

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, _state: &State) -> Object {
        Object::new()
            .with("name", &self.name)
            .with("fingerprint", &self.fingerprint)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Register {
    name: String,
    public_key: String,
}

fn register(ask: &mut Ask<'_>) -> Outcome {
    let Register { name, public_key } = ask.read()?;
    let fingerprint =
        fingerprint(&public_key).ok_or_else(|| Refusal::conflict("Public key is invalid"))?;
    if ask.state.ssh_keys.get(&name).is_some() {
        return Err(Refusal::conflict(format!(
            "A key pair with name {name} already exists"
        )));
    }
    let key = SshKey {
        name: name.clone(),
        fingerprint,
        born: ask.state.meta.now,
    };
    ask.state.ssh_keys.insert(&name, key);
    Ok(operation::done_at_once(ask))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let name = kind::own::<SshKey>(ask)?.name.clone();
    SshKey::removed(ask.state, &name);
    Ok(operation::done_at_once(ask))
}

/// Colon-separated pairs as the real one, though from SHA-256: nobody compares them.
/// `None` for what is no public key: the blob must repeat the algorithm's name.
fn fingerprint(public_key: &str) -> Option<String> {
    let mut words = public_key.split_whitespace();
    let algorithm = words.next()?;
    let blob = STANDARD.decode(words.next()?).ok()?;
    let known = algorithm.starts_with("ssh-")
        || algorithm.starts_with("ecdsa-")
        || algorithm.starts_with("sk-");
    let length = u32::try_from(algorithm.len()).ok()?.to_be_bytes();
    let inner = blob
        .strip_prefix(&length)?
        .strip_prefix(algorithm.as_bytes())?;
    if !known || inner.is_empty() {
        return None;
    }
    let pairs: Vec<String> = Sha256::digest(&blob)
        .iter()
        .take(16)
        .map(|byte| hex(&[*byte]))
        .collect();
    Some(pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, SSH_KEY};
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let body = json!({ "name": "me", "public-key": SSH_KEY });
        let (status, operation) = client.call("POST", "/ssh-key", &body);
        assert_eq!(status, 200);
        assert_eq!(operation["state"], "success");
        assert!(operation.get("reference").is_none());
        let shown = client.get("/ssh-key/me");
        assert_eq!(shown["fingerprint"].as_str().unwrap().len(), 47);
        assert!(shown.get("public-key").is_none());
        client.refused(409, "POST", "/ssh-key", body);
        assert_eq!(client.call("DELETE", "/ssh-key/me", &Value::Null).0, 200);
        client.refused(404, "GET", "/ssh-key/me", Value::Null);
        assert_eq!(client.get("/ssh-key"), json!({ "ssh-keys": [] }));
    }

    #[test]
    fn a_stale_list_hides_a_young_key() {
        let mut client = Client::with_faults(crate::Faults {
            stale_list: 1000,
            ..crate::Faults::calm()
        });
        client.pass(60);
        client.call(
            "POST",
            "/ssh-key",
            &json!({ "name": "me", "public-key": SSH_KEY }),
        );
        client.get("/ssh-key/me");
        assert_eq!(client.get("/ssh-key"), json!({ "ssh-keys": [] }));
        client.pass(10);
        assert_eq!(client.get("/ssh-key")["ssh-keys"][0]["name"], "me");
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        let wrong = json!({ "name": "me", "public-key": "ssh-ed25519 nonsense" });
        assert_eq!(
            client.refused(409, "POST", "/ssh-key", wrong),
            "Public key is invalid"
        );
        client.refused(
            400,
            "POST",
            "/ssh-key",
            json!({ "name": "-me", "public-key": SSH_KEY }),
        );
        client.refused(400, "POST", "/ssh-key", json!({ "name": "me" }));
        client.refused(
            400,
            "POST",
            "/ssh-key",
            json!({ "name": "me", "publicKey": SSH_KEY }),
        );
    }
}
