//! What happens to a cluster after its launch: other pools, other doors, another certificate.

use std::collections::BTreeSet;

use sandbox::Preset;
use serde_json::{Value, json};
use shared::exoscale::{Call, Kind, Reply};
use shared::exoscale::{Method, Request};
use shared::plan::{Also, ClusterRef, access, bake, destroy, image_name, renew, resize};
use shared::run::Outcome;
use shared::spec::{Access, Spec, parse};

use tests::life::{DEFAULT, Harbour, RUN, facts, launch_plan};

/// Another run, in the alphabet of run ids.
const LATER: &str = "laterlaterlaterlaterlater2";

fn launched(spec: &str) -> Harbour {
    let mut harbour = Harbour::open(launch_plan(spec, RUN), Preset::Calm, 3);
    harbour.live_to(Outcome::Ready);
    harbour
}

const TWO_POOLS: &str =
    r#"{"name":"demo","zone":"ch-dk-2","pools":[{"name":"workers"},{"name":"old","max":3}]}"#;

/// The spec of today with other pools.
fn with_pools(spec: &Spec, pools: Value) -> Spec {
    let mut value = spec.to_value();
    value["pools"] = pools;
    parse(&value).unwrap()
}

#[test]
fn the_account_alone_says_what_stands() {
    let wanted = r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3},"access":{"ssh":["203.0.113.0/24"]},
        "pools":[{"name":"workers","min":2,"max":4},{"name":"batch","labels":{"a":"b"},"taints":["only=batch:NoSchedule"],"max":9}]}"#;
    let harbour = launched(wanted);
    let standing = harbour.standing();
    let launched = Spec::from_json(wanted).unwrap();
    let changed: Vec<String> = launched
        .differences(&standing.spec)
        .into_iter()
        .map(|difference| difference.field)
        .collect();
    // `caller` was resolved at the launch, and nothing else is different.
    assert_eq!(changed, ["access.api"]);
    assert_eq!(standing.control_planes.len(), 3);
    assert_eq!(standing.origin, "https://slipway.example");
    assert_eq!(standing.kubernetes, "1.36.4");
    for step in [
        "pool-workers",
        "pool-batch",
        "private-network",
        "firewall-nodes",
        "role-token-rotation",
    ] {
        assert!(standing.ids.contains_key(&step.into()), "{step}");
    }
}

#[test]
fn doors_open_and_close_and_nothing_else_changes() {
    let mut harbour = launched(DEFAULT);
    let before = harbour.standing();
    let wanted: Access = Access {
        api: vec!["203.0.113.0/24".parse().unwrap()],
        ssh: Vec::new(),
        ..before.spec.access().clone()
    };
    let plan = access(before.clone(), &wanted, facts(LATER)).unwrap();
    harbour.change(plan);
    let after = harbour.standing();
    assert_eq!(*after.spec.access(), wanted);
    let doors = |standing: &shared::plan::Standing| -> BTreeSet<String> {
        let rules = standing.rules.iter();
        rules.map(|(_, one)| one.id.to_string()).collect()
    };
    // What was open to the same people is the very same rule.
    assert_eq!(
        doors(&before).intersection(&doors(&after)).count(),
        doors(&after).len() - 1
    );
    assert!(
        access(after, &wanted, facts(LATER)).is_err(),
        "nothing to change"
    );
    harbour.destroy();
}

#[test]
fn bounds_change_while_the_cluster_runs() {
    let mut harbour = launched(DEFAULT);
    let standing = harbour.standing();
    let wanted = with_pools(
        &standing.spec,
        json!([{"name": "workers", "min": 2, "max": 7, "type": "cpu.extra-large"}]),
    );
    let plan = resize(standing, &wanted, facts(LATER)).unwrap();
    harbour.change(plan);
    let after = harbour.standing();
    assert_eq!(after.spec.pools(), wanted.pools());
    assert!(
        after
            .control_planes
            .iter()
            .all(|plane| !plane.labels.contains_key("slipway/ask"))
    );
    harbour.destroy();
}

#[test]
fn a_pool_comes_within_its_bounds_and_another_goes() {
    let mut harbour = launched(TWO_POOLS);
    let standing = harbour.standing();
    let wanted = with_pools(
        &standing.spec,
        json!([{"name": "workers"}, {"name": "fresh", "min": 2, "max": 3, "labels": {"tier": "front"}}]),
    );
    let plan = resize(standing, &wanted, facts(LATER)).unwrap();
    harbour.change(plan);
    let after = harbour.standing();
    assert_eq!(after.spec.pools(), wanted.pools());
    let pools = harbour.sea().calls.clone();
    let made = pools.iter().position(|call| call == "create-instance-pool");
    let announced = pools.iter().position(|call| call == "update-instance");
    assert!(announced < made, "bounds come before the pool: {pools:?}");
    harbour.destroy();
}

#[test]
fn what_a_resize_cannot_do_is_said_before() {
    let harbour = launched(DEFAULT);
    let standing = harbour.standing();
    let refused = |change: fn(&mut Value)| {
        let mut value = standing.spec.to_value();
        change(&mut value);
        let wanted = parse(&value).unwrap();
        let problems = resize(standing.clone(), &wanted, facts(LATER)).unwrap_err();
        problems[0].field.clone()
    };
    assert_eq!(refused(|_| ()), "pools");
    assert_eq!(
        refused(|spec| spec["kubernetes"] = json!("1.37")),
        "kubernetes"
    );
    assert_eq!(
        refused(|spec| spec["controlPlane"]["count"] = json!(3)),
        "controlPlane"
    );
    assert_eq!(
        refused(|spec| spec["pools"][0]["labels"] = json!({"a": "b"})),
        "pools[workers].labels"
    );
}

#[test]
fn a_pool_that_a_load_balancer_serves_is_not_removed() {
    let harbour = launched(TWO_POOLS);
    let mut standing = harbour.standing();
    let wanted = with_pools(&standing.spec, json!([{"name": "workers"}]));
    assert!(resize(standing.clone(), &wanted, facts(LATER)).is_ok());
    for pool in &mut standing.pools {
        pool.balanced = pool.name == "old";
    }
    let problems = resize(standing, &wanted, facts(LATER)).unwrap_err();
    assert!(problems[0].rule.contains("load balancer"), "{problems:?}");
}

#[test]
fn a_certificate_is_signed_by_the_cluster_itself() {
    let mut harbour = launched(DEFAULT);
    let plan = renew(harbour.standing(), KEY, facts(LATER)).unwrap();
    harbour.change(plan);
    let run = harbour.run();
    let public = &run.state().public;
    assert!(public["admin.crt"].contains("BEGIN CERTIFICATE"));
    assert_eq!(public["admin-key"], KEY);
    let Ok(Reply::List(instances)) = harbour.sea_mut().ask(&Call::List(Kind::Instance)) else {
        panic!()
    };
    let asked = |label: &String| label.starts_with("slipway/renew") || label == "slipway/ask";
    assert!(instances.iter().all(|one| !one.labels.keys().any(asked)));
    harbour.destroy();
}

const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==";

#[test]
fn an_image_baked_in_the_background_is_what_the_next_nodes_boot_from() {
    let mut harbour = launched(DEFAULT);
    let standing = harbour.standing();
    let (spec, cluster) = (standing.spec.clone(), standing.tag.clone());
    harbour.change(bake(&spec, Some(cluster), facts(LATER)));
    let name = image_name(&spec, "1.36.4");
    let found = harbour.census();
    assert_eq!(found.get(&Kind::Template), Some(&vec![name.clone()]));
    assert_eq!(
        found.get(&Kind::Instance).map(Vec::len),
        Some(2),
        "{found:?}"
    );
    let wanted = with_pools(
        &spec,
        json!([{"name": "workers"}, {"name": "fresh", "min": 2, "max": 2}]),
    );
    let plan = resize(standing, &wanted, facts(EVEN_LATER)).unwrap();
    harbour.change(plan);
    let booted = harbour.templates_of_pools();
    assert_eq!(booted.len(), 2);
    assert!(
        booted.iter().all(|template| *template == booted[0]),
        "{booted:?}"
    );
    harbour.destroy_but(&[name]);
}

/// And another, and the last one.
const EVEN_LATER: &str = "evenlaterevenlaterevenlat2";
const LATEST: &str = "latestlatestlatestlatest23";

#[test]
fn volumes_and_images_go_only_when_they_are_asked_for() {
    let mut harbour = launched(DEFAULT);
    let standing = harbour.standing();
    let cluster = standing.tag.clone();
    harbour.change(bake(&standing.spec, Some(cluster.clone()), facts(LATER)));
    let image = image_name(&standing.spec, "1.36.4");
    let (ours, theirs) = (format!("{}-pvc-1", cluster.id), "pvc-2".to_owned());
    for name in [&ours, &theirs] {
        harbour.sea_mut().by_hand(&Request {
            method: Method::Post,
            path: "/v2/block-storage".to_owned(),
            query: Vec::new(),
            body: Some(json!({ "name": name, "size": 10 }).to_string()),
        });
    }
    let named = |harbour: &Harbour| {
        let kept = harbour.run().state().kept.clone();
        let names = kept.into_iter().map(|kept| kept.item.name);
        names.collect::<BTreeSet<String>>()
    };
    let whole = ClusterRef {
        name: cluster.name,
        id: Some(cluster.id),
        zone: standing.spec.zone(),
    };
    harbour.next_run(destroy(whole.clone(), &[], facts(EVEN_LATER)));
    harbour.finish_destroy(&[ours.clone(), theirs.clone(), image.clone()]);
    assert_eq!(named(&harbour), BTreeSet::from([ours, image]));
    let also = [Also::Volumes, Also::Images];
    harbour.next_run(destroy(whole, &also, facts(LATEST)));
    harbour.finish_destroy(&[theirs]);
    assert_eq!(named(&harbour), BTreeSet::new());
}
