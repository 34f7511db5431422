//! Whether the service ever let us in.

use super::Account;
use crate::api::ApiError;

/// Whether the service ever let us in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// The service has not said yet.
    Unknown,
    /// It refused the key, or denied permission.
    Refused(ApiError),
    /// The service answered with a page.
    Granted,
}

impl Account {
    /// Why the service never let us in, where that is so.
    #[must_use]
    pub fn never_let_in(&self) -> Option<&ApiError> {
        match &self.access {
            Access::Refused(why) => Some(why),
            Access::Unknown | Access::Granted => None,
        }
    }
}
