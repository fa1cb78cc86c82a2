//! Who may pass a door of the firewall: the usual answer to tick, and any other addresses to type.

use leptos::prelude::*;
use serde_json::Value;

use crate::parts::{Field, TextArea};
use crate::strings::access as t;

/// Who may pass a door of the firewall.
#[component]
pub fn SourcesField(
    /// Where in the spec.
    path: &'static str,
    /// What it is called.
    label: &'static str,
    /// What stands behind the door.
    hint: &'static str,
    /// What the usual answer puts into the list.
    usual: &'static [&'static str],
    /// What the usual answer has become where a cluster stands already.
    #[prop(optional, into)]
    became: Signal<Vec<String>>,
    /// What the usual answer is called.
    #[prop(into)]
    offer: Signal<String>,
) -> impl IntoView {
    let field = Field::at(path);
    let all = move || field.text().lines().map(str::to_owned).collect::<Vec<_>>();
    let is_usual = move |line: &str| {
        usual.contains(&line) || became.with(|became| became.iter().any(|one| one == line))
    };
    let ticked = move || {
        let all = all();
        let has = |source: &str| all.iter().any(|line| line == source);
        usual.iter().all(|source| has(source))
            || became.with(|became| became.iter().any(|one| has(one)))
    };
    let others = move || {
        let lines = all()
            .into_iter()
            .filter(|line| !(ticked() && is_usual(line)));
        lines.collect::<Vec<_>>().join("\n")
    };
    let put = move |with_usual: bool, others: &str| {
        let typed = others
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let mut offered = untrack(all);
        offered.retain(|line| with_usual && is_usual(line));
        if with_usual && offered.is_empty() {
            offered.extend(usual.iter().map(|&source| source.to_owned()));
        }
        let typed = typed.filter(|line| !(with_usual && is_usual(line)));
        let list: Value = offered
            .into_iter()
            .chain(typed.map(str::to_owned))
            .map(Value::from)
            .collect();
        field.form.set(path, list);
    };
    let tick = move |on: bool| {
        put(on, &untrack(others));
        field.visit();
    };
    let change = move |text: String| put(untrack(ticked), &text);
    view! {
        <fieldset class="sources">
            <legend class="field__label">{label}</legend>
            <p class="field__hint">{hint}</p>
            <label class="switch">
                <input type="checkbox" prop:checked=ticked on:change:target=move |change| tick(change.target().checked()) />
                <span>{move || offer.get()}</span>
            </label>
            <TextArea field label=t::others(label) hint=t::OTHERS_HINT shown=Signal::derive(others) change rows=1 />
        </fieldset>
    }
}
