//! The upload of a file: one form of exactly the announced length, whose content comes in pieces from
//! whoever reads it, so that no more than a few of them are held.
//!
//! It is sent once, and nothing is tried again here: what an error means for a file that may have been
//! stored all the same is for whoever knows what was sent before.

use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::Receiver;

/// Limits of an upload: it may take as long as it has to, as long as bytes leave.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// Longest time in which no byte leaves.
    pub gap: Duration,
    /// Longest time from the last byte to the head of the answer: the service looks at the file then.
    pub answer: Duration,
}

impl Default for UploadLimits {
    /// The program's policy: 30 s, and 120 s.
    fn default() -> Self {
        Self { gap: Duration::from_secs(30), answer: Duration::from_secs(120) }
    }
}

/// How far an upload is, for whoever sends it and for whoever looks on.
#[derive(Debug, Default)]
pub struct Outflow {
    sent: AtomicU64,
    total: AtomicU64,
    /// One of the four below in its lowest two bits, and above them the number of the try.
    end: AtomicU64,
    /// What is done once a try is over: nothing yet, or one of the two below.
    after: AtomicU8,
    /// Up to when it rests, in milliseconds on the monotonic clock, and whether the service asked for that.
    rests_until_ms: AtomicU64,
    is_asked: AtomicBool,
}

/// What is being done for an upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UploadStage {
    /// It is being sent.
    #[default]
    Sending,
    /// All of it was sent, and the answer is awaited.
    Awaiting,
    /// Nothing is asked for until that moment on the monotonic clock, as the service asks or by our own caution;
    /// then it is sent again, where the service cannot have it, or looked for.
    Resting {
        /// To whole milliseconds.
        until: Duration,
        /// Whether the service asked for so long a rest.
        is_asked: bool,
    },
    /// No answer said whether it is stored: it is looked for in the list.
    Looking,
}

/// The end of the form was not handed out.
const OPEN: u64 = 0;
/// It was: the service may have all of it.
const HANDED_OUT: u64 = 1;
/// It never is, by this try or another one.
const CLOSED: u64 = 2;
/// It never is by this try.
const SEALED: u64 = 3;

/// It is sent again, or looked for, a little later.
const RESTS: u8 = 1;
/// It is looked for in the list.
const LOOKS: u8 = 2;

impl Outflow {
    /// Bytes of the form that were handed out, and those that there are.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// What is being done.
    #[must_use]
    pub fn stage(&self) -> UploadStage {
        match self.after.load(Ordering::SeqCst) {
            RESTS => UploadStage::Resting {
                until: Duration::from_millis(self.rests_until_ms.load(Ordering::SeqCst)),
                is_asked: self.is_asked.load(Ordering::SeqCst),
            },
            LOOKS => UploadStage::Looking,
            _ if self.is_whole() => UploadStage::Awaiting,
            _ => UploadStage::Sending,
        }
    }

    /// Whether the end was handed out: from then on it may have been stored.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end.load(Ordering::SeqCst) & SEALED == HANDED_OUT
    }

    /// Sees to it that the end is not handed out any more; tells whether it was before, so that it may
    /// have been stored.
    pub fn close(&self) -> bool {
        self.ends(|end| (end & SEALED != HANDED_OUT).then_some(end & !SEALED | CLOSED));
        self.is_whole()
    }

    /// The same for the try that is over, of which the connection may still send what it has: the next one
    /// may hand out its end.
    pub(crate) fn seal(&self) -> bool {
        self.ends(|end| (end & SEALED == OPEN).then_some(end | SEALED));
        self.is_whole()
    }

    /// The service does not have it, or not all of it: it begins anew. Tells the number of the try.
    fn begin_again(&self) -> u64 {
        // The number first: what an earlier try sends late is none of this one.
        self.ends(|end| (end & SEALED != CLOSED).then_some((end & !SEALED) + SEALED + 1));
        self.sent.store(0, Ordering::Relaxed);
        self.after.store(0, Ordering::SeqCst);
        self.end.load(Ordering::SeqCst) & !SEALED
    }

    /// The service does not have it, though all of it was sent: it rests until then before it is sent again,
    /// as the service asked or not.
    pub(crate) fn rest(&self, until: Duration, is_asked: bool) {
        self.begin_again();
        self.rest_in_doubt(until, is_asked);
    }

    /// The service may have it: it rests before it is looked for.
    pub(crate) fn rest_in_doubt(&self, until: Duration, is_asked: bool) {
        let ms = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.rests_until_ms.store(ms, Ordering::SeqCst);
        self.is_asked.store(is_asked, Ordering::SeqCst);
        self.after.store(RESTS, Ordering::SeqCst);
    }

    /// Nobody said whether it is stored: it is looked for.
    pub(crate) fn look(&self) {
        self.after.store(LOOKS, Ordering::SeqCst);
    }

    /// Hands the end out of the try of this number, unless another one has begun, or it is not to be.
    fn hand_out(&self, attempt: u64) -> bool {
        let (from, to) = (attempt | OPEN, attempt | HANDED_OUT);
        self.end.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Bytes of the try of this number were handed out.
    fn count(&self, attempt: u64, bytes: u64) {
        if self.end.load(Ordering::SeqCst) & !SEALED == attempt {
            self.sent.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn ends(&self, next: impl Fn(u64) -> Option<u64>) {
        // What is as it has to be already stays.
        let _ = self.end.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
    }
}

/// What stands in the form beside the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadForm {
    /// The name that the file is to have.
    pub filename: String,
    /// The length of its content in bytes.
    pub bytes: u64,
    /// What it is to be used for.
    pub purpose: String,
    /// Seconds from its creation to its expiry; as the service likes without them.
    pub expires_s: Option<u64>,
}

/// The form on its way.
#[derive(Debug)]
pub(super) struct FormBody {
    head: Option<Bytes>,
    /// Bytes of the content that are still to come.
    content: u64,
    pieces: Receiver<io::Result<Bytes>>,
    tail: Option<Bytes>,
    outflow: Arc<Outflow>,
    /// The number of the try.
    attempt: u64,
}

impl FormBody {
    /// The body of `form`, whose content comes from `pieces`, and its content type. What comes has to be
    /// just as long as the form says; an error among it, or an end that is too early, ends the request.
    pub(super) fn new(
        form: &UploadForm,
        pieces: Receiver<io::Result<Bytes>>,
        outflow: Arc<Outflow>,
    ) -> (Self, String) {
        let boundary = format!("shelflife-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        let field = |name: &str, value: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        };
        let mut head = field("purpose", &form.purpose);
        if let Some(seconds) = form.expires_s {
            head += &field("expires_after[anchor]", "created_at");
            head += &field("expires_after[seconds]", &seconds.to_string());
        }
        let _ = write!(
            head,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            quoted(&form.filename)
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let total = head.len() as u64 + form.bytes + tail.len() as u64;
        let attempt = outflow.begin_again();
        outflow.total.store(total, Ordering::Relaxed);
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let (head, tail) = (Some(head.into()), Some(tail.into()));
        (Self { head, content: form.bytes, pieces, tail, outflow, attempt }, content_type)
    }

    /// Bytes that are still to come.
    pub(super) fn rest(&self) -> u64 {
        let of = |part: &Option<Bytes>| part.as_ref().map_or(0, |part| part.len() as u64);
        of(&self.head) + self.content + of(&self.tail)
    }

    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if self.tail.is_none() {
            return Poll::Ready(None);
        }
        // Whoever reads closes the way only when it is sure of what it has read.
        let piece = match self.pieces.poll_recv(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(piece) => piece.transpose(),
        };
        let odd = |words| Poll::Ready(Some(Err(io::Error::other(words))));
        match piece {
            Err(error) => Poll::Ready(Some(Err(error))),
            Ok(None) if self.content > 0 => odd("the file is shorter than it was"),
            Ok(None) if !self.outflow.hand_out(self.attempt) => odd("it was called off"),
            Ok(None) => Poll::Ready(self.tail.take().map(Ok)),
            Ok(Some(piece)) => match self.content.checked_sub(piece.len() as u64) {
                None => odd("the file is longer than it was"),
                Some(rest) => {
                    self.content = rest;
                    Poll::Ready(Some(Ok(piece)))
                }
            },
        }
    }
}

impl Body for FormBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = self.next(context);
        if let Poll::Ready(Some(Ok(piece))) = &next {
            self.outflow.count(self.attempt, piece.len() as u64);
        }
        next.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_none() && self.tail.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest())
    }
}

/// A filename as it stands between quotes in a form, as browsers write it; not every service turns that
/// back into the name.
#[must_use]
pub fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::sync::mpsc;

    use super::*;

    fn form(bytes: u64) -> UploadForm {
        UploadForm {
            filename: "a\"b\r\n.jsonl".to_owned(),
            bytes,
            purpose: "batch".to_owned(),
            expires_s: Some(86_400),
        }
    }

    /// All that a form of so many bytes sends, whose content comes in these pieces.
    async fn sent(
        bytes: u64,
        pieces: Vec<io::Result<&'static str>>,
    ) -> (Result<String, String>, u64) {
        let (sender, receiver) = mpsc::channel(8);
        for piece in pieces {
            sender.send(piece.map(Bytes::from)).await.unwrap();
        }
        drop(sender);
        let (mut body, _) = FormBody::new(&form(bytes), receiver, Arc::default());
        let announced = body.rest();
        assert_eq!(body.size_hint().exact(), Some(announced));
        let mut all = String::new();
        loop {
            match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                None => return (Ok(all), announced),
                Some(Ok(frame)) => {
                    all += std::str::from_utf8(frame.data_ref().unwrap()).unwrap();
                }
                Some(Err(error)) => return (Err(error.to_string()), announced),
            }
        }
    }

    #[tokio::test]
    async fn a_form_is_as_long_as_it_announces() {
        let (all, announced) = sent(6, vec![Ok("{}\n"), Ok("[]\n")]).await;
        let all = all.unwrap();
        assert_eq!(all.len() as u64, announced);
        let boundary = all.lines().next().unwrap();
        let expected = format!(
            "{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             {boundary}\r\nContent-Disposition: form-data; name=\"expires_after[anchor]\"\r\n\r\n\
             created_at\r\n\
             {boundary}\r\nContent-Disposition: form-data; name=\"expires_after[seconds]\"\r\n\r\n\
             86400\r\n\
             {boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"a%22b%0D%0A.jsonl\"\r\nContent-Type: application/octet-stream\r\n\r\n\
             {{}}\n[]\n\r\n{boundary}--\r\n"
        );
        assert_eq!(all, expected);
    }

    #[tokio::test]
    async fn a_content_of_another_length_is_not_sent_as_if_it_were_whole() {
        let broken = || Err(io::Error::other("the disk"));
        for (bytes, pieces, words) in [
            (6, vec![Ok("{}\n")], "shorter"),
            (2, vec![Ok("{}\n")], "longer"),
            (6, vec![Ok("{}\n"), broken()], "the disk"),
            (3, vec![Ok("{}\n"), broken()], "the disk"),
        ] {
            let error = sent(bytes, pieces).await.0.unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(sent(0, vec![]).await.0.is_ok());
    }

    /// What is being done is told, from one try to the next.
    #[tokio::test]
    async fn each_stage_is_told() {
        use UploadStage::{Awaiting, Looking, Sending};
        let until = Duration::from_secs(9);
        let rests = |is_asked| UploadStage::Resting { until, is_asked };
        let outflow = Arc::new(Outflow::default());
        let mut told = vec![outflow.stage()];
        for is_asked in [true, false] {
            let (sender, receiver) = mpsc::channel(8);
            sender.send(Ok(Bytes::from("{}\n"))).await.unwrap();
            drop(sender);
            let (mut body, _) = FormBody::new(&form(3), receiver, Arc::clone(&outflow));
            while poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_some() {
                told.push(outflow.stage());
            }
            outflow.rest(until, is_asked);
            assert!(!outflow.is_whole(), "the service does not have it");
            told.push(outflow.stage());
        }
        outflow.look();
        told.push(outflow.stage());
        told.dedup();
        assert_eq!(
            told,
            [Sending, Awaiting, rests(true), Sending, Awaiting, rests(false), Looking]
        );
        // What may be stored stays so while it rests.
        let (sender, receiver) = mpsc::channel(8);
        sender.send(Ok(Bytes::from("{}\n"))).await.unwrap();
        drop(sender);
        let (mut body, _) = FormBody::new(&form(3), receiver, Arc::clone(&outflow));
        while poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_some() {}
        outflow.rest_in_doubt(until, true);
        assert_eq!((outflow.stage(), outflow.close()), (rests(true), true));
    }

    /// Takes all that comes of a form; tells whether it came to its end.
    async fn goes_on(body: &mut FormBody) -> bool {
        while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            if frame.is_err() {
                return false;
            }
        }
        true
    }

    /// A connection that goes on with a try that is over never brings that to its end, nor spoils the next one.
    #[tokio::test]
    async fn what_is_left_of_a_try_stays_unsent() {
        for is_called_off in [false, true] {
            let outflow = Arc::default();
            let body = || async {
                let (sender, receiver) = mpsc::channel(8);
                sender.send(Ok(Bytes::from("{}\n"))).await.unwrap();
                FormBody::new(&form(3), receiver, Arc::clone(&outflow)).0
            };
            let mut first = body().await;
            poll_fn(|context| Pin::new(&mut first).poll_frame(context)).await.unwrap().unwrap();
            assert!(!outflow.seal(), "not all of it was sent");
            assert!(!goes_on(&mut first).await && !outflow.is_whole());
            let mut late = body().await;
            outflow.rest(Duration::ZERO, false);
            if is_called_off {
                outflow.close();
            }
            let mut next = body().await;
            assert!(!goes_on(&mut late).await, "another try has begun");
            assert_eq!(outflow.bytes().0, 0, "of which nothing was sent");
            assert_eq!(goes_on(&mut next).await, !is_called_off);
            assert_eq!((outflow.seal(), outflow.close()), (!is_called_off, !is_called_off));
        }
    }

    /// Whoever calls it off knows whether the service may have all of it, however close that is.
    #[tokio::test]
    async fn what_was_called_off_before_its_end_is_never_whole() {
        for frames_before in 0..4 {
            let (sender, receiver) = mpsc::channel(8);
            sender.send(Ok(Bytes::from("{}\n"))).await.unwrap();
            drop(sender);
            let outflow = Arc::default();
            let (mut body, _) = FormBody::new(&form(3), receiver, Arc::clone(&outflow));
            let mut sent = 0;
            for _ in 0..frames_before {
                let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
                sent += frame.unwrap().unwrap().data_ref().unwrap().len() as u64;
            }
            let is_whole = outflow.close();
            let total = outflow.bytes().1;
            assert_eq!(is_whole, sent == total, "{frames_before}");
            while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
            {
                let Ok(frame) = frame else { break };
                sent += frame.data_ref().unwrap().len() as u64;
            }
            assert_eq!(is_whole, sent == total, "{frames_before}");
        }
    }
}
