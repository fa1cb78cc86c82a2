//! The organisation behind the account.

use serde_json::json;

use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("get-organization", show)];

fn show(ask: &mut Ask<'_>) -> Outcome {
    let meta = &ask.state.meta;
    Ok(json!({
        "id": meta.organization,
        "name": format!("sandbox-{}", meta.account),
        "address": "Nowhere 1",
        "postcode": "0000",
        "city": "Nowhere",
        "country": "CH",
        "balance": 0.0,
        "currency": "CHF",
    }))
}
