//! One file by its id, for whoever waits for it.

use tokio::time::sleep;

use crate::api::client::Existence;
use crate::api::retry::Policy;
use crate::api::{Answer, Client};
use crate::lister::Failure;
use crate::text::Untrusted;
use crate::time::clock::since_boot;

/// Asks for a file as often as a call is tried that somebody waits for.
pub(super) async fn ask_for_file(
    client: &Client,
    id: &Untrusted,
) -> Result<Answer<Existence>, Failure> {
    let policy = Policy::default();
    let mut rng = fastrand::Rng::new();
    let mut attempt = 1;
    loop {
        let error = match client.on_attempt(attempt).retrieve(id).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let asked =
            error.wait().filter(|wait| !error.is_transient() || *wait > policy.longest_wait);
        if let Some(wait) = asked {
            let until = since_boot().saturating_add(wait);
            return Err(Failure::AskedToWait { error, wait, until });
        }
        if !error.is_transient() || attempt == policy.attempts {
            return Err(Failure::Call(error));
        }
        sleep(error.wait().unwrap_or_else(|| policy.backoff(attempt, &mut rng))).await;
        attempt += 1;
    }
}
