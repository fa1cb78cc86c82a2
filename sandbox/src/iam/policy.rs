//! Role policies: a default for services, and for each service allow, deny, or rules in order.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cel::Program;

/// As on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Policy {
    pub(crate) default_service_strategy: Strategy,
    pub(crate) services: BTreeMap<String, Service>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Strategy {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Service {
    #[serde(rename = "type")]
    kind: ServiceKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ServiceKind {
    Allow,
    Deny,
    Rules,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    action: Strategy,
    expression: Program,
    /// Undocumented but sent back by real roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resources: Option<Vec<String>>,
}

/// What expressions can see.
#[derive(Debug, Clone)]
pub(crate) struct Scene<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) zone: &'a str,
    pub(crate) api_key: &'a str,
    pub(crate) source_ip: &'a str,
    /// Unix milliseconds.
    pub(crate) now: u64,
    pub(crate) parameters: Value,
}

/// Why not. Only the first form has been seen on the real API; the others follow its pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    Rule(usize),
    NoRule,
    Service,
    Default,
}

impl fmt::Display for Denial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(index) => write!(formatter, "A deny rule matched. Rule index: {index}"),
            Self::NoRule => formatter.write_str("No rule matched"),
            Self::Service => formatter.write_str("The service is denied"),
            Self::Default => formatter.write_str("The default service strategy is deny"),
        }
    }
}

impl Policy {
    pub(crate) fn allow_all() -> Self {
        Self {
            default_service_strategy: Strategy::Allow,
            services: BTreeMap::new(),
        }
    }

    /// The default strategy is for services that are not named; rules deny what none of them allows.
    pub(crate) fn decide(&self, scene: &Scene<'_>) -> Result<(), Denial> {
        let Some(service) = self.services.get(scene.service) else {
            return match self.default_service_strategy {
                Strategy::Allow => Ok(()),
                Strategy::Deny => Err(Denial::Default),
            };
        };
        match service.kind {
            ServiceKind::Allow => Ok(()),
            ServiceKind::Deny => Err(Denial::Service),
            ServiceKind::Rules => decide(&service.rules, scene),
        }
    }
}

/// Who may assume a role: rules alone, as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssumePolicy {
    #[serde(default)]
    rules: Vec<Rule>,
}

impl AssumePolicy {
    pub(crate) fn decide(&self, scene: &Scene<'_>) -> Result<(), Denial> {
        decide(&self.rules, scene)
    }
}

/// The first rule that is valid and true decides; an invalid one is skipped; none denies.
fn decide(rules: &[Rule], scene: &Scene<'_>) -> Result<(), Denial> {
    let holds = |rule: &Rule| rule.expression.holds(scene) == Ok(true);
    let found = rules.iter().enumerate().find(|(_, rule)| holds(rule));
    let (index, rule) = found.ok_or(Denial::NoRule)?;
    match rule.action {
        Strategy::Allow => Ok(()),
        Strategy::Deny => Err(Denial::Rule(index)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decide(policy: &Value, service: &str, operation: &str) -> Result<(), Denial> {
        let policy: Policy = serde_json::from_value(policy.clone()).unwrap();
        let parameters = json!({ "id": "one" });
        policy.decide(&Scene {
            service,
            operation,
            zone: "ch-dk-2",
            api_key: "EXO",
            source_ip: "192.0.2.1",
            now: 0,
            parameters,
        })
    }

    #[test]
    fn services_and_defaults() {
        let policy = json!({ "default-service-strategy": "deny", "services": {
            "compute": { "type": "allow" }, "iam": { "type": "deny" },
        }});
        assert_eq!(decide(&policy, "compute", "get-instance"), Ok(()));
        assert_eq!(decide(&policy, "iam", "get-iam-role"), Err(Denial::Service));
        assert_eq!(
            decide(&policy, "dns", "get-dns-domain"),
            Err(Denial::Default)
        );
        assert_eq!(
            Denial::Rule(0).to_string(),
            "A deny rule matched. Rule index: 0"
        );
    }

    #[test]
    fn the_first_valid_and_true_rule_decides() {
        let policy = json!({ "default-service-strategy": "allow", "services": { "compute": { "type": "rules",
        "rules": [
            { "action": "deny", "expression": "resources.pool.id == 'x'" },
            { "action": "allow", "expression": "operation in ['get-instance', 'list-zones']" },
            { "action": "deny", "expression": "operation == 'delete-instance'" },
            { "action": "allow", "expression": "operation == 'update-instance-pool' && parameters.id in ['one']" },
        ]}}});
        assert_eq!(decide(&policy, "compute", "get-instance"), Ok(()));
        assert_eq!(
            decide(&policy, "compute", "delete-instance"),
            Err(Denial::Rule(2))
        );
        assert_eq!(decide(&policy, "compute", "update-instance-pool"), Ok(()));
        assert_eq!(
            decide(&policy, "compute", "get-operation"),
            Err(Denial::NoRule)
        );
        assert_eq!(decide(&policy, "dns", "get-dns-domain"), Ok(()));
    }
}
