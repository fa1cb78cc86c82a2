//! SSH keys: global, known by name, done at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::operation;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-ssh-keys", list),
    ("register-ssh-key", register),
    ("get-ssh-key", show),
    ("delete-ssh-key", remove),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SshKey {
    name: String,
    fingerprint: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Register {
    name: String,
    public_key: String,
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let keys: Vec<Value> = ask.state.ssh_keys.values().map(view).collect();
    Ok(json!({ "ssh-keys": keys }))
}

fn register(ask: &mut Ask<'_>) -> Outcome {
    let body: Register = ask.read()?;
    if !is_name(&body.name) {
        return Err(Refusal::invalid(
            "Invalid request body: name does not match the pattern",
        ));
    }
    let fingerprint =
        fingerprint(&body.public_key).ok_or_else(|| Refusal::conflict("Public key is invalid"))?;
    if ask.state.ssh_keys.get(&body.name).is_some() {
        return Err(Refusal::conflict(format!(
            "A key pair with name {} already exists",
            body.name
        )));
    }
    ask.state.ssh_keys.insert(
        &body.name,
        SshKey {
            name: body.name.clone(),
            fingerprint,
        },
    );
    Ok(operation::done_at_once(ask))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    ask.state
        .ssh_keys
        .get(ask.parameter("name"))
        .map(view)
        .ok_or_else(|| Refusal::not_found("SSH key"))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    ask.state
        .ssh_keys
        .remove(ask.parameter("name"))
        .ok_or_else(|| Refusal::not_found("SSH key"))?;
    Ok(operation::done_at_once(ask))
}

fn view(key: &SshKey) -> Value {
    json!({ "name": key.name, "fingerprint": key.fingerprint })
}

/// `^[a-zA-Z0-9]{1}[a-zA-Z0-9._-]{0,254}$`
fn is_name(name: &str) -> bool {
    let first = name
        .chars()
        .next()
        .is_some_and(|letter| letter.is_ascii_alphanumeric());
    let all = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    first && all && name.len() <= 255
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
