//! The address of the service, normalised.

use reqwest::Url;

use super::secret::QUOTES;
use crate::text::{Untrusted, UntrustedRef};

/// Where the Cerebras API lives.
pub const DEFAULT_BASE_URL: &str = "https://api.cerebras.ai";

/// A base address that is safe to send a key to: `https`, or `http` on loopback (or anywhere, where
/// the operator said so).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
}

/// Why an address is not usable. The text says what was wrong with it and what is allowed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadEndpoint {
    /// No address, or none of HTTP.
    #[error("it must begin with https:// (or http:// for a loopback address)")]
    NotHttp,
    /// It stands in quotes, as a shell would take them off and other readers of such lines do not.
    #[error(
        "it stands in quotes, which are a part of it then: leave them out there (files of variables \
         are often read with their quotes)"
    )]
    Quoted,
    /// An address of HTTP whose host or port is none.
    #[error("{0}")]
    Malformed(&'static str),
    /// The key would travel in clear.
    #[error(
        "plain http would send the key in clear to {0}; use https, or --allow-http if you must"
    )]
    PlainHttp(String),
    /// Something beside scheme, host, port and path.
    #[error("it must not carry {0}")]
    Surplus(&'static str),
}

impl Endpoint {
    /// Reads an address with or without `/v1`, with or without a trailing slash.
    ///
    /// # Errors
    /// [`BadEndpoint`], whose text can stand behind "the address is not usable: ".
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, BadEndpoint> {
        if text.trim().starts_with(QUOTES) || text.trim().ends_with(QUOTES) {
            return Err(BadEndpoint::Quoted);
        }
        let mut base =
            Url::parse(text.trim()).map_err(|error| malformed(text, &error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(BadEndpoint::NotHttp);
        }
        if base.port() == Some(0) {
            return Err(malformed(text, "invalid port number"));
        }
        let surplus = [
            (!base.username().is_empty() || base.password().is_some(), "a user name or password"),
            (base.query().is_some(), "a query"),
            (base.fragment().is_some(), "a fragment"),
        ];
        if let Some((_, what)) = surplus.into_iter().find(|(found, _)| *found) {
            return Err(BadEndpoint::Surplus(what));
        }
        let path = base.path().trim_end_matches('/');
        let path = if path.ends_with("/v1") { path.to_owned() } else { format!("{path}/v1") };
        base.set_path(&path);
        let endpoint = Self { base };
        if endpoint.base.scheme() == "http" && !allow_http && !endpoint.is_loopback() {
            return Err(BadEndpoint::PlainHttp(endpoint.label()));
        }
        Ok(endpoint)
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.base.host_str().map(|host| host.trim_matches(['[', ']'])) {
            Some("localhost") => true,
            Some(host) => host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        }
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The host alone; an address of IPv6 in brackets.
    ///
    /// ```
    /// use shelflife::api::endpoint::Endpoint;
    ///
    /// let host = |text| Endpoint::parse(text, false).unwrap().host().to_owned();
    /// assert_eq!(host("https://api.groq.com:8443/openai"), "api.groq.com");
    /// assert_eq!(host("http://[::1]:8080"), "[::1]");
    /// ```
    #[must_use]
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Host, and port where it is not the usual one: how screens name the service.
    #[must_use]
    pub fn label(&self) -> String {
        let host = self.host();
        self.base.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Host, port and base path: where ids are unique, whichever key asks.
    ///
    /// ```
    /// use shelflife::api::endpoint::Endpoint;
    ///
    /// let endpoint = Endpoint::parse("https://api.example.com/openai/v1", false).unwrap();
    /// assert_eq!(endpoint.place(), "api.example.com:443/openai");
    /// ```
    #[must_use]
    pub fn place(&self) -> String {
        let host = self.host();
        let port = self.base.port_or_known_default().unwrap_or_default();
        format!("{host}:{port}{}", self.base_path())
    }

    /// Whether the key travels in clear to another machine, because the operator allowed it.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        self.base.scheme() == "http" && !self.is_loopback()
    }

    /// The address as it was given, without `/v1`: what a report of a bug may show.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}://{}{}", self.base.scheme(), self.label(), self.base_path())
    }

    /// What stands in each path before `/v1`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.base.path().trim_end_matches("/v1")
    }

    /// `…/v1/batches`.
    #[must_use]
    pub fn batches_url(&self) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/batches", self.base.path()));
        url
    }

    /// `…/v1/files`.
    #[must_use]
    pub fn files_url(&self) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/files", self.base.path()));
        url
    }

    /// `…/v1/files/{id}`; nothing where the id could lead to another resource.
    #[must_use]
    pub fn file_url(&self, id: &Untrusted) -> Option<Url> {
        if !is_usable_id(id.borrow()) {
            return None;
        }
        let mut url = self.files_url();
        let id = std::str::from_utf8(id.raw()).ok()?;
        url.path_segments_mut().ok()?.push(id);
        Some(url)
    }

    /// `…/v1/files/{id}/content`; nothing where the id could lead to another resource.
    #[must_use]
    pub fn content_url(&self, id: &Untrusted) -> Option<Url> {
        let mut url = self.file_url(id)?;
        url.path_segments_mut().ok()?.push("content");
        Some(url)
    }
}

/// What is wrong with an address that is none, by the words of the library that reads it.
fn malformed(text: &str, error: &str) -> BadEndpoint {
    let text = text.trim().to_ascii_lowercase();
    if !["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) {
        return BadEndpoint::NotHttp;
    }
    BadEndpoint::Malformed(match error {
        "invalid port number" => "its port must be a number from 1 to 65535",
        "empty host" => "it has no host",
        "invalid IPv4 address" => "its host is no address of IPv4, four numbers from 0 to 255",
        "invalid IPv6 address" => "its host is no address of IPv6, in brackets as in [::1]",
        _ => "its host holds what no name of a host can",
    })
}

/// Whether `id` may stand as one segment of a path: 1 to 128 characters of the unreserved set, and
/// no dot segment. Anything else could address another resource, or the collection itself.
#[must_use]
pub fn is_usable_id(id: UntrustedRef<'_>) -> bool {
    let raw = id.raw();
    (1..=128).contains(&raw.len())
        && raw.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~=+:@".contains(b))
        && raw != b"."
        && raw != b".."
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell takes off is left there by others.
    #[test]
    fn an_address_in_quotes_is_named_as_one() {
        for text in [
            "\"https://api.example.com\"",
            "'https://a.example'",
            " 'x",
            "https://a.example\u{201d}",
        ] {
            let error = Endpoint::parse(text, false).unwrap_err();
            assert_eq!(error, BadEndpoint::Quoted, "{text}");
            assert!(error.to_string().contains("quotes") && !error.to_string().contains("example"));
        }
    }

    #[test]
    fn only_single_harmless_segments_are_usable_ids() {
        for id in ["file_123", "file-abc123", "fileI72l", "a.b", "x=="] {
            assert!(is_usable_id(UntrustedRef::new(id.as_bytes())), "{id}");
        }
        let long = "a".repeat(129);
        for id in [".", "..", "", "a/b", "a?b", "a%2Fb", "a\nb", "a b", "ä", "a#b", "a\\b", &long]
        {
            assert!(!is_usable_id(UntrustedRef::new(id.as_bytes())), "{id}");
        }
    }

    #[test]
    fn addresses_are_normalised() {
        for (text, expected) in [
            ("https://api.cerebras.ai", "https://api.cerebras.ai/v1/files"),
            ("https://api.cerebras.ai/", "https://api.cerebras.ai/v1/files"),
            ("https://api.cerebras.ai/v1", "https://api.cerebras.ai/v1/files"),
            (" https://api.cerebras.ai/v1/ ", "https://api.cerebras.ai/v1/files"),
            ("https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/files"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/files"),
            ("http://[::1]:8080//", "http://[::1]:8080/v1/files"),
            ("http://localhost", "http://localhost/v1/files"),
        ] {
            assert_eq!(Endpoint::parse(text, false).unwrap().files_url().as_str(), expected);
        }
    }

    /// Hazards 1: no id leads to another path.
    #[test]
    fn a_file_has_an_address_of_its_own_or_none() {
        let endpoint = Endpoint::parse("https://api.cerebras.ai", false).unwrap();
        let url = |id: &str| endpoint.file_url(&Untrusted::new(id)).map(String::from);
        for id in ["file_123", "file-abc.1", "a=b+c:d@e~"] {
            let expected = format!("https://api.cerebras.ai/v1/files/{id}");
            assert_eq!(url(id), Some(expected));
        }
        for id in [".", "..", "", "a/b", "a?b", "a%2Fb", "a#b", "a\nb", "a b", "é"] {
            assert_eq!(url(id), None, "{id}");
        }
        assert_eq!(url(&"x".repeat(10_240)), None);
    }

    #[test]
    fn unusable_addresses_are_named() {
        for text in ["", "api.cerebras.ai", "localhost:80", "ftp://x", "file:///x", "x:99999"] {
            assert_eq!(Endpoint::parse(text, true), Err(BadEndpoint::NotHttp), "{text}");
        }
        for (text, cause) in [
            ("http://127.0.0.1:99999", "port"),
            ("https://x:port/v1", "port"),
            ("https://x:-1", "port"),
            ("https://x:0", "port"),
            ("https://", "no host"),
            ("https://:443", "no host"),
            ("http://127.0.0.256", "IPv4"),
            ("http://[::1", "IPv6"),
            ("http://[x]", "IPv6"),
            ("https://a b", "host"),
            ("HTTPS://a<b", "host"),
        ] {
            match Endpoint::parse(text, true) {
                Err(BadEndpoint::Malformed(why)) => assert!(why.contains(cause), "{text}: {why}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for text in ["https://u@x", "https://:p@x", "https://x?a", "https://x#a"] {
            assert!(matches!(Endpoint::parse(text, true), Err(BadEndpoint::Surplus(_))), "{text}");
        }
    }

    /// Hazards 16: plain http.
    #[test]
    fn plain_http_needs_loopback_or_a_word() {
        for text in ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1:80/v1"]
        {
            assert!(
                matches!(Endpoint::parse(text, false), Err(BadEndpoint::PlainHttp(_))),
                "{text}"
            );
            assert!(Endpoint::parse(text, true).unwrap().is_exposed());
        }
    }
}
