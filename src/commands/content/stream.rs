//! The bytes of a content, from whichever answers they have to be taken.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::cut::Span;
use crate::api::content::{Content, ContentHead, Part, Portion};
use crate::api::retry::Policy;
use crate::api::{ApiError, Client};
use crate::content::Hindrance;
use crate::content::resume::{Join, Known, SEAM};
use crate::jobs::whole::LastLine;
use crate::runtime::content::open;
use crate::text::Untrusted;

/// Times that it is asked for without one further byte, and in all, after which it is given up. Each time
/// it is asked for as often as the [policy](Policy) allows, until an answer begins.
const MOST_VAIN: u32 = 3;
const MOST_TIMES: u32 = 12;
/// The last bytes that are held to be cut out, where neither the service nor a length helps.
const MOST_OF_THE_END: u64 = 16 * 1_024 * 1_024;

/// A content that is being read.
pub(super) struct Stream<'a> {
    client: &'a Client,
    id: &'a Untrusted,
    content: Content,
    known: Known,
    /// The offset of the next byte.
    at: u64,
    /// The offset of the first byte that came.
    from: u64,
    /// Where the part ends that was asked for.
    last: Option<u64>,
    /// Bytes to be passed over before what was asked for.
    to_skip: u64,
    /// How many of the last bytes are wanted, where they have to be cut out of all.
    end_wanted: Option<u64>,
    end: VecDeque<u8>,
    /// The last bytes that came, to be compared.
    seen: VecDeque<u8>,
    is_cut_from_all: bool,
    last_line: LastLine,
    times: u32,
    vain: u32,
}

impl<'a> Stream<'a> {
    /// Asks for a content, or a part of it.
    pub(super) async fn open(
        client: &'a Client,
        id: &'a Untrusted,
        span: Option<Span>,
    ) -> Result<Self, Hindrance> {
        let part = span.map_or_else(Part::whole, Span::part);
        let mut content = ask(client, id, &part).await?;
        let mut times = 1;
        if let (Portion::Outside(total), Some(Span::From(first, _))) = (content.head.extent, span)
            && total.is_none_or(|total| total <= first)
        {
            return Err(Hindrance::Outside { first, total });
        }
        let is_placed = is_placed(&content.head, span);
        if !is_placed {
            // Another part than that was asked for, or nobody knows which: it is cut out here.
            content = ask(client, id, &Part::whole()).await?;
            times += 1;
            if content.head.extent != Portion::Whole {
                return Err(Hindrance::Apart("the service sends another part than was asked for"));
            }
        }
        let known = Known::of(&content.head);
        let (from, last) = match content.head.extent {
            Portion::Partial(range) => (range.start, Some(range.last)),
            _ => (0, None),
        };
        let (to_skip, end_wanted) = match (content.head.extent, span) {
            (Portion::Whole, Some(Span::From(from, _))) => (from, None),
            (Portion::Whole, Some(Span::Last(bytes))) => match known.total {
                Some(total) => (total.saturating_sub(bytes), None),
                None if bytes > MOST_OF_THE_END => {
                    let why =
                        "the service sends no parts and tells no length: ask for 16 MiB at most";
                    return Err(Hindrance::Apart(why));
                }
                None => (0, Some(bytes)),
            },
            _ => (0, None),
        };
        let (end, seen) = (VecDeque::new(), VecDeque::new());
        Ok(Self {
            client,
            id,
            content,
            known,
            at: from,
            from,
            last,
            to_skip,
            end_wanted,
            end,
            seen,
            is_cut_from_all: end_wanted.is_some(),
            last_line: LastLine::default(),
            times,
            vain: 0,
        })
    }

    /// The head of the answer that is being read.
    pub(super) fn head(&self) -> &ContentHead {
        &self.content.head
    }

    /// Bytes that have to be passed over before those that were asked for.
    pub(super) fn to_skip(&self) -> u64 {
        self.to_skip
    }

    /// The offset behind the last byte that came.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Whether the last bytes are cut out of all that comes: they are the last ones only of a whole.
    pub(super) fn is_cut_from_all(&self) -> bool {
        self.is_cut_from_all
    }

    /// Bytes of the content so far.
    pub(super) fn received(&self) -> u64 {
        self.at - self.from
    }

    /// The last line of what came.
    pub(super) fn last_line(&self) -> &LastLine {
        &self.last_line
    }

    /// Bytes of all of the content, as far as it was announced.
    pub(super) fn total(&self) -> Option<u64> {
        self.known.total
    }

    /// That the service says that it is still being written, if it does.
    pub(super) fn still_being_written(&self) -> Option<Hindrance> {
        let head = &self.content.head;
        head.incomplete.then_some(Hindrance::StillBeingWritten(head.last_line))
    }

    /// The next bytes; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Hindrance> {
        loop {
            match self.content.next().await {
                Ok(Some(piece)) => {
                    self.at += piece.len() as u64;
                    self.vain = 0;
                    self.remember(&piece);
                    self.last_line.push(&piece);
                    let Some(wanted) = self.end_wanted else { return Ok(Some(piece)) };
                    self.end.extend(&piece);
                    let surplus =
                        self.end.len().saturating_sub(usize::try_from(wanted).unwrap_or(0));
                    self.end.drain(..surplus);
                }
                Ok(None) => {
                    let rest = std::mem::take(&mut self.end);
                    self.end_wanted = None;
                    return Ok((!rest.is_empty()).then(|| Vec::from(rest).into()));
                }
                Err(error) => {
                    if !self.go_on(error).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn remember(&mut self, piece: &[u8]) {
        if self.known.etag.is_some() {
            return;
        }
        let most = usize::try_from(SEAM).unwrap_or(usize::MAX);
        self.seen.extend(&piece[piece.len().saturating_sub(most)..]);
        let surplus = self.seen.len().saturating_sub(most);
        self.seen.drain(..surplus);
    }

    /// Asks for the rest after an answer that broke off; tells whether there is any.
    async fn go_on(&mut self, error: ApiError) -> Result<bool, Hindrance> {
        if !error.is_transient() {
            return Err(error.into());
        }
        let mut rng = fastrand::Rng::new();
        let mut why = error;
        loop {
            self.vain += 1;
            if self.vain > MOST_VAIN || self.times >= MOST_TIMES {
                return Err(why.into());
            }
            let wait = why.wait().unwrap_or_else(|| Policy::default().backoff(self.vain, &mut rng));
            if wait > Policy::default().longest_wait {
                return Err(why.into());
            }
            sleep(wait.max(Duration::from_millis(1))).await;
            self.times += 1;
            let from = self.at - self.seen.len() as u64;
            let part = Part { from, last: self.last, tail: None, if_range: self.known.strong() };
            let mut content = match ask(self.client, self.id, &part).await {
                Ok(content) => content,
                Err(Hindrance::Call(error)) if error.is_transient() => {
                    why = error;
                    continue;
                }
                Err(other) => return Err(other),
            };
            let is_start =
                from == 0 && content.head.extent == Portion::Whole && !content.head.encoded;
            let join = if is_start && self.at == 0 {
                // Nothing came before: it is the first answer once more.
                Ok(Join::AtOnce)
            } else {
                self.known.join(from, &content.head)
            };
            match join {
                Err(why) => return Err(Hindrance::Apart(why)),
                Ok(Join::Complete) => return Ok(false),
                Ok(Join::AtOnce) => {}
                Ok(Join::AfterComparing) => match self.compare(&mut content).await {
                    Ok(()) => {}
                    Err(Hindrance::Call(error)) if error.is_transient() => {
                        why = error;
                        continue;
                    }
                    Err(other) => return Err(other),
                },
            }
            self.content = content;
            return Ok(true);
        }
    }

    /// Reads what came last once more: it has to be the same.
    async fn compare(&mut self, content: &mut Content) -> Result<(), Hindrance> {
        let changed = Hindrance::Apart("its last bytes are others now");
        let mut left: Vec<u8> = self.seen.iter().copied().collect();
        while !left.is_empty() {
            let Some(piece) = content.next().await? else { return Err(changed) };
            let same = piece.len().min(left.len());
            if piece[..same] != left[..same] {
                return Err(changed);
            }
            left.drain(..same);
            if same < piece.len() {
                content.put_back(piece.slice(same..));
            }
        }
        Ok(())
    }
}

/// One answer, tried for as often as the policy allows.
async fn ask(client: &Client, id: &Untrusted, part: &Part) -> Result<Content, Hindrance> {
    Ok(open(client, id, part, |_| ()).await?.value)
}

/// Whether an answer is all of the content, or just the part that was asked for.
fn is_placed(head: &ContentHead, span: Option<Span>) -> bool {
    let begin = match (head.extent, span) {
        (Portion::Whole, _) => return true,
        (Portion::Partial(range), Some(Span::Last(bytes))) => {
            let begin = range.total.map(|total| total.saturating_sub(bytes));
            begin.map(|begin| (begin, range.start))
        }
        (Portion::Partial(range), Some(Span::From(from, _))) => Some((from, range.start)),
        (Portion::Partial(range), None) => Some((0, range.start)),
        (Portion::Unplaced | Portion::Outside(_), _) => None,
    };
    begin.is_some_and(|(wanted, begin)| wanted == begin) && !head.encoded
}
