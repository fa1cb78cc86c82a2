//! What each key inside the cluster may do, and nothing more. The operations are those that the programs call.

use std::collections::{BTreeMap, BTreeSet};

use super::StepId;
use crate::exoscale::{Policy, ResourceId, one_of};
use crate::spec::Spec;

/// A program in the cluster that has a key of its own.
pub(super) struct InClusterKey {
    /// Names the steps, the role and the key.
    pub(super) name: &'static str,
    /// What a person reads.
    pub(super) title: &'static str,
    operations: &'static [&'static str],
}

/// The step that makes the rotation's role.
pub(super) const ROTATION: &str = "role-token-rotation";

/// The names of all keys that a cluster may have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().chain([&CSI]).map(|key| key.name)
}

/// What a role that an administrator makes beforehand must allow, by the name of its key. Which pools the rotation
/// writes to is not known before there are any, so such a role lets it write to every pool of the organisation.
pub fn policies() -> BTreeMap<&'static str, Policy> {
    let rotation =
        |key: &InClusterKey| (key.name == "token-rotation").then_some("update-instance-pool");
    let policy =
        |key: &InClusterKey| Policy::allowing(key.operations.iter().copied().chain(rotation(key)));
    KEYS.iter()
        .chain([&CSI])
        .map(|key| (key.name, policy(key)))
        .collect()
}

/// The given roles by the steps that would make them: one for each key that a cluster of this spec needs, or none.
pub fn given_roles(
    spec: &Spec,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<StepId, ResourceId>, String> {
    let needed: BTreeSet<&str> = keys(spec).map(|key| key.name).collect();
    let named: BTreeSet<&str> = given.keys().map(String::as_str).collect();
    if !given.is_empty() && named != needed {
        let needed: Vec<&str> = needed.into_iter().collect();
        return Err(format!(
            "a cluster of this spec needs roles for {}",
            needed.join(", ")
        ));
    }
    let is_id = |id: &str| {
        id.len() == 36
            && id
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    if let Some((name, _)) = given.iter().find(|(_, id)| !is_id(id)) {
        return Err(format!("the role for {name} is given by its id, a UUID"));
    }
    let steps = given
        .iter()
        .map(|(name, id)| (StepId(format!("role-{name}")), ResourceId(id.clone())));
    Ok(steps.collect())
}

/// The names of the keys that a cluster of this spec needs, each with who uses it.
pub(crate) fn key_names(spec: &Spec) -> impl Iterator<Item = (&'static str, &'static str)> {
    keys(spec).map(|key| (key.name, key.title))
}

/// Every key that a cluster of this spec needs.
pub(super) fn keys(spec: &Spec) -> impl Iterator<Item = &'static InClusterKey> {
    let csi = spec.addons().csi.then_some(&CSI);
    KEYS.iter().chain(csi)
}

/// The driver's own list, and `get-operation`, since it waits. Its key lies on every node.
const CSI: InClusterKey = InClusterKey {
    name: "csi",
    title: "the CSI driver",
    operations: &[
        "attach-block-storage-volume-to-instance",
        "create-block-storage-snapshot",
        "create-block-storage-volume",
        "delete-block-storage-snapshot",
        "delete-block-storage-volume",
        "detach-block-storage-volume",
        "get-block-storage-snapshot",
        "get-block-storage-volume",
        "get-operation",
        "list-block-storage-snapshots",
        "list-block-storage-volumes",
        "list-quotas",
        "list-zones",
        "resize-block-storage-volume",
        "update-block-storage-volume-labels",
    ],
};

const KEYS: [InClusterKey; 3] = [
    InClusterKey {
        name: "autoscaler",
        title: "the autoscaler",
        operations: &[
            "evict-instance-pool-members",
            "get-instance",
            "get-instance-pool",
            "get-operation",
            "get-quota",
            "scale-instance-pool",
        ],
    },
    InClusterKey {
        name: "cloud-controller",
        title: "the cloud controller",
        // It signs list-zones at another zone's host, so no rule here may look at the zone.
        operations: &[
            "add-service-to-load-balancer",
            "create-load-balancer",
            "delete-load-balancer",
            "delete-load-balancer-service",
            "get-instance",
            "get-instance-type",
            "get-load-balancer",
            "get-operation",
            "list-instances",
            "list-load-balancers",
            "list-zones",
            "update-load-balancer",
            "update-load-balancer-service",
        ],
    },
    InClusterKey {
        name: "token-rotation",
        title: "join-token rotation",
        operations: ROTATION_READS,
    },
];

/// Until the pools have identifiers the rotation may only read. That it can write at all is then proof that the
/// guard holds, and `ready` demands one write.
const ROTATION_READS: &[&str] = &[
    // Its own instance, for the labels by which it is asked for things.
    "get-instance",
    "get-instance-pool",
    "get-operation",
    "list-instance-pools",
];

impl InClusterKey {
    /// The policy that its role is made with.
    pub(super) fn policy(&self) -> Policy {
        Policy::only_compute(&[one_of("operation", self.operations.iter().copied())])
    }
}

/// The rotation's policy once the pools are known: it writes to these and to no others.
pub(crate) fn rotation_policy(pools: &[ResourceId]) -> Policy {
    let ids = one_of("parameters.id", pools.iter().map(|id| id.0.as_str()));
    Policy::only_compute(&[
        one_of("operation", ROTATION_READS.iter().copied()),
        format!("operation == 'update-instance-pool' && {ids}"),
    ])
}
