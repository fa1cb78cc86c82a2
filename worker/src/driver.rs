//! The only loop that drives a run. It does what the run says, in the order in which the run says it.

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use shared::exoscale::{Call, CallError, Reply};
use shared::office::Allowance;
use shared::plan::Make;
use shared::run::{Command, Entry, Input, Outcome, Output, Product, Run, Shred};
use shared::sabotage::{Bug, has};
use shared::secret::Secret;
use shared::time::Timestamp;

/// The doors to the world that the loop needs. What is not `async` here happens at once, with nothing in between.
pub trait Doors {
    /// Why a door could not be used.
    type Error;
    /// An answer that is on its way.
    type Answer: Future<Output = Result<Reply, CallError>>;

    /// The run's own time.
    fn now(&self) -> Timestamp;
    /// Whether this wake-up still is the one that drives the run. A newer one takes its place for good.
    fn is_current(&self) -> Result<bool, Self::Error>;
    /// Takes everything out of the inbox.
    fn take_inbox(&self) -> Result<Vec<Command>, Self::Error>;
    /// Writes a line of the journal.
    fn record(&self, entry: &Entry) -> Result<(), Self::Error>;
    /// Seals a secret and keeps it.
    fn keep(&self, name: &str, secret: &Secret<String>) -> Result<(), Self::Error>;
    /// Makes something at the edge.
    fn make(&self, order: &Make, run: &Run) -> Result<Product, String>;
    /// Sends a call to Exoscale.
    fn send(&self, call: Call) -> Self::Answer;
    /// Tells whoever listens; there is about to be a pause.
    fn publish(&self, _run: &Run) {}
    /// Destroys secrets.
    fn shred(&self, what: Shred) -> impl Future<Output = Result<(), Self::Error>>;
}

/// Why the loop stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Nothing to do until then.
    Until(Timestamp),
    /// Nothing to do ever again.
    Over(Outcome),
    /// A newer wake-up drives the run.
    Superseded,
}

/// Another wake-up can begin only while this one waits. From then on the journal, the inbox and the platform are its.
fn is_superseded<D: Doors>(doors: &D) -> Result<bool, D::Error> {
    Ok(!has(Bug::NoEpoch) && !doors.is_current()?)
}

/// Drives a run until there is nothing to do, or all is sent that the office allows. Losing this future at any point
/// loses no fact.
pub async fn drive<D: Doors>(
    doors: &D,
    run: &mut Run,
    allowance: Allowance,
) -> Result<Pause, D::Error> {
    let mut under_way = FuturesUnordered::new();
    // Always empty, but for the bug that fills it.
    let mut late: Vec<Entry> = Vec::new();
    run.handle(doors.now(), Input::Wake(allowance));
    loop {
        // A command leaves the inbox in the same breath in which its line enters the journal.
        for command in doors.take_inbox()? {
            run.handle(doors.now(), Input::Command(command));
        }
        match run.poll(doors.now()) {
            Output::Record(entry) if has(Bug::LateRecord) => late.push(entry),
            Output::Record(entry) => doors.record(&entry)?,
            Output::Keep { name, secret } => doors.keep(&name, &secret)?,
            Output::Send { call, request } => {
                let answer = doors.send(*request);
                under_way.push(async move { (call, answer.await) });
            }
            Output::Make { call, make } => {
                let result = doors.make(&make, run);
                run.handle(doors.now(), Input::Made { call, result });
            }
            Output::Shred(what) => {
                doors.shred(what).await?;
                if is_superseded(doors)? {
                    return Ok(Pause::Superseded);
                }
            }
            Output::SleepUntil(until) => {
                doors.publish(run);
                let answered = under_way.next().await;
                late.drain(..).try_for_each(|entry| doors.record(&entry))?;
                if is_superseded(doors)? {
                    return Ok(Pause::Superseded);
                }
                match answered {
                    Some((call, result)) => run.handle(doors.now(), Input::Reply { call, result }),
                    None => return Ok(Pause::Until(until)),
                }
            }
            Output::Finished(outcome) => {
                doors.publish(run);
                return Ok(Pause::Over(outcome));
            }
        }
    }
}
