//! Private networks from the outside.

use crate::Switches;
use crate::testing::Client;
use serde_json::{Value, json};

#[test]
fn a_whole_life() {
    let mut client = Client::calm();
    let id = client.network();
    let path = format!("/private-network/{id}");
    let network = client.get(&path);
    assert_eq!(network["start-ip"], "10.0.0.10");
    assert!(network.get("leases").is_none() && network.get("labels").is_none());
    client.done(
        "PUT",
        &path,
        json!({ "name": "other", "labels": { "a": "b" } }),
    );
    assert_eq!(client.get(&path)["name"], "other");
    assert_eq!(client.get(&path)["start-ip"], "10.0.0.10");
    client.zone = "de-fra-1".to_owned();
    client.refused(404, "GET", &path, Value::Null);
    client.zone = crate::testing::ZONE.to_owned();
    client.done("DELETE", &path, Value::Null);
    assert_eq!(
        client.get("/private-network"),
        json!({ "private-networks": [] })
    );
}

#[test]
fn leases_by_hand_and_by_dhcp() {
    let mut client = Client::calm();
    let id = client.network();
    let path = format!("/private-network/{id}");
    let mut machines = Vec::new();
    for name in ["one", "two"] {
        let body = client.instance(json!({ "name": name, "auto-start": false }));
        machines.push(client.done("POST", "/instance", body));
    }
    let attach = |machine: &str, ip: Option<&str>| match ip {
        Some(ip) => json!({ "instance": { "id": machine }, "ip": ip }),
        None => json!({ "instance": { "id": machine } }),
    };
    let to = format!("{path}:attach");
    for wrong in ["10.0.0.254", "10.0.0.255", "10.1.0.1"] {
        client.refused(400, "PUT", &to, attach(&machines[0], Some(wrong)));
    }
    client.refused(400, "PUT", &to, attach(&machines[0], Some("nonsense")));
    client.done("PUT", &to, attach(&machines[0], Some("10.0.0.1")));
    client.refused(409, "PUT", &to, attach(&machines[0], Some("10.0.0.2")));
    client.refused(409, "PUT", &to, attach(&machines[1], Some("10.0.0.1")));
    client.done("PUT", &to, attach(&machines[1], None));
    let leases = client.get(&path)["leases"].clone();
    assert_eq!(leases.as_array().unwrap().len(), 2);
    assert!(leases.to_string().contains("10.0.0.10"));
    client.refused(412, "DELETE", &path, Value::Null);
    client.done(
        "PUT",
        &format!("{path}:update-ip"),
        attach(&machines[1], Some("10.0.0.7")),
    );
    for machine in &machines {
        client.done("PUT", &format!("{path}:detach"), attach(machine, None));
    }
    client.refused(
        400,
        "PUT",
        &format!("{path}:detach"),
        attach(&machines[0], None),
    );
    client.done("DELETE", &path, Value::Null);
}

#[test]
fn refusals() {
    let mut client = Client::calm();
    let range = |start: &str, end: &str| json!({ "name": "n", "start-ip": start, "end-ip": end, "netmask": "255.255.255.0" });
    client.refused(
        400,
        "POST",
        "/private-network",
        range("10.0.0.9", "10.0.0.5"),
    );
    client.refused(
        400,
        "POST",
        "/private-network",
        range("10.0.0.9", "10.0.1.5"),
    );
    client.refused(
        400,
        "POST",
        "/private-network",
        json!({ "name": "n", "start-ip": "10.0.0.1" }),
    );
    client.refused(400, "POST", "/private-network", json!({}));
    for _ in 0..32 {
        client.call("POST", "/private-network", &json!({ "name": "same" }));
    }
    let message = client.refused(409, "POST", "/private-network", json!({ "name": "same" }));
    assert!(message.contains("private-network"));
}

/// A network of that range, with a machine that leases the given address.
fn leased(client: &mut Client, ip: &str) -> String {
    let id = client.network();
    let body = client.instance(json!({ "auto-start": false }));
    let machine = client.done("POST", "/instance", body);
    let target = json!({ "instance": { "id": machine }, "ip": ip });
    client.done("PUT", &format!("/private-network/{id}:attach"), target);
    format!("/private-network/{id}")
}

#[test]
fn a_range_may_shrink_below_a_lease_but_the_subnet_may_not() {
    let mut client = Client::calm();
    let path = leased(&mut client, "10.0.0.200");
    client.done("PUT", &path, json!({ "end-ip": "10.0.0.20" }));
    assert_eq!(client.get(&path)["end-ip"], "10.0.0.20");
    assert_eq!(client.get(&path)["leases"][0]["ip"], "10.0.0.200");
    let smaller = json!({ "netmask": "255.255.255.128" });
    let message = client.refused(409, "PUT", &path, smaller);
    assert!(message.contains("10.0.0.200"), "{message}");
    client.refused(400, "PUT", &path, json!({ "start-ip": "10.0.0.30" }));
}

#[test]
fn the_other_reading_lets_a_subnet_leave_its_leases_behind() {
    let mut client = Client::calm();
    client.world.set_switches(Switches {
        networks_keep_their_leases: false,
        ..Switches::default()
    });
    let path = leased(&mut client, "10.0.0.200");
    let smaller = json!({ "netmask": "255.255.255.128", "end-ip": "10.0.0.20" });
    client.done("PUT", &path, smaller);
    assert_eq!(client.get(&path)["leases"][0]["ip"], "10.0.0.200");
}

#[test]
fn the_last_address_is_the_dhcp_servers() {
    let mut client = Client::calm();
    let body = json!({ "name": "n", "start-ip": "10.0.0.253", "end-ip": "10.0.0.254", "netmask": "255.255.255.0" });
    let id = client.done("POST", "/private-network", body);
    let path = format!("/private-network/{id}");
    for _ in 0..2 {
        let body = client.instance(json!({ "auto-start": false }));
        let machine = client.done("POST", "/instance", body);
        let target = json!({ "instance": { "id": machine } });
        client.done("PUT", &format!("{path}:attach"), target);
    }
    let leases = client.get(&path)["leases"].clone();
    assert_eq!(
        leases.as_array().unwrap().len(),
        1,
        "one address, and none for the second"
    );
    assert_eq!(leases[0]["ip"], "10.0.0.253");
}

#[test]
fn an_unmanaged_network_leases_nothing() {
    let mut client = Client::calm();
    let id = client.done("POST", "/private-network", json!({ "name": "wire" }));
    let path = format!("/private-network/{id}");
    let body = client.instance(json!({ "auto-start": false }));
    let machine = client.done("POST", "/instance", body);
    let to = |ip: &str| json!({ "instance": { "id": machine }, "ip": ip });
    client.refused(400, "PUT", &format!("{path}:attach"), to("10.0.0.1"));
    client.done(
        "PUT",
        &format!("{path}:attach"),
        json!({ "instance": { "id": machine } }),
    );
    assert!(client.get(&path).get("leases").is_none());
    client.refused(400, "PUT", &format!("{path}:update-ip"), to("10.0.0.1"));
    let managed =
        json!({ "start-ip": "10.0.0.10", "end-ip": "10.0.0.20", "netmask": "255.255.255.0" });
    client.done("PUT", &path, managed);
    client.done("PUT", &format!("{path}:update-ip"), to("10.0.0.1"));
    assert_eq!(client.get(&path)["leases"][0]["ip"], "10.0.0.1");
}

#[test]
fn options_and_labels() {
    let mut client = Client::calm();
    let options =
        json!({ "dns-servers": ["10.0.0.1"], "domain-search": ["a.example", "b.example"] });
    let body = json!({ "name": "n", "options": options, "labels": { "a": "b" } });
    let id = client.done("POST", "/private-network", body);
    let path = format!("/private-network/{id}");
    assert_eq!(client.get(&path)["options"], options);
    let other = json!({ "routers": ["10.0.0.1"] });
    client.done("PUT", &path, json!({ "options": other }));
    assert_eq!(client.get(&path)["options"], other, "replaced as a whole");
    client.done("DELETE", &format!("{path}/labels"), Value::Null);
    assert!(client.get(&path).get("labels").is_none());
    let long = json!({ "options": { "domain-search": ["a".repeat(128), "b".repeat(128)] } });
    client.refused(400, "PUT", &path, long);
    client.refused(
        400,
        "PUT",
        &path,
        json!({ "options": { "routers": ["home"] } }),
    );
}
