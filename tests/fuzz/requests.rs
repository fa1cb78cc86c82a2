//! What reaches the pretend Exoscale, which anybody may open: it stands beside everybody's runs in one process.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sandbox::{Answer, Options, Preset, World};
use serde_json::Value;
use shared::exoscale::{Credentials, Method, Request, sign};
use shared::secret::Secret;

use crate::damage::{damaged_text, damages, wounded, wounds};
use crate::drill::{Judged, drill, json, lines, one_of, timely};

/// `METHOD target reference body` a line: what a launch asks for that changes something, and what it then got.
const CORPUS: &str = include_str!("corpus/requests.txt");

/// With loading the account and two minutes of its life.
const ANSWER_MS_MAX: u64 = 300;

const ZONE: &str = "ch-dk-2";

/// One request of the corpus.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    reference: &'static str,
    pub(crate) body: &'static str,
}

pub(crate) fn requests() -> Vec<Recorded> {
    let read = |line: &'static str| {
        let mut parts = line.splitn(4, ' ');
        let mut part = || parts.next().unwrap();
        Recorded {
            method: part(),
            target: part(),
            reference: part(),
            body: part(),
        }
    };
    lines(CORPUS).into_iter().map(read).collect()
}

/// An account, its key, and its time.
pub(crate) struct Account {
    pub(crate) world: World,
    pub(crate) credentials: Credentials,
    pub(crate) now: u64,
}

impl Account {
    pub(crate) fn open() -> Self {
        let now = 1_795_000_000_000;
        let options = Options {
            preset: Preset::Calm,
            seed: 1,
            speed: 1,
        };
        let (world, keys) = World::open("testaccoun", options, [7; 32], now);
        let secret = Secret::new(keys.secret);
        Self {
            world,
            credentials: Credentials {
                key: keys.key,
                secret,
            },
            now,
        }
    }

    /// The header that authenticates this request for a minute.
    pub(crate) fn signed(&self, request: &Request) -> String {
        sign(request, &self.credentials, self.now / 1_000 + 60)
    }

    pub(crate) fn send(&mut self, request: &Request, authorization: &str) -> (u16, String) {
        let wire = sandbox::Request {
            zone: ZONE,
            method: request.method.as_str(),
            target: &request.target(),
            authorization: Some(authorization),
            body: request.body.as_deref().unwrap_or_default().as_bytes(),
        };
        match self.world.handle(self.now, self.now, &wire) {
            Answer::Response { status, body } => (status, body),
            Answer::Lost => panic!("the weather is calm"),
        }
    }

    /// A minute passes, and whoever calls home hears nothing.
    fn pass(&mut self) {
        self.now += 60_000;
        while let Some(call) = self.world.poll(self.now, self.now) {
            self.world.answer(self.now, call.id, None);
        }
    }
}

/// A request on this target. Its query, if it has one, is not signed.
pub(crate) fn request(method: &str, target: &str, body: &str) -> Request {
    Request {
        method: Method::parse(method).unwrap(),
        path: target.to_owned(),
        query: Vec::new(),
        body: (!body.is_empty()).then(|| body.to_owned()),
    }
}

/// Signs and sends. A query that stands in the path is not part of what is signed.
fn ask(account: &mut Account, recorded: Recorded, target: &str, body: &str) -> (u16, String) {
    let whole = request(recorded.method, target, body);
    let signed = request(
        recorded.method,
        target.split('?').next().unwrap_or_default(),
        body,
    );
    let authorization = account.signed(&signed);
    account.send(&whole, &authorization)
}

/// A launch as it was recorded, on new identifiers: the rows of its account, and what it is called now.
struct Stage {
    rows: Vec<(String, String)>,
    now: u64,
    renamed: BTreeMap<&'static str, String>,
}

impl Stage {
    fn set() -> Self {
        let mut account = Account::open();
        let mut stage = Self {
            rows: Vec::new(),
            now: 0,
            renamed: BTreeMap::new(),
        };
        for recorded in requests() {
            let (target, body) = (stage.renew(recorded.target), stage.renew(recorded.body));
            let (status, answer) = ask(&mut account, recorded, &target, &body);
            assert_eq!(status, 200, "{} {target}: {answer}", recorded.method);
            let answer = json(&answer);
            let id = [&answer["reference"]["id"], &answer["key"]]
                .into_iter()
                .find_map(Value::as_str);
            stage
                .renamed
                .insert(recorded.reference, id.unwrap_or_default().to_owned());
            account.pass();
        }
        let changes = account.world.take_changes().into_iter();
        stage.rows = changes.filter_map(|(key, row)| Some((key, row?))).collect();
        stage.now = account.now;
        stage
    }

    /// The same text with the identifiers of this account.
    fn renew(&self, text: &str) -> String {
        self.renamed
            .iter()
            .fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
    }

    /// Sends one more request to an account in which everything stands.
    fn judge(&self, recorded: Recorded, target: &str, body: &str) -> Judged {
        let (status, answer) = timely(ANSWER_MS_MAX, || {
            let mut account = Account {
                now: self.now,
                ..Account::open()
            };
            account.world = World::load(self.rows.clone()).unwrap();
            let answer = ask(&mut account, recorded, target, body);
            account.pass();
            account.pass();
            answer
        })?;
        prop_assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{answer}");
        prop_assert_ne!(status, 500, "{} {}: {}", recorded.method, target, answer);
        Ok(())
    }
}

#[test]
fn damaged_requests_are_refused_or_served() {
    let stage = Stage::set();
    let input = (
        one_of(requests()),
        one_of(requests()),
        damages(),
        any::<bool>(),
    );
    drill(200, &input, |(recorded, other, damages, in_target)| {
        let (mut target, mut body) = (stage.renew(recorded.target), stage.renew(recorded.body));
        if in_target {
            target = damaged_text(&target, other.target, &damages);
        } else {
            body = damaged_text(&body, other.body, &damages);
        }
        stage.judge(recorded, &target, &body)
    });
}

#[test]
fn wounded_bodies_are_refused_or_served() {
    let stage = Stage::set();
    let with_body = requests()
        .into_iter()
        .filter(|recorded| recorded.body.len() > 2)
        .collect();
    drill(200, &(one_of(with_body), wounds()), |(recorded, wounds)| {
        let body = wounded(&json(&stage.renew(recorded.body)), &wounds);
        stage.judge(recorded, &stage.renew(recorded.target), &body.to_string())
    });
}
