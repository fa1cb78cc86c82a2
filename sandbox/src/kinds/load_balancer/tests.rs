//! Load balancers from the outside.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

use crate::Switches;
use crate::testing::{Client, ZONE};
use serde_json::{Value, json};

fn service(pool: &str, more: Value) -> Value {
    let mut body = json!({
        "name": "http", "instance-pool": { "id": pool }, "protocol": "tcp", "strategy": "round-robin",
        "port": 80, "target-port": 30_080, "healthcheck": { "mode": "tcp", "port": 30_080 },
    });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

fn balancer(client: &mut Client) -> String {
    let id = client.done("POST", "/load-balancer", json!({ "name": "k8s-1" }));
    format!("/load-balancer/{id}")
}

fn pool(client: &mut Client, more: Value) -> String {
    let mut body = client.pool(json!({ "size": 1 }));
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    client.done("POST", "/instance-pool", body)
}

/// A path to the service of that name.
fn named(client: &mut Client, balancer: &str, name: &str) -> String {
    let shown = client.get(balancer);
    let mut services = shown["services"].as_array().unwrap().iter();
    let found = services.find(|service| service["name"] == name).unwrap();
    format!("{balancer}/service/{}", found["id"].as_str().unwrap())
}

#[test]
fn a_service_locks_its_pool() {
    let mut client = Client::calm();
    let pool = pool(&mut client, json!({}));
    let pool_path = format!("/instance-pool/{pool}");
    let (_, operation) = client.call("POST", "/load-balancer", &json!({ "name": "k8s-1" }));
    let id = operation["reference"]["id"].as_str().unwrap().to_owned();
    let path = format!("/load-balancer/{id}");
    assert_eq!(client.get(&path)["state"], "creating");
    let body = service(&pool, json!({}));
    client.refused(404, "POST", &format!("{path}/service"), body.clone());
    client.ended(operation["id"].as_str().unwrap());
    assert_eq!(
        client.done("POST", &format!("{path}/service"), body.clone()),
        id
    );
    client.refused(409, "POST", &format!("{path}/service"), body);
    let message = client.refused(403, "DELETE", &pool_path, Value::Null);
    assert_eq!(
        message,
        format!(
            "Operation destroyInstancePool on resource {pool} is forbidden - reason: Locked by NLB {id}"
        )
    );
    let service = named(&mut client, &path, "http");
    assert_eq!(client.get(&service)["instance-pool"]["id"], pool.as_str());
    client.done("DELETE", &service, Value::Null);
    client.refused(404, "GET", &service, Value::Null);
    client.refused(403, "DELETE", &pool_path, Value::Null);
    client.pass(10);
    client.done("DELETE", &pool_path, Value::Null);
    client.done("DELETE", &path, Value::Null);
    assert_eq!(
        client.get("/load-balancer"),
        json!({ "load-balancers": [] })
    );
}

#[test]
fn a_load_balancer_is_edited() {
    let mut client = Client::calm();
    let path = balancer(&mut client);
    let front = json!({ "name": "front", "description": "d", "labels": { "a": "b" } });
    client.done("PUT", &path, front);
    client.done("PUT", &path, json!({ "labels": { "c": "d" } }));
    let shown = client.get(&path);
    assert_eq!(shown["name"], "front");
    assert_eq!(shown["labels"], json!({ "c": "d" }));
    for field in ["description", "labels"] {
        client.done("DELETE", &format!("{path}/{field}"), Value::Null);
        assert!(client.get(&path).get(field).is_none());
    }
    client.refused(400, "PUT", &path, json!({ "name": "" }));
    client.refused(400, "DELETE", &format!("{path}/name"), Value::Null);
    client.call("DELETE", &path, &Value::Null);
    assert_eq!(client.get(&path)["state"], "deleting");
    client.refused(409, "PUT", &path, json!({ "name": "late" }));
}

#[test]
fn a_service_is_edited_and_is_busy_meanwhile() {
    let mut client = Client::calm();
    let pool = pool(&mut client, json!({}));
    let path = balancer(&mut client);
    let add = format!("{path}/service");
    let (_, operation) = client.call("POST", &add, &service(&pool, json!({ "description": "d" })));
    let one = named(&mut client, &path, "http");
    assert_eq!(client.get(&one)["state"], "creating");
    client.refused(409, "PUT", &one, json!({ "port": 81 }));
    client.ended(operation["id"].as_str().unwrap());
    let other = json!({ "name": "other", "port": 443 });
    client.done("POST", &add, service(&pool, other));
    client.refused(409, "PUT", &one, json!({ "port": 443 }));
    let check = json!({ "mode": "http", "uri": "/healthz", "port": 8080, "retries": 3 });
    let (_, operation) = client.call("PUT", &one, &json!({ "port": 81, "healthcheck": check }));
    assert_eq!(client.get(&one)["state"], "updating");
    assert_eq!(client.get(&one)["port"], 80);
    client.ended(operation["id"].as_str().unwrap());
    let shown = client.get(&one);
    assert_eq!(shown["state"], "running");
    assert_eq!(shown["port"], 81);
    assert_eq!(shown["healthcheck"]["uri"], "/healthz");
    assert_eq!(shown["healthcheck"]["interval"], 10);
    assert_eq!(shown["description"], "d");
    client.done("DELETE", &format!("{one}/description"), Value::Null);
    assert!(client.get(&one).get("description").is_none());
}

#[test]
fn an_update_of_a_service_may_have_to_be_whole() {
    let mut client = Client::calm();
    client.world.set_switches(Switches {
        service_update_is_whole: true,
        ..Switches::default()
    });
    let pool = pool(&mut client, json!({}));
    let path = balancer(&mut client);
    let body = service(&pool, json!({ "description": "d" }));
    client.done("POST", &format!("{path}/service"), body);
    let one = named(&mut client, &path, "http");
    client.refused(400, "PUT", &one, json!({ "port": 81 }));
    let mut whole = service(&pool, json!({ "port": 81 }));
    whole.as_object_mut().unwrap().remove("instance-pool");
    client.done("PUT", &one, whole);
    assert_eq!(client.get(&one)["port"], 81);
    assert!(client.get(&one).get("description").is_none());
}

#[test]
fn a_member_is_healthy_when_it_runs_and_lets_the_checks_in() {
    for (filtered, before) in [(true, "failure"), (false, "success")] {
        let mut client = Client::calm();
        client.world.set_switches(Switches {
            healthchecks_are_filtered: filtered,
            ..Switches::default()
        });
        let group = client.done("POST", "/security-group", json!({ "name": "nodes" }));
        let groups = json!({ "security-groups": [{ "id": group }] });
        let pool = pool(&mut client, groups);
        let path = balancer(&mut client);
        client.done(
            "POST",
            &format!("{path}/service"),
            service(&pool, json!({})),
        );
        let one = named(&mut client, &path, "http");
        let status = |client: &mut Client| {
            let statuses = client.get(&one)["healthcheck-status"].clone();
            assert_eq!(statuses.as_array().unwrap().len(), 1);
            statuses[0]["status"].as_str().unwrap().to_owned()
        };
        assert_eq!(status(&mut client), before);
        let peer = json!({ "name": "public-nlb-healthcheck-sources", "visibility": "public" });
        for (ports, after) in [((1, 30_079), before), ((30_000, 32_767), "success")] {
            let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "security-group": peer,
                               "start-port": ports.0, "end-port": ports.1 });
            client.done("POST", &format!("/security-group/{group}/rules"), rule);
            assert_eq!(status(&mut client), after);
        }
        let members = client.get("/instance");
        let member = members["instances"][0]["id"].as_str().unwrap();
        client.done("PUT", &format!("/instance/{member}:stop"), Value::Null);
        assert_eq!(status(&mut client), "failure");
    }
}

#[test]
fn refusals() {
    let mut client = Client::calm();
    let pool = pool(&mut client, json!({}));
    let path = balancer(&mut client);
    let add = format!("{path}/service");
    for check in [
        json!({ "mode": "tcp", "port": 1, "timeout": 20 }),
        json!({ "mode": "http", "port": 1 }),
        json!({ "mode": "tcp", "port": 1, "interval": 4 }),
        json!({ "mode": "icmp", "port": 1 }),
    ] {
        client.refused(
            400,
            "POST",
            &add,
            service(&pool, json!({ "healthcheck": check })),
        );
    }
    client.refused(400, "POST", &add, service(&pool, json!({ "port": 0 })));
    for port in 1..=10 {
        client.done("POST", &add, service(&pool, json!({ "port": port })));
    }
    client.refused(409, "POST", &add, service(&pool, json!({ "port": 11 })));
    client.zone = "de-fra-1".to_owned();
    let far = balancer(&mut client);
    let message = client.refused(
        404,
        "POST",
        &format!("{far}/service"),
        service(&pool, json!({})),
    );
    assert_eq!(message, "Instance pool not found");
    client.zone = ZONE.to_owned();
}

#[test]
fn five_and_no_more() {
    let mut client = Client::calm();
    for _ in 0..5 {
        client.done("POST", "/load-balancer", json!({ "name": "same" }));
    }
    client.refused(409, "POST", "/load-balancer", json!({ "name": "same" }));
}
