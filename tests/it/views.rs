//! What a person is shown of a run, at every line of its journal.

use sandbox::Preset;
use shared::pace::Pace;
use shared::run::{Outcome, Run};
use shared::view::{RunState, StepState, View};

use tests::life::{DEFAULT, Harbour, RUN, launch_plan};

#[test]
fn the_steps_that_decide_the_time_are_one_chain_to_the_end() {
    let mut harbour = Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1);
    harbour.live_to(Outcome::Ready);
    let (plan, journal) = {
        let berth = harbour.berth();
        (berth.plan.clone(), berth.journal.clone())
    };
    let mut lengths = Vec::new();
    for count in 1..=journal.len() {
        let run = Run::replay(plan.clone(), &journal[..count]).unwrap();
        let view = View::of(&run, journal[count - 1].at, &Pace::REAL);
        let chain: Vec<_> = view.steps.iter().filter(|step| step.critical).collect();
        if view.state != RunState::Running {
            assert!(chain.is_empty(), "line {count}");
            continue;
        }
        // Where everything is done and the end is not yet written, nothing decides any more.
        let open = view.steps.iter().any(|step| step.state != StepState::Done);
        assert_eq!(
            chain.last().map(|step| step.id.0.as_str()),
            open.then_some("ready")
        );
        for pair in chain.windows(2) {
            assert!(pair[1].needs.contains(&pair[0].id), "line {count}");
        }
        assert!(chain.iter().all(|step| step.state != StepState::Done));
        lengths.push(chain.len());
    }
    assert!(lengths[0] > 3, "{lengths:?}");
    assert!(
        lengths.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{lengths:?}"
    );
}
