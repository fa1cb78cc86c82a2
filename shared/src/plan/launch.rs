//! The plan that makes a cluster. Everything that does not wait for something else begins at once.

use super::machines::{control_plane_facts, machine_name, node_facts};
use super::names::ClusterTag;
use super::roles::KEYS;
use super::{
    Action, ClusterRef, Facts, Gather, InstancePlan, Make, PLANNER, Plan, PlanKind, PoolPlan,
    Resource, SCHEMA, Step, StepId, Task, Watch, removal, rules,
};
use crate::catalog::{Currency, InstanceType, Money, Prices, bill};
use crate::exoscale::{Healthcheck, Rule};
use crate::spec::{Image, Pool, Spec};

/// The plan that makes this cluster, given these facts.
pub fn launch(spec: &Spec, facts: Facts) -> Plan {
    let id = facts.cluster_id();
    let tag = ClusterTag {
        name: spec.name().as_str().to_owned(),
        id: id.clone(),
    };
    let builder = Builder {
        spec,
        facts: &facts,
        tag: &tag,
        prices: Prices::bundled(Currency::Chf),
    };
    let steps = builder.steps();
    Plan {
        schema: SCHEMA,
        planner: PLANNER.to_owned(),
        kind: PlanKind::Launch,
        cluster: ClusterRef {
            name: tag.name.clone(),
            id: Some(id),
            zone: spec.zone(),
        },
        steps,
        undo: removal(&tag.name),
        spec: Some(spec.clone()),
        facts,
    }
}

struct Builder<'a> {
    spec: &'a Spec,
    facts: &'a Facts,
    tag: &'a ClusterTag,
    prices: Prices,
}

impl Builder<'_> {
    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![self.preflight(), self.pki()];
        steps.extend(self.ssh_key());
        steps.push(self.private_network());
        steps.push(self.firewall(
            "firewall-control-plane",
            "control-plane",
            rules::control_plane(self.spec, self.facts),
        ));
        steps.push(self.firewall(
            "firewall-nodes",
            "nodes",
            rules::nodes(self.spec, self.facts),
        ));
        steps.extend(self.spreads());
        steps.extend(self.keys());
        steps.extend(self.elastic_ip());
        steps.extend((0..self.control_planes()).map(|index| self.control_plane(index)));
        steps.extend(self.spec.pools().iter().map(|pool| self.pool(pool)));
        steps.extend(self.attach_address());
        steps.push(self.guard());
        steps.push(ready(&steps));
        steps
    }

    fn preflight(&self) -> Step {
        let title = format!(
            "Check the key, quota and what {} offers",
            self.spec.zone().as_str()
        );
        step(
            "preflight",
            &title,
            &[],
            vec![task(
                Action::Gather {
                    gather: Gather::Preflight,
                },
                1_000,
            )],
        )
    }

    fn pki(&self) -> Step {
        let authority = |name: &str, common_name: &str| {
            let make = Make::Authority {
                name: name.to_owned(),
                common_name: common_name.to_owned(),
            };
            task(Action::Make { make }, 100)
        };
        let machines = (0..self.control_planes()).map(machine_name).collect();
        let tasks = vec![
            authority("ca", "kubernetes"),
            authority("etcd/ca", "etcd-ca"),
            authority("front-proxy-ca", "front-proxy-ca"),
            task(
                Action::Make {
                    make: Make::ServiceAccountKey,
                },
                100,
            ),
            task(
                Action::Make {
                    make: Make::Tokens { machines },
                },
                100,
            ),
        ];
        step(
            "pki",
            "Make the cluster's certificates",
            &["preflight"],
            tasks,
        )
    }

    fn ssh_key(&self) -> Option<Step> {
        let key = self.spec.ssh_key()?;
        let resource = Resource::SshKey {
            name: self.tag.ssh_key(),
            public_key: key.as_str().to_owned(),
        };
        Some(step(
            "ssh-key",
            "Register the SSH key",
            &["preflight"],
            vec![create(resource, 1_000)],
        ))
    }

    fn private_network(&self) -> Step {
        let network = self.spec.network();
        let resource = Resource::PrivateNetwork {
            name: self.tag.name_of("network"),
            start: network.dhcp_start,
            end: network.dhcp_end,
            netmask: network.netmask(),
        };
        step(
            "private-network",
            "Create the private network",
            &["preflight"],
            vec![create(resource, SHORT_MS)],
        )
    }

    fn firewall(&self, id: &str, what: &str, rules: Vec<Rule>) -> Step {
        let group = Resource::SecurityGroup {
            name: self.tag.name_of(what),
        };
        let mut tasks = vec![create(group, SHORT_MS)];
        tasks.extend(rules.into_iter().map(|rule| Task {
            needs: vec![0],
            ..task(
                Action::AddRule {
                    group: id.into(),
                    rule,
                },
                SHORT_MS,
            )
        }));
        let whom = if what == "nodes" {
            "nodes"
        } else {
            "control plane"
        };
        step(
            id,
            &format!("Close the firewall around the {whom}"),
            &["preflight"],
            tasks,
        )
    }

    fn spreads(&self) -> Vec<Step> {
        let spread = |what: &str, title: &str| {
            let resource = Resource::AntiAffinityGroup {
                name: self.tag.name_of(what),
            };
            step(
                &format!("spread-{what}"),
                title,
                &["preflight"],
                vec![create(resource, SHORT_MS)],
            )
        };
        let control_plane = (self.control_planes() > 1).then(|| {
            spread(
                "control-plane",
                "Keep control planes on different hypervisors",
            )
        });
        let pools = self
            .spec
            .pools()
            .iter()
            .filter(|pool| pool.spread)
            .map(|pool| {
                let name = pool.name.as_str();
                spread(
                    &spread_name(pool),
                    &format!("Keep {name} on different hypervisors"),
                )
            });
        control_plane.into_iter().chain(pools).collect()
    }

    fn keys(&self) -> Vec<Step> {
        let both = KEYS.iter().flat_map(|key| {
            let role_id = format!("role-{}", key.name);
            let role = Resource::Role {
                name: self.tag.name_of(key.name),
                policy: key.policy(),
            };
            let minted = Resource::ApiKey {
                name: self.tag.name_of(key.name),
                role: StepId(role_id.clone()),
            };
            let role_title = format!("Create a role for {}", key.title);
            let key_title = format!("Mint a key for {}", key.title);
            [
                step(
                    &role_id,
                    &role_title,
                    &["preflight"],
                    vec![create(role, SHORT_MS)],
                ),
                step(
                    &format!("key-{}", key.name),
                    &key_title,
                    &[&role_id],
                    vec![create(minted, 500)],
                ),
            ]
        });
        both.collect()
    }

    fn elastic_ip(&self) -> Option<Step> {
        if !self.spec.has_elastic_ip() {
            return None;
        }
        // A port that answers only /readyz: the probe's source addresses are not published, so it is open to all.
        let healthcheck = Healthcheck {
            mode: "http".to_owned(),
            port: 6444,
            uri: "/readyz".to_owned(),
        };
        let resource = Resource::ElasticIp {
            name: self.tag.name_of("api"),
            healthcheck,
        };
        let hourly = self.prices.elastic_ip().unwrap_or(Money::ZERO);
        let watch = Watch::AddressKnown {
            address: "address".into(),
        };
        let known = Task {
            needs: vec![0],
            ..task(Action::Watch { watch }, 500)
        };
        let one = step(
            "address",
            "Reserve the API's address",
            &["preflight"],
            vec![create(resource, SHORT_MS), known],
        );
        Some(Step { hourly, ..one })
    }

    fn control_plane(&self, index: u16) -> Step {
        let machine = machine_name(index);
        let id: StepId = machine.as_str().into();
        let planes = self.spec.control_plane();
        let spread = (self.control_planes() > 1).then(|| StepId::from("spread-control-plane"));
        let address = self
            .addresses()
            .get(usize::from(index))
            .copied()
            .unwrap_or(self.spec.network().control_plane);
        let instance = InstancePlan {
            name: self.tag.name_of(&machine),
            machine: machine.clone(),
            instance_type: planes.instance_type.as_str().to_owned(),
            template: self.template(true),
            disk_gib: planes.disk.get(),
            security_group: "firewall-control-plane".into(),
            anti_affinity: spread.clone(),
            ssh_key: self.spec.ssh_key().map(|_| "ssh-key".into()),
            facts: control_plane_facts(self.spec, self.facts, self.tag, &machine),
        };
        let after = |before: usize, action: Action, typical_ms: u64| Task {
            needs: vec![before],
            ..task(action, typical_ms)
        };
        let tasks = vec![
            create(Resource::Instance(Box::new(instance)), 5_000),
            after(
                0,
                Action::AttachNetwork {
                    network: "private-network".into(),
                    instance: id.clone(),
                    address,
                },
                SHORT_MS,
            ),
            after(
                1,
                Action::Start {
                    instance: id.clone(),
                },
                5_000,
            ),
            after(
                2,
                Action::Watch {
                    watch: Watch::InstanceRunning { instance: id },
                },
                20_000,
            ),
        ];
        let mut needs = vec!["pki", "private-network", "firewall-control-plane"];
        needs.extend(self.spec.ssh_key().map(|_| "ssh-key"));
        needs.extend(spread.as_ref().map(|step| step.0.as_str()));
        let title = if self.control_planes() > 1 {
            format!("Start control plane {}", index.saturating_add(1))
        } else {
            "Start the control plane".to_owned()
        };
        let hourly = self.machine_price(planes.instance_type.details(), planes.disk.get());
        Step {
            hourly,
            ..step(&machine, &title, &needs, tasks)
        }
    }

    fn pool(&self, pool: &Pool) -> Step {
        let name = pool.name.as_str();
        let id = StepId(format!("pool-{name}"));
        let spread = pool
            .spread
            .then(|| StepId(format!("spread-{}", spread_name(pool))));
        let size = u32::from(pool.min);
        let planned = PoolPlan {
            name: self.tag.name_of(name),
            prefix: format!("{}-{name}", self.tag.id),
            size,
            min: size,
            max: u32::from(pool.max),
            instance_type: pool.instance_type.as_str().to_owned(),
            template: self.template(false),
            disk_gib: pool.disk.get(),
            security_group: "firewall-nodes".into(),
            anti_affinity: spread.clone(),
            private_network: "private-network".into(),
            ssh_key: self.spec.ssh_key().map(|_| "ssh-key".into()),
            facts: node_facts(self.spec, self.facts, self.tag, pool),
            labels: [("slipway/min", pool.min), ("slipway/max", pool.max)]
                .map(|(key, value)| (key.to_owned(), value.to_string()))
                .into(),
        };
        let watch = Watch::PoolRunning {
            pool: id.clone(),
            size,
        };
        let tasks = vec![
            create(Resource::InstancePool(Box::new(planned)), POOL_MS),
            Task {
                needs: vec![0],
                ..task(Action::Watch { watch }, 3_000)
            },
        ];
        let mut needs = vec!["pki", "private-network", "firewall-nodes"];
        needs.extend(self.spec.ssh_key().map(|_| "ssh-key"));
        needs.extend(spread.as_ref().map(|step| step.0.as_str()));
        let machines = if size == 1 {
            "1 node".to_owned()
        } else {
            format!("{size} nodes")
        };
        let title = format!("Start the pool {name} with {machines}");
        let hourly = self
            .machine_price(pool.instance_type.details(), pool.disk.get())
            .times(u64::from(size));
        Step {
            hourly,
            ..step(&id.0, &title, &needs, tasks)
        }
    }

    fn attach_address(&self) -> Option<Step> {
        let planes: Vec<String> = (0..self.control_planes()).map(machine_name).collect();
        let tasks = planes.iter().map(|machine| {
            task(
                Action::AttachAddress {
                    address: "address".into(),
                    instance: machine.as_str().into(),
                },
                SHORT_MS,
            )
        });
        let mut needs = vec!["address"];
        needs.extend(planes.iter().map(String::as_str));
        let title = "Give the control planes the API's address";
        self.spec
            .has_elastic_ip()
            .then(|| step("attach-address", title, &needs, tasks.collect()))
    }

    fn guard(&self) -> Step {
        let pools: Vec<String> = self
            .spec
            .pools()
            .iter()
            .map(|pool| format!("pool-{}", pool.name.as_str()))
            .collect();
        let guarded = pools.iter().map(|pool| pool.as_str().into()).collect();
        let mut needs = vec!["role-token-rotation"];
        needs.extend(pools.iter().map(String::as_str));
        let action = Action::Guard {
            role: "role-token-rotation".into(),
            pools: guarded,
        };
        step(
            "guard-token-rotation",
            "Narrow the rotation's role to the pools",
            &needs,
            vec![task(action, SHORT_MS)],
        )
    }

    fn template(&self, control_plane: bool) -> String {
        match self.spec.image() {
            Image::Auto | Image::Stock => bill(self.spec.kubernetes()).template.to_owned(),
            Image::Templates {
                control_plane: one,
                nodes,
            } => (if control_plane { one } else { nodes })
                .as_str()
                .to_owned(),
        }
    }

    fn control_planes(&self) -> u16 {
        self.spec.control_plane().count.get()
    }

    fn addresses(&self) -> Vec<std::net::Ipv4Addr> {
        self.spec
            .network()
            .control_planes(self.spec.control_plane().count)
    }

    fn machine_price(&self, machine: &InstanceType, disk_gib: u32) -> Money {
        let machine = self
            .prices
            .rate(&machine.price_key())
            .unwrap_or(Money::ZERO);
        machine
            + self
                .prices
                .disk_gib()
                .unwrap_or(Money::ZERO)
                .times(u64::from(disk_gib))
    }
}

/// A pool may be called as the control planes' own group is, so a pool's group says that it is one.
fn spread_name(pool: &Pool) -> String {
    format!("pool-{}", pool.name.as_str())
}

fn ready(steps: &[Step]) -> Step {
    let needs: Vec<&str> = steps.iter().map(|step| step.id.0.as_str()).collect();
    step(
        "ready",
        "See the cluster work",
        &needs,
        vec![task(Action::Evidence, BOOTSTRAP_MS)],
    )
}

fn step(id: &str, title: &str, needs: &[&str], tasks: Vec<Task>) -> Step {
    let needs = needs.iter().map(|need| StepId::from(*need)).collect();
    Step {
        id: id.into(),
        title: title.to_owned(),
        needs,
        tasks,
        hourly: Money::ZERO,
    }
}

fn create(resource: Resource, typical_ms: u64) -> Task {
    task(
        Action::Create {
            resource: Box::new(resource),
        },
        typical_ms,
    )
}

const fn task(action: Action, typical_ms: u64) -> Task {
    Task {
        action,
        needs: Vec::new(),
        typical_ms,
    }
}

/// Groups, networks and rules have been seen to take less than three seconds.
const SHORT_MS: u64 = 2_000;

/// A pool of three has been seen to take 33 seconds.
const POOL_MS: u64 = 33_000;

/// From the last machine's start to complete evidence, on stock images.
const BOOTSTRAP_MS: u64 = 120_000;
