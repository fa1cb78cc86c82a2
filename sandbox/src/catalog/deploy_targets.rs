//! Deploy targets: an ordinary organisation has none.

use serde_json::json;

use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-deploy-targets", list), ("get-deploy-target", show)];

fn list(_ask: &mut Ask<'_>) -> Outcome {
    Ok(json!({ "deploy-targets": [] }))
}

fn show(_ask: &mut Ask<'_>) -> Outcome {
    Err(unknown())
}

/// What is told to whoever names one.
pub(crate) fn unknown() -> Refusal {
    Refusal::not_found("Deploy target")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use serde_json::{Value, json};

    #[test]
    fn there_are_none() {
        let mut client = Client::calm();
        assert_eq!(
            client.get("/deploy-target"),
            json!({ "deploy-targets": [] })
        );
        client.refused(404, "GET", &format!("/deploy-target/{NOBODY}"), Value::Null);
        let target = json!({ "deploy-target": { "id": NOBODY } });
        let body = client.instance(target.clone());
        client.refused(404, "POST", "/instance", body);
        let body = client.pool(target);
        client.refused(404, "POST", "/instance-pool", body);
    }
}
