//! Random valid specs, and what a control plane and a pool of each would be told: one line of JSON for each spec.
//!
//! `cargo run -p tests --features arbitrary --example render -- SEED FIRST COUNT STEP` prints the specs FIRST,
//! FIRST + STEP, … below COUNT. The same seed and number are the same spec, whoever asks.

#![expect(
    clippy::panic,
    reason = "a tool of the tests stops at the first surprise"
)]

mod told;

use std::error::Error;
use std::io::{self, BufWriter, Write as _};
use std::net::IpAddr;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use shared::catalog::bill;
use shared::pki;
use shared::plan::{Facts, Resource, launch};
use shared::secret::Secret;
use shared::spec::{Spec, arbitrary};
use told::{Known, machines, told};

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .map(|number| number.parse())
        .collect::<Result<_, _>>()?;
    let [seed, first, count, step] = numbers[..] else {
        return Err("usage: render SEED FIRST COUNT STEP".into());
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let (any, worst) = (arbitrary::spec().boxed(), arbitrary::worst_spec().boxed());
    for number in (first..count).step_by(usize::try_from(step)?) {
        let draw = Draw { seed, number };
        let specs = if number.is_multiple_of(WORST_EVERY) {
            &worst
        } else {
            &any
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &draw.bytes("spec"));
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let drawn = specs.new_tree(&mut runner);
        let spec = drawn.map_err(|reason| reason.to_string())?.current();
        writeln!(out, "{}", draw.line(&spec))?;
    }
    Ok(out.flush()?)
}

/// Everything random about one line.
struct Draw {
    seed: u64,
    number: u64,
}

impl Draw {
    fn line(&self, spec: &Spec) -> serde_json::Value {
        let facts = Facts {
            run: self.run(),
            origin: "https://slipway.example".to_owned(),
            caller: vec![IpAddr::from([198, 51, 100, 7]).into()],
            kubernetes: bill(spec.kubernetes()).kubernetes_floor.to_owned(),
            key: None,
            roles: [].into(),
            standing: None,
        };
        let plan = launch(spec, facts);
        let even = self.number.is_multiple_of(2);
        let machines: Vec<_> = told(self.picked(&machines(&plan)), self)
            .iter()
            .zip([even, !even])
            .map(|(told, whole)| told.json(whole))
            .collect();
        json!({ "number": self.number, "spec": spec, "facts": plan.facts, "machines": machines })
    }

    /// A control plane and a pool. Only one of them gets its user-data: packing it is what takes the time.
    fn picked<'a>(&self, all: &[&'a Resource]) -> Vec<&'a Resource> {
        let (planes, pools): (Vec<_>, Vec<_>) = all
            .iter()
            .partition(|resource| matches!(resource, Resource::Instance(_)));
        let turn = usize::try_from(self.number / 2).unwrap_or(0);
        let one_of = |some: &[&'a Resource]| some.get(turn % some.len().max(1)).copied();
        one_of(&planes).into_iter().chain(one_of(&pools)).collect()
    }

    /// 26 characters of base32, as a browser draws them.
    fn run(&self) -> String {
        let letters = b"abcdefghijklmnopqrstuvwxyz234567";
        let random = self.bytes("run");
        let letter = |byte: &u8| letters.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
        random.iter().map(letter).map(char::from).take(26).collect()
    }

    fn bytes(&self, what: &str) -> [u8; 32] {
        let hash = pki::hash_hex(&format!("{}/{}/{what}", self.seed, self.number));
        let mut bytes = [0; 32];
        bytes
            .iter_mut()
            .zip(hash.bytes())
            .for_each(|(byte, letter)| *byte = letter);
        bytes
    }
}

impl Known for Draw {
    fn secret(&self, name: &str) -> Secret<String> {
        if name == "join-token" {
            pki::join_token(&self.bytes(name))
        } else {
            pki::ticket(&self.bytes(name))
        }
    }

    fn ca_hash(&self) -> String {
        format!("sha256:{}", pki::hash_hex(&self.run()))
    }
}

/// One spec in so many fills every list and every budget.
const WORST_EVERY: u64 = 10;
