//! Finds an account's clusters by their markers: there is no state file to lose.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use shared::exoscale::{Call, Kind, Reply, Template};
use shared::link;
use shared::plan::{Also, ClusterRef, Seen, Standing, drift, image_name, is_fresh, tag_of};
use shared::spec::Zone;
use worker::{Env, Request, Response};

use super::given::Given;
use super::visit::Visit;
use super::{body, planning, removal};
use crate::answer::{Failure, json as answer_json};
use crate::config::{self, wall};
use crate::exoscale::Door;
use crate::releases;

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
    if removal.is_some() && cluster.is_none() {
        let hint = "Send `cluster` with `name` and `zone`, too.";
        return Err(Failure::bad_request("a removal is of one cluster", hint).about("cluster"));
    }
    let credentials = credentials.checked(env)?;
    let zone = cluster.as_ref().map_or(zone, |cluster| cluster.zone);
    let door = Door::new(env.clone(), zone.as_str().to_owned(), credentials);
    let visit = Visit::begin(env, &door).await?;
    let answer = match (cluster, removal) {
        (None, _) => {
            let listing = async || list(&door, zone).await;
            json!({ "clusters": visit.ask(MARKED.len(), listing).await? })
        }
        (Some(cluster), None) => {
            let origin = config::origin(env, &request)?;
            json!({ "cluster": look(env, &visit, &cluster, &origin).await? })
        }
        (Some(cluster), Some(wanted)) => {
            json!({ "removal": removal::inspect(&visit, cluster, &wanted.also).await? })
        }
    };
    answer_json(200, &answer)
}

/// One cluster, in full.
async fn look(
    env: &Env,
    visit: &Visit<'_>,
    cluster: &ClusterRef,
    origin: &str,
) -> Result<Value, Failure> {
    let (standing, seen) = planning::survey(visit, cluster).await?;
    let newest = releases::newest(env, origin, standing.spec.kubernetes()).await;
    let image = image(visit.door, &standing, &seen, &newest).await?;
    Ok(describe(&standing, &seen, &image))
}

/// The clusters of a zone, and how many resources of the dear kinds each has.
async fn list(door: &Door, zone: Zone) -> Result<Vec<Value>, Failure> {
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
    let clusters = found.into_values().map(|(cluster, resources)| {
        json!({
            "name": cluster.get("name"), "id": cluster.get("id"), "zone": cluster.get("zone"), "resources": resources,
        })
    });
    Ok(clusters.collect())
}

/// What there is to know of a cluster that stands: enough to show it, and to compose a change of it.
fn describe(standing: &Standing, seen: &Seen, image: &Value) -> Value {
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
        "standing": standing,
        "seen": seen,
        "changed": seen.changed(spec),
        "drift": drift(standing, seen),
        "image": image,
    })
}

/// The golden image that the cluster's next nodes would like, of its own version or the newest, and which pools boot
/// from it.
async fn image(
    door: &Door,
    standing: &Standing,
    seen: &Seen,
    newest: &str,
) -> Result<Value, Failure> {
    let own = match door.send(Call::OwnTemplates, |_| None).await {
        Ok(Reply::Templates(own)) => own,
        Ok(_) => Vec::new(),
        // A key that may not ask has everything else to show.
        Err(error) if error.is_denial() => Vec::new(),
        Err(error) => return Err(planning::refused(&error)),
    };
    let named = |version: &str| {
        let name = image_name(&standing.spec, version);
        let of_it = own.iter().filter(|one| one.name == name);
        of_it.max_by_key(|one| one.created_at.clone())
    };
    let found: Option<&Template> = named(newest).or_else(|| named(&standing.kubernetes));
    let boots = seen
        .pools
        .iter()
        .filter(|pool| found.is_some_and(|found| pool.template.as_ref() == Some(&found.id)));
    let pools: Vec<&str> = boots.map(|pool| pool.name.as_str()).collect();
    Ok(json!({
        "name": found.map_or_else(|| image_name(&standing.spec, newest), |found| found.name.clone()),
        "createdAt": found.map(|found| found.created_at.clone()),
        "fresh": found.is_some_and(|found| is_fresh(&found.created_at, wall())),
        "pools": pools,
    }))
}

/// Kinds that carry the marker and cost money or stand in the way of a name.
const MARKED: [Kind; 4] = [
    Kind::Instance,
    Kind::InstancePool,
    Kind::PrivateNetwork,
    Kind::ElasticIp,
];
