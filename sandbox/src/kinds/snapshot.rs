//! Snapshots: none are made yet, so there are none to list.

use serde_json::json;

use crate::wire::route::{Ask, Outcome, Route, get};

pub(crate) const ROUTES: &[Route] = &[get("/snapshot", "list-snapshots", list)];

fn list(_ask: &mut Ask<'_>) -> Outcome {
    Ok(json!({ "snapshots": [] }))
}
