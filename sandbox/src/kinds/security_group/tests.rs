//! Security groups from the outside.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

use crate::testing::{Client, NOBODY};
use serde_json::{Value, json};

fn group(client: &mut Client, name: &str) -> String {
    client.done("POST", "/security-group", json!({ "name": name }))
}

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    base
}

#[test]
fn a_whole_life() {
    let mut client = Client::calm();
    let id = group(&mut client, "nodes");
    let path = format!("/security-group/{id}");
    assert!(client.get(&path).get("rules").is_none());
    let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "network": "0.0.0.0/0",
                       "start-port": 22, "end-port": 22, "description": "ssh" });
    assert_eq!(
        client.done("POST", &format!("{path}/rules"), rule),
        id,
        "the reference is the parent"
    );
    let rules = client.get(&path)["rules"].clone();
    assert_eq!(rules[0]["start-port"], 22);
    let rule = rules[0]["id"].as_str().unwrap();
    client.done("DELETE", &format!("{path}/rules/{rule}"), Value::Null);
    client.refused(404, "DELETE", &format!("{path}/rules/{rule}"), Value::Null);
    client.done("DELETE", &path, Value::Null);
    client.refused(404, "GET", &path, Value::Null);
}

#[test]
fn rules_of_all_protocols() {
    let mut client = Client::calm();
    let id = group(&mut client, "nodes");
    let path = format!("/security-group/{id}");
    let base = json!({ "flow-direction": "egress", "network": "2001:db8::/32" });
    for protocol in ["ah", "all", "esp", "gre", "icmp", "icmpv6", "ipip"] {
        let rule = with(base.clone(), json!({ "protocol": protocol }));
        client.done("POST", &format!("{path}/rules"), rule);
    }
    let ping = json!({ "protocol": "icmpv6", "icmp": { "type": 128, "code": 0 } });
    client.done("POST", &format!("{path}/rules"), with(base.clone(), ping));
    let one_port = json!({ "protocol": "udp", "start-port": 8472 });
    client.done("POST", &format!("{path}/rules"), with(base, one_port));
    let group = client.get(&path);
    let rules = group["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 9);
    assert_eq!(rules[7]["icmp"], json!({ "type": 128, "code": 0 }));
    assert_eq!(rules[8]["end-port"], 8472);
}

#[test]
fn rules_must_make_sense() {
    let mut client = Client::calm();
    let id = group(&mut client, "nodes");
    let path = format!("/security-group/{id}/rules");
    let base =
        json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 1, "end-port": 2 });
    for more in [
        json!({}),
        json!({ "network": "10.0.0.0" }),
        json!({ "network": "10.0.0.0/8", "security-group": { "id": id } }),
        json!({ "network": "10.0.0.0/8", "start-port": 3 }),
        json!({ "network": "10.0.0.0/8", "end-port": 70_000 }),
        json!({ "network": "10.0.0.0/8", "protocol": "icmp" }),
        json!({ "network": "10.0.0.0/8", "protocol": "sctp" }),
        json!({ "network": "10.0.0.0/8", "icmp": { "type": 8 } }),
        json!({ "network": "10.0.0.0/8", "icmp": { "type": 255 } }),
    ] {
        client.refused(400, "POST", &path, with(base.clone(), more));
    }
    let peer = json!({ "flow-direction": "ingress", "protocol": "all", "security-group": { "id": NOBODY } });
    client.refused(404, "POST", &path, peer);
}

#[test]
fn groups_in_use_stay() {
    let mut client = Client::calm();
    let (one, two) = (group(&mut client, "one"), group(&mut client, "two"));
    client.refused(409, "POST", "/security-group", json!({ "name": "one" }));
    let rule =
        json!({ "flow-direction": "ingress", "protocol": "all", "security-group": { "id": two } });
    client.done("POST", &format!("/security-group/{one}/rules"), rule);
    let (one, two) = (
        format!("/security-group/{one}"),
        format!("/security-group/{two}"),
    );
    client.refused(412, "DELETE", &two, Value::Null);
    let worn = client.get(&one)["id"].clone();
    let body = client.instance(json!({ "security-groups": [{ "id": worn }] }));
    client.done("POST", "/instance", body);
    let message = client.refused(412, "DELETE", &one, Value::Null);
    assert_eq!(
        message,
        "Cannot delete group when it's in use by virtual machines"
    );
}

#[test]
fn instances_come_and_go() {
    let mut client = Client::calm();
    let id = group(&mut client, "late");
    let path = format!("/security-group/{id}");
    let body = client.instance(json!({ "auto-start": false }));
    let instance = client.done("POST", "/instance", body);
    let target = json!({ "instance": { "id": instance } });
    assert_eq!(
        client.done("PUT", &format!("{path}:attach"), target.clone()),
        id
    );
    client.refused(409, "PUT", &format!("{path}:attach"), target.clone());
    let worn = client.get(&format!("/instance/{instance}"))["security-groups"].clone();
    assert_eq!(worn.as_array().unwrap().len(), 2);
    client.refused(412, "DELETE", &path, Value::Null);
    client.done("PUT", &format!("{path}:detach"), target.clone());
    client.refused(400, "PUT", &format!("{path}:detach"), target.clone());
    client.done("DELETE", &path, Value::Null);
    client.refused(404, "PUT", &format!("{path}:attach"), target);
}

#[test]
fn external_sources() {
    let mut client = Client::calm();
    let id = group(&mut client, "office");
    let path = format!("/security-group/{id}");
    let source = json!({ "cidr": "192.0.2.0/24" });
    client.done("PUT", &format!("{path}:add-source"), source.clone());
    client.refused(409, "PUT", &format!("{path}:add-source"), source.clone());
    assert_eq!(
        client.get(&path)["external-sources"],
        json!(["192.0.2.0/24"])
    );
    client.done("PUT", &format!("{path}:remove-source"), source.clone());
    client.refused(400, "PUT", &format!("{path}:remove-source"), source);
    client.refused(
        400,
        "PUT",
        &format!("{path}:add-source"),
        json!({ "cidr": "office" }),
    );
}

#[test]
fn published_groups_can_be_named_in_rules_but_not_changed() {
    let mut client = Client::calm();
    let id = group(&mut client, "nodes");
    let peer = json!({ "name": "public-nlb-healthcheck-sources", "visibility": "public" });
    let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "security-group": peer,
                       "start-port": 30_000, "end-port": 32_767 });
    client.done("POST", &format!("/security-group/{id}/rules"), rule.clone());
    let list = client.get("/security-group?visibility=public");
    let published = list["security-groups"].as_array().unwrap();
    assert_eq!(published.len(), 3);
    let own = client.get("/security-group?visibility=private");
    assert_eq!(own["security-groups"].as_array().unwrap().len(), 2);
    assert_eq!(client.get("/security-group"), own);
    let path = format!("/security-group/{}", published[0]["id"].as_str().unwrap());
    client.refused(403, "POST", &format!("{path}/rules"), rule);
    client.refused(
        403,
        "PUT",
        &format!("{path}:add-source"),
        json!({ "cidr": "::/0" }),
    );
    client.refused(409, "DELETE", &path, Value::Null);
}
