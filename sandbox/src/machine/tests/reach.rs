//! Who reaches whom, and what security groups do to a machine.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, Launcher, POOL};
use crate::Switches;
use crate::testing::{Client, JOIN_TOKEN};

const ANYWHERE: &str = "0.0.0.0/0";
const CALLER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

/// A rule of the default group, which all machines of these tests wear.
pub(super) fn rule(
    launcher: &mut Launcher,
    direction: &str,
    protocol: &str,
    ports: (u16, u16),
    network: &str,
) -> String {
    let body = json!({ "flow-direction": direction, "protocol": protocol, "network": network,
                       "start-port": ports.0, "end-port": ports.1 });
    add(launcher, body)
}

fn group(launcher: &mut Launcher) -> String {
    let groups = launcher.client.get("/security-group");
    let id = groups["security-groups"][0]["id"].as_str();
    id.unwrap().to_owned()
}

fn add(launcher: &mut Launcher, body: Value) -> String {
    let group = group(launcher);
    let path = format!("/security-group/{group}");
    launcher.client.done("POST", &format!("{path}/rules"), body);
    let rules = launcher.client.get(&path)["rules"].clone();
    let last = rules.as_array().unwrap().last().unwrap();
    format!("{path}/rules/{}", last["id"].as_str().unwrap())
}

fn switched(change: impl Fn(&mut Switches)) -> Launcher {
    let mut launcher = Launcher::new(Client::calm());
    let mut switches = Switches::default();
    change(&mut switches);
    launcher.client.world.set_switches(switches);
    launcher
}

fn public_ip(launcher: &mut Launcher, id: &str) -> Ipv4Addr {
    let shown = launcher.client.get(&format!("/instance/{id}"));
    shown["public-ip"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_machine_needs_https_and_names_to_call_home() {
    let https = ("tcp", (443, 443), ANYWHERE);
    let dns = ("udp", (53, 53), ANYWHERE);
    let dns_tcp = ("tcp", (53, 53), ANYWHERE);
    let elsewhere = ("tcp", (443, 443), "10.0.0.0/8");
    let wide = ("tcp", (1, 65_535), ANYWHERE);
    for (rules, heard) in [
        (vec![], true),
        (vec![dns], false),
        (vec![https], false),
        (vec![https, dns], true),
        (vec![https, dns_tcp], true),
        (vec![elsewhere, dns], false),
        (vec![wide], true),
    ] {
        for filters in [true, false] {
            let mut launcher = switched(|switches| switches.egress_filters_machines = filters);
            for (protocol, ports, network) in rules.clone() {
                rule(&mut launcher, "egress", protocol, ports, network);
            }
            launcher.control_plane();
            launcher.live(120);
            let expected = heard || !filters;
            assert_eq!(!launcher.heard.is_empty(), expected, "{rules:?}");
        }
    }
}

#[test]
fn a_loopback_origin_is_served_by_the_host_or_not_at_all() {
    for (carries, heard) in [(true, true), (false, false)] {
        let mut launcher = switched(|switches| switches.host_carries_loopback = carries);
        launcher.origin = "http://localhost:8787";
        launcher.control_plane();
        launcher.live(120);
        assert_eq!(!launcher.heard.is_empty(), heard);
    }
}

#[test]
fn metadata_behind_groups_is_needed_for_user_data_and_saves_time() {
    let first_word = |filters: bool, ports: &[u16]| {
        let mut launcher = switched(|switches| switches.groups_filter_link_local = filters);
        rule(&mut launcher, "egress", "tcp", (443, 443), ANYWHERE);
        rule(&mut launcher, "egress", "udp", (53, 53), ANYWHERE);
        for port in ports {
            let network = "169.254.169.254/32";
            rule(&mut launcher, "egress", "tcp", (*port, *port), network);
        }
        launcher.control_plane();
        let started = launcher.client.now;
        while launcher.heard.is_empty() && launcher.client.now < started + 300_000 {
            launcher.live(1);
        }
        (!launcher.heard.is_empty()).then(|| (launcher.client.now - started) / 1000)
    };
    let usual = first_word(false, &[]).unwrap();
    assert!(usual < 40, "{usual}");
    assert_eq!(first_word(true, &[]), None, "no user-data at all");
    let slow = first_word(true, &[80]).unwrap();
    assert!(slow > usual + 40, "{slow} after {usual}");
    assert!(first_word(true, &[80, 8080]).unwrap() < 40);
}

#[test]
fn ingress_is_shut_until_a_rule_admits_the_caller() {
    let mut launcher = Launcher::new(Client::calm());
    let id = launcher.control_plane();
    let to = public_ip(&mut launcher, &id);
    launcher.live(600);
    let answers = |launcher: &Launcher, port| launcher.client.world.answers(CALLER, to, port);
    assert!(!answers(&launcher, 6443));
    let other = rule(
        &mut launcher,
        "ingress",
        "tcp",
        (6443, 6443),
        "203.0.113.0/24",
    );
    assert!(!answers(&launcher, 6443));
    launcher.client.done("DELETE", &other, Value::Null);
    rule(&mut launcher, "ingress", "udp", (6443, 6443), ANYWHERE);
    assert!(!answers(&launcher, 6443));
    rule(
        &mut launcher,
        "ingress",
        "tcp",
        (6000, 7000),
        "198.51.100.7/32",
    );
    assert!(answers(&launcher, 6443));
    assert!(!answers(&launcher, 6500), "nothing listens there");
    assert!(!answers(&launcher, 22));
    add(
        &mut launcher,
        json!({ "flow-direction": "ingress", "protocol": "tcp", "network": ANYWHERE,
                "start-port": 22, "end-port": 22 }),
    );
    assert!(answers(&launcher, 22));
}

#[test]
fn a_rule_that_names_a_group_means_public_addresses() {
    let mut launcher = Launcher::new(Client::calm());
    let plane = launcher.control_plane();
    let facts = launcher.node_facts(POOL, JOIN_TOKEN);
    let pool = launcher.pool(&facts);
    launcher.live(600);
    let member = launcher.members(&pool).remove(0);
    let from = public_ip(&mut launcher, &member);
    let to = public_ip(&mut launcher, &plane);
    let world = &launcher.client.world;
    assert!(!world.answers(from, to, 6443));
    let private = Ipv4Addr::new(10, 0, 0, 10);
    let plane_private = Ipv4Addr::new(10, 0, 0, 1);
    assert!(
        world.answers(private, plane_private, 6443),
        "all ports are open there"
    );
    assert!(
        !world.answers(private, to, 6443),
        "and it leads nowhere else"
    );
    let group = group(&mut launcher);
    add(
        &mut launcher,
        json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 6443, "end-port": 6443,
                "security-group": { "id": group } }),
    );
    assert!(launcher.client.world.answers(from, to, 6443));
    assert!(!launcher.client.world.answers(CALLER, to, 6443));
    rule(&mut launcher, "egress", "udp", (53, 53), ANYWHERE);
    assert!(
        !launcher.client.world.answers(from, to, 6443),
        "egress filters too"
    );
}

#[test]
fn node_ports_answer_where_a_service_is() {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    rule(&mut launcher, "ingress", "tcp", (30_000, 32_767), ANYWHERE);
    let member = launcher.members(&pool).remove(0);
    let to = public_ip(&mut launcher, &member);
    launcher.serve(1);
    launcher.live(120);
    let port = launcher.balancers()[0]["services"][0]["target-port"].as_u64();
    let port = u16::try_from(port.unwrap()).unwrap();
    assert!(launcher.client.world.answers(CALLER, to, port));
    launcher.serve(0);
    launcher.live(180);
    assert!(!launcher.client.world.answers(CALLER, to, port));
}

/// An elastic address with that health check, or a manual one: its path, and itself.
fn elastic(launcher: &mut Launcher, healthcheck: Value) -> (String, Ipv4Addr) {
    let body = if healthcheck.is_null() {
        json!({})
    } else {
        json!({ "healthcheck": healthcheck })
    };
    let id = launcher.client.done("POST", "/elastic-ip", body);
    let path = format!("/elastic-ip/{id}");
    let ip = launcher.client.get(&path)["ip"].as_str().unwrap().parse();
    (path, ip.unwrap())
}

fn attach(launcher: &mut Launcher, elastic: &str, instance: &str) {
    let body = json!({ "instance": { "id": instance } });
    launcher
        .client
        .done("PUT", &format!("{elastic}:attach"), body);
}

fn tcp(port: u16) -> Value {
    json!({ "mode": "tcp", "port": port })
}

#[test]
fn an_elastic_address_lives_by_its_probe_and_not_for_its_members() {
    let mut launcher = Launcher::new(Client::calm());
    let (path, managed) = elastic(&mut launcher, tcp(6443));
    launcher.elastic_ip = Some(managed.to_string());
    let id = launcher.control_plane();
    let member = public_ip(&mut launcher, &id);
    launcher.live(600);
    attach(&mut launcher, &path, &id);
    let (path, manual) = elastic(&mut launcher, Value::Null);
    attach(&mut launcher, &path, &id);
    let answers = |launcher: &Launcher, from, to| launcher.client.world.answers(from, to, 6443);
    rule(
        &mut launcher,
        "ingress",
        "tcp",
        (6443, 6444),
        "198.51.100.7/32",
    );
    assert!(!answers(&launcher, CALLER, managed), "its probe is blocked");
    rule(&mut launcher, "ingress", "tcp", (6443, 6444), ANYWHERE);
    assert!(answers(&launcher, CALLER, managed));
    assert!(!answers(&launcher, member, managed));
    assert!(!answers(&launcher, CALLER, manual), "no guest wears it");
    launcher
        .client
        .done("PUT", &format!("/instance/{id}:stop"), json!({}));
    assert!(!answers(&launcher, CALLER, managed));
}

#[test]
fn the_probe_of_an_elastic_address_must_ask_for_what_is_answered() {
    let http = |uri: &str| json!({ "mode": "http", "port": 6444, "uri": uri });
    let https = json!({ "mode": "https", "port": 6444, "uri": "/readyz", "tls-skip-verify": true });
    for (check, healthy) in [
        (http("/readyz"), true),
        (http("/healthz"), false),
        (https, false),
        (tcp(6444), true),
        (tcp(6445), false),
    ] {
        let mut launcher = Launcher::new(Client::calm());
        let (path, ip) = elastic(&mut launcher, check.clone());
        launcher.elastic_ip = Some(ip.to_string());
        let id = launcher.control_plane();
        rule(&mut launcher, "ingress", "tcp", (6443, 6445), ANYWHERE);
        attach(&mut launcher, &path, &id);
        launcher.live(60);
        assert!(!launcher.client.world.answers(CALLER, ip, 6443), "not yet");
        launcher.live(540);
        let answered = launcher.client.world.answers(CALLER, ip, 6443);
        assert_eq!(answered, healthy, "{check}");
    }
}

#[test]
fn an_elastic_address_that_no_certificate_names_is_no_way_to_the_api() {
    for other in [None, Some("198.51.100.1")] {
        let mut launcher = Launcher::new(Client::calm());
        let (path, ip) = elastic(&mut launcher, tcp(6444));
        launcher.elastic_ip = other.map(str::to_owned);
        let id = launcher.control_plane();
        rule(&mut launcher, "ingress", "tcp", (6443, 6444), ANYWHERE);
        attach(&mut launcher, &path, &id);
        launcher.live(600);
        assert!(!launcher.client.world.answers(CALLER, ip, 6443));
        assert!(launcher.client.world.answers(CALLER, ip, 6444));
    }
}

#[test]
fn behind_an_elastic_address_one_of_three_control_planes_may_be_lost() {
    let mut launcher = Launcher::new(Client::calm());
    let name = |number| format!("demo-k3x9q-control-plane-{number}");
    launcher.planes = (1..=3).map(name).collect();
    let check = json!({ "mode": "http", "port": 6444, "uri": "/readyz" });
    let (path, ip) = elastic(&mut launcher, check);
    launcher.elastic_ip = Some(ip.to_string());
    rule(&mut launcher, "ingress", "tcp", (6443, 6444), ANYWHERE);
    let planes = launcher.control_planes();
    for plane in &planes {
        attach(&mut launcher, &path, plane);
    }
    launcher.live(900);
    let answers = |launcher: &Launcher, port| launcher.client.world.answers(CALLER, ip, port);
    assert!(answers(&launcher, 6443) && answers(&launcher, 6444));
    for (lost, served) in [(&planes[0], true), (&planes[1], false)] {
        launcher
            .client
            .done("DELETE", &format!("/instance/{lost}"), Value::Null);
        assert_eq!(answers(&launcher, 6443), served);
        assert_eq!(answers(&launcher, 6444), served);
    }
}

#[test]
fn probes_of_elastic_addresses_may_come_from_a_published_group() {
    for published in [true, false] {
        let mut launcher = switched(|switches| switches.elastic_probes_are_published = published);
        let (path, to) = elastic(&mut launcher, tcp(6443));
        launcher.elastic_ip = Some(to.to_string());
        let id = launcher.control_plane();
        launcher.live(600);
        attach(&mut launcher, &path, &id);
        rule(
            &mut launcher,
            "ingress",
            "tcp",
            (6443, 6443),
            "198.51.100.7/32",
        );
        add(
            &mut launcher,
            json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 6443, "end-port": 6443,
                    "security-group": { "name": "public-nlb-healthcheck-sources", "visibility": "public" } }),
        );
        let answered = launcher.client.world.answers(CALLER, to, 6443);
        assert_eq!(answered, published);
    }
}

#[test]
fn controllers_need_a_way_out_as_well() {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    rule(&mut launcher, "egress", "udp", (53, 53), ANYWHERE);
    launcher.want(5);
    launcher.live(900);
    assert_eq!(launcher.size(&pool), 2);
    assert!(launcher.nodes().contains(&CONTROL_PLANE.to_owned()));
}
