//! Whether a launch can succeed, as far as can be known before the first change. A run asks it of itself as its first
//! step, and anybody may ask it of a key and a spec: what is read and how it is judged is the same.

mod doors;
mod held;
mod room;
mod seen;

pub use self::doors::origin_check;
use self::held::held;
use self::seen::{Seen, missing, offered};
use super::ending::Trouble;
use super::{Check, Event, Fact, Run, Target, Verdict};
use crate::exoscale::{Call, CallError, Class, Kind, Reply};
use crate::plan::{Plan, PlanKind};
use crate::time::Timestamp;

/// What came of one read.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What was asked for.
    Told(Box<Reply>),
    /// The key may not ask.
    Denied,
    /// Nothing that could be used.
    Silent,
}

impl From<Result<Reply, CallError>> for Answer {
    fn from(result: Result<Reply, CallError>) -> Self {
        match result {
            Ok(reply) => Self::Told(Box::new(reply)),
            Err(error) if error.is_denial() => Self::Denied,
            Err(_) => Self::Silent,
        }
    }
}

/// What is read, in a fixed order. Nothing of it changes anything.
pub fn preflight_calls() -> Vec<Call> {
    vec![
        Call::Organization,
        Call::List(Kind::ApiKey),
        Call::List(Kind::Role),
        Call::Quotas,
        Call::InstanceTypes,
        Call::Templates,
        Call::OwnTemplates,
        Call::List(Kind::Instance),
        Call::List(Kind::InstancePool),
        Call::List(Kind::PrivateNetwork),
        Call::List(Kind::SecurityGroup),
    ]
}

/// What the answers to [`preflight_calls`] say of a plan.
pub fn judge(plan: &Plan, answers: Vec<Answer>, now: Timestamp) -> Vec<Check> {
    Seen::from(answers).checks(plan, now)
}

impl Run {
    pub(super) fn judge_preflight(
        &mut self,
        now: Timestamp,
        target: &Target,
        answers: Vec<Answer>,
    ) {
        let seen = Seen::from(answers);
        for (name, id) in offered(seen.wanted_types(&self.plan)) {
            let fact = Fact::InstanceType { name, id };
            self.record(now, Event::Learned { fact });
        }
        for (name, id) in offered(seen.wanted_templates(&self.plan, now)) {
            let fact = Fact::Template { name, id };
            self.record(now, Event::Learned { fact });
        }
        let checks = seen.checks(&self.plan, now);
        let failed = checks
            .iter()
            .find(|check| check.verdict == Verdict::Fail)
            .cloned();
        self.record(
            now,
            Event::Checked {
                target: target.clone(),
                checks,
            },
        );
        match failed {
            None => self.done(now, target, None),
            Some(check) => self.fail_with(
                now,
                target,
                &Trouble {
                    class: class_of(&check),
                    why: &check.detail,
                    hint: &check.hint,
                },
            ),
        }
    }
}

impl Seen {
    fn checks(&self, plan: &Plan, now: Timestamp) -> Vec<Check> {
        let mut checks = vec![self.key(), held(self, plan), self.zone(plan)];
        checks.extend(self.room(plan, now));
        checks.push(available(
            "instance-types",
            self.wanted_types(plan).map(missing),
            "Choose another type or zone, or ask Exoscale to authorise it.",
        ));
        checks.push(available(
            "templates",
            self.wanted_templates(plan, now).map(missing),
            "Choose another image or zone.",
        ));
        if plan.kind == PlanKind::Launch {
            checks.push(self.name_is_free(plan));
            checks.extend(doors::access(plan));
        }
        checks
    }

    /// Whose it is: clusters are leased by organisation, so that two keys cannot work on the same one at once.
    fn key(&self) -> Check {
        let Some(organization) = &self.organization else {
            let why = "the key works, and may not say whose it is".to_owned();
            let hint = "Let its role do `get-organization`, or see that nobody works on this cluster with another key.";
            return check("key", Verdict::Warn, why, hint);
        };
        ok(
            "key",
            format!("the key works in the organisation {organization}"),
        )
    }

    /// The zone's own host has answered, and has something to offer.
    fn zone(&self, plan: &Plan) -> Check {
        let zone = plan.cluster.zone.as_str();
        match self.types_in(zone) {
            None => unknown(
                "zone",
                format!("what {zone} offers to this key could not be read"),
            ),
            Some(0) => fail(
                "zone",
                format!("the zone {zone} offers no instance type to this key"),
                "Choose another zone, or ask Exoscale to open this one for your organisation.",
            ),
            Some(count) => ok(
                "zone",
                format!("the zone {zone} answers, and offers {count} instance types"),
            ),
        }
    }
}

/// What kind of trouble a check that fails has found.
fn class_of(check: &Check) -> Class {
    match check.name.as_str() {
        "quota" => Class::Quota,
        "rights" => Class::Unauthorised,
        "name" => Class::Conflict,
        _ => Class::Configuration,
    }
}

fn check(name: &str, verdict: Verdict, detail: String, hint: &str) -> Check {
    Check {
        name: name.to_owned(),
        verdict,
        detail,
        hint: hint.to_owned(),
    }
}

fn ok(name: &str, detail: String) -> Check {
    check(name, Verdict::Ok, detail, "")
}

fn unknown(name: &str, detail: String) -> Check {
    let hint = "Let its role read this and check again, or go on: a launch finds out.";
    check(name, Verdict::Unknown, detail, hint)
}

fn fail(name: &str, detail: String, hint: &str) -> Check {
    check(name, Verdict::Fail, detail, hint)
}

fn available(name: &str, missing: Option<Vec<String>>, hint: &str) -> Check {
    match missing {
        None => unknown(name, "what is offered could not be read".to_owned()),
        Some(missing) if missing.is_empty() => ok(name, "all are offered in the zone".to_owned()),
        Some(missing) => {
            let missing = missing.join(", ");
            fail(
                name,
                format!("not offered to this key in this zone: {missing}"),
                hint,
            )
        }
    }
}
