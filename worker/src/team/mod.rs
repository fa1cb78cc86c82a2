//! Team mode: behind Cloudflare Access everybody has logged in, and the Worker sees for itself that they have.
//!
//! Access puts a signed word into each request that it lets through. A request that comes past it has none, and one
//! that somebody made up does not verify.

mod keys;
mod token;

use worker::{Env, Request};

use crate::answer::Failure;
use crate::config::{self, wall};
use token::{Refused, Token};

/// Whose word counts, and for which application.
pub(crate) struct Team {
    /// `https://<team>.cloudflareaccess.com`.
    pub(crate) issuer: String,
    /// The application's tag.
    pub(crate) audience: String,
}

/// Lets a request through that Cloudflare Access has let through. Without team mode, every one.
pub(crate) async fn admit(request: &Request, env: &Env) -> Result<(), Failure> {
    let Some(team) = config::team(env)? else {
        return Ok(());
    };
    let header = request.headers().get(HEADER)?;
    let token = header.as_deref().ok_or(Refused::Missing);
    let token = Token::parse(token.map_err(refuse)?).map_err(refuse)?;
    // Who was not meant, or comes too late, is told so without any cryptography; it is no secret.
    token
        .check(&team.issuer, &team.audience, wall().seconds())
        .map_err(refuse)?;
    let key = keys::find(&team.issuer, &token.key_id).await?;
    let key = key.ok_or_else(|| refuse(Refused::Key))?;
    if keys::verifies(&key, &token).await? {
        Ok(())
    } else {
        Err(refuse(Refused::Signature))
    }
}

fn refuse(refused: Refused) -> Failure {
    let (status, code, hint) = match refused {
        Refused::Missing | Refused::Expired => (
            401,
            "login_missing",
            "Load the site again and log in. A program sends the Access token that it was given.",
        ),
        Refused::Malformed
        | Refused::Algorithm
        | Refused::Issuer
        | Refused::Audience
        | Refused::Early
        | Refused::Key
        | Refused::Signature => (
            403,
            "login_refused",
            "Come through the site's own Cloudflare Access; ask whoever runs this launcher.",
        ),
    };
    Failure::new(status, code, refused.to_string(), hint)
}

/// Where Access puts its word. Its cookie says the same, and is not taken: a browser sends it whoever asks.
const HEADER: &str = "cf-access-jwt-assertion";
