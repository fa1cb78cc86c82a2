//! What is found out before the first change: what the key may do, and whether there is room.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use sandbox::Preset;
use serde_json::{Value, json};
use shared::exoscale::{
    Call, Class, Create, Credentials, Kind, Mender, Method, Policy, Reply, Request, ResourceId,
};
use shared::plan::{Facts, Plan, given_roles, launch, shut_doors};
use shared::run::{Event, Least, Outcome, RoleToMake, Verdict, judge, least, origin_check};
use shared::spec::Spec;
use shared::time::Timestamp;

use tests::life::{DEFAULT, Harbour, RUN, facts, launch_plan};

const STOCK: &str = r#"{"name":"demo","zone":"ch-dk-2","image":"stock"}"#;
const THREE: &str = r#"{"name":"demo","zone":"ch-dk-2","image":"stock","controlPlane":{"count":3},"addons":{"csi":true}}"#;

/// An account whose runs work with a key of a role of its own.
fn with_role(spec: &str, policy: Policy) -> Harbour {
    let mut harbour = Harbour::open(launch_plan(spec, RUN), Preset::Calm, 1);
    let plan = harbour.plan.clone();
    with_key(&mut harbour, policy, plan);
    harbour
}

/// The account's next run works with a key that may do this.
pub(super) fn with_key(harbour: &mut Harbour, policy: Policy, plan: Plan) {
    let role = make_role(harbour, "launcher", policy);
    let key = Create::ApiKey {
        name: "launcher".to_owned(),
        role,
    };
    let mut plan = plan;
    {
        let mut sea = harbour.sea_mut();
        let Reply::Minted(minted) = sea.ask(&Call::Create(Box::new(key))).unwrap() else {
            panic!("no key")
        };
        sea.now = sea.now.plus_ms(60_000);
        plan.facts.key = Some(minted.key.0.clone());
        sea.credentials = Credentials {
            key: minted.key.0,
            secret: minted.secret,
        };
    }
    harbour.next_run(plan);
}

fn make_role(harbour: &Harbour, name: &str, policy: Policy) -> ResourceId {
    let role = Create::Role {
        name: name.to_owned(),
        description: "made by hand".to_owned(),
        policy,
        labels: [].into(),
    };
    let mut sea = harbour.sea_mut();
    sea.ask(&Call::Create(Box::new(role))).unwrap();
    sea.now = sea.now.plus_ms(60_000);
    let Reply::List(roles) = sea.ask(&Call::List(Kind::Role)).unwrap() else {
        panic!("no roles")
    };
    let mut roles = roles.into_iter();
    let role = roles.find(|one| one.name.as_deref() == Some(name));
    role.unwrap().id.unwrap()
}

/// The least for a spec, given these roles.
fn least_for(spec: &str, given: &BTreeMap<String, String>) -> Least {
    least(&Spec::from_json(spec).unwrap(), &facts(RUN), given).unwrap()
}

fn policy(role: &RoleToMake) -> Policy {
    serde_json::from_value(role.body["policy"].clone()).unwrap()
}

/// All that a key needs for a launch and its destroy.
fn needed(spec: &str) -> BTreeSet<String> {
    let policy = policy(&least_for(spec, &BTreeMap::new()).alone);
    let quoted = policy.services.values().flat_map(|service| &service.rules);
    let quoted = quoted.flat_map(|rule| rule.expression.split('\'').skip(1).step_by(2));
    quoted.map(str::to_owned).collect()
}

pub(super) fn allowing(operations: &BTreeSet<String>) -> Policy {
    Policy::allowing(operations.iter().map(String::as_str))
}

fn check(harbour: &Harbour, name: &str) -> (Verdict, String) {
    let berth = harbour.berth();
    let mut checks = berth.journal.iter().filter_map(|entry| {
        let Event::Checked { checks, .. } = &entry.event else {
            return None;
        };
        checks.iter().find(|check| check.name == name)
    });
    let check = checks.next().unwrap();
    (check.verdict, check.detail.clone())
}

fn changes(harbour: &Harbour) -> usize {
    let sea = harbour.sea();
    let reads =
        |operation: &&String| operation.starts_with("list-") || operation.starts_with("get-");
    sea.calls.iter().filter(|call| !reads(call)).count()
}

#[test]
fn a_key_of_exactly_the_role_that_is_offered_launches_and_destroys() {
    for spec in [STOCK, THREE, DEFAULT] {
        let needed = needed(spec);
        let mut harbour = with_role(spec, policy(&least_for(spec, &BTreeMap::new()).alone));
        harbour.live_to(Outcome::Ready);
        let (verdict, detail) = check(&harbour, "rights");
        assert_eq!(verdict, Verdict::Ok, "{detail}");
        let asked: BTreeSet<String> = harbour.sea().calls.iter().cloned().collect();
        assert!(asked.is_subset(&needed), "{:?}", asked.difference(&needed));
        // The account's first key, and the role.
        harbour.destroy_but(&["first".to_owned(), "launcher".to_owned()]);
        let asked: BTreeSet<String> = harbour.sea().calls.iter().cloned().collect();
        assert!(asked.is_subset(&needed), "{:?}", asked.difference(&needed));
    }
}

#[test]
fn each_operation_that_the_role_lacks_is_named_before_the_first_change() {
    let all = needed(STOCK);
    assert!(all.len() > 30, "{all:?}");
    for operation in &all {
        let mut fewer = all.clone();
        fewer.remove(operation);
        let mut harbour = with_role(STOCK, allowing(&fewer));
        harbour.live_for(30);
        // Without these nobody can tell what the key may do, or whose it is.
        match operation.as_str() {
            "list-api-keys" | "list-iam-roles" => {
                assert_eq!(check(&harbour, "rights").0, Verdict::Unknown);
                continue;
            }
            "get-organization" => {
                assert_eq!(check(&harbour, "key").0, Verdict::Warn);
                continue;
            }
            _ => {}
        }
        let (verdict, detail) = check(&harbour, "rights");
        assert_eq!(verdict, Verdict::Fail);
        assert!(detail.ends_with(&format!(": {operation}")), "{detail}");
        assert_eq!(changes(&harbour), 0, "{:?}", harbour.sea().calls);
        let problem = harbour.run().state().undoing.clone().unwrap();
        assert_eq!(problem.class, Some(Class::Unauthorised));
        assert_eq!(problem.mender(), Some(Mender::Administrator));
    }
}

#[test]
fn what_only_the_image_takes_is_a_warning() {
    let mut fewer = needed(DEFAULT);
    assert!(!needed(STOCK).contains("register-template"));
    assert!(fewer.remove("register-template"));
    let mut harbour = with_role(DEFAULT, allowing(&fewer));
    harbour.live_to(Outcome::Ready);
    let (verdict, detail) = check(&harbour, "rights");
    assert_eq!(verdict, Verdict::Warn);
    assert!(detail.ends_with(": register-template"), "{detail}");
}

#[test]
fn a_key_that_may_read_nothing_is_told_what_it_was_refused() {
    let mut harbour = with_role(STOCK, Policy::allowing(["get-operation"]));
    harbour.live_for(30);
    let (verdict, detail) = check(&harbour, "rights");
    assert_eq!(verdict, Verdict::Fail);
    assert!(
        detail.contains("list-instances, list-private-networks"),
        "{detail}"
    );
    for name in ["quota", "name", "zone", "instance-types", "templates"] {
        assert_eq!(check(&harbour, name).0, Verdict::Unknown, "{name}");
    }
    assert_eq!(changes(&harbour), 0);
}

#[test]
fn a_role_that_cannot_be_read_is_no_reason_to_stop() {
    let mut blind = needed(STOCK);
    // A destroy has to list roles and keys; a launch can do without.
    for operation in ["list-api-keys", "get-organization"] {
        blind.remove(operation);
    }
    let mut harbour = with_role(STOCK, allowing(&blind));
    harbour.live_to(Outcome::Ready);
    assert_eq!(check(&harbour, "rights").0, Verdict::Unknown);
    assert_eq!(check(&harbour, "key").0, Verdict::Warn);
}

/// How many more instances the account may have.
fn room(harbour: &Harbour) -> i64 {
    let Reply::Quotas(quotas) = harbour.sea_mut().ask(&Call::Quotas).unwrap() else {
        panic!("no quotas")
    };
    let quota = quotas.iter().find(|quota| quota.resource == "instance");
    quota.map(|quota| quota.limit - quota.usage).unwrap()
}

#[test]
fn the_quota_is_reckoned_with_every_pool_at_its_largest_and_with_the_image() {
    let room = room(&Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1));
    let lived = |max: i64, image: &str| {
        let spec = json!({ "name": "demo", "zone": "ch-dk-2", "image": image, "pools": [{ "name": "workers", "max": max }] });
        let mut harbour = Harbour::open(launch_plan(&spec.to_string(), RUN), Preset::Calm, 1);
        harbour.live_for(30);
        (check(&harbour, "quota"), changes(&harbour) > 0)
    };
    // One control plane, the pool, and for a while the machine of the image.
    assert_eq!(lived(room - 1, "stock").0.0, Verdict::Ok);
    assert_eq!(lived(room - 2, "auto").0.0, Verdict::Ok);
    for (max, image) in [(room, "stock"), (room - 1, "auto")] {
        let ((verdict, detail), changed) = lived(max, image);
        assert_eq!(verdict, Verdict::Fail);
        assert!(
            detail.contains(&format!("grow to {}", room + 1)),
            "{detail}"
        );
        assert!(!changed);
    }
}

#[test]
fn doors_that_nobody_could_come_through_are_refused() {
    let spec = |api: Value| {
        let spec = json!({ "name": "demo", "zone": "ch-dk-2", "access": { "api": api } });
        Spec::from_json(&spec.to_string()).unwrap()
    };
    let from = |net: &str| Facts {
        caller: vec![net.parse::<IpNet>().unwrap()],
        ..facts(RUN)
    };
    let (old, new) = (from("198.51.100.7/32"), from("2001:db8::7/128"));
    let shut = |api: Value, facts: &Facts| shut_doors(spec(api).access(), facts);
    assert_eq!(shut(json!(["caller"]), &old), None);
    assert_eq!(shut(json!(["caller", "203.0.113.0/24"]), &new), None);
    let problem = shut(json!(["caller"]), &new).unwrap();
    assert_eq!(problem.field, "access.api");
    assert!(problem.hint.contains("You came over IPv6"), "{problem}");
    assert!(shut(json!(["2001:db8::/32"]), &old).is_some());
}

#[test]
fn a_load_balancer_that_serves_nothing_is_named_and_left() {
    let mut harbour = Harbour::open(launch_plan(STOCK, RUN), Preset::Calm, 1);
    harbour.live();
    for name in ["somebodys", "k8s-0b12cb6b"] {
        let request = Request {
            method: Method::Post,
            path: "/v2/load-balancer".to_owned(),
            query: Vec::new(),
            body: Some(json!({ "name": name }).to_string()),
        };
        harbour.sea_mut().by_hand(&request);
    }
    harbour.destroy_but(&["k8s-0b12cb6b".to_owned(), "somebodys".to_owned()]);
    let kept = harbour.run().state().kept.clone();
    let [suspect] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert_eq!(suspect.item.name, "k8s-0b12cb6b");
    assert!(suspect.why.contains("exo compute load-balancer delete"));
}

#[test]
fn a_key_that_makes_no_roles_launches_with_those_that_an_administrator_made() {
    let mut harbour = Harbour::open(launch_plan(STOCK, RUN), Preset::Calm, 1);
    let beforehand = least_for(STOCK, &BTreeMap::new()).beforehand;
    let given: BTreeMap<String, String> = beforehand
        .iter()
        .map(|role| {
            let id = make_role(&harbour, &role.purpose, policy(role));
            (role.purpose.clone(), id.0)
        })
        .collect();
    let spec = Spec::from_json(STOCK).unwrap();
    let roles = given_roles(&spec, &given).unwrap();
    let facts = Facts {
        roles,
        ..facts(RUN)
    };
    let launcher = policy(&least_for(STOCK, &given).launcher);
    for operation in [
        "create-iam-role",
        "delete-iam-role",
        "update-iam-role-policy",
    ] {
        assert_eq!(launcher.allows(operation), Some(false), "{operation}");
    }
    with_key(&mut harbour, launcher, launch(&spec, facts));
    // It mints keys for these roles and for no other.
    let owner = Create::ApiKey {
        name: "more".to_owned(),
        role: make_role_with_first_key(&harbour),
    };
    let refused = harbour.sea_mut().ask(&Call::Create(Box::new(owner)));
    assert!(refused.unwrap_err().is_denial());
    harbour.live_to(Outcome::Ready);
    assert_eq!(check(&harbour, "rights").0, Verdict::Ok);
    let mut left: Vec<String> = given.into_keys().collect();
    left.extend(["first".to_owned(), "launcher".to_owned()]);
    left.sort();
    harbour.destroy_but(&left);
}

/// The role that the key itself has.
fn make_role_with_first_key(harbour: &Harbour) -> ResourceId {
    let Reply::List(roles) = harbour.sea_mut().ask(&Call::List(Kind::Role)).unwrap() else {
        panic!("no roles")
    };
    let mut roles = roles.into_iter();
    let own = roles.find(|one| one.name.as_deref() == Some("launcher"));
    own.unwrap().id.unwrap()
}

#[test]
fn the_doors_are_judged_by_where_the_person_is() {
    let judged = |api: Value, ssh: Value, caller: &[&str]| {
        let spec =
            json!({ "name": "demo", "zone": "ch-dk-2", "access": { "api": api, "ssh": ssh } });
        let facts = Facts {
            caller: caller.iter().map(|net| net.parse().unwrap()).collect(),
            ..facts(RUN)
        };
        let plan = launch(&Spec::from_json(&spec.to_string()).unwrap(), facts);
        let checks = judge(&plan, Vec::new(), Timestamp::from_millis(0));
        let access = checks
            .into_iter()
            .find(|check| check.name == "access")
            .unwrap();
        (access.verdict, access.detail)
    };
    let (old, new) = ("198.51.100.7/32", "2001:db8::7/128");
    let (verdict, _) = judged(json!(["caller"]), json!(["caller"]), &[old]);
    assert_eq!(verdict, Verdict::Ok);
    let (verdict, _) = judged(json!(["198.51.100.0/24"]), json!([]), &[old]);
    assert_eq!(verdict, Verdict::Ok);
    let (verdict, detail) = judged(json!(["203.0.113.0/24"]), json!(["caller"]), &[old]);
    assert_eq!(verdict, Verdict::Warn);
    assert!(detail.ends_with("may reach the API"), "{detail}");
    let (verdict, detail) = judged(json!(["caller", "203.0.113.0/24"]), json!(["::/0"]), &[new]);
    assert_eq!(verdict, Verdict::Warn);
    assert!(
        detail.contains("IPv6") && detail.ends_with("the API and SSH cannot be reached"),
        "{detail}"
    );
    let (verdict, _) = judged(json!(["caller"]), json!(["caller"]), &[new]);
    assert_eq!(verdict, Verdict::Fail);
    let (verdict, _) = judged(json!(["203.0.113.0/24"]), json!(["caller"]), &[]);
    assert_eq!(verdict, Verdict::Unknown);
}

#[test]
fn machines_of_a_real_account_must_reach_the_launcher() {
    let verdict = |local, pretend| origin_check("https://slipway.example", local, pretend).verdict;
    assert_eq!(verdict(true, false), Verdict::Fail);
    assert_eq!(verdict(false, false), Verdict::Ok);
    assert_eq!(verdict(true, true), Verdict::Ok);
}

#[test]
fn roles_are_given_for_every_key_or_for_none() {
    let spec = Spec::from_json(STOCK).unwrap();
    let id = "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a";
    let given = |names: &[&str], id: &str| {
        let given = names.iter().map(|name| ((*name).to_owned(), id.to_owned()));
        given_roles(&spec, &given.collect())
    };
    let all = ["autoscaler", "cloud-controller", "token-rotation"];
    assert_eq!(given(&all, id).unwrap().len(), 3);
    assert_eq!(given(&[], id).unwrap().len(), 0);
    let problem = given(&all[..2], id).unwrap_err();
    assert!(
        problem.ends_with("autoscaler, cloud-controller, token-rotation"),
        "{problem}"
    );
    assert!(given(&all, "mine").unwrap_err().contains("UUID"));
    assert!(
        given(
            &["autoscaler", "cloud-controller", "token-rotation", "csi"],
            id
        )
        .is_err()
    );
}

#[test]
fn a_launch_that_never_began_to_make_anything_is_over_also_for_a_key_that_sees_little() {
    let mut allowed = needed(STOCK);
    for operation in ["create-instance", "list-load-balancers"] {
        assert!(allowed.remove(operation), "{operation}");
    }
    let mut harbour = with_role(STOCK, allowing(&allowed));
    harbour.live_to(Outcome::Undone);
    let run = harbour.run();
    assert!(run.state().unknown.is_empty() && run.existing().is_empty());
    let journal = &harbour.berth().journal;
    let listed = |event: &Event| matches!(event, Event::Inventory { .. });
    assert!(
        !journal.iter().any(|entry| listed(&entry.event)),
        "nothing was to be looked for"
    );
}
