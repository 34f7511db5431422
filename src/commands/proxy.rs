//! The proxy that the environment names.

use super::CommandError;
use crate::api::endpoint::Endpoint;
use crate::api::proxy::Route;

/// The way to the service.
///
/// # Errors
/// A proxy in force that is malformed: it would be passed by, and the key go another way than meant.
pub(super) fn in_force(endpoint: &Endpoint) -> Result<Route, CommandError> {
    Route::of_environment(endpoint).map_err(|error| CommandError::Usage(error.to_string()))
}
