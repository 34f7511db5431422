//! One try of one request, in two halves: the answer is opened, then its body is read in the way that
//! the call wants.
//!
//! What every call shares is in the first half: the limit of time until the head is there, the
//! status, what the head tells on the side, and what a refusal means. The second half hands out the
//! body piece by piece; [`Opened::collect`] is what calls that want a document make of that.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::client::{Limits, Progress};
use super::coding::{Body, Coding, Refused};
use super::content::{ContentHead, TransferLimits};
use super::error::{ApiError, Asked, Status};
use super::failure::{BROKEN_ENCODING, CLOSED_EARLY, ODD_ENCODING, meaning_of};
use super::headers::{date_sample, read_allowance, redirect_target, retry_headers};
use super::retry::Allowance;
use super::secret::SecretSource;
use super::upload::{Outflow, UploadLimits};
use super::wire;
use crate::text::Untrusted;
use crate::time::clock::{DateSample, since_boot};

/// What is asked, and on whose behalf: what a refusal is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) asked: Asked,
    pub(super) secret: Option<SecretSource>,
}

/// One try: how long it may take, and what is logged of it.
#[derive(Debug)]
pub(super) struct Exchange {
    limits: Limits,
    about: About,
    begun: Instant,
    /// The status, once there is one.
    status: Option<u16>,
    /// What the answer told of the service's clock.
    date: Option<DateSample>,
}

/// An answer that grants what was asked for, and whose body is still to be read.
#[derive(Debug)]
pub(super) struct Opened {
    response: Response,
    limits: Limits,
    haste: Haste,
    pub(super) date: Option<DateSample>,
    pub(super) allowance: Option<Allowance>,
}

/// How fast a body has to come.
#[derive(Clone, Copy, Debug)]
enum Haste {
    /// All of it has to be there by then.
    By(Instant),
    /// Over each window so many bytes have to come; what counts is the time in which somebody waits.
    Flowing { limits: TransferLimits, waited: Duration, received: u64 },
}

/// What was read of a body.
pub(super) enum Read {
    Whole(Vec<u8>),
    /// It is larger than it may be.
    Cut(Vec<u8>),
}

/// Bytes for which room is made on the word of a header: a page of 100 files has 25,000.
const LIKELY_BYTES: usize = 64 * 1_024;
/// From one look at how far an upload is to the next.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Exchange {
    /// Begins now.
    pub(super) fn begin(limits: Limits, about: About) -> Self {
        Self { limits, about, begun: Instant::now(), status: None, date: None }
    }

    /// What the answer, whatever it was, told of the service's clock.
    pub(super) fn date(&self) -> Option<DateSample> {
        self.date
    }

    /// The first half: sends the request, and turns an answer that is no success into the error that
    /// says what to do.
    pub(super) async fn open(&mut self, request: RequestBuilder) -> Result<Opened, ApiError> {
        let opened = self.send(request).await?;
        if opened.response.status().is_success() {
            Ok(opened)
        } else {
            Err(opened.refusal(self.about).await)
        }
    }

    /// The same for the content of a file: a part that lies outside of it (416) is an answer, too, and
    /// the body may take as long as it keeps flowing.
    pub(super) async fn open_content(
        &mut self,
        request: RequestBuilder,
        limits: TransferLimits,
    ) -> Result<(ContentHead, Opened), ApiError> {
        let mut opened = self.send(request).await?;
        let status = opened.response.status();
        // Other successes bring no content (202, 204), or one that a proxy has changed (203).
        if !matches!(status.as_u16(), 200 | 206 | 416) {
            return Err(opened.refusal(self.about).await);
        }
        if opened.is_encoded() && status.is_success() {
            return Err(ApiError::Undecodable { what: ODD_ENCODING });
        }
        opened.limits.gap = limits.gap;
        opened.haste = Haste::Flowing { limits, waited: Duration::ZERO, received: 0 };
        let head = ContentHead::read(status.as_u16(), opened.response.headers());
        Ok((head, opened))
    }

    /// Sends the request and waits for the head of the answer, whatever it says.
    async fn send(&mut self, request: RequestBuilder) -> Result<Opened, ApiError> {
        let (limits, sent) = (self.limits, since_boot());
        let deadline = self.begun + limits.whole;
        let response = within(deadline, &limits, limits.head, "answer", request.send()).await?;
        self.answered(response, deadline, sent)
    }

    /// The same for a request that brings a body, which may take as long as it keeps flowing; then the
    /// answer has some time of its own.
    pub(super) async fn open_upload(
        &mut self,
        request: RequestBuilder,
        (outflow, limits): (&Outflow, UploadLimits),
    ) -> Result<Opened, ApiError> {
        let response = tokio::select! {
            biased;
            response = request.send() => response,
            error = stalls(outflow, limits) => return Err(error),
        };
        let opened = self.answered(response, Instant::now() + self.limits.whole, since_boot())?;
        if opened.response.status().is_success() {
            Ok(opened)
        } else {
            Err(opened.refusal(self.about).await)
        }
    }

    /// The head of the answer is there, or there is none.
    fn answered(
        &mut self,
        response: Result<Response, reqwest::Error>,
        deadline: Instant,
        sent: Duration,
    ) -> Result<Opened, ApiError> {
        let limits = self.limits;
        let response = response.map_err(|error| meaning_of(&error, limits.connect))?;
        let status = response.status();
        self.status = Some(status.as_u16());
        let date = date_sample(response.headers(), sent);
        self.date = date;
        let allowance = read_allowance(response.headers());
        Ok(Opened { response, limits, haste: Haste::By(deadline), date, allowance })
    }

    /// Logs how the try ended: after how many bytes of a body, or for want of what.
    pub(super) fn log(&self, path: &str, attempt: u32, result: Result<usize, &ApiError>) {
        let ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, method) = (self.status.unwrap_or(0), self.about.asked.method());
        match result {
            Ok(bytes) => {
                log::info!(method, path, status, ms, attempt, bytes; "request");
            }
            Err(error) => {
                let error = error.to_string();
                log::warn!(method, path, status, ms, attempt, error; "request");
            }
        }
    }
}

impl Opened {
    /// Whether the body comes in an encoding that nobody asked for.
    pub(super) fn is_encoded(&self) -> bool {
        self.coding() == Coding::Other
    }

    /// The encoding in which the body comes.
    pub(super) fn coding(&self) -> Coding {
        Coding::of(self.response.headers())
    }

    /// The whole body, decoded, up to `cap` bytes of it; `progress` is told how far it has come.
    pub(super) async fn collect(
        mut self,
        cap: usize,
        progress: &Progress,
    ) -> Result<Read, ApiError> {
        let length = self.response.content_length().and_then(|bytes| usize::try_from(bytes).ok());
        let likely = length.unwrap_or(0).min(LIKELY_BYTES);
        let mut body = Body::new(Coding::of(self.response.headers()), likely, cap);
        let ended = loop {
            let Some(chunk) = self.chunk().await? else { break body.finish() };
            if let Err(refused) = body.push(&chunk) {
                break Err(refused);
            }
            progress.tell(body.len());
        };
        match ended {
            Ok(()) => Ok(Read::Whole(body.bytes())),
            Err(Refused::TooLarge) => Ok(Read::Cut(body.bytes())),
            Err(Refused::Broken) => Err(ApiError::Undecodable { what: BROKEN_ENCODING }),
            Err(Refused::Short) => {
                Err(ApiError::Interrupted { cause: Untrusted::new(CLOSED_EARLY) })
            }
        }
    }

    /// The next piece of the body; nothing at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let (limits, next, from) = (&self.limits, self.response.chunk(), Instant::now());
        let chunk = match self.haste {
            Haste::By(deadline) => within(deadline, limits, limits.gap, "further byte", next).await,
            Haste::Flowing { .. } => timeout(limits.gap, next)
                .await
                .map_err(|_| ApiError::TimedOut { what: "further byte", limit: limits.gap }),
        };
        let chunk = chunk?.map_err(|error| meaning_of(&error, limits.connect))?;
        self.keep_flowing(from.elapsed(), chunk.as_ref().map_or(0, Bytes::len))?;
        Ok(chunk)
    }

    /// Counts what came, and gives up what hardly flows any more.
    fn keep_flowing(&mut self, waited_now: Duration, bytes: usize) -> Result<(), ApiError> {
        let Haste::Flowing { limits, waited, received } = &mut self.haste else { return Ok(()) };
        *received += bytes as u64;
        *waited += waited_now;
        if *waited < limits.window {
            return Ok(());
        }
        if *received < limits.least_bytes {
            let (received, limit) = (*received, limits.window);
            return Err(ApiError::TooSlow { received, limit });
        }
        (*waited, *received) = (Duration::ZERO, 0);
        Ok(())
    }

    /// What an answer that is no success means. Its head says that; a body that does not come only
    /// leaves out the service's own words.
    async fn refusal(self, about: About) -> ApiError {
        let status = self.response.status();
        if status.is_redirection()
            && let Some(target) = redirect_target(self.response.url(), self.response.headers())
        {
            return ApiError::Redirected { target };
        }
        let headers = self.response.headers().clone();
        let head = retry_headers(&headers);
        let cap = self.limits.error_bytes;
        let message = match self.collect(cap, &Progress::default()).await {
            Ok(Read::Whole(body) | Read::Cut(body)) => wire::read_error_message(&body),
            Err(_) => None,
        };
        let (status, wait) = (Status(status.as_u16()), head.wait());
        let message = message.and_then(|words| wire::beside_status(words, status));
        let About { asked, secret } = about;
        match (status.0, head.verdict().unwrap_or(status.passes())) {
            (401, _) => ApiError::KeyRefused { message, secret },
            (403, _) => ApiError::Forbidden { asked, message, wait },
            (_, true) => ApiError::Unavailable { status, message, wait },
            (_, false) => ApiError::Refused { status, message, wait },
        }
    }
}

/// Ends once no byte of an upload has left, or no answer has come, for as long as `limits` allow.
async fn stalls(outflow: &Outflow, limits: UploadLimits) -> ApiError {
    let (mut last, mut since) = (outflow.bytes().0, Instant::now());
    loop {
        sleep(LOOK_AGAIN).await;
        let (sent, _) = outflow.bytes();
        if sent != last {
            (last, since) = (sent, Instant::now());
        }
        let (what, limit) = if outflow.is_whole() {
            ("answer", limits.answer)
        } else {
            ("byte could be sent", limits.gap)
        };
        if since.elapsed() >= limit {
            return ApiError::TimedOut { what, limit };
        }
    }
}

/// What comes of `work`, which has `step` for itself and ends at `deadline` at the latest.
async fn within<T>(
    deadline: Instant,
    limits: &Limits,
    step: Duration,
    what: &'static str,
    work: impl Future<Output = T>,
) -> Result<T, ApiError> {
    timeout_at(deadline, timeout(step, work))
        .await
        .map_err(|_| ApiError::TimedOut { what: "whole answer", limit: limits.whole })?
        .map_err(|_| ApiError::TimedOut { what, limit: step })
}
