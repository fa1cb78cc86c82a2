//! How often one caller may begin things and have keys tried, on the routes where each costs an operator something.
//! Cloudflare counts where the caller arrives, roughly and for free: a flood is shed, nobody is billed by it.

use std::net::IpAddr;

use worker::{Env, Request};

use crate::answer::Failure;
use crate::config::CALLERS;

/// Refuses a caller who comes too often. One on this machine has no address to be counted by.
pub(super) async fn count(request: &Request, env: &Env) -> Result<(), Failure> {
    let header = request.headers().get("cf-connecting-ip")?;
    let address = header.and_then(|address| address.parse().ok());
    let Some(who) = address.and_then(network) else {
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
