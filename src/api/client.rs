//! One HTTP client that makes one try at a time, within limits of time and size.
//!
//! It knows nothing of retries, cursors or screens: whoever calls decides what an [`ApiError`]
//! means. Redirects are not followed, the library's own retries are off, and the key is held as a
//! secret that neither `Debug` nor an error can show.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, IF_RANGE, RANGE};
use reqwest::{Method, RequestBuilder, Url};
use secrecy::ExposeSecret;

use super::coding;
use super::content::{Content, Part, TransferLimits};
use super::error::{ApiError, Asked, ClientError, Status};
use super::exchange::{About, Exchange, Read};
use super::failure::{ODD_ENCODING, no_client};
pub use super::progress::Progress;
use super::proxy::{Proxy, Route};
use super::retry::Allowance;
use super::tunnel::{self, REFUSED, WANTS_USER};
use super::wire::{self, File, NotAPage, Page};
use crate::api::endpoint::Endpoint;
use crate::api::secret::Secret;
use crate::text::Untrusted;
use crate::time::clock::{DateSample, ServerClock};

/// Limits of one try of a call that wants a document; the defaults are the program's policy.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest time until a connection stands, TLS included.
    pub connect: Duration,
    /// Longest time from sending until the head of the answer is there.
    pub head: Duration,
    /// Longest wait between two pieces of a body.
    pub gap: Duration,
    /// Longest time of one try in all.
    pub whole: Duration,
    /// Bytes of a page at most, decompressed.
    pub body_bytes: usize,
    /// Bytes read of an error's body at most.
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
    /// What the call asked for.
    pub value: T,
    /// The service's clock, where the answer's `Date` can be trusted.
    pub date: Option<DateSample>,
    /// How many further requests the service allows, where it says.
    pub allowance: Option<Allowance>,
}

impl<T> Answer<T> {
    /// The same answer with another value, made of this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: make(self.value), date: self.date, allowance: self.allowance }
    }
}

/// What the service says of a single file.
#[derive(Clone, Debug, PartialEq)]
pub enum Existence {
    /// The file is there, as described.
    Present(Box<File>),
    /// 404: there is no file with this id.
    Gone,
}

/// A client of one endpoint; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) endpoint: Endpoint,
    pub(super) key: Option<Secret>,
    pub(super) limits: Limits,
    pub(super) attempt: u32,
    progress: Progress,
    pub(super) route: Route,
    clock: Arc<Mutex<ServerClock>>,
}

impl Client {
    /// A client of `endpoint` that sends `key` as a bearer token.
    ///
    /// # Errors
    /// [`ClientError`] where it cannot make connections safe, or the proxy in force is none.
    pub fn new(
        endpoint: Endpoint,
        key: Option<Secret>,
        limits: Limits,
    ) -> Result<Self, ClientError> {
        // The library would look at other variables, and ignore silently what it cannot read.
        let route = Route::of_environment(&endpoint)?;
        let http = connections(&endpoint, &route, limits)?;
        let progress = Progress::default();
        let clock = Arc::default();
        Ok(Self { http, endpoint, key, limits, attempt: 1, progress, route, clock })
    }

    /// The same client with connections of its own: they are driven by whoever makes its first calls, and
    /// not by those who made the calls before.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn apart(&self) -> Result<Self, ClientError> {
        let http = connections(&self.endpoint, &self.route, self.limits)?;
        Ok(Self { http, ..self.clone() })
    }

    /// The same client, whose calls are logged as the `attempt`th try.
    #[must_use]
    pub fn on_attempt(&self, attempt: u32) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// The same client, which tells how far the answers to its calls have come.
    #[must_use]
    pub fn telling(&self, progress: Progress) -> Self {
        Self { progress, ..self.clone() }
    }

    /// The address that this client speaks to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The service's clock, as far as the answers to this client and its clones told, refusals among
    /// them.
    #[must_use]
    pub fn clock(&self) -> ServerClock {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn observe(&self, date: Option<DateSample>) {
        if let Some(date) = date {
            self.clock.lock().unwrap_or_else(PoisonError::into_inner).observe(date);
        }
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
        let Answer { value: body, date, allowance } = self.get(url, Asked::List).await?;
        let value = wire::read_page(&body.bytes).map_err(|why| match why {
            NotAPage::NotAFilesList { .. } if body.encoded => {
                ApiError::Undecodable { what: ODD_ENCODING }
            }
            NotAPage::NotAFilesList { beginning, breaks_off } => {
                ApiError::NotAFilesList { beginning, breaks_off }
            }
            NotAPage::BrokenJson(broken) => ApiError::BrokenJson(broken),
            NotAPage::TooManyFiles => ApiError::Undecodable {
                what: "more than 10,000 files in one page, and the first of them are none",
            },
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
        let Answer { value: body, date, allowance } = match self.get(url, Asked::File).await {
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

    /// One try of `GET /v1/files/{id}/content`: the head of the answer, and its bytes to be read from it.
    /// They are asked for as they are, without compression.
    ///
    /// # Errors
    /// Whatever keeps the head from being known; see [`ApiError`]. A part that lies outside of the
    /// content is none.
    pub async fn content(
        &self,
        id: &Untrusted,
        part: &Part,
        limits: TransferLimits,
    ) -> Result<Answer<Content>, ApiError> {
        let url = self.endpoint.content_url(id).ok_or(ApiError::UnusableId)?;
        let path = log::log_enabled!(log::Level::Warn).then(|| self.path_below_base(&url));
        let mut request = self.http.get(url).header(ACCEPT_ENCODING, "identity");
        if let Some(range) = part.header() {
            request = request.header(RANGE, range);
            if let Some(validator) = &part.if_range {
                request = request.header(IF_RANGE, validator);
            }
        }
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let secret = self.key.as_ref().map(Secret::source);
        let about = About { asked: Asked::Content, secret };
        let mut exchange = Exchange::begin(self.limits, about);
        let result = match (exchange.open_content(request, limits).await, self.route.proxy()) {
            (Err(error), Some(proxy)) => Err(self.named_after(proxy, error).await),
            (result, _) => result,
        };
        self.observe(exchange.date());
        if let Some(path) = path {
            let length = result.as_ref().map(|(head, _)| head.length);
            let length = length.map(|bytes| usize::try_from(bytes.unwrap_or(0)).unwrap_or(0));
            exchange.log(&path, self.attempt, length);
        }
        let (head, opened) = result?;
        let (date, allowance) = (opened.date, opened.allowance);
        Ok(Answer { value: Content::new(head, opened), date, allowance })
    }

    /// One try of a call that wants a document: all of a body that is not too large.
    pub(super) async fn get(&self, url: Url, asked: Asked) -> Result<Answer<Body>, ApiError> {
        self.ask(Method::GET, url, asked).await
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        url: Url,
        asked: Asked,
    ) -> Result<Answer<Body>, ApiError> {
        let path = log::log_enabled!(log::Level::Warn).then(|| self.path_below_base(&url));
        let secret = self.key.as_ref().map(Secret::source);
        let mut exchange = Exchange::begin(self.limits, About { asked, secret });
        let request = self.http.request(method, url).header(ACCEPT_ENCODING, coding::ACCEPTED);
        let result = match (self.document(request, &mut exchange).await, self.route.proxy()) {
            (Err(error), Some(proxy)) => Err(self.named_after(proxy, error).await),
            (result, _) => result,
        };
        self.observe(exchange.date());
        if let Some(path) = path {
            let bytes = result.as_ref().map(|answer| answer.value.bytes.len());
            exchange.log(&path, self.attempt, bytes);
        }
        result
    }

    async fn document(
        &self,
        mut request: RequestBuilder,
        exchange: &mut Exchange,
    ) -> Result<Answer<Body>, ApiError> {
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let opened = exchange.open(request).await?;
        let (date, allowance, encoded) = (opened.date, opened.allowance, opened.is_encoded());
        match opened.collect(self.limits.body_bytes, &self.progress).await? {
            Read::Whole(bytes) => Ok(Answer { value: Body { bytes, encoded }, date, allowance }),
            Read::Cut(_) => Err(ApiError::Undecodable { what: "it is larger than 8 MiB" }),
        }
    }

    /// The same error, told as the proxy's where it refused the tunnel to the service, or could not be
    /// reached itself: whoever has one connects to nobody else.
    pub(super) async fn named_after(&self, proxy: &Proxy, error: ApiError) -> ApiError {
        let ApiError::Unreachable { cause } = &error else { return error };
        let variable = proxy.variable;
        let status = match cause.raw() {
            WANTS_USER => Some(407),
            REFUSED => tunnel::status(proxy, &self.endpoint, self.limits.connect).await,
            _ => None,
        };
        match status {
            Some(status) => ApiError::ProxyRefused { status: Status(status), variable },
            None if cause.raw() == REFUSED => {
                let cause = Untrusted::new("what it answers is no answer of a proxy");
                ApiError::ProxyUnreachable { cause, variable }
            }
            None => ApiError::ProxyUnreachable { cause: cause.clone(), variable },
        }
    }

    /// What of an address goes into the log: neither the host nor what the operator put behind it,
    /// which gateways take for a secret.
    pub(super) fn path_below_base(&self, url: &Url) -> String {
        let path = url.path().strip_prefix(self.endpoint.base_path()).unwrap_or(url.path());
        url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }
}

/// Connections to an endpoint, made as they are needed, and kept for a while.
fn connections(
    endpoint: &Endpoint,
    route: &Route,
    limits: Limits,
) -> Result<reqwest::Client, ClientError> {
    // Whoever comes second finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("shelflife/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(limits.connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_nodelay(true)
        .no_proxy();
    if let Some(proxy) = route.proxy() {
        builder = builder.proxy(proxy.to_library().map_err(|error| no_client(&error))?);
    }
    if !endpoint.is_https() {
        // The operator may let the key travel in clear to the service, but not through another
        // party. Nothing will be checked, so a machine without any CA certificate will do.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| no_client(&error))
}

/// The body of a success.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// Whether it came in an encoding that nobody asked for.
    encoded: bool,
}

/// Appends a query pair whose value need not be UTF-8.
pub(super) fn append_raw(url: &mut Url, name: &str, value: &[u8]) {
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
