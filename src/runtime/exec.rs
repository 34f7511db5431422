//! Carries out calls: the way from [`Call`] to [`Reply`] that the dashboard and the commands share.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::api::call::{Call, Reply};
use crate::api::{Answer, ApiError, Client, Page, Progress};
use crate::text::Untrusted;
use crate::time::clock::since_boot;

/// From one telling of how far an answer has come to the next.
const BETWEEN: Duration = Duration::from_millis(100);

/// Makes one try of `call`, within the client's limits.
///
/// # Errors
/// Whatever keeps the answer from being known; see [`ApiError`].
pub async fn carry_out(client: &Client, call: Call) -> Result<Answer<Reply>, ApiError> {
    match call {
        Call::List { after, limit, attempt } => {
            let answer = list(client, after.as_ref(), limit, attempt).await;
            answer.map(|answer| answer.map(Reply::Page))
        }
        Call::Retrieve { id } => client.retrieve(&id).await.map(|answer| answer.map(Reply::File)),
        Call::Delete { id } => client.delete(&id).await.map(|answer| answer.map(Reply::Deletion)),
        Call::ListBatches { after } => {
            client.list_batches(after.as_ref()).await.map(|answer| answer.map(Reply::Batches))
        }
    }
}

/// Makes one try of `call`, and has `tell` told how many bytes of the answer have come, ten times a
/// second at most.
///
/// # Errors
/// As [`carry_out`].
pub async fn carry_out_telling(
    client: &Client,
    call: Call,
    tell: impl Fn(u64),
) -> Result<Answer<Reply>, ApiError> {
    let received = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&received);
    let progress = Progress::new(move |bytes| counted.store(bytes, Ordering::Relaxed));
    let client = client.telling(progress);
    let mut call = pin!(carry_out(&client, call));
    let mut told = 0;
    loop {
        tokio::select! {
            biased;
            result = &mut call => return result,
            () = sleep(BETWEEN) => {}
        }
        let now = received.load(Ordering::Relaxed);
        if std::mem::replace(&mut told, now) != now {
            tell(now);
        }
    }
}

/// Makes the try number `attempt` of a [`Call::List`].
///
/// # Errors
/// As [`carry_out`].
pub async fn list(
    client: &Client,
    after: Option<&Untrusted>,
    limit: u16,
    attempt: u32,
) -> Result<Answer<Page>, ApiError> {
    client.on_attempt(attempt).list_page(after, limit).await
}

/// Waits until the monotonic moment `at`; for those commands that drive the paging machine without
/// a screen.
pub async fn wait_until(at: Duration) {
    sleep(at.saturating_sub(since_boot())).await;
}
