//! One of a few, all of them seen at once, as native radio buttons.

use leptos::prelude::*;

/// One of the few.
#[derive(Clone)]
pub struct Option {
    /// What the group knows it by.
    pub value: &'static str,
    /// What a person reads.
    pub text: String,
    /// What it means.
    pub hint: String,
    /// What is asked besides, where it is chosen.
    pub more: ViewFn,
    /// Whether it cannot be had.
    pub hidden: Signal<bool>,
}

impl Option {
    /// One that needs nothing besides and can always be had.
    pub fn new(value: &'static str, text: &str, hint: &str) -> Self {
        let (text, hint) = (text.to_owned(), hint.to_owned());
        Self {
            value,
            text,
            hint,
            more: ViewFn::default(),
            hidden: Signal::stored(false),
        }
    }
}

/// One of a few.
#[component]
pub fn Choice(
    /// The group's name for the browser, unique on the page.
    name: &'static str,
    /// What is asked.
    legend: &'static str,
    /// What there is to choose from.
    options: Vec<Option>,
    /// What is chosen.
    #[prop(into)]
    chosen: Signal<String>,
    /// Chooses.
    #[prop(into)]
    choose: Callback<&'static str>,
) -> impl IntoView {
    let one = move |option: Option| {
        let (value, id) = (option.value, format!("{name}-{}", option.value));
        let hint_id = format!("{id}-hint");
        view! {
            <div class="choice__option" hidden=move || option.hidden.get()>
                <input type="radio" name=name id=id.clone() value=value aria-describedby=hint_id.clone()
                    prop:checked=move || chosen.get() == value on:change=move |_| choose.run(value) />
                <label for=id>{option.text}</label>
                <p class="field__hint" id=hint_id>{option.hint}</p>
                <Show when=move || chosen.get() == value>{option.more.run()}</Show>
            </div>
        }
    };
    view! {
        <fieldset class="choice">
            <legend class="field__label">{legend}</legend>
            {options.into_iter().map(one).collect_view()}
        </fieldset>
    }
}
