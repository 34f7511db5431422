//! Where what was found is put up, for whoever asks.

use std::sync::{Mutex, PoisonError};

use super::gauges::{CODE_CLASSES, Gauges};
use super::text::TextForm;
use crate::api::call::Reply;
use crate::api::client::Existence;
use crate::api::{Answer, ApiError};

/// The numbers as they are known now. Looking at them asks the service for nothing.
#[derive(Debug)]
pub(super) struct Board(Mutex<Gauges>);

impl Board {
    pub(super) fn new(gauges: Gauges) -> Self {
        Self(Mutex::new(gauges))
    }

    /// Looks at, or changes, the numbers.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Gauges) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a request by its answer.
    pub(super) fn count(&self, result: &Result<Answer<Reply>, ApiError>) {
        let Some(class) = class(result) else { return };
        let at = CODE_CLASSES.iter().position(|name| *name == class);
        self.with(|gauges| {
            if let Some(count) = at.and_then(|at| gauges.requests.get_mut(at)) {
                *count += 1;
            }
        });
    }

    /// All of it, in a form.
    pub(super) fn write(&self, form: TextForm) -> String {
        // Written once the numbers are free again.
        let families = self.with(|gauges| gauges.families());
        form.write(&families)
    }
}

/// The class of the status that a request was answered with; nothing where none was made.
fn class(result: &Result<Answer<Reply>, ApiError>) -> Option<&'static str> {
    let error = match result {
        Ok(Answer { value: Reply::File(Existence::Gone), .. }) => return Some("4xx"),
        Ok(_) => return Some("2xx"),
        Err(error) => error,
    };
    Some(match error {
        ApiError::KeyRefused { .. } | ApiError::Forbidden { .. } => "4xx",
        ApiError::Refused { status, .. } | ApiError::Unavailable { status, .. } => {
            match status.0 / 100 {
                2 => "2xx",
                3 => "3xx",
                4 => "4xx",
                5 => "5xx",
                _ => "none",
            }
        }
        ApiError::Redirected { .. } => "3xx",
        ApiError::Undecodable { .. } | ApiError::NotAFilesList { .. } | ApiError::BrokenJson(_) => {
            "2xx"
        }
        ApiError::TimedOut { .. }
        | ApiError::TooSlow { .. }
        | ApiError::Unreachable { .. }
        | ApiError::ProxyUnreachable { .. }
        | ApiError::ProxyRefused { .. }
        | ApiError::Untrustworthy { .. }
        | ApiError::Interrupted { .. } => "none",
        ApiError::UnusableId => return None,
    })
}
