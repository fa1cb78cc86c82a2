//! Reverse DNS: the name of a public address, of an instance or of an elastic IP. It goes with its owner.

use serde::{Deserialize, Serialize};

use super::elastic_ip::ElasticIp;
use super::instance::Instance;
use super::kind::{self, Kind};
use crate::durations::SMALL_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("get-reverse-dns-instance", show::<Instance>),
    ("update-reverse-dns-instance", update::<Instance>),
    ("delete-reverse-dns-instance", remove::<Instance>),
    ("get-reverse-dns-elastic-ip", show::<ElasticIp>),
    ("update-reverse-dns-elastic-ip", update::<ElasticIp>),
    ("delete-reverse-dns-elastic-ip", remove::<ElasticIp>),
];

/// Its table is keyed by the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Record {
    domain_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Set(String, Record),
    Deleted(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Set(owner, record) => {
                let machine = state
                    .instances
                    .get(&owner)
                    .is_some_and(Instance::is_visible);
                if !machine && state.elastic_ips.get(&owner).is_none() {
                    return Err(Failure::new("not-found", "Its owner is gone"));
                }
                state.reverse_dns.insert(&owner, record);
            }
            Self::Deleted(owner) => forget(state, &owner),
        }
        Ok(())
    }
}

/// The owner is gone, and its record with it.
pub(crate) fn forget(state: &mut State, owner: &str) {
    if state.reverse_dns.get(owner).is_some() {
        state.reverse_dns.remove(owner);
    }
}

fn show<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    Ok(Object::of(record::<K>(ask)?).done())
}

fn update<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    let record = ask.read()?;
    kind::own::<K>(ask)?;
    let id = ask.id().to_owned();
    begin::<K>(ask, Change::Set(id, record))
}

fn remove<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    record::<K>(ask)?;
    let id = ask.id().to_owned();
    begin::<K>(ask, Change::Deleted(id))
}

fn record<'a, K: Kind>(ask: &'a Ask<'_>) -> Result<&'a Record, Refusal> {
    kind::own::<K>(ask)?;
    let record = ask.state.reverse_dns.get(ask.id());
    record.ok_or_else(|| Refusal::not_found("Reverse DNS record"))
}

/// The link leads to the record, by its owner's id.
fn begin<K: Kind>(ask: &mut Ask<'_>, change: Change) -> Outcome {
    let reference = Reference::new(&format!("reverse-dns/{}", K::NAME), ask.id());
    let change = super::Change::ReverseDns(change);
    Ok(operation::begin(ask, reference, SMALL_CHANGE, change))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY, ZONE};
    use serde_json::{Value, json};

    /// An instance and an elastic IP: the paths of both, and of their records.
    fn owners(client: &mut Client) -> [(String, String); 2] {
        let body = client.instance(json!({ "auto-start": false }));
        let instance = client.done("POST", "/instance", body);
        let address = client.done("POST", "/elastic-ip", json!({}));
        [("instance", instance), ("elastic-ip", address)]
            .map(|(kind, id)| (format!("/{kind}/{id}"), format!("/reverse-dns/{kind}/{id}")))
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        for (owner, record) in owners(&mut client) {
            client.refused(404, "GET", &record, Value::Null);
            let name = json!({ "domain-name": "one.example." });
            let (_, operation) = client.call("POST", &record, &name);
            assert_eq!(operation["reference"]["link"], format!("/v2{record}"));
            let command = operation["reference"]["command"].as_str().unwrap();
            assert!(command.starts_with("get-reverse-dns-"), "{command}");
            client.ended(operation["id"].as_str().unwrap());
            assert_eq!(client.get(&record), name);
            client.done("POST", &record, json!({ "domain-name": "two.example." }));
            assert_eq!(client.get(&record)["domain-name"], "two.example.");
            client.done("DELETE", &record, Value::Null);
            client.refused(404, "DELETE", &record, Value::Null);
            client.done("POST", &record, name);
            client.done("DELETE", &owner, Value::Null);
            client.refused(404, "GET", &record, Value::Null);
        }
        let rows = client.world.take_changes();
        let left = rows
            .iter()
            .filter(|(key, row)| key.starts_with("reverse-dns/") && row.is_some());
        assert_eq!(left.count(), 0, "it goes with its owner");
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        let [(_, record), _] = owners(&mut client);
        client.refused(400, "POST", &record, json!({}));
        client.refused(400, "POST", &record, json!({ "domain-name": "" }));
        let name = json!({ "domain-name": "one.example." });
        let nobody = format!("/reverse-dns/instance/{NOBODY}");
        client.refused(404, "POST", &nobody, name.clone());
        let swapped = record.replace("/instance/", "/elastic-ip/");
        client.refused(404, "POST", &swapped, name.clone());
        client.zone = "de-fra-1".to_owned();
        client.refused(404, "POST", &record, name);
        client.zone = ZONE.to_owned();
    }
}
