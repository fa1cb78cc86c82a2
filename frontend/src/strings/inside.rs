//! Inside the sandbox.

use crate::tongue::{Text, tr};

pub const HEADING: Text = Text("Inside the sandbox");
pub const LEAD: Text = Text(
    "The pretend Exoscale account of this tab, as it stands now. \
    What you change here happens to the runs that are under way.",
);
pub const TIME: Text = Text("Time");
pub const UNDER_WAY: Text = Text("Under way");
pub const QUIET: Text = Text("Nothing at the moment.");
pub const OPERATION: Text = Text("operation");
pub const EVERYWHERE: Text = Text("all zones");
pub const FAULTS: Text = Text("What goes wrong");
pub const FAULTS_NOTE: Text =
    Text("Chances in a thousand, unless it says otherwise. Runs are made to survive all of them.");
pub const CALM: Text = Text("Nothing goes wrong");
pub const ASKED: Text = Text("What was asked");
pub const GUESSES: Text = Text("Guesses");
pub const GUESSES_NOTE: Text = Text("what nobody could verify about the real API");

pub fn age(duration: &str) -> String {
    tr!("In its own time, this account is {duration} old.", duration)
}

pub fn exists(count: usize) -> String {
    tr!("What exists: {count}", count)
}

pub fn ends_in(duration: &str) -> String {
    tr!("ends in {duration}", duration)
}

/// `AwaitBundle` as `await bundle`.
pub fn step(name: &str) -> String {
    let mut words = String::with_capacity(name.len().saturating_add(4));
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

pub fn fault(name: &str) -> String {
    match name {
        "reply_lost" => tr!("Done, but the answer is lost").to_owned(),
        "request_lost" => tr!("The request is lost").to_owned(),
        "too_many_requests" => tr!("429, too many requests").to_owned(),
        "server_error" => tr!("500 or 503").to_owned(),
        "operation_failure" => tr!("An operation fails").to_owned(),
        "operation_timeout" => tr!("An operation times out").to_owned(),
        "operation_percent" => tr!("How long operations take, in per cent").to_owned(),
        "machine_never_boots" => tr!("A machine never says a word").to_owned(),
        "machine_slow_boot" => tr!("A machine boots slowly").to_owned(),
        "stale_list" => tr!("A list is behind the truth").to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_as_words() {
        assert_eq!(step("AwaitBundle"), "await bundle");
        assert_eq!(step("Done"), "done");
    }
}
