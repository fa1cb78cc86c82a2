//! Which rights the key holds, of those that the plan takes.

use std::collections::BTreeSet;

use super::seen::Seen;
use super::{check, fail, ok};
use crate::exoscale::{Call, Kind, Policy};
use crate::plan::Plan;
use crate::run::{Check, Verdict, least, rights};

const NAME: &str = "rights";

/// Whether the key may do all that the plan takes, and the image that is made beside it.
pub(super) fn held(seen: &Seen, plan: &Plan) -> Check {
    let mut needed = rights(plan);
    // Whose the key is has a check of its own.
    needed.remove(&Call::Organization.operation());
    let refused: BTreeSet<String> = seen
        .denied
        .iter()
        .filter(|call| !can_do_without(call))
        .map(Call::operation)
        .filter(|operation| needed.contains(operation))
        .collect();
    let hint = "Let its role do these as well, or use a key whose role may.";
    let Some(policy) = seen.policy(plan) else {
        return if refused.is_empty() {
            let why = "the key may not read its own role, so what it may do shows as it goes";
            let hint = "Let its role do `list-api-keys` and `list-iam-roles`, and check again.";
            check(NAME, Verdict::Unknown, why.to_owned(), hint)
        } else {
            let refused = listed(&refused);
            let why = format!(
                "this key was refused what this takes: {refused}; its role could not be read, so there may be more"
            );
            fail(NAME, why, hint)
        };
    };
    // What was refused is refused, whatever the role says: an organisation has a policy of its own, too.
    let allows = |operation: &str| {
        if refused.contains(operation) {
            return Some(false);
        }
        allowed(&policy, plan, operation)
    };
    let denied = only(&needed, |operation| allows(operation) == Some(false));
    if !denied.is_empty() {
        let why = format!(
            "the role of this key denies what this takes: {}",
            listed(&denied)
        );
        return fail(NAME, why, hint);
    }
    if needed.iter().any(|operation| allows(operation).is_none()) {
        let why = "the role of this key looks at more than operations, so what it may do shows as it goes";
        let hint = "Rules that name operations and nothing else can be judged beforehand.";
        return check(NAME, Verdict::Unknown, why.to_owned(), hint);
    }
    let baking = least::of_image(plan);
    let denied = only(&baking, |operation| allows(operation) == Some(false));
    if !denied.is_empty() {
        let why = format!(
            "the role of this key allows the launch, and denies what the image beside it takes: {}",
            listed(&denied)
        );
        let hint =
            "Let its role do these as well, or choose the stock image; the launch goes on without.";
        return check(NAME, Verdict::Warn, why, hint);
    }
    let all = needed.union(&baking).count();
    ok(
        NAME,
        format!("the role of this key allows all {all} operations that this may take"),
    )
}

/// Keys are minted for certain roles, where an administrator has made them.
fn allowed(policy: &Policy, plan: &Plan, operation: &str) -> Option<bool> {
    if operation != Kind::ApiKey.creation() || plan.facts.roles.is_empty() {
        return policy.allows(operation);
    }
    let mut minted = plan.facts.roles.values();
    minted.try_fold(true, |all, role| {
        let one = policy.allows_with(operation, &[("role_id", &role.0)])?;
        Some(all && one)
    })
}

/// A key that may not ask about itself, keys and roles may still launch.
const fn can_do_without(call: &Call) -> bool {
    matches!(
        call,
        Call::Organization | Call::List(Kind::ApiKey | Kind::Role)
    )
}

fn only(operations: &BTreeSet<String>, is: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let some = operations.iter().filter(|operation| is(operation));
    some.cloned().collect()
}

fn listed(operations: &BTreeSet<String>) -> String {
    let all: Vec<&str> = operations.iter().map(String::as_str).collect();
    all.join(", ")
}
