//! The eight zones.

use serde_json::{Value, json};

use super::stable_uuid;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-zones", list)];

const ZONES: [&str; 8] = [
    "at-vie-1", "at-vie-2", "bg-sof-1", "ch-dk-2", "ch-gva-2", "de-fra-1", "de-muc-1", "hr-zag-1",
];

pub(crate) fn exists(zone: &str) -> bool {
    ZONES.contains(&zone)
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ZONES.into_iter()
}

/// With endpoints under the origin that this is served from.
pub(crate) fn view(origin: &str) -> Value {
    let origin = origin.trim_end_matches('/');
    let zones: Vec<Value> = ZONES
        .iter()
        .map(|zone| {
            json!({
                "id": stable_uuid(&["zone", zone]),
                "name": zone,
                "api-endpoint": format!("{origin}/sandbox/{zone}/v2"),
                "sos-endpoint": format!("https://sos-{zone}.exo.io"),
            })
        })
        .collect();
    json!({ "zones": zones })
}

/// Signed, or asked of a world: it does not know its own origin, so the endpoints are relative. Naming the
/// real hosts instead would send a client with sandbox keys to the real cloud.
fn list(_ask: &mut Ask<'_>) -> Outcome {
    Ok(view(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_under_the_origin() {
        let zones: Value = view("https://slipway.example/");
        assert_eq!(zones["zones"].as_array().unwrap().len(), 8);
        assert_eq!(
            zones["zones"][3]["api-endpoint"],
            "https://slipway.example/sandbox/ch-dk-2/v2"
        );
    }
}
