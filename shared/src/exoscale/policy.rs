//! What a role may do, in Exoscale's words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a role may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Policy {
    /// What holds for services that are not named: `allow` or `deny`.
    pub default_service_strategy: String,
    /// By service.
    pub services: BTreeMap<String, ServicePolicy>,
}

/// What a role may do with one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePolicy {
    /// `allow`, `deny` or `rules`.
    #[serde(rename = "type")]
    pub kind: String,
    /// In order; the first that holds decides.
    #[serde(default)]
    pub rules: Vec<PolicyRule>,
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// `allow` or `deny`.
    pub action: String,
    /// In CEL.
    pub expression: String,
}

impl Policy {
    /// Denies everything but what one of these expressions of the compute service allows.
    pub fn only_compute(expressions: &[String]) -> Self {
        Self::only(BTreeMap::from([(COMPUTE, expressions.to_vec())]))
    }

    /// Denies everything but these operations.
    pub fn allowing<'a>(operations: impl IntoIterator<Item = &'a str>) -> Self {
        let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for operation in operations {
            services
                .entry(service(operation))
                .or_default()
                .push(operation);
        }
        let expressions = services.into_iter().map(|(service, operations)| {
            (service, vec![one_of("operation", operations.into_iter())])
        });
        Self::only(expressions.collect())
    }

    fn only(expressions: BTreeMap<&str, Vec<String>>) -> Self {
        let services = expressions.into_iter().map(|(service, expressions)| {
            let rules = expressions.into_iter().map(|expression| PolicyRule {
                action: ALLOW.to_owned(),
                expression,
            });
            let rules = ServicePolicy {
                kind: RULES.to_owned(),
                rules: rules.collect(),
            };
            (service.to_owned(), rules)
        });
        Self {
            default_service_strategy: "deny".to_owned(),
            services: services.collect(),
        }
    }

    /// The same, and one operation more, only where a parameter of its has one of these values.
    #[must_use]
    pub fn and_with(mut self, operation: &str, parameter: &str, values: &[&str]) -> Self {
        let values = one_of(&format!("parameters.{parameter}"), values.iter().copied());
        let rule = PolicyRule {
            action: ALLOW.to_owned(),
            expression: format!("operation == '{operation}' && {values}"),
        };
        let service = self.services.entry(service(operation).to_owned());
        let none = || ServicePolicy {
            kind: RULES.to_owned(),
            rules: Vec::new(),
        };
        service.or_insert_with(none).rules.push(rule);
        self
    }

    /// Whether it allows an operation; nothing where that hangs on more than the operation's name.
    pub fn allows(&self, operation: &str) -> Option<bool> {
        self.allows_with(operation, &[])
    }

    /// Whether it allows an operation with these parameters, by their names in rules; nothing where it hangs on more.
    pub fn allows_with(&self, operation: &str, parameters: &[(&str, &str)]) -> Option<bool> {
        let Some(service) = self.services.get(service(operation)) else {
            return Some(self.default_service_strategy == ALLOW);
        };
        if service.kind != RULES {
            return Some(service.kind == ALLOW);
        }
        for rule in &service.rules {
            if holds(&rule.expression, operation, parameters)? {
                return Some(rule.action == ALLOW);
            }
        }
        Some(false)
    }
}

const ALLOW: &str = "allow";
const RULES: &str = "rules";
const COMPUTE: &str = "compute";

/// The service whose rules an operation falls under.
fn service(operation: &str) -> &'static str {
    let access = ["api-key", "iam-role", "iam-organization-policy"];
    if access.iter().any(|what| operation.contains(what)) {
        "iam"
    } else {
        COMPUTE
    }
}

/// `what in ['one', 'another']`
pub(crate) fn one_of<'a>(what: &str, values: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = values.map(|value| format!("'{value}'")).collect();
    format!("{what} in [{}]", quoted.join(", "))
}

/// Whether a rule is about an operation, for the forms of CEL that look at no more than its name and parameters.
fn holds(expression: &str, operation: &str, parameters: &[(&str, &str)]) -> Option<bool> {
    // What may hold in more ways than one is left to Exoscale.
    if expression.contains(['|', '?', '!', '(']) {
        return None;
    }
    let mut known = true;
    for term in expression.split("&&") {
        match term_holds(term.trim(), operation, parameters) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

/// `true`, `operation == 'one'`, `parameters.id in ['one', 'another']`
fn term_holds(term: &str, operation: &str, parameters: &[(&str, &str)]) -> Option<bool> {
    if term == "true" {
        return Some(true);
    }
    let end = term.find([' ', '=', '['])?;
    let (what, rest) = (term.get(..end)?, term.get(end..)?.trim_start());
    let value = if what == "operation" {
        operation
    } else {
        let name = what.strip_prefix("parameters.")?;
        parameters.iter().find(|(one, _)| *one == name)?.1
    };
    if let Some(one) = rest.strip_prefix("==") {
        return Some(quoted(one)? == value);
    }
    let list = rest
        .strip_prefix("in")?
        .trim()
        .strip_prefix('[')?
        .strip_suffix(']')?;
    let names: Option<Vec<&str>> = list.split(',').map(quoted).collect();
    Some(names?.contains(&value))
}

fn quoted(word: &str) -> Option<&str> {
    let word = word.trim();
    let inside = |quote| word.strip_prefix(quote)?.strip_suffix(quote);
    let name: &str = inside('\'').or_else(|| inside('"'))?;
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
    plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(rules: &[(&str, &str)]) -> Policy {
        let rules = rules.iter().map(|(action, expression)| PolicyRule {
            action: (*action).to_owned(),
            expression: (*expression).to_owned(),
        });
        let compute = ServicePolicy {
            kind: "rules".to_owned(),
            rules: rules.collect(),
        };
        Policy {
            default_service_strategy: ALLOW.to_owned(),
            services: BTreeMap::from([(COMPUTE.to_owned(), compute)]),
        }
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let policy = ruled(&[
            ("deny", "operation == 'delete-instance'"),
            (
                "allow",
                "operation in ['get-instance', \"delete-instance\"]",
            ),
        ]);
        assert_eq!(policy.allows("get-instance"), Some(true));
        assert_eq!(policy.allows("delete-instance"), Some(false));
        assert_eq!(policy.allows("create-instance"), Some(false));
        assert_eq!(policy.allows("create-api-key"), Some(true), "by default");
    }

    #[test]
    fn what_hangs_on_more_than_the_name_is_not_known() {
        for expression in [
            "zone == 'ch-dk-2'",
            "operation == 'get-instance' && zone == 'b'",
            "operation == 'get-instance' && parameters.id == 'one'",
            "operation == 'get-instance' || operation == 'get-zone'",
            "operation in ['a'] || true",
            "",
            "operation",
        ] {
            let policy = ruled(&[("allow", "operation == 'get-zone'"), ("allow", expression)]);
            assert_eq!(policy.allows("get-zone"), Some(true), "{expression}");
            assert_eq!(policy.allows("get-instance"), None, "{expression}");
        }
    }

    #[test]
    fn a_policy_for_operations_allows_them_and_no_others() {
        let policy = Policy::allowing(["get-instance", "create-api-key"]);
        assert_eq!(policy.allows("get-instance"), Some(true));
        assert_eq!(policy.allows("create-api-key"), Some(true));
        assert_eq!(policy.allows("delete-api-key"), Some(false));
        assert_eq!(policy.allows("create-instance"), Some(false));
    }

    #[test]
    fn a_rule_that_looks_at_a_parameter_is_judged_by_what_is_asked() {
        let policy = Policy::allowing(["get-instance", "list-api-keys"]).and_with(
            "create-api-key",
            "role_id",
            &["one", "two"],
        );
        let minting = |role| policy.allows_with("create-api-key", &[("role_id", role)]);
        assert_eq!(minting("one"), Some(true));
        assert_eq!(minting("three"), Some(false));
        assert_eq!(policy.allows("create-api-key"), None);
        // Whatever the parameter is, the rule is about another operation.
        assert_eq!(policy.allows("delete-api-key"), Some(false));
        assert_eq!(policy.allows("list-api-keys"), Some(true));
    }
}
