//! What is drawn: from a spec, from a run, or from both.

use shared::spec::{Source, Spec};
use shared::view::{StepState, StepView, View};

use crate::strings::picture as t;

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The control planes.
    pub(super) planes: Vec<Shade>,
    /// The pools.
    pub(super) fleets: Vec<Fleet>,
    /// The private network.
    pub(super) network: Shade,
    /// Its range, where it is known.
    pub(super) range: String,
    /// What may pass the firewall.
    pub(super) doors: Vec<Door>,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fleet {
    pub(super) name: String,
    pub(super) min: u16,
    pub(super) max: u16,
    pub(super) shade: Shade,
}

/// Something that may pass the firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) what: String,
    pub(super) from: String,
    pub(super) shade: Shade,
}

/// How a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shade {
    Planned,
    Waiting,
    Working,
    Done,
    Failed,
    Gone,
}

impl Shade {
    /// As the style sheet knows it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }
}

impl From<StepState> for Shade {
    fn from(state: StepState) -> Self {
        match state {
            StepState::Waiting => Self::Waiting,
            StepState::Working => Self::Working,
            StepState::Done => Self::Done,
            StepState::Failed => Self::Failed,
            StepState::Skipped => Self::Gone,
        }
    }
}

impl Scene {
    /// A spec, each part in the state of its step where there is a run.
    pub fn of(spec: &Spec, view: Option<&View>) -> Self {
        let shade = |step: &str| view.map_or(Shade::Planned, |view| shade_of(view, step));
        let access = spec.access();
        let planes = 1..=spec.control_plane().count.get();
        let pools = spec.pools().iter();
        let ports = spec.network().node_ports;
        let door = |what: &str, sources: &[Source], step: &str| Door {
            what: what.to_owned(),
            from: from(sources),
            shade: shade(step),
        };
        Self {
            planes: planes
                .map(|number| shade(&format!("control-plane-{number}")))
                .collect(),
            fleets: pools
                .map(|pool| Fleet {
                    name: pool.name.as_str().to_owned(),
                    min: pool.min,
                    max: pool.max,
                    shade: shade(&format!("pool-{}", pool.name)),
                })
                .collect(),
            network: shade("private-network"),
            range: spec.network().private.to_string(),
            doors: vec![
                door(t::API.shown(), &access.api, "firewall-control-plane"),
                door(t::SSH.shown(), &access.ssh, "firewall-control-plane"),
                door(
                    &t::node_ports(ports.start(), ports.end()),
                    &access.node_ports,
                    "firewall-nodes",
                ),
            ],
        }
    }

    /// A run whose spec is not known here: as much as its steps tell.
    pub fn of_run(view: &View) -> Self {
        let named = |prefix: &str| {
            let found = view
                .steps
                .iter()
                .filter(|step| !step.undo && step.id.0.starts_with(prefix));
            found.cloned().collect::<Vec<StepView>>()
        };
        let fleets = named("pool-").into_iter().map(|step| Fleet {
            name: step.id.0.trim_start_matches("pool-").to_owned(),
            min: 1,
            max: 1,
            shade: shade_of(view, &step.id.0),
        });
        Self {
            planes: named("control-plane-")
                .iter()
                .map(|step| shade_of(view, &step.id.0))
                .collect(),
            fleets: fleets.collect(),
            network: shade_of(view, "private-network"),
            range: String::new(),
            doors: Vec::new(),
        }
    }

    /// The same in words.
    pub(super) fn words(&self) -> String {
        let fleets: Vec<String> = self
            .fleets
            .iter()
            .map(|fleet| t::fleet(&fleet.name, fleet.min, fleet.max, fleet.shade.as_str()))
            .collect();
        let doors: Vec<String> = self
            .doors
            .iter()
            .map(|door| t::door(&door.what, &door.from))
            .collect();
        let state = self.planes.first().map_or("", |shade| shade.as_str());
        t::words(self.planes.len(), state, &fleets, &self.range, &doors)
    }
}

/// A part's state is its step's, until the step of the way back that removes its kind is done.
fn shade_of(view: &View, id: &str) -> Shade {
    let find = |id: &str, undo: bool| {
        view.steps
            .iter()
            .find(|step| step.undo == undo && step.id.0 == id)
    };
    let removed = find(removed_by(id), true).is_some_and(|step| step.state == StepState::Done);
    let state = find(id, false).map(|step| step.state.into());
    if removed {
        Shade::Gone
    } else {
        state.unwrap_or(Shade::Waiting)
    }
}

/// The step of the way back that removes what a step makes.
fn removed_by(id: &str) -> &'static str {
    match id.split('-').next().unwrap_or_default() {
        "control" => "remove-instances",
        "pool" => "remove-pools",
        "private" => "remove-private-network",
        _ => "remove-firewalls",
    }
}

fn from(sources: &[Source]) -> String {
    let anywhere = Source::anywhere();
    let open = sources.iter().any(|source| anywhere.contains(source));
    match sources {
        [] => t::NOBODY.shown().to_owned(),
        _ if open => t::ANYWHERE.shown().to_owned(),
        [Source::Caller] => t::YOU.shown().to_owned(),
        [Source::Net(net)] => net.to_string(),
        [..] => t::several(sources.len()),
    }
}
