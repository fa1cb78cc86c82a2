//! Inside the sandbox.

pub const HEADING: &str = "Inside the sandbox";
pub const LEAD: &str = "The pretend Exoscale account of this tab, as it stands now. \
    What you change here happens to the runs that are under way.";
pub const TIME: &str = "Time";
pub const UNDER_WAY: &str = "Under way";
pub const QUIET: &str = "Nothing at the moment.";
pub const OPERATION: &str = "operation";
pub const EVERYWHERE: &str = "all zones";
pub const FAULTS: &str = "What goes wrong";
pub const FAULTS_NOTE: &str =
    "Chances in a thousand, unless it says otherwise. Runs are made to survive all of them.";
pub const CALM: &str = "Nothing goes wrong";
pub const ASKED: &str = "What was asked";
pub const GUESSES: &str = "Guesses";
pub const GUESSES_NOTE: &str = "what nobody could verify about the real API";

pub fn age(duration: &str) -> String {
    format!("In its own time, this account is {duration} old.")
}

pub fn exists(count: usize) -> String {
    format!("What exists: {count}")
}

pub fn ends_in(duration: &str) -> String {
    format!("ends in {duration}")
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
        "reply_lost" => "Done, but the answer is lost".to_owned(),
        "request_lost" => "The request is lost".to_owned(),
        "too_many_requests" => "429, too many requests".to_owned(),
        "server_error" => "500 or 503".to_owned(),
        "operation_failure" => "An operation fails".to_owned(),
        "operation_timeout" => "An operation times out".to_owned(),
        "operation_percent" => "How long operations take, in per cent".to_owned(),
        "machine_never_boots" => "A machine never says a word".to_owned(),
        "machine_slow_boot" => "A machine boots slowly".to_owned(),
        "stale_list" => "A list is behind the truth".to_owned(),
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
