//! Elastic addresses from the outside.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

use crate::Switches;
use crate::testing::{Client, NOBODY};
use serde_json::{Value, json};

fn stopped(client: &mut Client, more: Value) -> Value {
    let mut body = client.instance(json!({ "auto-start": false }));
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let id = client.done("POST", "/instance", body);
    json!({ "instance": { "id": id } })
}

#[test]
fn a_whole_life() {
    let mut client = Client::calm();
    let target = stopped(&mut client, json!({}));
    let check = json!({ "mode": "tcp", "port": 6443 });
    let id = client.done(
        "POST",
        "/elastic-ip",
        json!({ "healthcheck": check, "labels": { "a": "b" }, "description": "d" }),
    );
    let path = format!("/elastic-ip/{id}");
    assert_eq!(client.get(&path)["healthcheck"]["interval"], 10);
    client.done("PUT", &path, json!({ "labels": { "c": "d" } }));
    assert_eq!(client.get(&path)["labels"], json!({ "c": "d" }));
    client.done("DELETE", &format!("{path}/description"), Value::Null);
    assert!(client.get(&path).get("description").is_none());
    client.done("PUT", &format!("{path}:attach"), target.clone());
    client.refused(409, "PUT", &format!("{path}:attach"), target.clone());
    let instance = target["instance"]["id"].as_str().unwrap();
    assert_eq!(
        client.get(&format!("/instance/{instance}"))["elastic-ips"],
        json!([{ "id": id }])
    );
    client.refused(412, "DELETE", &path, Value::Null);
    client.done("PUT", &format!("{path}:detach"), target.clone());
    client.refused(400, "PUT", &format!("{path}:detach"), target);
    client.done("DELETE", &path, Value::Null);
    assert_eq!(client.get("/elastic-ip"), json!({ "elastic-ips": [] }));
}

#[test]
fn both_families() {
    let mut client = Client::calm();
    let v4 = client.done("POST", "/elastic-ip", json!({}));
    let v4 = client.get(&format!("/elastic-ip/{v4}"));
    assert_eq!(v4["addressfamily"], "inet4");
    assert_eq!(v4["cidr"], format!("{}/32", v4["ip"].as_str().unwrap()));
    let mut seen = Vec::new();
    for _ in 0..2 {
        let v6 = client.done("POST", "/elastic-ip", json!({ "addressfamily": "inet6" }));
        let v6 = client.get(&format!("/elastic-ip/{v6}"));
        assert_eq!(v6["addressfamily"], "inet6");
        let ip = v6["ip"].as_str().unwrap().to_owned();
        assert!(ip.parse::<std::net::Ipv6Addr>().is_ok());
        assert_eq!(v6["cidr"], format!("{ip}/128"));
        seen.push(ip);
    }
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn a_machine_needs_a_public_side_of_that_family() {
    let mut client = Client::calm();
    let v6 = client.done("POST", "/elastic-ip", json!({ "addressfamily": "inet6" }));
    let v4 = client.done("POST", "/elastic-ip", json!({}));
    for (assignment, v4_status, v6_status) in
        [("inet4", 200, 400), ("dual", 200, 200), ("none", 400, 400)]
    {
        let target = stopped(&mut client, json!({ "public-ip-assignment": assignment }));
        for (id, status) in [(&v4, v4_status), (&v6, v6_status)] {
            let path = format!("/elastic-ip/{id}:attach");
            assert_eq!(client.call("PUT", &path, &target).0, status, "{assignment}");
        }
    }
    let nobody = json!({ "instance": { "id": NOBODY } });
    client.refused(404, "PUT", &format!("/elastic-ip/{v4}:attach"), nobody);
}

#[test]
fn a_manual_address_may_be_for_one_machine_only() {
    for (shared, status) in [(true, 200), (false, 409)] {
        let mut client = Client::calm();
        client.world.set_switches(Switches {
            manual_address_is_shared: shared,
            ..Switches::default()
        });
        let id = client.done("POST", "/elastic-ip", json!({}));
        let path = format!("/elastic-ip/{id}:attach");
        let first = stopped(&mut client, json!({}));
        client.done("PUT", &path, first);
        let second = stopped(&mut client, json!({}));
        assert_eq!(client.call("PUT", &path, &second).0, status);
    }
}

#[test]
fn a_manual_one_does_not_become_managed() {
    let mut client = Client::calm();
    let id = client.done("POST", "/elastic-ip", json!({}));
    let path = format!("/elastic-ip/{id}");
    let check = json!({ "healthcheck": { "mode": "tcp", "port": 80 } });
    client.refused(400, "PUT", &path, check);
    client.done("PUT", &path, json!({ "description": "d" }));
    assert_eq!(client.get(&path)["description"], "d");
}

#[test]
fn members_of_a_pool_get_it_and_the_pool_keeps_it() {
    let mut client = Client::calm();
    let id = client.done("POST", "/elastic-ip", json!({}));
    let body = client.pool(json!({ "size": 1, "elastic-ips": [{ "id": id }] }));
    client.done("POST", "/instance-pool", body);
    let listed = client.get("/instance");
    let member = listed["instances"][0]["id"].as_str().unwrap();
    let member = client.get(&format!("/instance/{member}"));
    assert_eq!(member["elastic-ips"], json!([{ "id": id }]));
    client.refused(412, "DELETE", &format!("/elastic-ip/{id}"), Value::Null);
}

#[test]
fn refusals() {
    let mut client = Client::calm();
    for check in [
        json!({ "mode": "http", "port": 80 }),
        json!({ "mode": "tcp", "port": 80, "timeout": 20 }),
    ] {
        client.refused(400, "POST", "/elastic-ip", json!({ "healthcheck": check }));
    }
    for _ in 0..5 {
        client.done("POST", "/elastic-ip", json!({}));
    }
    client.refused(409, "POST", "/elastic-ip", json!({}));
}
