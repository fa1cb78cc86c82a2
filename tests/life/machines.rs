//! The routes of the machines, as the edge serves them.

use std::net::IpAddr;

use sandbox::GuestCall;
use shared::bootstrap::Report;
use shared::run::{Caller, Command, Denied};
use shared::time::Timestamp;

use super::Pilot;

/// Answers a machine's call to one of these runs.
pub(super) fn serve(pilots: &mut [Pilot], call: &GuestCall, now: Timestamp) -> (u16, String) {
    let of_run = |pilot: &&mut Pilot| call.url.contains(&pilot.berth.borrow().plan.facts.run);
    let Some(pilot) = pilots.iter_mut().find(of_run) else {
        return (410, EMPTY.to_owned());
    };
    let (path, action) = call.url.rsplit_once('/').unwrap();
    let machine = path.rsplit_once('/').unwrap().1;
    let caller = Caller {
        machine,
        ticket: &call.bearer,
        address: Some(IpAddr::V4(call.source)),
    };
    let (known, over) = pilot.with_run(|run| {
        let over = run.state().outcome.is_some() || run.state().undoing.is_some();
        (run.knows_ticket(&caller), over)
    });
    if !known {
        return (403, EMPTY.to_owned());
    }
    if over {
        return (410, EMPTY.to_owned());
    }
    match action {
        "bundle" => bundle(pilot, &caller, now),
        "confirm" => {
            let machine = machine.to_owned();
            pilot.post(Command::Confirm { machine });
            (200, EMPTY.to_owned())
        }
        "report" => {
            let report = Report::parse(call.body.as_bytes()).unwrap();
            let machine = machine.to_owned();
            pilot.post(Command::Report { machine, report });
            (200, EMPTY.to_owned())
        }
        other => panic!("a machine asks for {other}"),
    }
}

fn bundle(pilot: &mut Pilot, caller: &Caller<'_>, now: Timestamp) -> (u16, String) {
    let secrets = pilot.berth.borrow().secrets.clone();
    let bundle = pilot.with_run(|run| run.bundle(caller, now, |name| secrets.get(name).cloned()));
    match bundle {
        Ok(bundle) => (200, bundle.to_json().expose().clone()),
        Err(Denied::Forbidden) => (403, EMPTY.to_owned()),
        Err(Denied::TooEarly) => (425, EMPTY.to_owned()),
        Err(Denied::Gone) => (410, EMPTY.to_owned()),
    }
}

const EMPTY: &str = "{}";
