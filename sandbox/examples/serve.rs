//! The sandbox as a native HTTP server, for fast fuzzing and for real clients: one world an account, in memory, served by
//! several threads; virtual time is wall time times the account's speed, and nobody whom a machine calls can be reached.
//!
//! `cargo run -p sandbox --example serve -- 8790`, then `POST /api/sandbox/accounts {"preset", "seed", "speed"}` (all
//! optional) for a key, and `/sandbox/<zone>/v2/…`, or `/v2/…` with `Host: api-<zone>.exoscale.com`.

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Read as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sandbox::{Answer, Options, Preset, Request, World, account_of};
use serde::Deserialize;
use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

const PORT: u16 = 8790;
const THREADS: usize = 4;
const BODY_MAX: u64 = 1 << 20;
const ACCOUNT_CHARS: usize = 10;

type Accounts = Mutex<BTreeMap<String, Arc<Mutex<World>>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    preset: Option<Preset>,
    seed: Option<u32>,
    speed: Option<u32>,
}

/// A request, read.
struct Arrived {
    method: String,
    target: String,
    host: String,
    authorization: Option<String>,
    body: Vec<u8>,
}

#[expect(clippy::print_stdout, reason = "says where it listens")]
fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(PORT), |text| text.parse())?;
    let server = Server::http(("127.0.0.1", port))?;
    println!("sandbox: http://127.0.0.1:{port}");
    let accounts = Accounts::default();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Ok(request) = server.recv() {
                    serve(&accounts, request);
                }
            });
        }
    });
    Ok(())
}

/// A client that hangs up is no concern of ours.
fn serve(accounts: &Accounts, mut request: tiny_http::Request) {
    let header = |name: &'static str| {
        let mut headers = request.headers().iter();
        let found = headers.find(|header| header.field.equiv(name));
        found.map(|header| header.value.to_string())
    };
    let mut arrived = Arrived {
        method: request.method().to_string(),
        target: request.url().to_owned(),
        host: header("host").unwrap_or_default(),
        authorization: header("authorization"),
        body: Vec::new(),
    };
    let read = request
        .as_reader()
        .take(BODY_MAX)
        .read_to_end(&mut arrived.body);
    let (status, body) = match read {
        Ok(_) => answer(accounts, &arrived),
        Err(error) => refusal(400, &error.to_string()),
    };
    let response = Response::from_string(body).with_status_code(status);
    let json = Header::from_bytes("content-type", "application/json").into_iter();
    let _hung_up = request.respond(json.fold(response, Response::with_header));
}

fn answer(accounts: &Accounts, arrived: &Arrived) -> (u16, String) {
    let path = arrived.target.split('?').next().unwrap_or_default();
    if (arrived.method.as_str(), path) == ("POST", "/api/sandbox/accounts") {
        return open(accounts, &arrived.body);
    }
    let by_path = path
        .strip_prefix("/sandbox/")
        .and_then(|rest| rest.split_once("/v2"));
    let by_host = arrived
        .host
        .strip_prefix("api-")
        .and_then(|rest| rest.split_once(".exoscale.com"))
        .filter(|_| path.starts_with("/v2/"));
    match by_path.or(by_host) {
        Some((zone, _)) => exoscale(accounts, arrived, zone),
        None => refusal(404, "Not Found"),
    }
}

fn open(accounts: &Accounts, body: &[u8]) -> (u16, String) {
    let body = if body.is_empty() { b"{}" } else { body };
    let wanted: Wanted = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(error) => return refusal(400, &error.to_string()),
    };
    let entropy = entropy();
    let account: String = entropy
        .iter()
        .take(ACCOUNT_CHARS)
        .map(|byte| char::from(b'a' + byte % 26))
        .collect();
    let options = Options {
        preset: wanted.preset.unwrap_or(Preset::Calm),
        seed: wanted
            .seed
            .map_or_else(|| RandomState::new().hash_one(0) >> 32, u64::from),
        speed: wanted.speed.unwrap_or(1).max(1),
    };
    let said = json!({ "preset": options.preset, "seed": options.seed, "speed": options.speed });
    let (world, credentials) = World::open(&account, options, entropy, wall());
    lock(accounts).insert(account, Arc::new(Mutex::new(world)));
    let mut answer = json!({ "key": credentials.key, "secret": credentials.secret });
    if let (Value::Object(answer), Value::Object(said)) = (&mut answer, said) {
        answer.extend(said);
    }
    (201, answer.to_string())
}

fn exoscale(accounts: &Accounts, arrived: &Arrived, zone: &str) -> (u16, String) {
    let signed = arrived.authorization.as_deref();
    if signed.is_none() {
        let origin = format!("http://{}", arrived.host);
        let public = sandbox::public(&origin, &arrived.method, &arrived.target);
        return public.map_or_else(
            || refusal(403, "Authentication required"),
            |body| (200, body),
        );
    }
    let key = signed
        .and_then(|header| header.split_once("credential="))
        .and_then(|(_, rest)| rest.split(',').next());
    let account = key
        .and_then(account_of)
        .and_then(|account| lock(accounts).get(account).cloned());
    let Some(account) = account else {
        return refusal(403, "Unknown API key");
    };
    let mut world = lock(&account);
    let request = Request {
        zone,
        method: &arrived.method,
        target: &arrived.target,
        authorization: signed,
        body: &arrived.body,
    };
    let wall = wall();
    let now = world.clock().at(wall);
    while let Some(call) = world.poll(now, wall) {
        world.answer(now, call.id, None);
    }
    let answer = world.handle(now, wall, &request);
    // Nothing is stored, but what is not taken would pile up.
    drop(world.take_changes());
    match answer {
        Answer::Response { status, body } => (status, body),
        // What a proxy says when the other side has hung up.
        Answer::Lost => (504, "{}".to_owned()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a host has a clock")]
fn wall() -> u64 {
    millis(
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
    )
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The standard library's own randomness: enough for keys that open nothing but pretend accounts on this machine.
fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    for (part, number) in bytes.chunks_mut(8).zip(0_u8..) {
        part.copy_from_slice(&RandomState::new().hash_one(number).to_le_bytes());
    }
    bytes
}

/// A panic in one request must not lock all others out.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refusal(status: u16, message: &str) -> (u16, String) {
    (status, json!({ "message": message }).to_string())
}
