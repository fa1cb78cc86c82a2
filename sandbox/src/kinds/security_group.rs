//! Security groups: global, names unique, without an update. Rules and members are in the files beside.

mod member;
pub(crate) mod rule;

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use self::rule::Rule;
use super::kind::{self, Kind};
use crate::durations::SMALL_CHANGE;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-security-groups", kind::list::<SecurityGroup>),
    ("create-security-group", create),
    ("get-security-group", kind::show::<SecurityGroup>),
    ("delete-security-group", kind::remove::<SecurityGroup>),
    ("add-rule-to-security-group", rule::add),
    ("delete-rule-from-security-group", rule::remove),
    ("attach-instance-to-security-group", member::attach),
    ("detach-instance-from-security-group", member::detach),
    ("add-external-source-to-security-group", member::add_source),
    (
        "remove-external-source-from-security-group",
        member::remove_source,
    ),
];

const DEFAULT: &str = "default";
/// What must be let in where load balancers check.
const HEALTHCHECK_SOURCES: &str = "public-nlb-healthcheck-sources";
/// Groups that Exoscale publishes, with the addresses of its own services: here from 198.19.254.0/24.
const PUBLIC: [(&str, [u8; 2]); 3] = [
    (HEALTHCHECK_SOURCES, [0, 25]),
    ("public-sks-apiservers", [128, 26]),
    ("public-sos-endpoints", [192, 26]),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    id: String,
    settings: Settings,
    /// They count as members when a rule names the group.
    pub(crate) sources: Vec<IpNet>,
    pub(crate) rules: Vec<Rule>,
    /// Published by Exoscale.
    pub(crate) public: bool,
    born: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settings {
    name: String,
    description: Option<String>,
}

impl Kind for SecurityGroup {
    const NAME: &'static str = "security-group";
    const PLURAL: &'static str = "security-groups";
    const TITLE: &'static str = "Security group";
    const CHANGE_MS: u64 = SMALL_CHANGE;

    fn born(&self) -> u64 {
        self.born
    }

    /// One's own, unless the query says otherwise.
    fn is_asked_for(&self, query: &BTreeMap<String, String>) -> bool {
        let visibility = query.get("visibility").map_or("private", String::as_str);
        visibility == self.visibility()
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("visibility", self.visibility())
            .maybe("external-sources", Some(&self.sources))
            .maybe("rules", Some(&self.rules))
    }

    /// Not while it is worn by a machine that is not entirely gone, by a pool, or named in a rule of another group.
    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        if self.settings.name == DEFAULT || self.public {
            return Err(Refusal::conflict("This security group cannot be deleted"));
        }
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.security_groups.contains(&self.id));
        if by_pool || self.wearers(state).next().is_some() {
            return Err(Refusal::in_use(
                "Cannot delete group when it's in use by virtual machines",
            ));
        }
        let mut others = state
            .security_groups
            .values()
            .filter(|group| group.id != self.id);
        if others.any(|group| group.rules.iter().any(|rule| rule.names(&self.id))) {
            return Err(Refusal::in_use(
                "Cannot delete group when it's referenced by rules of another group",
            ));
        }
        Ok(())
    }
}

impl SecurityGroup {
    fn visibility(&self) -> &'static str {
        if self.public { "public" } else { "private" }
    }

    pub(crate) fn wearers<'a>(
        &'a self,
        state: &'a State,
    ) -> impl Iterator<Item = &'a super::instance::Instance> {
        state
            .instances
            .values()
            .filter(|instance| instance.security_groups.contains(&self.id))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    RuleAdded(String, Rule),
    RuleDeleted(String, String),
    Attached(String, String),
    Detached(String, String),
    SourceAdded(String, IpNet),
    SourceRemoved(String, IpNet),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Attached(id, instance) => return member::attached(state, &id, &instance),
            Self::Detached(id, instance) => member::detached(state, &id, &instance),
            Self::RuleAdded(id, rule) => own_mut(state, &id)?.rules.push(rule),
            Self::RuleDeleted(id, rule) => {
                own_mut(state, &id)?.rules.retain(|kept| kept.id != rule);
            }
            Self::SourceAdded(id, source) => own_mut(state, &id)?.sources.push(source),
            Self::SourceRemoved(id, source) => {
                own_mut(state, &id)?.sources.retain(|kept| *kept != source);
            }
        }
        Ok(())
    }
}

/// The groups every organisation has: its own `default`, and the published ones.
pub(crate) fn found(state: &mut State) {
    let default = group(state, DEFAULT, Some("Default Security Group".to_owned()));
    state.security_groups.insert(&default.id.clone(), default);
    for (name, [last, length]) in PUBLIC {
        let source = format!("198.19.254.{last}/{length}").parse();
        let published = SecurityGroup {
            sources: source.into_iter().collect(),
            public: true,
            ..group(state, name, None)
        };
        state
            .security_groups
            .insert(&published.id.clone(), published);
    }
}

/// What an instance without a group of its own gets.
pub(crate) fn default_group(state: &State) -> Option<String> {
    state
        .security_groups
        .values()
        .find(|group| group.settings.name == DEFAULT)
        .map(|group| group.id.clone())
}

/// Where load balancers check from.
pub(crate) fn healthcheck_sources(state: &State) -> &[IpNet] {
    state
        .security_groups
        .values()
        .find(|group| group.public && group.settings.name == HEALTHCHECK_SOURCES)
        .map(|group| group.sources.as_slice())
        .unwrap_or_default()
}

pub(crate) fn check_all_exist(state: &State, groups: &[String]) -> Result<(), Refusal> {
    let exists = |id: &String| {
        state
            .security_groups
            .get(id)
            .is_some_and(|group| !group.public)
    };
    if groups.iter().all(exists) {
        Ok(())
    } else {
        Err(Refusal::not_found(SecurityGroup::TITLE))
    }
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    let taken = |group: &SecurityGroup| group.settings.name == settings.name;
    if ask.state.security_groups.values().any(taken) {
        return Err(Refusal::conflict("Security Group name is already in use"));
    }
    let group = group(ask.state, &settings.name, settings.description);
    kind::make(ask, &group.id.clone(), group)
}

fn group(state: &mut State, name: &str, description: Option<String>) -> SecurityGroup {
    SecurityGroup {
        id: state.uuid(),
        settings: Settings {
            name: name.to_owned(),
            description,
        },
        sources: Vec::new(),
        rules: Vec::new(),
        public: false,
        born: state.meta.now,
    }
}

/// A group of the organisation's own: published ones are read-only.
fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a SecurityGroup, Refusal> {
    let group = kind::own::<SecurityGroup>(ask)?;
    if group.public {
        return Err(Refusal::forbidden("Security group is public"));
    }
    Ok(group)
}

fn own_mut<'a>(state: &'a mut State, id: &str) -> Result<&'a mut SecurityGroup, Failure> {
    let group = state.security_groups.get_mut(id);
    group.ok_or_else(|| Failure::new("not-found", "Security group not found"))
}

fn begin(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    kind::begin::<SecurityGroup>(ask, id, super::Change::SecurityGroup(change))
}

#[cfg(test)]
mod tests;
