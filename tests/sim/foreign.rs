//! What others have in the same account: it must stand afterwards as it stood before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::exoscale::{Call, Create, Healthcheck, Kind, Policy, Reply, ResourceId};
use tests::life::{Life, Thing};

/// Somebody else's belongings, and how they look.
pub(crate) struct Foreign {
    portraits: Vec<(Kind, ResourceId, Value)>,
}

impl Foreign {
    /// Puts them into an account, and lists them. Some look much like ours.
    pub(crate) fn settle(life: &Life) -> (Self, BTreeSet<Thing>) {
        let ask = |create: Create| life.sea_mut().ask(&Call::Create(Box::new(create))).unwrap();
        let described = |tag: &str| format!("slipway/cluster={tag} slipway/run=x slipway/step=y");
        ask(Create::PrivateNetwork {
            name: "demo-k3x9q-network".to_owned(),
            description: "theirs".to_owned(),
            start: "10.9.0.10".parse().unwrap(),
            end: "10.9.0.250".parse().unwrap(),
            netmask: "255.255.255.0".parse().unwrap(),
            labels: BTreeMap::from([("slipway/cluster".to_owned(), "demo2-k3x9q".to_owned())]),
        });
        for (name, tag) in [("demo-theirs", "demo-bbbbb2"), ("web", "")] {
            let name = name.to_owned();
            ask(Create::AntiAffinityGroup {
                name: name.clone(),
                description: described(tag),
            });
            ask(Create::SecurityGroup {
                name,
                description: described("other-k3x9q"),
            });
        }
        let role = ask(Create::Role {
            name: "demo-k3x9q".to_owned(),
            description: "theirs".to_owned(),
            policy: Policy::only_compute(&[]),
            labels: BTreeMap::new(),
        });
        if let Reply::Operation(operation) = role {
            let role = operation.reference.unwrap().id.unwrap();
            ask(Create::ApiKey {
                name: "demo-k3x9q-autoscaler-theirs".to_owned(),
                role,
            });
        }
        ask(Create::ElasticIp {
            description: "theirs".to_owned(),
            healthcheck: Healthcheck {
                mode: "http".to_owned(),
                port: 80,
                uri: "/".to_owned(),
            },
            labels: BTreeMap::new(),
        });
        let mut sea = life.sea_mut();
        // Their operations end, and their keys hold.
        sea.now = sea.now.plus_ms(60_000);
        drop(sea);
        let things = life.census();
        for thing in &things {
            life.sea_mut().watch.foreign(&thing.id);
        }
        let kinds = [
            Kind::PrivateNetwork,
            Kind::SecurityGroup,
            Kind::Role,
            Kind::ElasticIp,
        ];
        let shown = things.iter().filter(|thing| kinds.contains(&thing.kind));
        let portraits = shown.map(|thing| {
            let portrait = life.sea_mut().raw(&Call::Get(thing.kind, thing.id.clone()));
            (thing.kind, thing.id.clone(), portrait)
        });
        let portraits = portraits.collect();
        (Self { portraits }, things)
    }

    /// Whether all of them look as they did.
    pub(crate) fn check(&self, life: &Life) {
        for (kind, id, before) in &self.portraits {
            let now = life.sea_mut().raw(&Call::Get(*kind, id.clone()));
            if now != *before {
                let what = format!("{} {id} of somebody else's was changed", kind.noun());
                life.sea_mut().watch.violation(what);
            }
        }
    }
}
