//! What somebody changed by hand is found by looking at the account, and what Slipway changed is not mistaken for it.

use sandbox::Preset;
use serde_json::{Value, json};
use shared::exoscale::{Call, Kind, Method, Reply, Request, Rule, RulePeer};
use shared::plan::{Drift, access, drift, resize};
use shared::spec::{Access, parse};

use tests::life::{DEFAULT, Harbour, RUN, facts, launch_plan};

const LATER: &str = "laterlaterlaterlaterlater2";

fn launched(spec: &str) -> Harbour {
    let mut harbour = Harbour::open(launch_plan(spec, RUN), Preset::Calm, 3);
    harbour.live_to(shared::run::Outcome::Ready);
    harbour
}

fn found(harbour: &Harbour) -> Vec<Drift> {
    let (standing, seen) = harbour.survey();
    drift(&standing, &seen)
}

/// Somebody with a key and the platform's own API, and a minute for it to happen.
fn by_hand(harbour: &mut Harbour, method: Method, path: &str, body: &Value) {
    let mut sea = harbour.sea_mut();
    sea.by_hand(&Request {
        method,
        path: format!("/v2{path}"),
        query: Vec::new(),
        body: (method != Method::Delete).then(|| body.to_string()),
    });
    sea.now = sea.now.plus_ms(60_000);
}

/// The id of the one thing of a kind whose name ends like this.
fn id(harbour: &Harbour, kind: Kind, end: &str) -> String {
    let Ok(Reply::List(listed)) = harbour.sea_mut().ask(&Call::List(kind)) else {
        panic!("no listing")
    };
    let mut named = listed
        .into_iter()
        .filter(|one| one.name.as_deref().unwrap_or_default().ends_with(end));
    named.next().unwrap().id.unwrap().0
}

#[test]
fn a_cluster_that_only_slipway_has_changed_has_not_drifted() {
    let mut harbour = launched(
        r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3},"egress":"list","addons":{"csi":true},
        "access":{"ssh":["203.0.113.0/24"],"nodePorts":["198.51.100.0/24"]},"pools":[{"name":"workers","min":2,"max":4},{"name":"batch","max":9}]}"#,
    );
    let (standing, seen) = harbour.survey();
    assert_eq!(drift(&standing, &seen), []);
    // The caller of the launch stands there by address.
    assert_eq!(seen.changed(&standing.spec), []);
    assert_eq!(seen.control_planes.len(), 3);
    assert!(
        seen.control_planes
            .iter()
            .all(|plane| plane.state == "running" && plane.address.is_some())
    );
    let sizes: Vec<_> = seen
        .pools
        .iter()
        .map(|pool| (pool.name.as_str(), pool.size, pool.nodes.len()))
        .collect();
    assert_eq!(sizes, [("batch", 1, 1), ("workers", 2, 2)]);
    assert_eq!(
        seen.pools[1].nodes[0].instance_type.as_deref(),
        Some("standard.medium")
    );

    let mut wanted = standing.spec.to_value();
    wanted["pools"] = json!([{"name": "workers", "min": 1, "max": 6}, {"name": "fresh"}]);
    harbour.change(resize(standing, &parse(&wanted).unwrap(), facts(LATER)).unwrap());
    let standing = harbour.standing();
    let wanted = Access {
        api: vec!["203.0.113.0/24".parse().unwrap()],
        ssh: Vec::new(),
        node_ports: Vec::new(),
    };
    let last = "lastlastlastlastlastlast23";
    harbour.change(access(standing, &wanted, facts(last)).unwrap());
    assert_eq!(found(&harbour), []);
    let (standing, seen) = harbour.survey();
    let changed = seen.changed(&standing.spec);
    let fields: Vec<&str> = changed.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "access.api",
            "access.nodePorts",
            "access.ssh",
            "pools[batch]",
            "pools[fresh]",
            "pools[workers].max",
            "pools[workers].min",
        ]
    );
}

#[test]
fn what_somebody_did_by_hand_is_found_and_named() {
    let mut harbour = launched(DEFAULT);
    let firewall = id(&harbour, Kind::SecurityGroup, "-nodes");
    let rule = json!({
        "flow-direction": "ingress", "protocol": "tcp", "start-port": 9100, "end-port": 9100,
        "network": "0.0.0.0/0", "description": "metrics for everybody",
    });
    let rules = format!("/security-group/{firewall}/rules");
    by_hand(&mut harbour, Method::Post, &rules, &rule);
    let added = Drift::RuleAdded {
        group: "firewall-nodes".into(),
        rule: Rule {
            direction: "ingress".to_owned(),
            protocol: "tcp".to_owned(),
            ports: Some((9100, 9100)),
            icmp: None,
            peer: RulePeer::Network("0.0.0.0/0".to_owned()),
            description: "metrics for everybody".to_owned(),
        },
    };
    assert_eq!(found(&harbour), [added]);

    let (standing, _) = harbour.survey();
    let udp = |one: &&(shared::plan::StepId, shared::exoscale::StandingRule)| {
        one.1.rule.description == "NodePorts" && one.1.rule.protocol == "udp"
    };
    let (_, udp) = standing.rules.iter().find(udp).unwrap();
    let path = format!("/security-group/{firewall}/rules/{}", udp.id);
    by_hand(&mut harbour, Method::Delete, &path, &json!(null));
    let all = found(&harbour);
    let gone = |one: &Drift| matches!(one, Drift::RuleGone { rule, .. } if *rule == udp.rule);
    assert!(all.iter().any(gone), "{all:?}");

    let pool = id(&harbour, Kind::InstancePool, "-workers");
    let scale = format!("/instance-pool/{pool}:scale");
    by_hand(&mut harbour, Method::Put, &scale, &json!({ "size": 7 }));
    let size = Drift::Size {
        pool: "workers".to_owned(),
        size: 7,
        min: 1,
        max: 5,
    };
    assert!(found(&harbour).contains(&size), "{:?}", found(&harbour));

    let plane = id(&harbour, Kind::Instance, "-control-plane-1");
    let stop = format!("/instance/{plane}:stop");
    by_hand(&mut harbour, Method::Put, &stop, &json!({}));
    let idle = |one: &Drift| matches!(one, Drift::Idle { machine, state } if machine.ends_with("control-plane-1") && state == "stopped");
    assert!(found(&harbour).iter().any(idle), "{:?}", found(&harbour));
}

#[test]
fn a_pool_without_bounds_and_a_lost_part_are_found() {
    let harbour = launched(DEFAULT);
    let (mut standing, seen) = harbour.survey();
    standing.ids.remove(&"private-network".into());
    standing.ids.remove(&"role-autoscaler".into());
    standing.pools[0].labels.remove("slipway/max");
    assert_eq!(
        drift(&standing, &seen),
        [
            Drift::Gone {
                step: "private-network".into(),
                kind: Kind::PrivateNetwork
            },
            Drift::Gone {
                step: "role-autoscaler".into(),
                kind: Kind::Role
            },
            Drift::Bounds {
                pool: "workers".to_owned()
            },
        ]
    );
    // Roles that an administrator made beforehand are not ours to miss.
    standing.ids.retain(|step, _| !step.0.starts_with("role-"));
    let roles = |one: &Drift| {
        matches!(
            one,
            Drift::Gone {
                kind: Kind::Role,
                ..
            }
        )
    };
    assert!(!drift(&standing, &seen).iter().any(roles));
    standing.pools[0]
        .labels
        .insert("slipway/retire".to_owned(), "true".to_owned());
    let retiring = Drift::Retiring {
        pool: "workers".to_owned(),
    };
    assert!(drift(&standing, &seen).contains(&retiring));
}

#[test]
fn another_type_of_control_plane_is_found() {
    let harbour = launched(DEFAULT);
    let (standing, mut seen) = harbour.survey();
    seen.control_planes[0].instance_type = Some("standard.large".to_owned());
    let [Drift::Type { was, is, .. }] = &drift(&standing, &seen)[..] else {
        panic!("not found")
    };
    assert_eq!(
        (was.as_str(), is.as_str()),
        ("standard.medium", "standard.large")
    );
}
