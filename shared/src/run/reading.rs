//! What an answer means for the task that asked.

use super::schedule::{SETTLE_MS, backoff_ms};
use super::state::action;
use super::{CallId, Event, Fact, Item, Output, Phase, Product, Purpose, Run, Target};
use crate::exoscale::{
    CallError, Instance, Kind, Listed, Operation, OperationState, Reply, ResourceId, Retry,
};
use crate::plan::{Action, Watch};
use crate::time::Timestamp;

impl Run {
    pub(super) fn read_reply(
        &mut self,
        now: Timestamp,
        target: &Target,
        purpose: &Purpose,
        result: Result<Reply, CallError>,
    ) {
        match (purpose, result) {
            (Purpose::Act, Ok(reply)) => self.accepted(now, target, reply),
            (Purpose::Act, Err(error)) => self.not_accepted(now, target, error),
            (Purpose::Poll, Ok(Reply::Operation(operation))) => self.polled(now, target, operation),
            // The operation goes on whether it could be asked about or not.
            (Purpose::Poll, Ok(_) | Err(_)) => {}
            (Purpose::Look, Ok(reply)) => self.seen(now, target, reply),
            (Purpose::Look | Purpose::Read(_), Err(error)) => self.not_read(now, target, error),
            (Purpose::Read(index), Ok(reply)) => {
                self.wake.gathered.insert((target.clone(), *index), reply);
            }
        }
    }

    /// Records the outcome before anything builds on it; a secret that came with it is sealed in the same breath.
    fn accepted(&mut self, now: Timestamp, target: &Target, reply: Reply) {
        match reply {
            Reply::Minted(minted) => {
                let name = format!("key/{}", target.step);
                self.queue.push_back(Output::Keep {
                    name,
                    secret: minted.secret,
                });
                self.record(
                    now,
                    Event::Accepted {
                        target: target.clone(),
                        operation: None,
                        id: Some(minted.key),
                    },
                );
                self.record(
                    now,
                    Event::TaskDone {
                        target: target.clone(),
                        detail: None,
                    },
                );
            }
            Reply::Operation(operation) => {
                let referred = operation
                    .reference
                    .as_ref()
                    .and_then(|reference| reference.id.clone());
                let id = self.id_by_name(target).or(referred);
                let accepted = Event::Accepted {
                    target: target.clone(),
                    operation: Some(operation.id.clone()),
                    id,
                };
                self.record(now, accepted);
                self.polled(now, target, operation);
            }
            Reply::Organization(_)
            | Reply::Quotas(_)
            | Reply::InstanceTypes(_)
            | Reply::Templates(_)
            | Reply::List(_)
            | Reply::Instance(_)
            | Reply::Pool(_)
            | Reply::Rules(_)
            | Reply::One(_) => {
                let error = CallError::Unreadable {
                    why: "not an operation".to_owned(),
                };
                self.not_accepted(now, target, error);
            }
        }
    }

    /// An SSH key is identified by the name that it was given; its operation refers to nothing.
    fn id_by_name(&self, target: &Target) -> Option<ResourceId> {
        let Some(Action::Create { resource }) = action(&self.plan, target) else {
            return None;
        };
        (target.item.is_none() && resource.kind() == Kind::SshKey)
            .then(|| ResourceId(resource.name().to_owned()))
    }

    fn polled(&mut self, now: Timestamp, target: &Target, operation: Operation) {
        match operation.state {
            OperationState::Pending => {}
            OperationState::Success => self.succeeded(now, target),
            OperationState::Failure | OperationState::Timeout => {
                let reason = operation.reason.unwrap_or_else(|| "unknown".to_owned());
                let message = operation.message.unwrap_or_default();
                self.not_accepted(now, target, CallError::Failed { reason, message });
            }
        }
    }

    fn succeeded(&mut self, now: Timestamp, target: &Target) {
        let needs_id = target.item.is_none()
            && matches!(action(&self.plan, target), Some(Action::Create { .. }));
        let has_id = self
            .state
            .tasks
            .get(target)
            .is_some_and(|state| state.id.is_some());
        if needs_id && !has_id {
            let error = CallError::Unreadable {
                why: "the operation names no resource".to_owned(),
            };
            return self.record(
                now,
                Event::Doubted {
                    target: target.clone(),
                    error,
                    look_at: now,
                },
            );
        }
        self.record(
            now,
            Event::TaskDone {
                target: target.clone(),
                detail: None,
            },
        );
    }

    fn not_accepted(&mut self, now: Timestamp, target: &Target, error: CallError) {
        let attempts = self
            .state
            .tasks
            .get(target)
            .map_or(0, |state| state.attempts);
        let later = now.plus_ms(backoff_ms(attempts, target));
        match error.retry() {
            Retry::Gone if target.item.is_some() => {
                let detail = Some("gone".to_owned());
                self.record(
                    now,
                    Event::TaskDone {
                        target: target.clone(),
                        detail,
                    },
                );
            }
            Retry::Again => self.record(
                now,
                Event::Refused {
                    target: target.clone(),
                    error,
                    again_at: later,
                },
            ),
            Retry::Look if attempts < ATTEMPTS_MAX => {
                self.record(
                    now,
                    Event::Doubted {
                        target: target.clone(),
                        error,
                        look_at: now.plus_ms(SETTLE_MS),
                    },
                );
            }
            Retry::Look | Retry::Gone | Retry::Never => self.fail(now, target, &error),
        }
    }

    /// A read that failed is asked again; only what cannot get better ends the task.
    fn not_read(&mut self, now: Timestamp, target: &Target, error: CallError) {
        if error.retry() == Retry::Gone && target.item.is_some() {
            let detail = Some("gone".to_owned());
            return self.record(
                now,
                Event::TaskDone {
                    target: target.clone(),
                    detail,
                },
            );
        }
        let Some(state) = self.state.tasks.get(target) else {
            return;
        };
        let later = now.plus_ms(backoff_ms(state.attempts.saturating_add(1), target));
        match (&state.phase, error.retry()) {
            (_, Retry::Never) => self.fail(now, target, &error),
            (Phase::Doubtful { .. }, _) => {
                self.record(
                    now,
                    Event::Doubted {
                        target: target.clone(),
                        error,
                        look_at: later,
                    },
                );
            }
            (Phase::Idle { .. }, _) => {
                self.record(
                    now,
                    Event::Refused {
                        target: target.clone(),
                        error,
                        again_at: later,
                    },
                );
            }
            (
                Phase::Intended
                | Phase::Working { .. }
                | Phase::Clearing
                | Phase::Holds
                | Phase::Done
                | Phase::Failed,
                _,
            ) => {}
        }
    }

    /// What a look shows: of something in doubt, of something awaited, or of a kind that is being removed.
    fn seen(&mut self, now: Timestamp, target: &Target, reply: Reply) {
        if target.item.is_some() {
            // It is still there, so the removal has not happened.
            return self.record(
                now,
                Event::NotDone {
                    target: target.clone(),
                    next_at: now,
                },
            );
        }
        let Some(action) = action(&self.plan, target).cloned() else {
            return;
        };
        match (action, reply) {
            (Action::Create { resource }, Reply::List(listed)) => {
                let ours = self.marked(target, resource.kind(), resource.name(), &listed);
                self.adopt(now, target, resource.kind(), ours);
            }
            (Action::AddRule { rule, .. }, Reply::Rules(rules)) => {
                self.found_or_not(now, target, rules.contains(&rule))
            }
            (Action::AttachNetwork { network, .. }, Reply::Instance(instance)) => {
                let id = self.state.ids.get(&network).cloned();
                let attached = instance
                    .private_networks
                    .iter()
                    .any(|network| network.id == id);
                self.found_or_not(now, target, attached);
            }
            (Action::AttachAddress { address, .. }, Reply::Instance(instance)) => {
                let id = self.state.ids.get(&address).cloned();
                self.found_or_not(
                    now,
                    target,
                    instance.elastic_ips.iter().any(|address| address.id == id),
                );
            }
            (Action::Start { .. }, Reply::Instance(instance)) => {
                self.found_or_not(
                    now,
                    target,
                    matches!(instance.state.as_str(), "starting" | "running"),
                );
            }
            (
                Action::Watch {
                    watch: Watch::InstanceRunning { instance: step },
                },
                Reply::Instance(instance),
            ) => {
                self.watch_instance(now, target, &step, &instance);
            }
            (
                Action::Watch {
                    watch: Watch::PoolRunning { size, .. },
                },
                Reply::Pool(pool),
            ) => {
                let rests = pool.state == "running"
                    && pool.instances.len() >= usize::try_from(size).unwrap_or(usize::MAX);
                if rests {
                    let detail = Some(format!("{} machines running", pool.instances.len()));
                    self.record(
                        now,
                        Event::TaskDone {
                            target: target.clone(),
                            detail,
                        },
                    );
                }
            }
            (
                Action::Watch {
                    watch: Watch::AddressKnown { address: step },
                },
                Reply::One(value),
            ) => {
                let address = value.get("ip").and_then(|ip| ip.as_str()?.parse().ok());
                if let Some(address) = address {
                    self.record(
                        now,
                        Event::Learned {
                            fact: Fact::Address { step, address },
                        },
                    );
                    self.record(
                        now,
                        Event::TaskDone {
                            target: target.clone(),
                            detail: Some(address.to_string()),
                        },
                    );
                }
            }
            (Action::Sweep { kind }, Reply::List(listed)) => {
                let items = self.ours(kind, &listed).0;
                self.record(
                    now,
                    Event::Listed {
                        target: target.clone(),
                        items,
                    },
                );
            }
            // Policies are replaced as a whole: asking again does no harm.
            (Action::Guard { .. }, _) => self.found_or_not(now, target, false),
            (_, _) => {}
        }
    }

    fn watch_instance(
        &mut self,
        now: Timestamp,
        target: &Target,
        step: &crate::plan::StepId,
        instance: &Instance,
    ) {
        if instance.state == "error" {
            let message = "the instance ended in the state `error`".to_owned();
            return self.fail(
                now,
                target,
                &CallError::Failed {
                    reason: "fault".to_owned(),
                    message,
                },
            );
        }
        if let ("running", Some(address)) = (instance.state.as_str(), instance.public_ip) {
            self.record(
                now,
                Event::Learned {
                    fact: Fact::Address {
                        step: step.clone(),
                        address,
                    },
                },
            );
            self.record(
                now,
                Event::TaskDone {
                    target: target.clone(),
                    detail: Some(address.to_string()),
                },
            );
        }
    }

    /// What carries the marker of exactly this step of this run.
    fn marked(&self, target: &Target, kind: Kind, name: &str, listed: &[Listed]) -> Vec<Item> {
        let Some(marker) = self.marker(&target.step) else {
            return Vec::new();
        };
        let marked = listed
            .iter()
            .filter(|listed| marker.is_on(kind, listed, name));
        marked.filter_map(|listed| item(kind, listed)).collect()
    }

    fn adopt(&mut self, now: Timestamp, target: &Target, kind: Kind, mut ours: Vec<Item>) {
        match (kind, ours.pop()) {
            (_, None) => self.found_or_not(now, target, false),
            // The secret of a key is shown once. Without it the key is worth nothing: it is removed and minted again.
            (Kind::ApiKey, Some(last)) => {
                ours.push(last);
                self.record(
                    now,
                    Event::Listed {
                        target: target.clone(),
                        items: ours,
                    },
                );
            }
            (_, Some(only)) if ours.is_empty() => {
                self.record(
                    now,
                    Event::Found {
                        target: target.clone(),
                        id: Some(only.id),
                    },
                );
                self.record(
                    now,
                    Event::TaskDone {
                        target: target.clone(),
                        detail: Some("adopted".to_owned()),
                    },
                );
            }
            (_, Some(_)) => {
                let message = format!(
                    "there is more than one {} with the marker of this step",
                    kind.noun()
                );
                self.fail(
                    now,
                    target,
                    &CallError::Failed {
                        reason: "conflict".to_owned(),
                        message,
                    },
                );
            }
        }
    }

    fn found_or_not(&mut self, now: Timestamp, target: &Target, found: bool) {
        if found {
            self.record(
                now,
                Event::Found {
                    target: target.clone(),
                    id: None,
                },
            );
            self.record(
                now,
                Event::TaskDone {
                    target: target.clone(),
                    detail: None,
                },
            );
        } else {
            self.record(
                now,
                Event::NotDone {
                    target: target.clone(),
                    next_at: now.plus_ms(SETTLE_MS),
                },
            );
        }
    }

    pub(super) fn made(&mut self, now: Timestamp, call: CallId, result: Result<Product, String>) {
        let Some((expected, target, make)) = self.wake.making.take() else {
            return;
        };
        if expected != call {
            self.wake.making = Some((expected, target, make));
            return;
        }
        match (result, target) {
            (Ok(product), target) => {
                for (name, secret) in product.secrets {
                    self.queue.push_back(Output::Keep { name, secret });
                }
                self.record(
                    now,
                    Event::Made {
                        target: target.clone(),
                        public: product.public,
                    },
                );
                if let Some(target) = target {
                    self.record(
                        now,
                        Event::TaskDone {
                            target,
                            detail: None,
                        },
                    );
                }
            }
            (Err(why), Some(target)) => self.fail(now, &target, &CallError::Unmade { why }),
            // A certificate for a key that makes none: the key is answered for at the route, so this is ours.
            (Err(_), None) => {}
        }
    }
}

/// A listed resource as an item of the journal.
pub(super) fn item(kind: Kind, listed: &Listed) -> Option<Item> {
    let id = listed.id_of(kind)?;
    let name = listed
        .name
        .clone()
        .or_else(|| listed.description.clone())
        .unwrap_or_else(|| id.0.clone());
    Some(Item { kind, id, name })
}

/// After so many tries with an unknown outcome, the platform is not in a state to build on.
const ATTEMPTS_MAX: u32 = 8;
