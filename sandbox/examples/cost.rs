//! What the sandbox costs: time a request, bytes a row, rows written a change. `cargo run --release -p sandbox --example cost`

use std::collections::BTreeMap;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sandbox::{Answer, Credentials, Options, Preset, Request, World};
use serde_json::{Value, json};
use sha2::Sha256;

const WALL: u64 = 1_790_000_000_000;
const ZONE: &str = "ch-dk-2";
const MANY: [u32; 2] = [1_000, 10_000];

struct Account {
    world: World,
    credentials: Credentials,
    now: u64,
    /// As a host would have stored them.
    rows: BTreeMap<String, String>,
}

fn main() -> Result<(), String> {
    let mut account = Account::open();
    account.fill()?;
    requests(&mut account)?;
    rows(&account);
    written(&mut account)?;
    MANY.into_iter()
        .try_for_each(|many| many_instances(&mut account, many))
}

#[expect(clippy::print_stdout, reason = "prints what it measured")]
fn say(line: &str) {
    println!("{line}");
}

/// Signed, checked against the document, served, and checked again.
fn requests(account: &mut Account) -> Result<(), String> {
    say("µs a request, signature and both checks against the document included");
    let group = first_id(
        &account.ask("GET", "/security-group", "")?,
        "security-groups",
    );
    let one = format!("/security-group/{group}");
    account.timed("get a security group", 2_000, |_| {
        ("GET", one.clone(), String::new())
    })?;
    account.timed("list 102 security groups", 500, |_| {
        ("GET", "/security-group".to_owned(), String::new())
    })?;
    account.timed("get a quota", 2_000, |_| {
        ("GET", "/quota/instance".to_owned(), String::new())
    })?;
    account.timed("create a security group", 1_000, |number| {
        let body = json!({ "name": format!("made-{number}") }).to_string();
        ("POST", "/security-group".to_owned(), body)
    })?;
    account.timed("create, 1000 of them there", 1_000, |number| {
        let body = json!({ "name": format!("more-{number}") }).to_string();
        ("POST", "/security-group".to_owned(), body)
    })
}

/// The mean size of what is stored of each kind.
fn rows(account: &Account) {
    say("bytes a row, mean");
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (key, row) in &account.rows {
        let (kind, _) = key.split_once('/').unwrap_or((key, ""));
        let (count, bytes) = sizes.entry(kind).or_default();
        *count += 1;
        *bytes += row.len();
    }
    for (kind, (count, bytes)) in sizes {
        say(&format!(
            "  {kind:<24} {:>6}   of {count}",
            bytes / count.max(1)
        ));
    }
}

/// What a host writes for one change.
fn written(account: &mut Account) -> Result<(), String> {
    say("rows written or removed");
    let template = account.template()?;
    // What the requests before have begun is done with first.
    account.now += 60_000;
    account.ask("GET", "/quota", "")?;
    for (what, path, body) in [
        (
            "create a security group",
            "/security-group",
            json!({ "name": "written" }),
        ),
        (
            "create a network",
            "/private-network",
            json!({ "name": "written" }),
        ),
        ("create an instance", "/instance", instance(&template)),
    ] {
        account.save();
        account.ask("POST", path, &body.to_string())?;
        let at_once = account.save();
        account.now += 60_000;
        account.ask("GET", path, "")?;
        let later = account.save();
        say(&format!(
            "  {what:<28} {at_once} at once, {later} in the minute after"
        ));
    }
    account.ask("GET", "/instance", "")?;
    say(&format!("  {:<28} {}", "list instances", account.save()));
    Ok(())
}

/// Quotas keep an account small: this one is written by hand.
fn many_instances(account: &mut Account, many: u32) -> Result<(), String> {
    let template = account
        .rows
        .iter()
        .find(|(key, _)| key.starts_with("instance/"));
    let (_, row) = template.ok_or("there is no instance")?;
    let row: Value = serde_json::from_str(row).map_err(|error| error.to_string())?;
    for number in 0..many {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let mut copy = row.clone();
        if let Some(copy) = copy.as_object_mut() {
            copy.insert("id".to_owned(), json!(id));
        }
        account
            .rows
            .insert(format!("instance/{id}"), copy.to_string());
    }
    say(&format!("{many} instances"));
    let rows: Vec<(String, String)> = account.rows.clone().into_iter().collect();
    let bytes: usize = rows.iter().map(|(_, row)| row.len()).sum();
    let started = clock();
    account.world = World::load(rows).map_err(|error| error.to_string())?;
    say(&format!(
        "  load {} MB of rows          {} ms",
        bytes / 1_000_000,
        started.elapsed().as_millis()
    ));
    let list = || ("GET", "/instance".to_owned(), String::new());
    account.timed("list all", 10, |_| list())?;
    account.timed("get one", 1_000, |number| {
        (
            "GET",
            format!("/instance/00000000-0000-4000-8000-{number:012}"),
            String::new(),
        )
    })?;
    account.timed("quota (counts all)", 100, |_| {
        ("GET", "/quota/instance".to_owned(), String::new())
    })
}

impl Account {
    fn open() -> Self {
        let options = Options {
            preset: Preset::Calm,
            seed: 1,
            speed: 1,
        };
        let (world, credentials) = World::open("abcdefghij", options, [7; 32], 0);
        Self {
            world,
            credentials,
            now: 0,
            rows: BTreeMap::new(),
        }
    }

    /// One of each, and a hundred security groups.
    fn fill(&mut self) -> Result<(), String> {
        let template = self.template()?;
        for number in 0..100 {
            let body = json!({ "name": format!("group-{number}") });
            self.ask("POST", "/security-group", &body.to_string())?;
        }
        let check = json!({ "mode": "tcp", "port": 6443 });
        let mut pool = instance(&template);
        if let Some(pool) = pool.as_object_mut() {
            pool.insert("size".to_owned(), json!(3));
        }
        for (path, body) in [
            ("/instance", instance(&template)),
            ("/instance-pool", pool),
            (
                "/private-network",
                json!({ "name": "net", "start-ip": "10.0.0.10", "end-ip": "10.0.0.99", "netmask": "255.255.255.0" }),
            ),
            ("/elastic-ip", json!({ "healthcheck": check })),
            ("/load-balancer", json!({ "name": "front" })),
            ("/iam-role", json!({ "name": "role" })),
            ("/anti-affinity-group", json!({ "name": "spread" })),
        ] {
            self.ask("POST", path, &body.to_string())?;
        }
        self.now += 120_000;
        self.ask("GET", "/instance", "")?;
        self.save();
        Ok(())
    }

    fn template(&mut self) -> Result<String, String> {
        Ok(first_id(&self.ask("GET", "/template", "")?, "templates"))
    }

    /// The rows that the host had to write or remove.
    fn save(&mut self) -> usize {
        let changes = self.world.take_changes();
        let count = changes.len();
        for (key, row) in changes {
            match row {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
        count
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<String, String> {
        let target = format!("/sandbox/{ZONE}/v2{path}");
        let wall = WALL + self.now;
        let header = sign(
            &self.credentials,
            &format!("{method} {target}\n{body}"),
            wall,
        );
        let request = Request {
            zone: ZONE,
            method,
            target: &target,
            authorization: Some(&header),
            body: body.as_bytes(),
        };
        match self.world.handle(self.now, wall, &request) {
            Answer::Response { status: 200, body } => Ok(body),
            refused @ (Answer::Response { .. } | Answer::Lost) => {
                Err(format!("{method} {path}: {refused:?}"))
            }
        }
    }

    /// The mean of many, with the time that the signing client takes.
    fn timed(
        &mut self,
        what: &str,
        times: u32,
        request: impl Fn(u32) -> (&'static str, String, String),
    ) -> Result<(), String> {
        let started = clock();
        let mut bytes = 0;
        for number in 0..times {
            let (method, path, body) = request(number);
            bytes = self.ask(method, &path, &body)?.len();
        }
        let mean = started.elapsed().as_micros() / u128::from(times.max(1));
        say(&format!("  {what:<28} {mean:>8} µs   {bytes} bytes"));
        self.save();
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "measures")]
fn clock() -> Instant {
    Instant::now()
}

fn instance(template: &str) -> Value {
    json!({
        "name": "one", "disk-size": 25, "template": { "id": template },
        "instance-type": { "id": "b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844" },
    })
}

fn first_id(list: &str, plural: &str) -> String {
    let list: Value = serde_json::from_str(list).unwrap_or_default();
    let id = list.pointer(&format!("/{plural}/0/id"));
    id.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn sign(credentials: &Credentials, head: &str, wall: u64) -> String {
    let expires = wall / 1_000 + 600;
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(credentials.secret.as_bytes()) else {
        return String::new(); // HMAC takes keys of any length
    };
    mac.update(format!("{head}\n\n\n{expires}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    format!(
        "EXO2-HMAC-SHA256 credential={},expires={expires},signature={signature}",
        credentials.key
    )
}
