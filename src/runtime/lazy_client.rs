//! Clients that are made by whoever calls first, on the thread of that call: the first frame does not wait
//! for them.

use std::sync::{Arc, LazyLock};

use crate::api::{Client, ClientError};

/// A client, once somebody wants it.
pub(super) type LazyClient =
    LazyLock<Result<Client, ClientError>, Box<dyn FnOnce() -> Result<Client, ClientError> + Send>>;

/// A client that `make` makes.
pub(super) fn new(
    make: impl FnOnce() -> Result<Client, ClientError> + Send + 'static,
) -> Arc<LazyClient> {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// One of the same service for what stands back: on a connection that others have made, its bytes would
/// come on their threads, before everything else.
pub(super) fn apart(client: &Arc<LazyClient>) -> Arc<LazyClient> {
    let client = Arc::clone(client);
    new(move || (**client).as_ref().map_err(Clone::clone)?.apart())
}
