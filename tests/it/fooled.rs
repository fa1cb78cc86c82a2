//! A destroy that others disturb: controllers, autoscalers, keys that see little, people who edit, and neighbours.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Load, Preset};
use serde_json::json;
use shared::catalog::Money;
use shared::exoscale::{Call, Create, Kind, Mender, Method, ResourceId};
use shared::plan::{ClusterRef, bake, bake_run, destroy};
use shared::run::{Command, Outcome, rights};
use shared::view::RunState;

use tests::life::{DEFAULT, Harbour, RUN, facts, launch_plan};

use super::before_a_launch::{allowing, with_key};
use super::removal::{
    LATER, STOCK, by_hand, by_name, inspect, launched, list, load, money, services, view, wait,
};

#[test]
fn load_balancers_are_removed_for_good_once_their_controllers_key_is_dead() {
    let mut harbour = launched(STOCK);
    load(
        &mut harbour,
        Load {
            services: services(3),
            ..Load::default()
        },
    );
    assert_eq!(list(&harbour, Kind::LoadBalancer).len(), 3);
    let told = inspect(&harbour, by_name(&harbour)).unwrap();
    harbour.begin_destroy();
    // Somebody is faster than the destroy, and the controller makes them again.
    for balancer in list(&harbour, Kind::LoadBalancer) {
        let path = format!("/v2/load-balancer/{}", balancer.id.unwrap());
        by_hand(&harbour, Method::Delete, &path, &json!({}));
    }
    harbour.finish_destroy(&[]);
    let receipt = view(&harbour);
    let balancers = receipt.removed.iter();
    let balancers: Vec<_> = balancers
        .filter(|one| one.item.kind == Kind::LoadBalancer)
        .collect();
    assert!(balancers.len() >= 3, "{balancers:?}");
    assert!(
        balancers
            .iter()
            .all(|one| one.item.hourly == Some(money("0.03472")))
    );
    let dear = told
        .items
        .iter()
        .filter(|item| item.kind == Kind::LoadBalancer)
        .count();
    assert_eq!((dear, told.hourly.known), (3, money("0.20448")));
}

/// Somebody's load balancer, which serves the cluster's pool and another one.
fn shared_balancer(harbour: &Harbour) -> String {
    let ours = list(harbour, Kind::InstancePool).remove(0);
    let id = |of: Option<ResourceId>| of.unwrap().0;
    let (machine, template) = {
        let pool = harbour
            .sea_mut()
            .raw(&Call::Get(Kind::InstancePool, ours.id.clone().unwrap()));
        (pool["instance-type"].clone(), pool["template"].clone())
    };
    let theirs = json!({ "name": "theirs", "size": 1, "instance-type": machine, "template": template, "disk-size": 10 });
    by_hand(harbour, Method::Post, "/v2/instance-pool", &theirs);
    by_hand(
        harbour,
        Method::Post,
        "/v2/load-balancer",
        &json!({ "name": "shared" }),
    );
    wait(harbour, 120);
    let balancer = id(list(harbour, Kind::LoadBalancer).remove(0).id);
    let pools = list(harbour, Kind::InstancePool);
    let other = pools
        .into_iter()
        .find(|pool| pool.name.as_deref() == Some("theirs"))
        .unwrap();
    for (port, pool) in [(80, &ours.id), (81, &other.id)] {
        let service = json!({ "name": format!("port-{port}"), "port": port, "target-port": 30_080, "protocol": "tcp",
            "strategy": "round-robin", "instance-pool": { "id": pool.clone().unwrap().0 },
            "healthcheck": { "mode": "tcp", "port": 30_080, "interval": 10, "timeout": 5, "retries": 1 } });
        by_hand(
            harbour,
            Method::Post,
            &format!("/v2/load-balancer/{balancer}/service"),
            &service,
        );
        wait(harbour, 60);
    }
    assert_eq!(list(harbour, Kind::LoadBalancer)[0].services.len(), 2);
    balancer
}

#[test]
fn a_load_balancer_that_also_serves_another_pool_is_named_and_holds_only_its_pool() {
    let mut harbour = launched(STOCK);
    let balancer = shared_balancer(&harbour);
    harbour.begin_destroy();
    harbour.live();
    let stuck = view(&harbour);
    assert_eq!(stuck.state, RunState::Stuck, "{}", harbour.transcript());
    assert_eq!(stuck.kept[0].item.name, "shared");
    assert_eq!(stuck.kept[0].item.hourly, Some(money("0.03472")));
    let pool = stuck
        .leftovers
        .iter()
        .find(|left| left.item.kind == Kind::InstancePool)
        .unwrap();
    assert!(
        pool.command.starts_with("exo compute instance-pool delete"),
        "{pool:?}"
    );
    assert!(
        pool.item.hourly > Some(Money::ZERO) && pool.mender.is_some(),
        "{pool:?}"
    );
    // Its instance-pool and what it stands on are left, and named with what they cost.
    assert!(
        stuck.hourly.known > money("0.08")
            && stuck.hourly.known < stuck.hourly_before.unwrap().known
    );
    assert!(
        stuck.retries.is_empty(),
        "nothing moves until somebody asks"
    );
    by_hand(
        &harbour,
        Method::Delete,
        &format!("/v2/load-balancer/{balancer}"),
        &json!({}),
    );
    wait(&harbour, 60);
    harbour.command(Command::Retry);
    harbour.live_for(3_600);
    assert_eq!(
        harbour.outcome,
        Some(Outcome::Destroyed),
        "{}",
        harbour.transcript()
    );
    let left: BTreeSet<String> = harbour.census().into_values().flatten().collect();
    assert!(
        left.contains("theirs") && !left.iter().any(|name| name.starts_with("demo")),
        "{left:?}"
    );
}

#[test]
fn what_lost_its_marker_is_left_alone_and_named() {
    let mut harbour = launched(STOCK);
    let network = list(&harbour, Kind::PrivateNetwork).remove(0);
    let path = format!("/v2/private-network/{}", network.id.unwrap());
    let edited = json!({ "description": "mine now", "labels": { "mine": "now" } });
    by_hand(&harbour, Method::Put, &path, &edited);
    wait(&harbour, 60);
    let told = inspect(&harbour, by_name(&harbour)).unwrap();
    let name = network.name.unwrap();
    harbour.destroy_but(std::slice::from_ref(&name));
    let receipt = view(&harbour);
    assert_eq!(receipt.kept, told.kept);
    assert_eq!(receipt.kept[0].item.name, name);
    assert!(
        receipt.kept[0].why.contains("its marker is gone"),
        "{receipt:?}"
    );
}

#[test]
fn a_half_built_image_goes_with_its_cluster_and_its_run_is_named() {
    let mut harbour = launched(DEFAULT);
    let standing = harbour.standing();
    harbour.next_run(bake(
        &standing.spec,
        Some(standing.tag.clone()),
        facts(LATER),
    ));
    harbour.live_for(120);
    assert!(harbour.outcome.is_none());
    assert_eq!(
        list(&harbour, Kind::Instance).len(),
        3,
        "{}",
        harbour.transcript()
    );
    let cluster = ClusterRef {
        name: standing.tag.name,
        id: None,
        zone: standing.spec.zone(),
    };
    harbour.next_run(destroy(cluster, &[], facts("evenlaterevenlaterevenlat2")));
    harbour.finish_destroy(&[]);
    let beside = harbour.run().state().beside.clone();
    assert!(beside.contains(LATER), "the run that bakes: {beside:?}");
    assert!(
        beside.contains(&bake_run(RUN)),
        "the one that the launch would have begun: {beside:?}"
    );
}

#[test]
fn another_cluster_of_the_same_name_stays_as_it_is() {
    for zone in ["ch-dk-2", "de-fra-1"] {
        let mut harbour = launched(STOCK);
        zone.clone_into(&mut harbour.sea_mut().zone);
        let labels = BTreeMap::from([("slipway/cluster".to_owned(), "demo-bbbb2".to_owned())]);
        let theirs = [
            Create::PrivateNetwork {
                name: "demo-bbbb2-network".to_owned(),
                description: String::new(),
                start: "10.9.0.10".parse().unwrap(),
                end: "10.9.0.250".parse().unwrap(),
                netmask: "255.255.255.0".parse().unwrap(),
                labels,
            },
            Create::SecurityGroup {
                name: "demo-bbbb2-nodes".to_owned(),
                description: "slipway/cluster=demo-bbbb2 slipway/run=x slipway/step=y".to_owned(),
            },
        ];
        for one in theirs {
            harbour.sea_mut().ask(&Call::Create(Box::new(one))).unwrap();
        }
        "ch-dk-2".clone_into(&mut harbour.sea_mut().zone);
        wait(&harbour, 60);
        // The firewalls of both are the organisation's, so the name alone does not say which.
        let told = inspect(&harbour, by_name(&harbour)).unwrap_err();
        assert!(told.to_string().contains("demo-bbbb2"), "{told}");
        let whole = harbour.plan.cluster.clone();
        let told = inspect(&harbour, whole.clone()).unwrap();
        harbour.next_run(destroy(whole, &[], facts(LATER)));
        harbour.live_to(Outcome::Destroyed);
        assert_eq!(view(&harbour).removed.len(), told.items.len());
        zone.clone_into(&mut harbour.sea_mut().zone);
        let left: Vec<String> = harbour.census().into_values().flatten().collect();
        assert_eq!(left, ["demo-bbbb2-network", "demo-bbbb2-nodes"], "{zone}");
    }
}

#[test]
fn what_the_key_may_not_list_is_unknown_and_everything_else_goes() {
    for (kind, operation) in [
        (Kind::LoadBalancer, "list-load-balancers"),
        (Kind::ElasticIp, "list-elastic-ips"),
        (Kind::SecurityGroup, "list-security-groups"),
    ] {
        let mut harbour = Harbour::open(launch_plan(STOCK, RUN), Preset::Calm, 1);
        harbour.live_to(Outcome::Ready);
        let owner = harbour.sea().credentials.clone();
        let removal = destroy(harbour.plan.cluster.clone(), &[], facts(LATER));
        let mut blind = rights(&removal);
        assert!(blind.remove(operation));
        with_key(&mut harbour, allowing(&blind), removal);
        harbour.live();
        let state = harbour.run().state().clone();
        let unknown: Vec<Kind> = state.unknown.iter().map(|one| one.kind).collect();
        assert_eq!(unknown, [kind], "{}", harbour.transcript());
        assert_eq!(harbour.outcome, None, "nobody knows that nothing is left");
        let problem = state.problems.values().next().unwrap();
        assert_eq!(problem.mender(), Some(Mender::Administrator));
        // All that could be seen is gone; the owner looks.
        harbour.sea_mut().credentials = owner;
        let left = harbour.census();
        let ours = left.values().flatten().filter(|name| name.contains("demo"));
        let hidden = if kind == Kind::SecurityGroup { 2 } else { 0 };
        assert_eq!(ours.count(), hidden, "{left:?}");
        // With a key that sees everything the rest goes, too.
        harbour.command(Command::Retry);
        harbour.live_for(3_600);
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Destroyed),
            "{}",
            harbour.transcript()
        );
        assert!(
            harbour
                .census()
                .values()
                .flatten()
                .all(|name| !name.contains("demo"))
        );
    }
}
