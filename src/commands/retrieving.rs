//! Files by their ids, for whoever waits for them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::api::client::Existence;
use crate::api::retry::Policy;
use crate::api::{Answer, Client};
use crate::jobs::upload::Rest;
use crate::lister::Failure;
use crate::runtime::exec::wait_until;
use crate::text::Untrusted;
use crate::time::clock::since_boot;

/// Asks for a file as often as a call is tried that somebody waits for.
pub(super) async fn ask_for_file(
    client: &Client,
    id: &Untrusted,
) -> Result<Answer<Existence>, Failure> {
    Retriever::new(client.clone()).ask(id).await
}

/// Asks for files, also for several at once: where one answer wants the service left alone for a while, all of
/// them wait.
pub(super) struct Retriever {
    client: Client,
    not_before: Mutex<Duration>,
}

impl Retriever {
    pub(super) fn new(client: Client) -> Self {
        Self { client, not_before: Mutex::default() }
    }

    /// The monotonic moment before which the service wants to be left alone, over or not.
    pub(super) fn not_before(&self) -> Duration {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        self.not_before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a file as often as a call is tried that somebody waits for.
    pub(super) async fn ask(&self, id: &Untrusted) -> Result<Answer<Existence>, Failure> {
        let policy = Policy::default();
        let mut rng = fastrand::Rng::new();
        let mut attempt = 1;
        loop {
            self.rest().await;
            let error = match self.client.on_attempt(attempt).retrieve(id).await {
                Ok(answer) => {
                    let rest = Rest::until_allowed(answer.allowance, since_boot());
                    self.leave_alone(rest.map_or(Duration::ZERO, |rest| rest.until));
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let asked =
                error.wait().filter(|wait| !error.is_transient() || *wait > policy.longest_wait);
            if let Some(wait) = asked {
                let until = since_boot().saturating_add(wait);
                return Err(Failure::AskedToWait { error, wait, until });
            }
            // What it asks for holds for the files after this one, too.
            if let Some(wait) = error.wait() {
                self.leave_alone(since_boot().saturating_add(wait));
            }
            if !error.is_transient() || attempt == policy.attempts {
                return Err(Failure::Call(error));
            }
            if error.wait().is_none() {
                wait_until(since_boot().saturating_add(policy.backoff(attempt, &mut rng))).await;
            }
            attempt += 1;
        }
    }

    fn leave_alone(&self, until: Duration) {
        let mut not_before = self.lock();
        *not_before = until.max(*not_before);
    }

    /// Waits until the service may be asked, also where that comes to be later meanwhile.
    async fn rest(&self) {
        while since_boot() < self.not_before() {
            wait_until(self.not_before()).await;
        }
    }
}
