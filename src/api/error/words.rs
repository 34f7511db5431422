//! What went wrong, said at length and in short.

use super::{ApiError, MESSAGE_CELLS, said, shown, shown_beginning};
use crate::text::grouped;

impl ApiError {
    /// What went wrong, from the whole sentence to a word or two, for where there is less room: each
    /// says it by itself, and what the service or the system said gives way last but one.
    #[must_use]
    pub fn ways(&self) -> Vec<String> {
        let brief = self.brief();
        let between = match self {
            Self::KeyRefused { message, .. } | Self::Forbidden { message, .. } => {
                vec![format!("{brief}{}", said(message.as_ref()))]
            }
            Self::Refused { status, message, .. } | Self::Unavailable { status, message, .. } => {
                let said = said(message.as_ref());
                let mut between = vec![format!("{status}{said}")];
                // The service's words tell more than the name of the status.
                between.extend((!said.is_empty()).then(|| format!("{brief}{said}")));
                between
            }
            Self::ProxyRefused { status, .. } => vec![format!("{brief}: {status}")],
            Self::Unreachable { cause }
            | Self::ProxyUnreachable { cause, .. }
            | Self::Untrustworthy { cause }
            | Self::Interrupted { cause } => {
                vec![format!("{brief}: {}", shown(cause, MESSAGE_CELLS))]
            }
            Self::Redirected { target } => {
                vec![format!("{brief} to {}", shown(target, MESSAGE_CELLS))]
            }
            Self::NotAFilesList { beginning, breaks_off } => {
                vec![format!("{brief}: {}", shown_beginning(beginning, *breaks_off))]
            }
            Self::BrokenJson(broken) => {
                vec![format!("{brief}: its JSON breaks at byte {}", grouped(broken.byte))]
            }
            Self::TimedOut { .. }
            | Self::TooSlow { .. }
            | Self::Undecodable { .. }
            | Self::UnusableId => vec![],
        };
        let mut ways = vec![self.to_string()];
        ways.extend(between);
        ways.push(brief);
        ways
    }

    /// What went wrong in a word or two, for where there is no room for more.
    #[must_use]
    pub fn brief(&self) -> String {
        let brief = match self {
            Self::KeyRefused { .. } => "key refused",
            Self::Forbidden { .. } => "no permission",
            Self::Refused { status, .. } | Self::Unavailable { status, .. } => {
                return status.0.to_string();
            }
            Self::Redirected { .. } => "redirected",
            Self::TimedOut { .. } => "no answer",
            Self::TooSlow { .. } => "too slow",
            Self::ProxyRefused { .. } => "proxy refuses",
            Self::Unreachable { .. } => "not reached",
            Self::ProxyUnreachable { .. } => "no proxy",
            Self::Untrustworthy { .. } => "not safe",
            Self::Interrupted { .. } => "broke off",
            Self::Undecodable { .. } => "unreadable",
            Self::UnusableId => "unusable id",
            Self::NotAFilesList { .. } | Self::BrokenJson(_) => "no files list",
        };
        brief.to_owned()
    }
}
