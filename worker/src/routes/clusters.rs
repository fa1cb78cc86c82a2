//! Finds an account's clusters by their markers: there is no state file to lose.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use shared::exoscale::{Call, Kind, Reply};
use shared::link;
use shared::plan::{Also, ClusterRef, Standing, tag_of};
use shared::spec::Zone;
use worker::{Env, Request, Response};

use super::given::Given;
use super::{body, planning, removal};
use crate::answer::{Failure, json as answer_json};
use crate::exoscale::Door;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    credentials: Given,
    zone: Zone,
    /// One of them, in full.
    #[serde(default)]
    cluster: Option<ClusterRef>,
    /// What a destroy of that one would do.
    #[serde(default)]
    removal: Option<WantedRemoval>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedRemoval {
    /// What the destroy would remove only because it is asked to.
    #[serde(default)]
    also: Vec<Also>,
}

pub(super) async fn answer(mut request: Request, env: &Env) -> Result<Response, Failure> {
    let Wanted {
        credentials,
        zone,
        cluster,
        removal,
    } = body::read(&mut request).await?;
    let credentials = credentials.checked(env)?;
    let zone = cluster.as_ref().map_or(zone, |cluster| cluster.zone);
    let door = Door::new(env.clone(), zone.as_str().to_owned(), credentials);
    if let Some(removal) = removal {
        let cluster = cluster.ok_or_else(|| {
            let hint = "Send `cluster` with `name` and `zone`, too.";
            Failure::bad_request("a removal is of one cluster", hint).about("cluster")
        })?;
        let removal = removal::inspect(&door, cluster, &removal.also).await?;
        return answer_json(200, &json!({ "removal": removal }));
    }
    if let Some(cluster) = cluster {
        let standing = planning::standing(&door, &cluster).await?;
        return answer_json(200, &json!({ "cluster": describe(&standing) }));
    }
    let mut found: BTreeMap<String, (Value, u32)> = BTreeMap::new();
    for kind in MARKED {
        let listed = match door.send(Call::List(kind), |_| None).await {
            Ok(Reply::List(listed)) => listed,
            Ok(_) => Vec::new(),
            Err(error) => return Err(planning::refused(&error)),
        };
        for tag in listed.iter().filter_map(|one| tag_of(kind, one)) {
            let cluster = json!({ "name": tag.name, "id": tag.id, "zone": zone });
            let entry = found.entry(tag.to_string()).or_insert((cluster, 0));
            entry.1 = entry.1.saturating_add(1);
        }
    }
    let clusters: Vec<Value> = found
        .into_values()
        .map(|(cluster, resources)| json!({
            "name": cluster.get("name"), "id": cluster.get("id"), "zone": cluster.get("zone"), "resources": resources,
        }))
        .collect();
    answer_json(200, &json!({ "clusters": clusters }))
}

/// What there is to know of a cluster that stands: enough to compose a change of it.
fn describe(standing: &Standing) -> Value {
    let spec = &standing.spec;
    json!({
        "name": standing.tag.name,
        "id": standing.tag.id,
        "zone": spec.zone(),
        "spec": spec.to_value(),
        "link": link::encode(spec),
        "kubernetes": standing.kubernetes,
        "origin": standing.origin,
        "endpoint": standing.address.map(|address| format!("https://{address}:6443")),
    })
}

/// Kinds that carry the marker and cost money or stand in the way of a name.
const MARKED: [Kind; 4] = [
    Kind::Instance,
    Kind::InstancePool,
    Kind::PrivateNetwork,
    Kind::ElasticIp,
];
