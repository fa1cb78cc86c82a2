//! The pools of the spec in the making: added, removed and renamed with what follows from it.

use leptos::prelude::*;
use serde_json::Value;
use shared::limits;

use super::Compose;
use super::compose::default_draft;

impl Compose {
    /// How many pools there are.
    pub fn pool_count(self) -> usize {
        self.draft.with(|draft| {
            draft
                .value("pools")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        })
    }

    /// Adds a pool like the default one, under a name of its own.
    pub fn add_pool(self) {
        self.add_pool_like(default_draft().value("pools[0]"));
    }

    /// Adds a pool like another, under a name of its own.
    pub fn duplicate_pool(self, index: usize) {
        let path = format!("pools[{index}]");
        let pool = self
            .draft
            .with_untracked(|draft| draft.value(&path).cloned());
        self.add_pool_like(pool.as_ref());
    }

    fn add_pool_like(self, template: Option<&Value>) {
        let count = untrack(|| self.pool_count());
        let name = (count.saturating_add(1)..=limits::POOLS_MAX.saturating_mul(2))
            .map(|number| format!("pool-{number}"))
            .find(|name| !self.has_pool(name));
        let template = template.cloned().unwrap_or_default();
        self.draft.update(|draft| {
            draft.add_pool("");
            draft.set(&format!("pools[{count}]"), template);
            draft.set(
                &format!("pools[{count}].name"),
                name.unwrap_or_default().into(),
            );
        });
    }

    /// Removes a pool; load balancers then go to the first of the others, if they went there.
    pub fn remove_pool(self, index: usize) {
        let name = self.pool_name(index);
        self.draft.update(|draft| draft.remove_pool(index));
        if self.draft.with_untracked(|draft| draft.text("ingressPool")) == name {
            self.set("ingressPool", self.pool_name(0).into());
        }
    }

    /// Renames a pool, also where load balancers go to it.
    pub fn rename_pool(self, index: usize, name: &str) {
        let before = self.pool_name(index);
        self.set(&format!("pools[{index}].name"), name.into());
        if self.draft.with_untracked(|draft| draft.text("ingressPool")) == before {
            self.set("ingressPool", name.into());
        }
    }

    fn has_pool(self, name: &str) -> bool {
        (0..self.pool_count()).any(|index| self.pool_name(index) == name)
    }

    fn pool_name(self, index: usize) -> String {
        self.draft
            .with_untracked(|draft| draft.text(&format!("pools[{index}].name")))
    }

    /// Whether a pool is spread although its size says otherwise, or the other way around.
    pub fn is_spread_otherwise(self, index: usize) -> bool {
        let max = self.text(&format!("pools[{index}].max")).parse::<u16>();
        let spread = self.text(&format!("pools[{index}].spread")) == "true";
        max.is_ok_and(|max| spread != (max <= limits::SPREAD_NODES_MAX))
    }

    /// A pool that grows beyond what can be spread is not spread, and is again once it fits; in between it is the
    /// person's choice.
    pub(super) fn follow_max(self, pool: &str, text: &str) {
        let fits = |text: &str| {
            text.trim()
                .parse::<u16>()
                .ok()
                .map(|max| max <= limits::SPREAD_NODES_MAX)
        };
        let (before, after) = (
            fits(&untrack(|| self.text(&format!("{pool}.max")))),
            fits(text),
        );
        if let Some(after) = after.filter(|_| before != after) {
            self.set(&format!("{pool}.spread"), after.into());
        }
    }
}
