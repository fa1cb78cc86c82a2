//! Snapshots: none are made yet, so there are none to list.

use serde_json::json;

use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-snapshots", list)];

fn list(_ask: &mut Ask<'_>) -> Outcome {
    Ok(json!({ "snapshots": [] }))
}
