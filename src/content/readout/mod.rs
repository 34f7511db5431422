//! What was read of one content so far, and what is to be read next: the machine behind the layer that
//! shows it.
//!
//! | what is wanted | what is asked for |
//! |---|---|
//! | lines below, for the first time | all of it, piece by piece, as far as pieces are called for |
//! | lines below, further | more pieces of that; where it broke off, the rest as a part, by the strict table of [`resume`](super::resume) |
//! | lines above that were dropped | the part before the first line that is held |
//! | the last lines | the last bytes as a part, once; where the service sends no parts, all in between |
//! | anything that needs a part, of a service that sends none | all of it again, of which what is there is passed over |
//!
//! At most one reading adds lines below, and one other brings lines from elsewhere. Whatever comes
//! again is compared with what is held. It knows neither clock nor screen: whoever looks tells what
//! is needed.

mod arrivals;
mod facts;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::resume::{Known, SEAM};
use super::tally::Tally;
use super::window::{MOST_HELD, Window};
use super::{ContentSource, Hindrance, Wanted};
use crate::api::content::{ContentHead, Part};

/// Pieces that are called for at once while somebody scrolls, and while all is read.
const A_FEW: u32 = 1;
const MANY: u32 = 4;
/// Bytes that are asked for above what is held, and at the end; more where a line is longer.
const STEP: u64 = 256 * 1_024;
/// How much more.
const LONGER: u64 = 16;
/// Bytes kept of the lines that are left for others.
const STASHED: usize = MOST_HELD / 4;
/// Bytes of a binary content that are kept to be shown.
const OF_BINARY: usize = 64;
/// How often a reading that breaks off is gone on with before somebody has to ask for it.
const MOST_RESUMED: u32 = 12;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOrder {
    /// Begin a reading under this number.
    Begin(u64, Wanted),
    /// Let so many more pieces of it come.
    More(u64, u32),
    /// It is of no interest any more.
    Stop(u64),
}

/// What somebody who looks needs.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// Lines below those that are held.
    pub below: bool,
    /// All that there is below, as fast as it comes.
    pub all_below: bool,
    /// Lines above those that are held.
    pub above: bool,
    /// What is looked at: nothing of it is dropped.
    pub seen: Range<u64>,
}

/// Whether the service sends parts of a content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Parts {
    #[default]
    Unknown,
    Sent,
    Refused,
}

/// A reading that adds lines below.
#[derive(Clone, Debug)]
struct Flow {
    number: u64,
    asked_from: u64,
    /// Where the next byte belongs, once the head is there.
    at: Option<u64>,
    /// Pieces that were called for, and did not come yet.
    called: u32,
    /// Whether any byte came that was not there before.
    came: bool,
}

/// A reading that brings lines from elsewhere, all of them at once.
#[derive(Clone, Debug)]
struct Aside {
    number: u64,
    /// The bytes that were asked for: up to the end where it is not known where that is.
    from: Option<u64>,
    /// How many: no more of them are taken.
    size: u64,
    to: Option<u64>,
    called: u32,
    bytes: Vec<u8>,
}

/// What was read of a content.
#[derive(Clone, Debug)]
pub struct Readout {
    source: ContentSource,
    /// Its size as the list says.
    listed: Option<u64>,
    window: Window,
    /// Lines from elsewhere that somebody may come back to.
    stash: Option<Window>,
    tally: Tally,
    /// Where the lines stand that were counted.
    counted: Vec<Range<u64>>,
    head: Option<ContentHead>,
    known: Known,
    parts: Parts,
    flow: Option<Flow>,
    aside: Option<Aside>,
    next: u64,
    /// Where it ends, once that was seen.
    end: Option<u64>,
    hindrance: Option<Hindrance>,
    /// Why the last try failed, while another one is under way.
    vain: Option<String>,
    /// How often it was gone on with by itself, since somebody asked for it.
    resumed: u32,
    /// What came before it is known whether it is the content.
    begin: Vec<u8>,
    judged: bool,
    binary: bool,
}

impl Readout {
    /// Nothing is read yet; `listed` is the size that the list says. The numbers of its readings begin
    /// with `next`.
    #[must_use]
    pub fn new(source: ContentSource, listed: Option<u64>, next: u64) -> Self {
        let parts = match source {
            ContentSource::Service { .. } => Parts::Unknown,
            ContentSource::Disk { .. } => Parts::Sent,
        };
        Self {
            source,
            listed,
            window: Window::from_line(0, 0),
            stash: None,
            tally: Tally::default(),
            counted: vec![],
            head: None,
            known: Known::default(),
            parts,
            flow: None,
            aside: None,
            next,
            end: None,
            hindrance: None,
            vain: None,
            resumed: 0,
            begin: vec![],
            judged: false,
            binary: false,
        }
    }

    /// Tries again after what kept it from being read on.
    pub fn retry(&mut self) {
        self.resumed = 0;
        if self.hindrance.take().is_some() && self.bytes_read() == 0 && self.window.is_empty() {
            // What came was nothing of it.
            let fresh = Self::new(self.source.clone(), self.listed, self.next);
            *self = fresh;
        }
    }

    /// Goes to the first lines; they may have to be read again.
    pub fn go_to_start(&mut self, orders: &mut Vec<ReadOrder>) {
        if self.is_at_the_start() {
            return;
        }
        self.stop_aside(orders);
        self.stop_flow(orders);
        let first = self.stash.take().filter(|stash| stash.start() == 0);
        let first = first.unwrap_or_else(|| Window::from_line(0, 0));
        self.put_away(first);
    }

    /// Goes to the line at an offset, before which there are so many; its lines may have to be read
    /// again.
    pub fn go_to_line(&mut self, at: u64, before: u64, orders: &mut Vec<ReadOrder>) {
        if self.window.line(at).is_none() {
            self.stop_aside(orders);
            self.stop_flow(orders);
            self.put_away(Window::from_line(at, before));
        }
    }

    /// Goes to the last lines; tells whether all that lies before them has to be read for that.
    pub fn go_to_end(&mut self, orders: &mut Vec<ReadOrder>) -> bool {
        let is_near = self.total().is_some_and(|total| total <= self.window.end() + STEP);
        if self.is_at_the_end() || self.is_hindered() || self.aside.is_some() {
            return false;
        }
        if let Some(stash) = self.stash.take_if(|stash| self.end == Some(stash.end())) {
            self.stop_flow(orders);
            self.put_away(stash);
            return false;
        }
        if is_near || self.parts == Parts::Refused || !self.judged {
            return true;
        }
        self.ask_for_the_end(STEP, orders);
        false
    }

    /// Nobody wants to go to the last lines any more: they do not come.
    pub fn stop_going_to_end(&mut self, orders: &mut Vec<ReadOrder>) {
        if self.aside.as_ref().is_some_and(|aside| aside.to.is_none()) {
            self.stop_aside(orders);
        }
    }

    /// Puts other lines in the place of those that are held, which are kept as far as there is room.
    fn put_away(&mut self, lines: Window) {
        let mut before = std::mem::replace(&mut self.window, lines);
        let is_last = self.end == Some(before.end());
        if is_last {
            before.drop_before(before.last().unwrap_or(0), STASHED);
        } else {
            before.drop_behind(before.start(), STASHED);
        }
        self.stash = Some(before).filter(|stash| stash.held() <= STASHED);
    }

    fn is_hindered(&self) -> bool {
        self.hindrance.is_some() || self.binary
    }

    /// Bytes of lines that may be held, beside those that are left for others, and those that are on
    /// their way.
    fn most_of_window(&self) -> usize {
        let coming = self.aside.as_ref().map_or(0, |aside| aside.size);
        let others = self.stash.as_ref().map_or(0, Window::held);
        let coming = usize::try_from(coming).unwrap_or(usize::MAX);
        MOST_HELD.saturating_sub(others).saturating_sub(coming)
    }

    /// Sees to it that what is needed comes, and that no more is held than may be.
    pub fn follow(&mut self, need: &Need, orders: &mut Vec<ReadOrder>) {
        let most = self.most_of_window();
        self.window.drop_before(need.seen.start, most);
        if self.is_hindered() {
            return;
        }
        let is_full = self.window.held() > most;
        if need.above && !self.is_at_the_start() && self.aside.is_none() && self.has_parts() {
            self.ask_above(STEP, orders);
        }
        let wants_below = (need.below || need.all_below) && !is_full && !self.is_at_the_end();
        if !wants_below || self.aside.as_ref().is_some_and(|aside| aside.to.is_none()) {
            return;
        }
        let in_haste = need.all_below || self.passed_over().is_some();
        let called = if in_haste { MANY } else { A_FEW };
        match &mut self.flow {
            Some(flow) if flow.called < called => {
                orders.push(ReadOrder::More(flow.number, called - flow.called));
                flow.called = called;
            }
            Some(_) => {}
            None => self.ask_below(called, orders),
        }
    }

    /// Begins to read behind what is held.
    fn ask_below(&mut self, called: u32, orders: &mut Vec<ReadOrder>) {
        let end = self.window.end();
        let is_service = matches!(self.source, ContentSource::Service { .. });
        let needs_compare = is_service && self.known.etag.is_none();
        let back = if needs_compare { SEAM.min(end - self.window.start()) } else { 0 };
        let from = if self.parts == Parts::Refused { 0 } else { end - back };
        let part =
            Part { from, if_range: self.known.strong().filter(|_| from > 0), ..Part::whole() };
        let number = self.begin(part, called, orders);
        self.flow = Some(Flow { number, asked_from: from, at: None, called, came: false });
    }

    fn ask_above(&mut self, size: u64, orders: &mut Vec<ReadOrder>) {
        let to = self.window.start();
        let from = to.saturating_sub(size);
        let part = Part { from, last: Some(to - 1), ..Part::whole() };
        self.ask_aside(part, Some(from), size, Some(to), orders);
    }

    fn ask_for_the_end(&mut self, size: u64, orders: &mut Vec<ReadOrder>) {
        let part = Part { tail: Some(size), ..Part::whole() };
        self.ask_aside(part, None, size, None, orders);
    }

    fn ask_aside(
        &mut self,
        part: Part,
        from: Option<u64>,
        size: u64,
        to: Option<u64>,
        orders: &mut Vec<ReadOrder>,
    ) {
        // What is asked for is to have its room.
        self.stash.take_if(|_| size > STASHED as u64);
        let number = self.begin(part, MANY, orders);
        self.aside = Some(Aside { number, from, size, to, called: MANY, bytes: vec![] });
    }

    fn begin(&mut self, part: Part, pieces: u32, orders: &mut Vec<ReadOrder>) -> u64 {
        let number = self.next;
        self.next += 1;
        let source = self.source.clone();
        orders.push(ReadOrder::Begin(number, Wanted { source, part, pieces }));
        number
    }

    fn stop_flow(&mut self, orders: &mut Vec<ReadOrder>) {
        orders.extend(self.flow.take().map(|flow| ReadOrder::Stop(flow.number)));
    }

    fn stop_aside(&mut self, orders: &mut Vec<ReadOrder>) {
        orders.extend(self.aside.take().map(|aside| ReadOrder::Stop(aside.number)));
    }
}
