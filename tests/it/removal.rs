//! A destroy cannot be fooled, and its receipt says what each thing cost and how it is known to be gone.

use std::collections::BTreeSet;

use sandbox::{Load, Preset, Service};
use serde_json::Value;
use shared::catalog::Money;
use shared::exoscale::{Call, Class, Create, Kind, Listed, Method, Reply, Request};
use shared::pace::Pace;
use shared::plan::{Also, ClusterRef, Facts, destroy};
use shared::run::{Command, Event, Inspection, NotRemovable, Outcome, Proof, Rate, Removal};
use shared::view::{RunState, View};

use tests::life::{Harbour, RUN, facts, launch_plan};

pub(super) const LATER: &str = "laterlaterlaterlaterlater2";
pub(super) const STOCK: &str = r#"{"name":"demo","zone":"ch-dk-2","image":"stock"}"#;

pub(super) fn launched(spec: &str) -> Harbour {
    let mut harbour = Harbour::open(launch_plan(spec, RUN), Preset::Calm, 5);
    harbour.live_to(Outcome::Ready);
    harbour
}

pub(super) fn view(harbour: &Harbour) -> View {
    View::of(&harbour.run(), harbour.sea().now, &Pace::REAL)
}

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn list(harbour: &Harbour, kind: Kind) -> Vec<Listed> {
    let Ok(Reply::List(listed)) = harbour.sea_mut().ask(&Call::List(kind)) else {
        panic!("no listing of {kind:?}")
    };
    listed
}

pub(super) fn by_hand(harbour: &Harbour, method: Method, path: &str, body: &Value) {
    harbour.sea_mut().by_hand(&Request {
        method,
        path: path.to_owned(),
        query: Vec::new(),
        body: Some(body.to_string()),
    });
}

/// What people run on the cluster, and time for its controllers to notice.
pub(super) fn load(harbour: &mut Harbour, load: Load) {
    let cluster = harbour.plan.cluster.id.clone().unwrap();
    assert!(harbour.sea_mut().world.set_load(&cluster, load));
    // The run has ended, and the cluster lives on.
    for _ in 0..120 {
        harbour.outcome = None;
        harbour.live_for(5);
    }
    wait(harbour, 600);
}

/// Time passes in which nobody launches or destroys.
pub(super) fn wait(harbour: &Harbour, seconds: u64) {
    let mut sea = harbour.sea_mut();
    sea.now = sea.now.plus_ms(seconds * 1_000);
}

pub(super) fn services(count: usize) -> Vec<Service> {
    let one = |number: usize| Service {
        name: format!("web-{number}"),
        pool: None,
    };
    (0..count).map(one).collect()
}

/// What somebody is told who asks before the destroy.
pub(super) fn inspect(harbour: &Harbour, cluster: ClusterRef) -> Result<Removal, NotRemovable> {
    let inspection = Inspection::new(destroy(cluster, &[], facts(LATER))).unwrap();
    let mut sea = harbour.sea_mut();
    let mut answers: Vec<_> = Inspection::calls()
        .iter()
        .map(|call| sea.ask(call))
        .collect();
    let more = inspection.more_calls(&answers);
    answers.extend(more.iter().map(|call| sea.ask(call)));
    inspection.judge(answers)
}

pub(super) fn by_name(harbour: &Harbour) -> ClusterRef {
    ClusterRef {
        id: None,
        ..harbour.plan.cluster.clone()
    }
}

#[test]
fn the_receipt_says_what_each_thing_cost_and_how_it_is_known_to_be_gone() {
    let mut harbour = launched(STOCK);
    let before: Money = view(&harbour).resources.iter().map(|one| one.hourly).sum();
    // Two machines at 0.04666 and 2 × 25 GiB at 0.00014.
    assert_eq!(before, money("0.10032"));
    harbour.begin_destroy();
    let mut retries = Vec::new();
    while harbour.outcome.is_none() {
        harbour.live_for(1);
        retries.extend(view(&harbour).retries);
    }
    // What its machines still hold is asked for again, and until then it is said.
    assert!(!retries.is_empty(), "{}", harbour.transcript());
    assert!(retries.iter().all(|retry| {
        retry.next_at > retry.since && retry.why.contains("412") && retry.class == Class::Dependency
    }));
    harbour.finish_destroy(&[]);
    let receipt = view(&harbour);
    let rate = |known: &str| Rate {
        known: money(known),
        unpriced: 0,
    };
    assert_eq!(receipt.hourly_before, Some(rate("0.10032")));
    assert_eq!(receipt.hourly, rate("0"));
    assert_eq!(receipt.removed.len(), 12, "{:?}", receipt.removed);
    for removed in &receipt.removed {
        assert!(removed.item.hourly.is_some(), "{removed:?}");
        assert!(removed.gone_at <= receipt.ended_at && removed.gone_at > receipt.started_at);
        // Nothing went wrong: each was removed by an operation of its own, and that one has succeeded.
        assert!(
            matches!(&removed.proof, Some(Proof::Operation(_))),
            "{removed:?}"
        );
    }
    let text = serde_json::to_string(&receipt).unwrap();
    assert_eq!(serde_json::from_str::<View>(&text).unwrap(), receipt);
}

#[test]
fn what_exists_and_bills_is_known_while_a_launch_is_taken_back() {
    let mut harbour = Harbour::open(launch_plan(STOCK, RUN), Preset::Calm, 1);
    harbour.live_for(90);
    let half = view(&harbour);
    assert_eq!(half.hourly.known, money("0.10032"), "{:?}", half.resources);
    harbour.command(Command::Cancel);
    let mut seen = BTreeSet::new();
    while harbour.outcome.is_none() {
        harbour.live_for(1);
        let view = view(&harbour);
        if view.state == RunState::Undoing {
            seen.insert(view.hourly.known);
            let alive: usize = harbour.census().values().map(Vec::len).sum();
            assert!(
                view.hourly.known == Money::ZERO || alive > 0,
                "{}",
                harbour.transcript()
            );
        }
    }
    assert!(
        seen.contains(&money("0.10032")) && seen.len() > 2,
        "{seen:?}"
    );
    let end = view(&harbour);
    assert_eq!((end.hourly, end.retries.len()), (Rate::default(), 0));
    assert_eq!(
        end.hourly_before.map(|rate| rate.known),
        Some(money("0.10032"))
    );
}

#[test]
fn members_that_the_autoscaler_added_are_paid_for_through_their_pool() {
    let mut harbour = launched(STOCK);
    let nodes = [("demo-k3x9q-workers".to_owned(), 4)].into();
    load(
        &mut harbour,
        Load {
            nodes,
            ..Load::default()
        },
    );
    let pool = list(&harbour, Kind::InstancePool).remove(0);
    assert_eq!(pool.size, Some(4), "the autoscaler has not moved");
    let told = inspect(&harbour, by_name(&harbour)).unwrap();
    assert_eq!(told.hourly.known, money("0.2508"), "{told:?}");
    harbour.begin_destroy();
    // While the destroy is under way even more is wanted.
    let nodes = [("demo-k3x9q-workers".to_owned(), 5)].into();
    let cluster = told.cluster.id.unwrap();
    harbour.sea_mut().world.set_load(
        &cluster,
        Load {
            nodes,
            ..Load::default()
        },
    );
    harbour.finish_destroy(&[]);
    assert_eq!(view(&harbour).hourly_before.unwrap().known, money("0.2508"));
}

#[test]
fn volumes_of_pods_that_run_are_kept_and_named_and_go_when_that_is_asked_for() {
    let spec = r#"{"name":"demo","zone":"ch-dk-2","image":"stock","addons":{"csi":true}}"#;
    for also in [&[][..], &[Also::Volumes][..]] {
        let mut harbour = launched(spec);
        load(
            &mut harbour,
            Load {
                volumes: 2,
                ..Load::default()
            },
        );
        let volumes: Vec<String> = list(&harbour, Kind::Volume)
            .into_iter()
            .filter_map(|one| one.name)
            .collect();
        assert_eq!(volumes.len(), 2);
        let facts = Facts {
            run: LATER.to_owned(),
            ..harbour.plan.facts.clone()
        };
        harbour.next_run(destroy(by_name(&harbour), also, facts));
        let left = if also.is_empty() {
            volumes.clone()
        } else {
            Vec::new()
        };
        let mut left: Vec<String> = left;
        left.sort();
        harbour.finish_destroy(&left);
        let receipt = view(&harbour);
        assert_eq!(receipt.kept.len(), left.len());
        // A volume has a price, and nobody has told us which: that is not nothing.
        let unpriced = u32::try_from(left.len()).unwrap();
        assert_eq!(
            receipt.hourly,
            Rate {
                known: Money::ZERO,
                unpriced
            }
        );
        assert_eq!(receipt.hourly_before.unwrap().unpriced, 2);
    }
}

#[test]
fn whoever_asks_first_is_told_what_the_run_then_finds() {
    let mut harbour = launched(STOCK);
    let told = inspect(&harbour, by_name(&harbour)).unwrap();
    assert_eq!(told.steps.len(), 12);
    let nobody = ClusterRef {
        name: "nobody".to_owned(),
        ..by_name(&harbour)
    };
    assert_eq!(
        inspect(&harbour, nobody),
        Err(NotRemovable::None("nobody".to_owned()))
    );
    let changes = harbour.sea().changes;
    harbour.begin_destroy();
    assert!(changes > 0);
    harbour.finish_destroy(&[]);
    let journal = harbour.berth().journal.clone();
    let found = journal.iter().find_map(|entry| {
        if let Event::Inventory { items, kept, .. } = &entry.event {
            Some((items.clone(), kept.clone()))
        } else {
            None
        }
    });
    assert_eq!(found, Some((told.items, told.kept)));
    let name = by_name(&harbour);
    assert!(inspect(&harbour, name).is_err(), "nothing is left");
}

#[test]
fn one_firewall_is_enough_to_be_found_by_name() {
    let harbour = Harbour::open(launch_plan(STOCK, RUN), Preset::Calm, 1);
    let tag = harbour.plan.cluster.tag().unwrap();
    let group = Create::SecurityGroup {
        name: tag.name_of("nodes"),
        description: format!("slipway/cluster={tag} slipway/run={RUN} slipway/step=firewall-nodes"),
    };
    harbour
        .sea_mut()
        .ask(&Call::Create(Box::new(group)))
        .unwrap();
    let told = inspect(&harbour, by_name(&harbour)).unwrap();
    assert_eq!(told.cluster.id, Some(tag.id));
    let [only] = &told.items[..] else {
        panic!("{told:?}")
    };
    assert_eq!(
        (only.kind, only.hourly),
        (Kind::SecurityGroup, Some(Money::ZERO))
    );
}
