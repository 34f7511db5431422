//! What an error of the HTTP library means: whether a connection was made, whether it could be
//! trusted, and whether what came over it was HTTP.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use super::error::{ApiError, CONNECTION, ClientError};
use crate::text::{Untrusted, cause};

/// Chunks or compression that are none.
pub(super) const BROKEN_ENCODING: &str = "its encoding is broken";
/// An encoding that nobody asked for, and that is not read.
pub(super) const ODD_ENCODING: &str = "it is encoded in a way that was not asked for";
/// The end came before what was announced.
pub(super) const CLOSED_EARLY: &str = "the connection was closed too early";

/// What the TLS library says, and what that means.
const TLS_WORDS: [(&str, &str); 6] = [
    ("corrupt message of type InvalidContentType", "what answers does not speak TLS"),
    ("tls handshake eof", "the connection was closed in the middle of the TLS handshake"),
    ("certificate expired", "the service's certificate has expired"),
    ("certificate not valid for name", "the service's certificate is for another host"),
    ("UnknownIssuer", "the service's certificate is by no authority that this machine knows"),
    ("BadSignature", "the service's certificate is by no authority that this machine knows"),
];

/// What went wrong with a request, whose connection may take as long as `connect`.
pub(super) fn meaning_of(error: &reqwest::Error, connect: Duration) -> ApiError {
    let cause = innermost(error);
    if error.is_timeout() && error.is_connect() {
        return ApiError::TimedOut { what: CONNECTION, limit: connect };
    }
    if error.is_connect() {
        let unsafe_tls = io_kinds(error).any(|kind| kind == ErrorKind::InvalidData);
        let words = TLS_WORDS.iter().find(|(theirs, _)| cause.contains(theirs));
        let cause = Untrusted::new(words.map_or(cause, |(_, words)| (*words).to_owned()));
        return if unsafe_tls {
            ApiError::Untrustworthy { cause }
        } else {
            ApiError::Unreachable { cause }
        };
    }
    let protocol = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    if let Some(protocol) = protocol {
        if protocol.is_parse_too_large() {
            return ApiError::Undecodable { what: "its head is too large" };
        }
        if protocol.is_parse() {
            return ApiError::Undecodable { what: "it is no HTTP" };
        }
        if protocol.is_incomplete_message() {
            let cause = Untrusted::new("the connection was closed before it came");
            return ApiError::Interrupted { cause };
        }
    }
    // Broken chunks and compression are invalid; what was cut short ends early, which is another
    // matter.
    let invalid = |kind| matches!(kind, ErrorKind::InvalidData | ErrorKind::InvalidInput);
    if error.is_decode() && (io_kinds(error).any(invalid) || io_kinds(error).next().is_none()) {
        return ApiError::Undecodable { what: BROKEN_ENCODING };
    }
    if io_kinds(error).any(|kind| kind == ErrorKind::UnexpectedEof) {
        return ApiError::Interrupted { cause: Untrusted::new(CLOSED_EARLY) };
    }
    ApiError::Interrupted { cause: Untrusted::new(cause) }
}

/// Variables that say where CA certificates are; what they name is all that is looked at.
const CERTIFICATES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// What to do for want of CA certificates, where these variables are set.
fn certificates_advice(set: &[&str]) -> String {
    if set.is_empty() {
        return "install CA certificates, or name a file of them in SSL_CERT_FILE".to_owned();
    }
    let what = if set.contains(&"SSL_CERT_FILE") { "a file" } else { "a folder" };
    let (names, is, it) = (set.join(" and "), if set.len() > 1 { "are" } else { "is" }, "it");
    let it = if set.len() > 1 { "them" } else { it };
    format!(
        "{names} {is} set, and nothing else is looked at: set {it} to {what} of CA certificates, or unset {it}"
    )
}

/// Why no client could be made.
pub(super) fn no_client(error: &reqwest::Error) -> ClientError {
    let cause = innermost(error);
    let cause = cause.strip_prefix("unexpected error: ").unwrap_or(&cause);
    // An empty name of a file is one that names nothing; an empty list of folders is none.
    let is_set = |name: &&str| {
        let value = std::env::var_os(name);
        value.is_some_and(|value| !value.is_empty() || *name == "SSL_CERT_FILE")
    };
    let set: Vec<&str> = CERTIFICATES.iter().copied().filter(|name| is_set(name)).collect();
    ClientError::Tls { cause: cause.to_owned(), advice: certificates_advice(&set) }
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| cause(error), |innermost| cause(&innermost))
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// The kinds of all I/O errors in the chain. One that wraps another is not its `source`, which is
/// what the inner one was caused by: they have to be unwrapped.
fn io_kinds(error: &reqwest::Error) -> impl Iterator<Item = ErrorKind> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .flat_map(|outer| std::iter::successors(Some(outer), |error| wrapped(error)))
        .map(io::Error::kind)
}

fn wrapped(error: &io::Error) -> Option<&io::Error> {
    error.get_ref()?.downcast_ref()
}
