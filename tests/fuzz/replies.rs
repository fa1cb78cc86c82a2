//! Exoscale's answers: a proxy on the way, a new release, somebody's odd label. What cannot be read is said without
//! repeating what may be secret.

use proptest::prelude::*;
use serde_json::Value;
use shared::exoscale::{Call, CallError, Create, Kind, OperationId, Reply, ResourceId};
use shared::plan::{ClusterRef, Survey};
use shared::spec::Zone;

use crate::damage::{damaged_text, damages, wounded, wounds};
use crate::drill::{Judged, drill, json, lines, one_of, timely};

/// `operation status body` a line, as the sandbox answered during a launch and a destroy.
const REPLIES: &str = include_str!("corpus/replies.txt");

/// `operation body` a line: both rounds of reading a cluster from its account, in their order.
const STANDING: &str = include_str!("corpus/standing.txt");

const REPLY_MS_MAX: u64 = 50;

/// Characters of a reason: it is kept in the journal and shown.
const REASON_CHARS_MAX: usize = 600;

#[derive(Clone, Copy, Debug)]
struct Recorded {
    operation: &'static str,
    status: u16,
    body: &'static str,
}

fn replies() -> Vec<Recorded> {
    let read = |line: &'static str| {
        let mut parts = line.splitn(3, ' ');
        let mut part = || parts.next().unwrap();
        Recorded {
            operation: part(),
            status: part().parse().unwrap(),
            body: part(),
        }
    };
    lines(REPLIES).into_iter().map(read).collect()
}

/// Every way in which an answer is read.
fn calls() -> Vec<Call> {
    let id = || ResourceId::from("0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a");
    let mint = Create::ApiKey {
        name: "a key".to_owned(),
        role: id(),
    };
    let lists = Kind::ALL.map(Call::List);
    let gets = Kind::ALL.map(|kind| Call::Get(kind, id()));
    let others = [
        Call::Organization,
        Call::Quotas,
        Call::InstanceTypes,
        Call::Templates,
        Call::Operation(OperationId("op".to_owned())),
        Call::Get(Kind::Snapshot, id()),
        Call::Create(Box::new(mint)),
        Call::Start(id()),
    ];
    lists.into_iter().chain(gets).chain(others).collect()
}

/// The call of a recorded answer; whatever starts an operation is answered like a start.
fn call_of(operation: &str) -> Call {
    let same = |call: &Call| call.operation() == operation;
    let start = || Call::Start(ResourceId::from("x"));
    calls().into_iter().find(same).unwrap_or_else(start)
}

fn judge(call: &Call, status: u16, body: &str) -> Judged {
    let read = timely(REPLY_MS_MAX, || Reply::parse(call, status, body.as_bytes()))?;
    let ok = (200..300).contains(&status);
    prop_assert!(
        ok || matches!(read, Err(CallError::Refused { .. })),
        "{read:?}"
    );
    if let Err(error) = &read {
        let reason = error.to_string();
        prop_assert!(
            reason.chars().count() <= REASON_CHARS_MAX,
            "{} characters",
            reason.len()
        );
        prop_assert!(!ok || !reason.contains(CANARY), "{reason}");
    }
    let whole = matches!(&read, Ok(Reply::One(_)));
    prop_assert!(
        whole || !ok || !format!("{read:?}").contains(CANARY),
        "{read:?}"
    );
    Ok(())
}

#[test]
fn every_answer_of_the_corpus_is_read() {
    for Recorded {
        operation,
        status,
        body,
    } in replies()
    {
        let read = Reply::parse(&call_of(operation), status, body.as_bytes());
        assert_eq!(read.is_ok(), status == 200, "{read:?}");
        judge(&call_of(operation), status, body).unwrap();
    }
    assert!(replies().len() > 30);
}

#[test]
fn damaged_text_is_refused_or_read() {
    let input = (
        (one_of(replies()), one_of(replies()), damages()),
        (
            one_of(calls()),
            prop_oneof![3 => Just(200), 1 => any::<u16>()],
        ),
    );
    drill(
        3_000,
        &input,
        |((reply, other, damages), (call, status))| {
            let body = damaged_text(reply.body, other.body, &damages);
            judge(&call_of(reply.operation), reply.status, &body)?;
            judge(&call, status, &body)
        },
    );
}

#[test]
fn wounded_values_are_refused_or_read() {
    let are_json = |reply: &Recorded| reply.body.starts_with('{');
    let whole = replies().into_iter().filter(are_json).collect();
    drill(1_000, &(one_of(whole), wounds()), |(reply, wounds)| {
        let body = wounded(&json(reply.body), &wounds).to_string();
        judge(&call_of(reply.operation), reply.status, &body)
    });
}

/// What is secret stands where the answer has something else, or what is not secret stands in its place.
#[test]
fn an_answer_that_cannot_be_read_is_not_repeated() {
    let secrets: Vec<Recorded> = replies()
        .into_iter()
        .filter(|reply| {
            ["create-api-key", "get-instance", "get-instance-pool"].contains(&reply.operation)
        })
        .collect();
    assert!(secrets.len() >= 3);
    let input = (one_of(secrets), any::<prop::sample::Index>());
    drill(1_000, &input, |(reply, place)| {
        let whole = json(reply.body);
        let fields = whole.as_object().unwrap();
        let key = fields.keys().nth(place.index(fields.len())).unwrap();
        let hidden = ["secret", "user-data"].contains(&key.as_str());
        let mut changed = whole.clone();
        let call = call_of(reply.operation);
        let shapes = [Value::from(CANARY), Value::from(vec![CANARY])];
        for shape in shapes
            .into_iter()
            .chain([serde_json::json!({ CANARY: CANARY })])
        {
            changed[key] = shape;
            let read = Reply::parse(&call, 200, changed.to_string().as_bytes());
            if hidden || read.is_err() {
                prop_assert!(!format!("{read:?}").contains(CANARY), "{read:?}");
            }
        }
        let bare = Reply::parse(&call, 200, Value::from(CANARY).to_string().as_bytes());
        prop_assert!(!format!("{bare:?}").contains(CANARY), "{bare:?}");
        Ok(())
    });
}

/// A word that no answer has.
const CANARY: &str = "canary-that-must-not-sing";

fn standing() -> Vec<(&'static str, &'static str)> {
    let split = |line: &'static str| line.split_once(' ').unwrap();
    lines(STANDING).into_iter().map(split).collect()
}

/// Reads a cluster from what its account answers.
fn read_standing(answers: &[(&str, String)]) -> Result<(), String> {
    let cluster = ClusterRef {
        name: "demo".to_owned(),
        id: None,
        zone: "ch-dk-2".parse::<Zone>().unwrap(),
    };
    let parse = |(operation, body): &(&str, String)| {
        Reply::parse(&call_of(operation), 200, body.as_bytes()).map_err(|error| error.to_string())
    };
    let (first, more) = answers.split_at(Survey::calls().len());
    let first = first.iter().map(parse).collect::<Result<_, _>>()?;
    let survey = Survey::new(&cluster, first).map_err(|error| error.to_string())?;
    let more = more.iter().map(parse).collect::<Result<_, _>>()?;
    let standing = survey.standing(more).map_err(|error| error.to_string())?;
    let text = serde_json::to_string(&standing).map_err(|error| error.to_string())?;
    let again: shared::plan::Standing =
        serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if again == standing {
        Ok(())
    } else {
        Err("it is stored as something else".to_owned())
    }
}

#[test]
fn a_cluster_is_read_from_wounded_answers_or_not_at_all() {
    let whole = |(operation, body): (&'static str, &'static str)| (operation, body.to_owned());
    let answers: Vec<(&str, String)> = standing().into_iter().map(whole).collect();
    assert_eq!(read_standing(&answers), Ok(()));
    let input = (any::<prop::sample::Index>(), wounds());
    drill(200, &input, |(place, wounds)| {
        let mut changed = answers.clone();
        let body = &mut changed[place.index(answers.len())].1;
        *body = wounded(&json(body), &wounds).to_string();
        let read = timely(10 * REPLY_MS_MAX, || read_standing(&changed))?;
        let kept = !matches!(&read, Err(why) if why.contains("stored"));
        prop_assert!(kept, "{read:?}");
        Ok(())
    });
}
