//! What a plan's facts are made of: where the caller is, which versions there are, what things cost.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::json;
use shared::catalog::{Currency, Minor, Prices, bill};
use worker::{Env, Request, Response};

use crate::answer::{Failure, json as answer_json};
use crate::config;

pub(super) fn answer(request: &Request, env: &Env) -> Result<Response, Failure> {
    let origin = config::origin(env, request)?;
    let versions = Minor::ALL
        .iter()
        .map(|minor| (minor.as_str(), kubernetes(*minor)));
    answer_json(
        200,
        &json!({
            "origin": origin,
            "caller": caller(request)?.map(|net| net.addr()),
            "kubernetes": versions.collect::<BTreeMap<_, _>>(),
            "prices": Prices::bundled(Currency::Chf),
            "local": config::is_local(&origin),
            "sandbox": config::offers_sandbox(env),
        }),
    )
}

/// The exact version that a launch of this minor installs.
pub(super) fn kubernetes(minor: Minor) -> String {
    bill(minor).kubernetes_floor.to_owned()
}

/// The address that a request comes from, as a network of one. On a developer's own machine that is a loopback
/// address, which means nothing to a firewall: a documentation address stands in for it.
pub(super) fn caller(request: &Request) -> Result<Option<IpNet>, Failure> {
    let header = request.headers().get("cf-connecting-ip")?;
    let address = header.and_then(|address| address.parse::<IpAddr>().ok());
    Ok(match address {
        Some(address) if !address.is_loopback() => Some(IpNet::from(address)),
        Some(_) | None => PRETEND_CALLER.parse().ok(),
    })
}

/// From the range that is set aside for documentation.
const PRETEND_CALLER: &str = "198.51.100.7/32";
