//! What each machine of a launch is told, with its secret fields empty.

use std::collections::BTreeMap;

use super::Facts;
use super::names::ClusterTag;
use crate::bootstrap::MachineFacts;
use crate::bootstrap::machine::{
    Addons, Callback, ClusterFacts, Components, ControlPlaneAddress, Join, KubernetesFacts,
    NetworkFacts, NodePool, PoolFacts, Role, SCHEMA,
};
use crate::catalog::bill;
use crate::secret::Secret;
use crate::spec::{Pool, Spec};

/// How a control plane's routes and steps name it, counted from 0.
pub(super) fn machine_name(index: u16) -> String {
    format!("control-plane-{}", index.saturating_add(1))
}

pub(super) fn control_plane_facts(
    spec: &Spec,
    link: &str,
    facts: &Facts,
    tag: &ClusterTag,
    machine: &str,
) -> MachineFacts {
    let bill = bill(spec.kubernetes());
    let callback = callback(facts, machine);
    let pools = spec.pools().iter().map(|pool| PoolFacts {
        name: tag.name_of(pool.name.as_str()),
        min: pool.min.into(),
        max: pool.max.into(),
    });
    let role = Role::ControlPlane {
        callback,
        pools: pools.collect(),
        addons: Addons {
            metrics_server: spec.addons().metrics_server,
            csi: spec.addons().csi,
        },
        components: Components {
            calico_operator: bill.calico_operator.version.to_owned(),
            autoscaler: bill.autoscaler.version.to_owned(),
            cloud_controller: bill.cloud_controller.version.to_owned(),
            metrics_server: bill.metrics_server.version.to_owned(),
            csi: bill.csi.version.to_owned(),
        },
        // Known when the address is.
        elastic_ip: None,
        spec: link.to_owned(),
    };
    common(spec, facts, tag, role)
}

pub(super) fn node_facts(
    spec: &Spec,
    facts: &Facts,
    tag: &ClusterTag,
    pool: &Pool,
) -> MachineFacts {
    let pool = NodePool {
        name: tag.name_of(pool.name.as_str()),
        labels: labels(spec, pool),
        taints: taints(pool),
    };
    // The hash is filled in when the authority exists, the token as the request leaves.
    let join = Join {
        token: Secret::default(),
        ca_hash: String::new(),
    };
    common(spec, facts, tag, Role::Node { pool, join })
}

/// What the machine of an image is told: there is no cluster yet, and it is named after the image.
pub(super) fn image_facts(
    spec: &Spec,
    facts: &Facts,
    tag: &ClusterTag,
    name: &str,
    machine: &str,
) -> MachineFacts {
    let role = Role::Image {
        callback: callback(facts, machine),
        images: bill(spec.kubernetes()).images(spec.addons()),
    };
    let mut told = common(spec, facts, tag, role);
    name.clone_into(&mut told.cluster.name);
    told.control_planes.clear();
    told
}

fn callback(facts: &Facts, machine: &str) -> Callback {
    Callback {
        url: format!("{}/api/runs/{}/machines/{machine}", facts.origin, facts.run),
        ticket: Secret::default(),
    }
}

fn common(spec: &Spec, facts: &Facts, tag: &ClusterTag, role: Role) -> MachineFacts {
    let network = spec.network();
    let addresses = network.control_planes(spec.control_plane().count);
    let planes = addresses
        .into_iter()
        .zip(0_u16..)
        .map(|(address, index)| ControlPlaneAddress {
            name: tag.name_of(&machine_name(index)),
            address,
        });
    MachineFacts {
        schema: SCHEMA,
        role,
        cluster: ClusterFacts {
            id: tag.id.clone(),
            name: tag.name.clone(),
            zone: spec.zone().as_str().to_owned(),
            endpoint: format!("api.{}.slipway.internal", tag.id),
        },
        kubernetes: KubernetesFacts {
            minor: spec.kubernetes().as_str().to_owned(),
            version: facts.kubernetes.clone(),
            crio: bill(spec.kubernetes()).crio_static.map(str::to_owned),
        },
        network: NetworkFacts {
            private: network.private,
            pods: network.pods,
            services: network.services,
            domain: network.domain.as_str().to_owned(),
            node_ports: network.node_ports.to_string(),
        },
        control_planes: planes.collect(),
    }
}

/// The pool's own labels; and since the cloud controller refuses load balancers over several pools, all but the
/// ingress pool are kept out of them.
fn labels(spec: &Spec, pool: &Pool) -> BTreeMap<String, String> {
    let own = pool
        .labels
        .iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let kept_out = (&pool.name != spec.ingress_pool())
        .then(|| (NO_LOAD_BALANCERS.to_owned(), "true".to_owned()));
    own.chain(kept_out).collect()
}

pub(super) const NO_LOAD_BALANCERS: &str =
    "node.kubernetes.io/exclude-from-external-load-balancers";

fn taints(pool: &Pool) -> Vec<String> {
    pool.taints.iter().map(ToString::to_string).collect()
}
