//! What the account would be billed for, to the millisecond: between two events nothing changes, so each stretch of time
//! counts for whatever exists in it. Quantities, no prices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::instance_types;
use crate::kinds::kind::Kind as _;
use crate::store::State;

/// Quantities times milliseconds, by what is billed; named as in Exoscale's price list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usage(BTreeMap<String, u64>);

impl Usage {
    /// Machines that run, in seconds; disks, snapshots and templates in GiB seconds; addresses and load balancers in
    /// seconds. Whole ones, rounded down.
    pub fn seconds(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default() / 1_000
    }

    /// Everything that was ever billed, in seconds.
    pub fn all(&self) -> BTreeMap<String, u64> {
        let names = self.0.keys();
        names
            .map(|name| (name.clone(), self.seconds(name)))
            .collect()
    }

    fn add(&mut self, what: &str, amount: u64) {
        if amount == 0 {
            return;
        }
        match self.0.get_mut(what) {
            Some(sum) => *sum = sum.saturating_add(amount),
            None => {
                self.0.insert(what.to_owned(), amount);
            }
        }
    }
}

/// So much time passes in which nothing changes.
pub(crate) fn pass(state: &mut State, milliseconds: u64) {
    if milliseconds == 0 {
        return;
    }
    let mut usage = std::mem::take(&mut state.meta.usage);
    for instance in state.instances.values().filter(|one| one.is_visible()) {
        usage.add("volume", milliseconds * instance.disk_size);
        if instance.is_running()
            && let Some(kind) = instance_types::find(&instance.kind)
        {
            usage.add(&running(kind.family, kind.size), milliseconds);
        }
    }
    let count = |rows: usize| milliseconds * u64::try_from(rows).unwrap_or_default();
    usage.add("eip_address", count(state.elastic_ips.len()));
    usage.add("network_load_balancer", count(state.load_balancers.len()));
    state.meta.usage = usage;
}

/// `running_medium`, `running_cpu_huge`
fn running(family: &str, size: &str) -> String {
    let name = if family == "standard" {
        format!("running_{size}")
    } else {
        format!("running_{family}_{size}")
    };
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::testing::Client;

    /// Machines that are started, stopped and deleted at any moment.
    fn moments() -> impl Strategy<Value = Vec<(u8, u64)>> {
        proptest::collection::vec((0_u8..4, 1_u64..90), 1..24)
    }

    /// What the bill must be, by somebody who looks at the account once a second.
    #[derive(Debug, Default)]
    struct Watcher {
        running: u64,
        gibibytes: u64,
        looks: u64,
    }

    impl Watcher {
        fn watch(&mut self, client: &mut Client, seconds: u64) {
            for _ in 0..seconds {
                client.pass(1);
                let list = client.get("/instance");
                for one in list["instances"].as_array().unwrap() {
                    let path = format!("/instance/{}", one["id"].as_str().unwrap());
                    self.gibibytes += client.get(&path)["disk-size"].as_u64().unwrap();
                    self.running += u64::from(one["state"] == "running");
                }
                self.looks += 1;
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn the_bill_adds_up(moments in moments()) {
            let mut client = Client::calm();
            let mut watcher = Watcher::default();
            let mut machines: Vec<String> = Vec::new();
            for (what, seconds) in &moments {
                let path = machines.last().map(|id| format!("/instance/{id}"));
                match (what, path) {
                    (0, _) | (_, None) => {
                        let body = client.instance(json!({ "disk-size": 10 + seconds }));
                        let (_, operation) = client.call("POST", "/instance", &body);
                        machines.push(operation["reference"]["id"].as_str().unwrap().to_owned());
                    }
                    (1, Some(path)) => drop(client.call("PUT", &format!("{path}:stop"), &Value::Null)),
                    (2, Some(path)) => drop(client.call("PUT", &format!("{path}:start"), &json!({}))),
                    (_, Some(path)) => {
                        if client.call("DELETE", &path, &Value::Null).0 == 200 {
                            machines.pop();
                        }
                    }
                }
                watcher.watch(&mut client, *seconds);
            }
            let usage = client.world.usage();
            // Whoever looks once a second is off by at most a second for each change of a machine.
            let changes = 4 * u64::try_from(moments.len()).unwrap();
            prop_assert!(usage.seconds("running_medium").abs_diff(watcher.running) <= changes);
            prop_assert!(usage.seconds("volume").abs_diff(watcher.gibibytes) <= changes * 100);
        }

        #[test]
        fn long_and_short_steps_cost_the_same(steps in proptest::collection::vec(1_u64..600, 1..20)) {
            let bill = |steps: &[u64]| {
                let mut client = Client::calm();
                let body = client.pool(json!({ "size": 3 }));
                client.call("POST", "/instance-pool", &body);
                client.call("POST", "/elastic-ip", &json!({}));
                let mut rows = std::collections::BTreeMap::new();
                for step in steps {
                    client.pass(*step);
                    client.get("/instance");
                    client.reload(&mut rows);
                }
                client.get("/instance");
                client.world.usage().clone()
            };
            prop_assert_eq!(bill(&steps), bill(&[steps.iter().sum()]));
        }
    }

    #[test]
    fn what_is_gone_is_not_billed() {
        let mut client = Client::calm();
        let address = client.done("POST", "/elastic-ip", json!({}));
        client.pass(100);
        client.done("DELETE", &format!("/elastic-ip/{address}"), Value::Null);
        let billed = client.world.usage().all();
        assert!((100..110).contains(&billed["eip_address"]), "{billed:?}");
        client.pass(1_000);
        client.get("/elastic-ip");
        assert_eq!(client.world.usage().all(), billed);
    }
}
