//! One HTTP client that makes one try at a time, within limits of time and size.
//!
//! It knows nothing of retries, cursors or screens: whoever calls decides what an [`ApiError`]
//! means. Redirects are not followed, the library's own retries are off, and the key is held as a
//! secret that neither `Debug` nor an error can show.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::{Duration, UNIX_EPOCH};

use memchr::memmem;
use reqwest::header::{AGE, CONTENT_ENCODING, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, Url};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout, timeout_at};

use super::error::{ApiError, CONNECTION, Status};
use super::retry::{Allowance, RetryHeaders};
use super::wire::{self, File, NotAPage, Page};
use crate::clock::{DateSample, since_boot};
use crate::config::{Endpoint, Key};
use crate::text::Untrusted;

/// Bytes from which a key is looked for also in what is no error.
const LONG_KEY: usize = 8;

/// Limits of one call; the defaults are the program's policy.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// From sending until the head of the answer is there.
    pub head: Duration,
    /// Between two pieces of a body.
    pub gap: Duration,
    /// One try in all.
    pub whole: Duration,
    /// Bytes of a page, decompressed.
    pub body_bytes: usize,
    /// Bytes read of an error's body.
    pub error_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(15),
            gap: Duration::from_secs(15),
            whole: Duration::from_secs(30),
            body_bytes: 8 * 1_024 * 1_024,
            error_bytes: 64 * 1_024,
        }
    }
}

/// What a call brought, and what its head told on the side.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was asked for.
    pub value: T,
    /// The service's clock, where the answer's `Date` can be trusted.
    pub date: Option<DateSample>,
    /// How many further requests the service allows, where it says.
    pub allowance: Option<Allowance>,
}

/// What the service says of a single file.
#[derive(Clone, Debug, PartialEq)]
pub enum Existence {
    /// It is there, as described.
    Present(Box<File>),
    /// 404: there is no file with this id.
    Gone,
}

/// A client of one endpoint; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
    key: Option<Key>,
    limits: Limits,
    attempt: u32,
}

impl Client {
    /// A client of `endpoint` that sends `key` as a bearer token.
    ///
    /// # Errors
    /// A sentence, where TLS cannot be set up, such as for want of any CA certificate.
    pub fn new(endpoint: Endpoint, key: Option<Key>, limits: Limits) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("shelflife/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true);
        if endpoint.is_loopback() {
            builder = builder.no_proxy();
        }
        if !endpoint.is_https() {
            // The operator may let the key travel in clear to the service, but not through another
            // party. Nothing will be checked, so a machine without any CA certificate will do.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            let cause = innermost(&error);
            let cause = cause.strip_prefix("unexpected error: ").unwrap_or(&cause);
            format!(
                "TLS cannot be set up: {cause}; install CA certificates, or name a file of them in SSL_CERT_FILE"
            )
        })?;
        Ok(Self { http, endpoint, key, limits, attempt: 1 })
    }

    /// The same client, whose calls are logged as the `attempt`th try.
    #[must_use]
    pub fn on_attempt(&self, attempt: u32) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// The address that this client speaks to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// One try of `GET /v1/files` with `limit` and, if given, `after`.
    ///
    /// # Errors
    /// Whatever keeps the page from being read; see [`ApiError`].
    pub async fn list_page(
        &self,
        after: Option<&Untrusted>,
        limit: u16,
    ) -> Result<Answer<Page>, ApiError> {
        let mut url = self.endpoint.files_url();
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        if let Some(after) = after {
            append_raw(&mut url, "after", after.raw());
        }
        let Answer { value: body, date, allowance } = self.get(url).await?;
        let value = wire::read_page(&body.bytes).map_err(|why| match why {
            NotAPage::NotAFilesList { .. } if body.encoded => {
                ApiError::Undecodable { what: "it is encoded in a way that was not asked for" }
            }
            NotAPage::NotAFilesList { breaks_off, .. } => {
                let beginning = wire::beginning_of(&self.without_key(body.bytes));
                ApiError::NotAFilesList { beginning, breaks_off }
            }
            NotAPage::TooManyFiles => {
                ApiError::Undecodable { what: "more than 10,000 files in one page" }
            }
        })?;
        Ok(Answer { value, date, allowance })
    }

    /// One try of `GET /v1/files/{id}`.
    ///
    /// # Errors
    /// Whatever keeps the answer from being known; see [`ApiError`]. An id that could address
    /// another resource is refused before anything is sent.
    pub async fn retrieve(&self, id: &Untrusted) -> Result<Answer<Existence>, ApiError> {
        let url = self.endpoint.file_url(id).ok_or(ApiError::UnusableId)?;
        let Answer { value: body, date, allowance } = match self.get(url).await {
            Err(ApiError::Refused { status: Status(404), .. }) => {
                return Ok(Answer { value: Existence::Gone, date: None, allowance: None });
            }
            result => result?,
        };
        let file = wire::read_single_file(&body.bytes)
            .filter(|file| file.id == *id)
            .ok_or(ApiError::Undecodable { what: "it does not describe the file asked for" })?;
        Ok(Answer { value: Existence::Present(Box::new(file)), date, allowance })
    }

    async fn get(&self, url: Url) -> Result<Answer<Body>, ApiError> {
        let begun = Instant::now();
        let whole = || ApiError::TimedOut { what: "whole answer", limit: self.limits.whole };
        let path = log::log_enabled!(log::Level::Warn).then(|| path_of(&url));
        let mut status = None;
        let tried = timeout_at(begun + self.limits.whole, self.try_get(url, &mut status)).await;
        let result = tried.unwrap_or_else(|_| Err(whole()));
        if let Some(path) = path {
            let (path, ms) = (path.as_str(), begun.elapsed().as_millis());
            let (ms, status, attempt) =
                (u64::try_from(ms).unwrap_or(u64::MAX), status.unwrap_or(0), self.attempt);
            match &result {
                Ok(answer) => {
                    let bytes = answer.value.bytes.len();
                    log::info!(method = "GET", path, status, ms, attempt, bytes; "request");
                }
                Err(error) => {
                    let error = error.to_string();
                    log::warn!(method = "GET", path, status, ms, attempt, error; "request");
                }
            }
        }
        result
    }

    /// Notes the status in `seen`, once there is one.
    async fn try_get(&self, url: Url, seen: &mut Option<u16>) -> Result<Answer<Body>, ApiError> {
        let mut request = self.http.get(url);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let sent = since_boot();
        let response = timeout(self.limits.head, request.send())
            .await
            .map_err(|_| ApiError::TimedOut { what: "answer", limit: self.limits.head })?
            .map_err(|e| self.describe(&e))?;
        let date = date_sample(response.headers(), sent);
        let allowance = read_allowance(response.headers());
        let status = response.status();
        *seen = Some(status.as_u16());
        if status.is_success() {
            // What was asked for was decoded on the way, and is not named any more.
            let encoded =
                response.headers().get(CONTENT_ENCODING).is_some_and(|name| name != "identity");
            return match self.read_body(response, self.limits.body_bytes).await? {
                Read::Whole(bytes) => {
                    let bytes = if self.has_long_key() { self.without_key(bytes) } else { bytes };
                    Ok(Answer { value: Body { bytes, encoded }, date, allowance })
                }
                Read::Cut(_) => {
                    Err(ApiError::Undecodable { what: "the page is larger than 8 MiB" })
                }
            };
        }
        Err(self.refusal(response).await)
    }

    /// Turns an answer that is no success into the error that says what to do.
    async fn refusal(&self, response: Response) -> ApiError {
        let status = response.status();
        let headers = response.headers().clone();
        if status.is_redirection()
            && let Some(target) = redirect_target(response.url(), &headers)
        {
            return ApiError::Redirected {
                target: Untrusted::new(self.without_key(target.raw().to_vec())),
            };
        }
        let head = retry_headers(&headers);
        let message = match self.read_body(response, self.limits.error_bytes).await {
            Ok(Read::Whole(body) | Read::Cut(body)) => {
                wire::read_error_message(&self.without_key(body))
            }
            Err(_) => None,
        };
        let listed = matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
        let status = Status(status.as_u16());
        match (status.0, head.verdict().unwrap_or(listed)) {
            (401, _) => ApiError::KeyRefused { message },
            (403, _) => ApiError::Forbidden { message },
            (_, true) => ApiError::Unavailable { status, message, wait: head.wait() },
            (_, false) => ApiError::Refused { status, message },
        }
    }

    async fn read_body(&self, mut response: Response, cap: usize) -> Result<Read, ApiError> {
        let mut body = Vec::new();
        loop {
            let gap = ApiError::TimedOut { what: "further byte", limit: self.limits.gap };
            let chunk = timeout(self.limits.gap, response.chunk()).await.map_err(|_| gap)?;
            match chunk.map_err(|e| self.describe(&e))? {
                None => return Ok(Read::Whole(body)),
                Some(chunk) if body.len() + chunk.len() > cap => {
                    body.extend_from_slice(&chunk[..cap - body.len()]);
                    return Ok(Read::Cut(body));
                }
                Some(chunk) => body.extend_from_slice(&chunk),
            }
        }
    }

    /// A service that echoes the key must not make us show it, whole or cut.
    fn without_key(&self, body: Vec<u8>) -> Vec<u8> {
        let Some(key) = &self.key else { return body };
        let key = key.expose_secret().as_bytes();
        let Some(mut at) = memmem::find(&body, key) else { return body };
        let mut out = Vec::with_capacity(body.len());
        let mut rest = body.as_slice();
        loop {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(b"[key]");
            rest = &rest[at + key.len()..];
            match memmem::find(rest, key) {
                Some(next) => at = next,
                None => break,
            }
        }
        out.extend_from_slice(rest);
        out
    }

    /// Whether the key is too long to stand in a list by chance, as one of a letter would.
    fn has_long_key(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.expose_secret().len() >= LONG_KEY)
    }

    fn describe(&self, error: &reqwest::Error) -> ApiError {
        let cause = Untrusted::new(innermost(error));
        if error.is_timeout() && error.is_connect() {
            return ApiError::TimedOut { what: CONNECTION, limit: self.limits.connect };
        }
        if error.is_connect() {
            let unsafe_tls = io_kinds(error).any(|kind| kind == ErrorKind::InvalidData);
            return if unsafe_tls {
                ApiError::Untrustworthy { cause }
            } else {
                ApiError::Unreachable { cause }
            };
        }
        // Broken chunks and compression are invalid; what was cut short ends early, which is another
        // matter.
        let invalid = |kind| matches!(kind, ErrorKind::InvalidData | ErrorKind::InvalidInput);
        if error.is_decode() && (io_kinds(error).any(invalid) || io_kinds(error).next().is_none()) {
            return ApiError::Undecodable { what: "its encoding is broken" };
        }
        ApiError::Interrupted { cause }
    }
}

/// What of an address goes into the log: neither host nor anything that could be secret.
fn path_of(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// The body of a success.
struct Body {
    bytes: Vec<u8>,
    /// Whether it came in an encoding that nobody asked for.
    encoded: bool,
}

/// What was read of a body.
enum Read {
    Whole(Vec<u8>),
    /// It is larger than it may be.
    Cut(Vec<u8>),
}

/// Appends a query pair whose value need not be UTF-8.
fn append_raw(url: &mut Url, name: &str, value: &[u8]) {
    let mut encoded = String::with_capacity(value.len());
    for byte in value {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let query = url.query().map_or(String::new(), |query| format!("{query}&"));
    url.set_query(Some(&format!("{query}{name}={encoded}")));
}

fn retry_headers(headers: &HeaderMap) -> RetryHeaders<'_> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    RetryHeaders {
        should_retry: text("x-should-retry"),
        retry_after_ms: text("retry-after-ms"),
        retry_after: text(RETRY_AFTER.as_str()),
        date: text(DATE.as_str()),
    }
}

/// The tightest of the allowances of requests; those of tokens are not ours to spend.
fn read_allowance(headers: &HeaderMap) -> Option<Allowance> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    ["", "-minute", "-hour", "-day"]
        .into_iter()
        .filter_map(|span| {
            let remaining = text(&format!("x-ratelimit-remaining-requests{span}"))?;
            let reset = text(&format!("x-ratelimit-reset-requests{span}"))?;
            Allowance::read(remaining, reset)
        })
        .min_by(|a, b| a.per_second().total_cmp(&b.per_second()))
}

/// The answer's `Date`, unless a cache may have served it (`Age`).
fn date_sample(headers: &HeaderMap, sent: Duration) -> Option<DateSample> {
    if headers.get(AGE).is_some_and(|age| age != "0") {
        return None;
    }
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let date_s = i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(DateSample { date_s, sent, received: since_boot() })
}

/// The host that a redirect from `asked` names, where it names a place; a path could carry anything,
/// the key included.
fn redirect_target(asked: &Url, headers: &HeaderMap) -> Option<Untrusted> {
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes());
    let Ok(url) = asked.join(&location) else { return Some(Untrusted::new("no valid address")) };
    let origin = |url: &Url| (url.scheme().to_owned(), url.authority().to_owned());
    let host = url.host_str().filter(|_| origin(&url) != origin(asked));
    let target = match (host, url.port()) {
        (None, _) => "another path".to_owned(),
        (Some(host), None) => host.to_owned(),
        (Some(host), Some(port)) => format!("{host}:{port}"),
    };
    let mut target = Untrusted::new(target);
    target.cap(256);
    Some(target)
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    // The operating system's number for it helps nobody.
    let text = cause.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// The kinds of all I/O errors in the chain. One that wraps another is not its `source`, which is
/// what the inner one was caused by: they have to be unwrapped.
fn io_kinds(error: &reqwest::Error) -> impl Iterator<Item = ErrorKind> {
    std::iter::successors(error.source(), |cause| (*cause).source())
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .flat_map(|outer| std::iter::successors(Some(outer), |error| wrapped(error)))
        .map(io::Error::kind)
}

fn wrapped(error: &io::Error) -> Option<&io::Error> {
    error.get_ref()?.downcast_ref()
}
