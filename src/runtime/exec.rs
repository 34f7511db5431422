//! Carries out calls: the way from [`Call`] to [`Reply`] that the dashboard and the commands share.

use crate::api::call::{Call, Reply};
use crate::api::{Answer, ApiError, Client, Page};
use crate::text::Untrusted;

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
