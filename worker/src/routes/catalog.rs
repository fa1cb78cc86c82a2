//! What a plan's facts are made of: where the caller is, which versions there are, what things cost.

use std::collections::BTreeMap;
use std::net::IpAddr;

use futures_util::future::{join, join_all};
use ipnet::IpNet;
use serde_json::json;
use shared::catalog::Minor;
use shared::plan::policies;
use worker::{Env, Request, Response};

use crate::answer::{Failure, json as answer_json};
use crate::{config, prices, releases};

pub(super) async fn answer(request: &Request, env: &Env) -> Result<Response, Failure> {
    let origin = config::origin(env, request)?;
    let asked = Minor::ALL.iter().map(async |minor| {
        let newest = releases::newest(env, &origin, *minor).await;
        (minor.as_str(), newest)
    });
    let (versions, prices) = join(join_all(asked), prices::current(env, &origin)).await;
    let versions: BTreeMap<_, _> = versions.into_iter().collect();
    answer_json(
        200,
        &json!({
            "origin": origin,
            "caller": caller(request)?.map(|net| net.addr()),
            "kubernetes": versions,
            "prices": prices,
            "roles": policies(),
            "local": config::is_local(&origin),
            "sandbox": config::offers_sandbox(env),
        }),
    )
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
