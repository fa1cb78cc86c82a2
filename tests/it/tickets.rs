//! A control plane's ticket: for one machine, from its own address, once, and not for long.

use std::net::IpAddr;

use sandbox::Preset;
use shared::run::{Caller, Command, Denied, Run};
use shared::time::Timestamp;

use tests::life::{DEFAULT, Harbour, RUN, launch_plan};

/// A launch whose control plane has been started and has an address, and waits.
fn waiting() -> (Harbour, String, IpAddr) {
    let mut harbour = Harbour::open(launch_plan(DEFAULT, RUN), Preset::Unmanned, 1);
    harbour.live_for(120);
    let ticket = harbour.berth().secrets["ticket/control-plane-1"]
        .expose()
        .clone();
    let address = harbour.run().state().addresses[&"control-plane-1".into()];
    (harbour, ticket, IpAddr::V4(address))
}

fn asks(harbour: &Harbour, run: &Run, ticket: &str, from: IpAddr, at: Timestamp) -> Option<Denied> {
    let caller = Caller {
        machine: "control-plane-1",
        ticket,
        address: Some(from),
    };
    let secrets = harbour.berth().secrets.clone();
    run.bundle(&caller, at, |name| secrets.get(name).cloned())
        .err()
}

#[test]
fn a_ticket_is_good_from_its_own_machine_alone() {
    let (harbour, ticket, address) = waiting();
    let (run, now) = (harbour.run(), harbour.sea().now);
    assert_eq!(asks(&harbour, &run, &ticket, address, now), None);
    let elsewhere: IpAddr = "198.51.100.9".parse().unwrap();
    assert_eq!(
        asks(&harbour, &run, &ticket, elsewhere, now),
        Some(Denied::Forbidden)
    );
    assert_eq!(
        asks(&harbour, &run, "another", address, now),
        Some(Denied::Forbidden)
    );
}

#[test]
fn a_ticket_is_good_for_twenty_minutes() {
    let (mut harbour, ticket, address) = waiting();
    let mut asked_after = |minutes: u64| {
        harbour.live_for(minutes * 60);
        let (run, now) = (harbour.run(), harbour.sea().now);
        asks(&harbour, &run, &ticket, address, now)
    };
    assert_eq!(asked_after(17), None);
    assert_eq!(asked_after(3), Some(Denied::Forbidden));
}

#[test]
fn a_ticket_does_not_run_out_while_nobody_could_have_taken_it() {
    let (mut harbour, ticket, address) = waiting();
    harbour.live_for(15 * 60);
    // The launcher is away: the clock goes on, and nothing wakes up.
    let back = harbour.sea().now.plus_ms(40 * 60_000);
    harbour.sea_mut().now = back;
    let run = harbour.run();
    assert_eq!(asks(&harbour, &run, &ticket, address, back), None);
    // It wakes up and says so in its journal; what was left of the twenty minutes still is, and not more.
    harbour.live_for(60);
    let now = harbour.sea().now;
    let run = harbour.run();
    assert!(harbour.transcript().contains("The launcher was away for"));
    assert_eq!(asks(&harbour, &run, &ticket, address, now), None);
    harbour.live_for(4 * 60);
    let (run, now) = (harbour.run(), harbour.sea().now);
    assert_eq!(
        asks(&harbour, &run, &ticket, address, now),
        Some(Denied::Forbidden)
    );
}

#[test]
fn a_machine_reports_from_its_own_address_alone() {
    let (harbour, ticket, address) = waiting();
    let run = harbour.run();
    let knows = |from: IpAddr| {
        run.knows_ticket(&Caller {
            machine: "control-plane-1",
            ticket: &ticket,
            address: Some(from),
        })
    };
    assert!(knows(address));
    assert!(!knows("198.51.100.9".parse().unwrap()));
}

#[test]
fn the_same_bundle_comes_again_until_it_is_confirmed() {
    let (mut harbour, ticket, address) = waiting();
    let (run, now) = (harbour.run(), harbour.sea().now);
    assert_eq!(asks(&harbour, &run, &ticket, address, now), None);
    assert_eq!(asks(&harbour, &run, &ticket, address, now), None);
    harbour.command(Command::Confirm {
        machine: "control-plane-1".to_owned(),
    });
    harbour.live_for(10);
    let run = harbour.run();
    assert_eq!(
        asks(&harbour, &run, &ticket, address, now),
        Some(Denied::Gone)
    );
}
