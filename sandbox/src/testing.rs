//! A client for the tests of this crate: signs, waits, and keeps its own two clocks.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{Answer, Credentials, Faults, GuestCall, Options, Preset, Request, World};

pub(crate) const JOIN_TOKEN: &str = "abcdef.0123456789abcdef";
pub(crate) const CA_HASH: &str =
    "sha256:1f5fb5c76cc47f6f0440dd9f95929fc91fa8695ef0e987c87c602bdf562f10a1";
/// The id of nothing.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
pub(crate) const ZONE: &str = "ch-dk-2";
pub(crate) const STANDARD_MEDIUM: &str = "b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844";
pub(crate) const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8nN2kq3mZ1fO0m7m3bq0vS2l1k9d8b7a6c5d4e3f2g me";
const WALL: u64 = 1_790_000_000_000;

pub(crate) struct Client {
    pub(crate) world: World,
    pub(crate) credentials: Credentials,
    pub(crate) zone: String,
    pub(crate) now: u64,
}

impl Client {
    pub(crate) fn calm() -> Self {
        Self::open(Preset::Calm, 1)
    }

    pub(crate) fn open(preset: Preset, seed: u64) -> Self {
        let options = Options {
            preset,
            seed,
            speed: 1,
        };
        let (world, credentials) = World::open("abcdefghij", options, [7; 32], 0);
        Self {
            world,
            credentials,
            zone: ZONE.to_owned(),
            now: 0,
        }
    }

    pub(crate) fn with_faults(faults: Faults) -> Self {
        let mut client = Self::calm();
        client.world.set_faults(faults);
        client
    }

    pub(crate) fn wall(&self) -> u64 {
        WALL + self.now
    }

    /// The answer as it is, lost or not. The path is below `/v2`.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let target = format!("/sandbox/{}/v2{path}", self.zone);
        let header = sign(
            &self.credentials,
            method,
            &target,
            body,
            self.wall() / 1000 + 600,
        );
        let wall = self.wall();
        let zone = self.zone.clone();
        let request = Request {
            zone: &zone,
            method,
            target: &target,
            authorization: Some(&header),
            body: body.as_bytes(),
        };
        self.world.handle(self.now, wall, &request)
    }

    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        match self.ask(method, path, &body) {
            Answer::Response { status, body } => (status, serde_json::from_str(&body).unwrap()),
            Answer::Lost => panic!("the answer to {method} {path} is lost"),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, &Value::Null);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// Refused with this status; the message.
    pub(crate) fn refused(&mut self, status: u16, method: &str, path: &str, body: Value) -> String {
        let (actual, answer) = self.call(method, path, &body);
        assert_eq!(actual, status, "{method} {path}: {answer}");
        answer["message"].as_str().unwrap().to_owned()
    }

    /// Begins an operation and waits for its success; the id it refers to.
    pub(crate) fn done(&mut self, method: &str, path: &str, body: Value) -> String {
        let (status, operation) = self.call(method, path, &body);
        assert_eq!(status, 200, "{method} {path}: {operation}");
        assert_eq!(operation["state"], "pending");
        let ended = self.ended(operation["id"].as_str().unwrap());
        assert_eq!(ended["state"], "success", "{method} {path}: {ended}");
        ended["reference"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn ended(&mut self, operation: &str) -> Value {
        for _ in 0..600 {
            let answer = self.get(&format!("/operation/{operation}"));
            if answer["state"] != "pending" {
                return answer;
            }
            self.pass(1);
        }
        panic!("operation {operation} never ends");
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += seconds * 1000;
    }

    pub(crate) fn poll(&mut self) -> Option<GuestCall> {
        let wall = self.wall();
        self.world.poll(self.now, wall)
    }

    /// Stores the world and loads it again, from all rows it ever gave.
    pub(crate) fn reload(&mut self, rows: &mut std::collections::BTreeMap<String, String>) {
        for (key, json) in self.world.take_changes() {
            match json {
                Some(json) => rows.insert(key, json),
                None => rows.remove(&key),
            };
        }
        self.world = World::load(rows.clone().into_iter().collect()).unwrap();
    }

    pub(crate) fn template(&mut self) -> String {
        let list = self.get("/template?visibility=public&family=ubuntu");
        let templates = list["templates"].as_array().unwrap();
        let found = templates
            .iter()
            .find(|template| template["name"] == "Linux Ubuntu 24.04 LTS 64-bit");
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The body of a create, with whatever else it needs.
    pub(crate) fn instance(&mut self, more: Value) -> Value {
        let mut body = json!({
            "name": "one", "disk-size": 25,
            "instance-type": { "id": STANDARD_MEDIUM }, "template": { "id": self.template() },
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    }

    pub(crate) fn pool(&mut self, more: Value) -> Value {
        let mut body =
            self.instance(json!({ "name": "workers", "size": 2, "instance-prefix": "w" }));
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    }

    pub(crate) fn network(&mut self) -> String {
        let body = json!({
            "name": "net", "start-ip": "10.0.0.10", "end-ip": "10.0.0.253", "netmask": "255.255.255.0",
        });
        self.done("POST", "/private-network", body)
    }

    /// A role with rules for compute and a key that holds already.
    pub(crate) fn restricted(&mut self, expression: &str) -> Credentials {
        let policy = json!({ "default-service-strategy": "deny", "services": { "compute": {
            "type": "rules", "rules": [{ "action": "allow", "expression": expression }],
        }}});
        let role = self.done(
            "POST",
            "/iam-role",
            json!({ "name": "small", "policy": policy }),
        );
        self.key_of(&role)
    }

    /// A key of this role that holds already.
    pub(crate) fn key_of(&mut self, role: &str) -> Credentials {
        let body = json!({ "name": "small", "role-id": role });
        let (_, key) = self.call("POST", "/api-key", &body);
        self.pass(10);
        Credentials {
            key: key["key"].as_str().unwrap().to_owned(),
            secret: key["secret"].as_str().unwrap().to_owned(),
        }
    }
}

/// Signs as the documents say, without the code under test.
pub(crate) fn sign(
    credentials: &Credentials,
    method: &str,
    target: &str,
    body: &str,
    expires: u64,
) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut arguments: Vec<(&str, &str)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    arguments.sort_unstable();
    let names: Vec<&str> = arguments.iter().map(|(name, _)| *name).collect();
    let values: String = arguments
        .iter()
        .map(|(_, value)| value.replace("%3A", ":"))
        .collect();
    let message = format!("{method} {path}\n{body}\n{values}\n\n{expires}");
    let mut mac = Hmac::<Sha256>::new_from_slice(credentials.secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let listed = if names.is_empty() {
        String::new()
    } else {
        format!(",signed-query-args={}", names.join(";"))
    };
    format!(
        "EXO2-HMAC-SHA256 credential={}{listed},expires={expires},signature={signature}",
        credentials.key
    )
}

/// A bundle with these keys over ones that hold nowhere.
pub(crate) fn bundle(keys: &Value) -> Value {
    let ca = include_str!("../fixtures/ca.crt");
    let private = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    let none = json!({ "key": "EXOnone", "secret": "none" });
    let mut all = json!({ "autoscaler": none, "cloud-controller": none, "token-rotation": none });
    all.as_object_mut()
        .unwrap()
        .extend(keys.as_object().unwrap().clone());
    let files = ["rotate", "reconcile", "evidence", "addons"].map(|name| {
        let path = format!("/usr/local/lib/slipway/{name}.py");
        json!({ "path": path, "permissions": "0644", "content": "" })
    });
    json!({
        "pki": {
            "ca.crt": ca, "ca.key": private, "etcd/ca.crt": ca, "etcd/ca.key": private,
            "front-proxy-ca.crt": ca, "front-proxy-ca.key": private, "sa.pub": public, "sa.key": private,
        },
        "joinToken": JOIN_TOKEN,
        "keys": all,
        "files": files,
    })
}

/// User-data with these facts.
pub(crate) fn user_data(facts: &Value) -> String {
    let document = json!({
        "write_files": [{
            "path": "/etc/slipway/machine.json", "permissions": "0600", "encoding": "b64",
            "content": STANDARD.encode(facts.to_string()),
        }],
        "runcmd": [["systemctl", "enable", "--now", "slipway.service"]],
    });
    STANDARD.encode(format!("#cloud-config\n{document}\n"))
}
