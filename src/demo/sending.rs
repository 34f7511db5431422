//! How a content leaves the demo API: which part of it, under which head, how fast, and where it
//! breaks off.
//!
//! Whatever its size, a few pieces of it are held at a time.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::Instant;

use super::Options;
use super::account::{DemoFile, Stored};
use super::content::Pieces;
use super::limits::Break;

/// Bytes of a piece that is sent without pacing.
const PIECE: u64 = 256 * 1_024;
/// Pieces a second where a rate is kept to.
const PIECES_A_SECOND: u64 = 20;
/// How much of what a slow reader or timer left behind is made up for: beyond one piece, so that no
/// burst is above twice that.
const MADE_UP: Duration = Duration::from_millis(50);

/// The answer with the content of `file`, or with the part of it that `headers` ask for.
pub(super) fn answer(
    options: &Options,
    headers: &HeaderMap,
    file: &DemoFile,
    stored: &Stored,
    breaks: Option<Break>,
) -> Response {
    let (size, etag) = (file.bytes, format!("\"{}\"", file.id));
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let has_etag = !options.no_lengths;
    let ranged = text(IF_RANGE).is_none_or(|tag| has_etag && tag == etag);
    let asked = text(RANGE).filter(|_| ranged && !options.no_ranges);
    let (status, from, to) = match asked.map(|range| read_range(range, size)) {
        None | Some(Range::Ignored) => (StatusCode::OK, 0, size),
        Some(Range::Within(from, to)) => (StatusCode::PARTIAL_CONTENT, from, to),
        Some(Range::Outside) => {
            let range = [(CONTENT_RANGE, format!("bytes */{size}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response();
        }
    };
    let sent = breaks.map_or(to, |breaks| from + breaks.after(to - from));
    let is_closed = matches!(breaks, Some(Break::Closed { .. })) && from < to;
    let pace = options.content_rate.map(|rate| Pace::new(rate, Instant::now()));
    let most = options.content_rate.map_or(PIECE, |rate| (rate / PIECES_A_SECOND).clamp(1, PIECE));
    let source = Source::new(stored, from, sent, most);
    let mut response = (status, body(Sending { source, pace, is_closed })).into_response();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(name, value);
        }
    };
    put(CONTENT_TYPE, "application/x-ndjson");
    if !options.no_ranges {
        put(ACCEPT_RANGES, "bytes");
    }
    if has_etag {
        put(ETAG, &etag);
    }
    // What ends too early, and cleanly, has announced nothing.
    if !options.no_lengths && !matches!(breaks, Some(Break::Ended { .. })) {
        put(CONTENT_LENGTH, &(to - from).to_string());
    }
    if status == StatusCode::PARTIAL_CONTENT {
        put(CONTENT_RANGE, &format!("bytes {from}-{}/{size}", to - 1));
    }
    response
}

/// What is still to be sent of a content.
struct Sending {
    source: Source,
    pace: Option<Pace>,
    /// Whether the connection is closed behind it, in the middle of what was announced.
    is_closed: bool,
}

/// Where the pieces come from.
enum Source {
    Kept { rest: Bytes, most: usize },
    Computed(Pieces),
}

impl Source {
    fn new(stored: &Stored, from: u64, to: u64, most: u64) -> Self {
        match stored {
            Stored::Generated(content) => Self::Computed(content.pieces(from, to, most)),
            Stored::Uploaded(content) => {
                let at = |offset: u64| usize::try_from(offset).unwrap_or(0).min(content.len());
                let most = usize::try_from(most).unwrap_or(1);
                Self::Kept { rest: content.slice(at(from)..at(to)), most }
            }
        }
    }

    fn next(&mut self) -> Option<Bytes> {
        match self {
            Self::Computed(pieces) => pieces.next(),
            Self::Kept { rest, most } => {
                let piece = rest.split_to(rest.len().min(*most));
                (!piece.is_empty()).then_some(piece)
            }
        }
    }
}

/// The pieces as a body.
fn body(sending: Sending) -> Body {
    Body::from_stream(stream::unfold(sending, async |mut sending| {
        if let Some(piece) = sending.source.next() {
            if let Some(pace) = &mut sending.pace {
                tokio::time::sleep_until(pace.due).await;
                pace.sent(piece.len(), Instant::now());
            }
            return Some((Ok(piece), sending));
        }
        if !sending.is_closed {
            return None;
        }
        // What was handed over before leaves while nothing comes; an error would drop it.
        tokio::task::yield_now().await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), sending))
    }))
}

/// Keeps to a rate.
#[derive(Debug)]
struct Pace {
    bytes_a_second: u64,
    /// When the next piece may leave.
    due: Instant,
}

impl Pace {
    fn new(bytes_a_second: u64, now: Instant) -> Self {
        Self { bytes_a_second: bytes_a_second.max(1), due: now }
    }

    /// A piece of so many bytes left at `now`.
    fn sent(&mut self, bytes: usize, now: Instant) {
        let late = now.saturating_duration_since(self.due);
        self.due += Self::takes(self.bytes_a_second, bytes as u64) + late.saturating_sub(MADE_UP);
    }

    /// How long so many bytes take at a rate.
    fn takes(bytes_a_second: u64, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(bytes_a_second);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

enum Range {
    Within(u64, u64),
    Outside,
    Ignored,
}

/// Reads a `Range` of one part; of several parts, or malformed, it is ignored as HTTP allows.
fn read_range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|spec| spec.split_once('-'))
    else {
        return Range::Ignored;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        _ if size == 0 => Range::Outside,
        (Ok(first), Ok(last)) if first <= last && first < size => {
            Range::Within(first, size.min(last.saturating_add(1)))
        }
        (Ok(first), Err(_)) if last.is_empty() && first < size => Range::Within(first, size),
        (Err(_), Ok(tail)) if first.is_empty() && tail > 0 => {
            Range::Within(size.saturating_sub(tail), size)
        }
        (Ok(first), _) if first >= size => Range::Outside,
        _ => Range::Ignored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that left by each moment, with a timer that is late by up to 2 ms.
    fn paced(rate: u64, stalls_at: Option<usize>) -> Vec<(Duration, u64)> {
        let (start, mut sent) = (Instant::now(), 0);
        let (mut now, mut pace) = (start, Pace::new(rate, start));
        let mut rng = fastrand::Rng::with_seed(rate);
        let piece = (rate / PIECES_A_SECOND).clamp(1, PIECE);
        let each = (0..4_000).map(|number| {
            if pace.due > now {
                now = pace.due + Duration::from_micros(rng.u64(..=2_000));
            }
            if stalls_at == Some(number) {
                now += Duration::from_secs(30);
            }
            pace.sent(usize::try_from(piece).unwrap(), now);
            sent += piece;
            (now - start, sent)
        });
        each.collect()
    }

    #[test]
    fn a_rate_is_kept_and_nothing_comes_in_bursts() {
        for rate in [1, 19, 1_000, 500_000, 1 << 20, 50 << 20, 1 << 30] {
            let sent = paced(rate, None);
            let (span, bytes) = sent[sent.len() - 1];
            let whole = Pace::takes(rate, bytes);
            assert!(span.abs_diff(whole) < whole / 50, "{rate}: {span:?} for {whole:?}");
            for stalled in [sent, paced(rate, Some(1_000))] {
                let most = (rate / 10).max(2);
                for at in 0..stalled.len() {
                    // Within any span, so much as it allows, and a tenth of a second's worth.
                    let behind = &stalled[at..stalled.len().min(at + 60)];
                    let before = if at == 0 { 0 } else { stalled[at - 1].1 };
                    for (moment, bytes) in behind {
                        let span = moment.saturating_sub(behind[0].0);
                        let sent = bytes - before;
                        let takes = Pace::takes(rate, sent.saturating_sub(most));
                        let slack = Duration::from_micros(1);
                        assert!(takes <= span + slack, "{rate}: {sent} within {span:?}");
                    }
                }
            }
        }
    }
}
