//! What of the engine is timed, each as one function that does it so many times. Whoever calls has the clock.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a tool of the tests stops at the first surprise"
)]

use std::hint::black_box;

use serde::Deserialize;
use shared::exoscale::{Credentials, Method, Request, sign};
use shared::link::{decode, encode};
use shared::plan::{Make, Plan, launch};
use shared::run::{Entry, Run, Workshop, make};
use shared::secret::Secret;
use shared::spec::Spec;
use shared::time::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;

/// A run as it lies on disk.
#[derive(Deserialize)]
struct Stored {
    plan: Plan,
    rows: Vec<String>,
}

/// The engine and what it is fed with.
#[wasm_bindgen]
pub struct Engine {
    stored: Stored,
}

#[wasm_bindgen]
impl Engine {
    /// Takes the plan and the journal of a long run, as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(stored: &str) -> Self {
        Self {
            stored: serde_json::from_str(stored).unwrap(),
        }
    }

    /// Does one thing so many times.
    pub fn run(&self, what: &str, size: usize, times: u32) {
        match what {
            "plan" => {
                let (spec, facts) = (spec(size), &self.stored.plan.facts);
                repeat(times, || launch(&spec, facts.clone()));
            }
            "replay" => repeat(times, || self.replayed(size)),
            "sign" => {
                let request = request(size);
                let credentials = credentials();
                repeat(times, || sign(&request, &credentials, 1_795_000_000));
            }
            "encode" => {
                let spec = spec(size);
                repeat(times, || encode(&spec));
            }
            "decode" => {
                let link = encode(&spec(size));
                repeat(times, || decode(&link));
            }
            "authority" => {
                let order = Make::Authority {
                    name: "ca".to_owned(),
                    common_name: "kubernetes".to_owned(),
                };
                repeat(times, || make(&order, &mut Shop).map(drop).unwrap());
            }
            other => panic!("there is no {other}"),
        }
    }

    /// As each wake-up does it: the rows are read, and the run is their fold.
    fn replayed(&self, lines: usize) -> Run {
        let rows = self.stored.rows[..lines].iter();
        let journal: Vec<Entry> = rows.map(|row| serde_json::from_str(row).unwrap()).collect();
        Run::replay(self.stored.plan.clone(), &journal).unwrap()
    }
}

/// Always the same randomness: it is time that is wanted.
struct Shop;

impl Workshop for Shop {
    fn random(&mut self) -> Option<[u8; 32]> {
        Some([7; 32])
    }

    fn open(&self, _name: &str) -> Option<Secret<String>> {
        None
    }

    fn public(&self, _name: &str) -> Option<String> {
        None
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_000_000)
    }
}

fn repeat<T>(times: u32, mut work: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(work());
    }
}

/// Three control planes and so many pools.
fn spec(pools: usize) -> Spec {
    let pools: Vec<String> = (0..pools)
        .map(|n| {
            format!(
                r#"{{"name":"pool-{n}","type":"standard.large","min":1,"max":{}}}"#,
                n + 2
            )
        })
        .collect();
    Spec::from_json(&format!(
        r#"{{"name":"demo","zone":"ch-dk-2","controlPlane":{{"count":3}},"pools":[{}]}}"#,
        pools.join(",")
    ))
    .unwrap()
}

fn request(bytes: usize) -> Request {
    Request {
        method: Method::Post,
        path: "/v2/instance".to_owned(),
        query: Vec::new(),
        body: Some("x".repeat(bytes)),
    }
}

fn credentials() -> Credentials {
    Credentials {
        key: "EXO0123456789abcdef01234567".to_owned(),
        secret: Secret::new("0123456789-abcdefghijklmnopqrstuvwxyz-ABCDE".to_owned()),
    }
}
