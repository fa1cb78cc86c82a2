//! The first thing that a person reads.

use super::machines::instances;
use crate::bootstrap::user_data::launch_link;
use crate::plan::Plan;

/// The text about this cluster.
pub(super) fn readme(plan: &Plan) -> String {
    let link = instances(plan).find_map(|one| launch_link(&one.facts));
    let hours = plan.spec.as_ref().map(|spec| spec.kubeconfig_hours().get());
    include_str!("files/README.md")
        .replace("@name@", &plan.cluster.name)
        .replace("@link@", link.unwrap_or_default())
        .replace("@hours@", &hours.unwrap_or_default().to_string())
}
