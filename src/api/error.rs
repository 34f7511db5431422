//! What can go wrong with one call, sorted by what can be done about it.

mod words;

use std::borrow::Cow;
use std::time::Duration;

use super::proxy::BadProxy;
use super::secret::SecretSource;
use super::wire::Break;
use crate::text::{Untrusted, grouped};

/// Cells of a service's own words that are shown.
const MESSAGE_CELLS: usize = 200;
/// What is waited for at first.
pub(super) const CONNECTION: &str = "connection";

/// Why there can be no calls at all.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClientError {
    /// TLS cannot be set up, such as for want of any CA certificate.
    #[error("TLS cannot be set up: {cause}; {advice}")]
    Tls {
        /// The innermost cause.
        cause: String,
        /// What to do about it: mend the variable that is set, or install certificates.
        advice: String,
    },
    /// The proxy in force cannot be used.
    #[error(transparent)]
    Proxy(#[from] BadProxy),
}

/// What was asked of the service when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The list of files.
    List,
    /// One file by its id.
    File,
    /// The content of a file.
    Content,
    /// That a file be deleted.
    Deletion,
    /// The list of batches.
    Batches,
    /// That a file be stored.
    Upload,
}

impl Asked {
    /// What a key has to be allowed to do for it.
    #[must_use]
    pub fn deed(self) -> &'static str {
        match self {
            Self::List => "list files",
            Self::File => "look at a file",
            Self::Content => "read the content of files",
            Self::Deletion => "delete files",
            Self::Batches => "list batches",
            Self::Upload => "upload files",
        }
    }

    /// The method of HTTP that it is asked for with.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::List | Self::File | Self::Content | Self::Batches => "GET",
            Self::Deletion => "DELETE",
            Self::Upload => "POST",
        }
    }
}

/// Why one try of a call failed.
///
/// The texts name the cause in lower case and show the service's own words escaped.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ApiError {
    /// 401: the key is wrong or was revoked. No retry mends that.
    #[error("the service refused the key (401){}", said(.message.as_ref()))]
    KeyRefused {
        /// The service's words.
        message: Option<Untrusted>,
        /// Where the key came from that was sent; nothing where none was.
        secret: Option<SecretSource>,
    },
    /// 403: the key is known, but may not do this.
    #[error("the service denies permission (403){}", said(.message.as_ref()))]
    Forbidden {
        /// What was asked for.
        asked: Asked,
        /// The service's words.
        message: Option<Untrusted>,
        /// How long it asks to be left alone, where it does.
        wait: Option<Duration>,
    },
    /// Another answer that refuses the request as it is; asking again would change nothing.
    #[error("the service answered {status}{}", said(.message.as_ref()))]
    Refused {
        /// The HTTP status and its usual name.
        status: Status,
        /// The service's words.
        message: Option<Untrusted>,
        /// How long it asks to be left alone, where it does.
        wait: Option<Duration>,
    },
    /// A status that [passes](Status::passes), or one with `x-should-retry`: worth another try.
    #[error("the service answered {status}{}", said(.message.as_ref()))]
    Unavailable {
        /// The HTTP status and its usual name.
        status: Status,
        /// The service's words.
        message: Option<Untrusted>,
        /// How long it asks to be left alone, where it does.
        wait: Option<Duration>,
    },
    /// 3xx: redirects are not followed, since the key would go with them.
    #[error("the service redirects to {}, which is not followed", shown(.target, MESSAGE_CELLS))]
    Redirected {
        /// What the redirect names: another host, or an address of the same.
        target: Untrusted,
    },
    /// A limit of time was passed.
    #[error("no {what} within {} s", .limit.as_secs())]
    TimedOut {
        /// What did not come in time.
        what: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// A body came, but hardly.
    #[error("no more than {} bytes came within {} s", grouped(*.received), .limit.as_secs())]
    TooSlow {
        /// Bytes that came.
        received: u64,
        /// Within this span.
        limit: Duration,
    },
    /// No connection could be made.
    #[error("the service cannot be reached: {}", shown(.cause, MESSAGE_CELLS))]
    Unreachable {
        /// The innermost cause.
        cause: Untrusted,
    },
    /// No connection could be made to the proxy in between, or none through it.
    #[error("the proxy in {variable} cannot be reached: {}", shown(.cause, MESSAGE_CELLS))]
    ProxyUnreachable {
        /// The innermost cause.
        cause: Untrusted,
        /// The variable that names it.
        variable: &'static str,
    },
    /// The proxy in between does not let us through to the service.
    #[error("the proxy in {variable} answered {status}")]
    ProxyRefused {
        /// What it answered, and the usual name of that.
        status: Status,
        /// The variable that names it.
        variable: &'static str,
    },
    /// The connection cannot be made safe. No retry mends that.
    #[error("the connection is not safe: {}", shown(.cause, MESSAGE_CELLS))]
    Untrustworthy {
        /// The innermost cause.
        cause: Untrusted,
    },
    /// The connection was closed or reset before the answer was whole.
    #[error("the answer broke off: {}", shown(.cause, MESSAGE_CELLS))]
    Interrupted {
        /// The innermost cause.
        cause: Untrusted,
    },
    /// The body is larger than the cap, or cannot be decoded.
    #[error("the answer cannot be read: {what}")]
    Undecodable {
        /// In what way the answer cannot be read.
        what: &'static str,
    },
    /// The file's id could address another resource, so that no call is made.
    #[error("the id of this file cannot stand in an address")]
    UnusableId,
    /// The answer is another kind of document, such as a captive portal's page.
    #[error("the answer is not a files list: {}", shown_beginning(.beginning, *.breaks_off))]
    NotAFilesList {
        /// The beginning of the answer.
        beginning: Untrusted,
        /// Whether the answer ends in the middle.
        breaks_off: bool,
    },
    /// The answer is JSON up to a place, and none from there.
    #[error(
        "the answer is not a files list: its JSON breaks at byte {}: {}, behind {}",
        grouped(.0.byte), .0.why, shown(&.0.behind, 40)
    )]
    BrokenJson(Box<Break>),
}

/// An HTTP status with its usual name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    /// Whether it says that the service, or what stands before it, cannot answer now: every 5xx but
    /// those for what it never can (501, 505), 408, 425, 429.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self.0, 408 | 425 | 429 | 500 | 502..=504 | 506..=599)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = reqwest::StatusCode::from_u16(self.0).ok().and_then(|s| s.canonical_reason());
        match name {
            Some(name) => write!(f, "{} {name}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

fn said(message: Option<&Untrusted>) -> String {
    message.map_or(String::new(), |message| format!(": {}", shown(message, MESSAGE_CELLS)))
}

fn shown(text: &Untrusted, cells: usize) -> String {
    text.borrow().refusal_within(cells)
}

fn shown_beginning(beginning: &Untrusted, breaks_off: bool) -> String {
    if beginning.raw().is_empty() {
        return "it is empty".to_owned();
    }
    let breaks_off = if breaks_off { "it breaks off; " } else { "" };
    format!("{breaks_off}it begins with {}", shown(beginning, 80))
}

impl ApiError {
    /// Whether the same request may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::ProxyRefused { status, .. } if status.passes())
            || matches!(
                self,
                Self::Unavailable { .. }
                    | Self::TimedOut { .. }
                    | Self::TooSlow { .. }
                    | Self::Unreachable { .. }
                    | Self::ProxyUnreachable { .. }
                    | Self::Interrupted { .. }
            )
    }

    /// Whether the service says that it is asked too often (429).
    #[must_use]
    pub fn is_crowding(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { status: Status(429), .. }
                | Self::Refused { status: Status(429), .. }
        )
    }

    /// Whether the service is down, out of reach or rate-limiting, whatever it says about retries.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.is_transient()
            || matches!(self, Self::ProxyRefused { .. })
            || matches!(self, Self::Refused { status, .. } if status.passes())
    }

    /// Whether what was asked for may have been done all the same: it may have reached the service, and
    /// that did not say that it refuses it.
    #[must_use]
    pub fn leaves_open(&self) -> bool {
        let is_unsaid = self.is_outage() || matches!(self, Self::Undecodable { .. });
        is_unsaid && self.was_connected() && !self.is_crowding()
    }

    /// Whether a connection was made, TLS included.
    #[must_use]
    pub fn was_connected(&self) -> bool {
        !matches!(
            self,
            Self::Unreachable { .. }
                | Self::ProxyUnreachable { .. }
                | Self::ProxyRefused { .. }
                | Self::Untrustworthy { .. }
                | Self::UnusableId
                | Self::TimedOut { what: CONNECTION, .. }
        )
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn advice(&self) -> Cow<'static, str> {
        let advice = match self {
            Self::KeyRefused { secret: Some(source), .. } => {
                return format!("give the key of this account in {source}").into();
            }
            Self::KeyRefused { secret: None, .. } => "no key was sent; this service wants one",
            Self::Forbidden { asked, .. } => {
                return format!("ask for a key that may {}", asked.deed()).into();
            }
            Self::ProxyRefused { status: Status(407), variable } => {
                return format!(
                    "it wants a user name and a password that it knows: give them in {variable}, as \
                     http://USER:PASSWORD@HOST:PORT"
                )
                .into();
            }
            Self::ProxyUnreachable { variable, .. } => {
                return format!(
                    "check the proxy's address in {variable} and the network, or put the host into \
                     NO_PROXY"
                )
                .into();
            }
            Self::ProxyRefused { variable, .. } => {
                return format!("ask whoever runs it, or put the host into NO_PROXY ({variable})")
                    .into();
            }
            Self::Untrustworthy { .. } => {
                "check the address and its port, this machine's clock and its CA certificates"
            }
            Self::Unreachable { .. } | Self::TimedOut { what: CONNECTION, .. } => {
                "check the address, the network and any proxy"
            }
            Self::NotAFilesList { .. } | Self::BrokenJson(_) | Self::Redirected { .. } => {
                "check the address, and whether something stands between"
            }
            Self::Unavailable { .. }
            | Self::Interrupted { .. }
            | Self::TimedOut { .. }
            | Self::TooSlow { .. } => "try again later",
            // It is down, whatever it says of another try.
            Self::Refused { status, .. } if status.passes() => "try again later",
            Self::Refused { .. } | Self::Undecodable { .. } => "check the address",
            Self::UnusableId => "nothing can be asked about a file of such an id",
        };
        advice.into()
    }

    /// How long the service asks to be left alone.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { wait, .. }
            | Self::Refused { wait, .. }
            | Self::Forbidden { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Whether the service may be saying that it does not know the cursor: 400 or 404 (a service
    /// says either once the cursor's file is gone).
    #[must_use]
    pub fn refuses_cursor(&self) -> bool {
        matches!(self, Self::Refused { status: Status(400 | 404), .. })
    }

    /// Whether the key is the trouble: refused, or without permission.
    #[must_use]
    pub fn refuses_key(&self) -> bool {
        matches!(self, Self::KeyRefused { .. } | Self::Forbidden { .. })
    }

    /// Whether it may be over later without anybody changing the request: an outage, a portal in
    /// between, a certificate, a permission or a key that is given back.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::UnusableId) || self.is_outage()
    }

    /// Whether asking again is of no use until the operator gives another key.
    #[must_use]
    pub fn refuses_key_for_good(&self) -> bool {
        matches!(self, Self::KeyRefused { .. })
    }

    /// Whether what went wrong with one file need not go wrong with the next one: the service
    /// answered, and did not ask to be left alone.
    #[must_use]
    pub fn is_about_one_file(&self) -> bool {
        match self {
            Self::UnusableId | Self::Undecodable { .. } | Self::Refused { .. } => true,
            Self::Unavailable { status, wait, .. } => wait.is_none() && status.0 != 429,
            _ => false,
        }
    }
}
