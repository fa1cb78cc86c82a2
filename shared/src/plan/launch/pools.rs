//! The pools of nodes.

use super::Builder;
use super::parts::{create, step, task};
use super::spread::spread_name;
use crate::plan::machines::node_facts;
use crate::plan::resize::bounds;
use crate::plan::{Action, PoolPlan, Resource, Step, StepId, Task, Watch};
use crate::spec::Pool;

impl Builder<'_> {
    pub(in crate::plan) fn pool(&self, pool: &Pool) -> Step {
        let name = pool.name.as_str();
        let id = StepId(format!("pool-{name}"));
        let size = u32::from(pool.min);
        let planned = self.pool_plan(pool);
        let mut needs = vec!["pki", "private-network", "firewall-nodes"];
        needs.extend(planned.ssh_key.as_ref().map(|step| step.0.as_str()));
        needs.extend(planned.anti_affinity.as_ref().map(|step| step.0.as_str()));
        let machines = if size == 1 {
            "1 node".to_owned()
        } else {
            format!("{size} nodes")
        };
        let title = format!("Start the pool {name} with {machines}");
        let hourly = self
            .machine_price(pool.instance_type.details(), pool.disk.get())
            .times(u64::from(size));
        let watch = Watch::PoolRunning {
            pool: id.clone(),
            size,
        };
        let running = Task {
            needs: vec![0],
            ..task(Action::Watch { watch }, 3_000)
        };
        let one = step(&id.0, &title, &needs, Vec::new());
        let created = create(
            Resource::InstancePool(Box::new(planned)),
            POOL_MS + u64::from(size).saturating_sub(1) * MEMBER_MS,
        );
        Step {
            hourly,
            tasks: vec![created, running],
            ..one
        }
    }

    fn pool_plan(&self, pool: &Pool) -> PoolPlan {
        let name = pool.name.as_str();
        PoolPlan {
            name: self.tag.name_of(name),
            prefix: format!("{}-{name}", self.tag.id),
            size: pool.min.into(),
            min: pool.min.into(),
            max: pool.max.into(),
            instance_type: pool.instance_type.as_str().to_owned(),
            template: self.template(false),
            golden: self.golden.clone(),
            disk_gib: pool.disk.get(),
            security_group: "firewall-nodes".into(),
            anti_affinity: pool
                .spread
                .then(|| StepId(format!("spread-{}", spread_name(pool)))),
            private_network: "private-network".into(),
            ssh_key: self.spec.ssh_key().map(|_| "ssh-key".into()),
            facts: node_facts(self.spec, self.facts, self.tag, pool),
            labels: bounds(pool),
        }
    }
}

/// A machine takes 25 seconds, and a pool of three has been seen to take 33: one is made after the other.
const POOL_MS: u64 = 25_000;
const MEMBER_MS: u64 = 4_000;
