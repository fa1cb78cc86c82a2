//! How often one caller may begin things and have keys tried, on the routes where each costs an operator something.
//! Cloudflare counts where the caller arrives, roughly and for free: a flood is shed, nobody is billed by it.

use std::net::IpAddr;

use shared::pki;
use worker::{Env, Request};

use crate::answer::Failure;
use crate::config::{self, ACCOUNTS, CALLERS};
use crate::objects::{SWEEP_AFTER_MS, opens};

/// Refuses a caller who comes too often. One on this machine has no address to be counted by.
pub(super) async fn count(request: &Request, env: &Env) -> Result<(), Failure> {
    let Some(who) = caller(request)? else {
        return Ok(());
    };
    if env.rate_limiter(CALLERS)?.limit(who).await?.success {
        return Ok(());
    }
    let failure = Failure::new(
        429,
        "too_many",
        "that was too often within a minute from one address",
        "Wait a minute, then try again. Nothing was made, and what is under way goes on.",
    );
    Err(failure.retry_after_s(PERIOD_S))
}

/// Notes that a caller opens a pretend account, which costs something as long as it lives; refuses one more than many.
pub(super) async fn opening(request: &Request, env: &Env, account: &str) -> Result<(), Failure> {
    let Some(who) = caller(request)? else {
        return Ok(());
    };
    let most = config::accounts_most(env);
    let name = format!("caller/{}", pki::hash_hex(&who));
    let caller = env.durable_object(ACCOUNTS)?.get_by_name(&name)?;
    if opens(&caller, account, most, SWEEP_AFTER_MS).await? {
        return Ok(());
    }
    let message = format!("{most} pretend accounts are open from your address");
    let hint = "Use one of them, or wait: each lasts two hours. Nothing was made.";
    Err(Failure::new(429, "too_many", message, hint).retry_after_s(OPENING_RETRY_S))
}

/// Whom a request is counted with, if it is from elsewhere.
fn caller(request: &Request) -> Result<Option<String>, Failure> {
    let header = request.headers().get("cf-connecting-ip")?;
    let address = header.and_then(|address| address.parse().ok());
    Ok(address.and_then(network))
}

/// Who has one address of IPv6 has all of its network of 64 bits.
fn network(address: IpAddr) -> Option<String> {
    match address {
        address if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:{d:x}"))
        }
    }
}

/// As `wrangler.toml` says.
const PERIOD_S: u16 = 60;

/// Somewhere in the two hours one of the accounts ends.
const OPENING_RETRY_S: u16 = 600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_an_address_or_a_network_of_ipv6() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("203.0.113.7"), Some("203.0.113.7".to_owned()));
        assert_eq!(of("2001:db8:0:1::7"), of("2001:db8:0:1:ffff::"));
        assert_ne!(of("2001:db8:0:1::7"), of("2001:db8:0:2::7"));
        assert_eq!((of("127.0.0.1"), of("::1")), (None, None));
    }
}
