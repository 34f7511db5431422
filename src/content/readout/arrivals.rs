//! What follows from what a reading brought.

use std::ops::Range;

use super::{Aside, LONGER, MANY, MOST_RESUMED, OF_BINARY, Parts, ReadOrder, Readout};
use crate::api::content::{ContentHead, Portion};
use crate::content::looks::{Judgement, is_binary, judge};
use crate::content::results::Meaning;
use crate::content::resume::{Join, Known};
use crate::content::tally::Tally;
use crate::content::window::{MOST_OF_A_LINE, Window};
use crate::content::{Arrival, ContentSource, Hindrance};

/// Bytes that are taken in before it is seen how much is held.
const AT_ONCE: usize = 16 * 1_024;

impl Readout {
    /// Takes in what came of the reading with this number; `seen` is what is looked at.
    pub fn arrived(
        &mut self,
        number: u64,
        arrival: Arrival,
        seen: &Range<u64>,
        orders: &mut Vec<ReadOrder>,
    ) {
        if !matches!(arrival, Arrival::TriedInVain(_)) {
            self.vain = None;
        }
        if self.flow.as_ref().is_some_and(|flow| flow.number == number) {
            self.flow_arrived(arrival, seen, orders);
        } else if self.aside.as_ref().is_some_and(|aside| aside.number == number) {
            self.aside_arrived(arrival, seen, orders);
        }
    }

    fn flow_arrived(&mut self, arrival: Arrival, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        match arrival {
            Arrival::TriedInVain(why) => self.vain = Some(why.to_string()),
            Arrival::Opened { head, .. } => self.opened(&head, seen, orders),
            Arrival::Piece(bytes) => {
                let Some(flow) = &mut self.flow else { return };
                let at = flow.at.unwrap_or_default();
                flow.called = flow.called.saturating_sub(1);
                flow.at = Some(at + bytes.len() as u64);
                let before = self.window.end();
                self.take_in(at, &bytes, seen, orders);
                let went_on = self.window.end() > before || !self.judged;
                if let Some(flow) = self.flow.as_mut().filter(|_| went_on) {
                    flow.came = true;
                }
            }
            Arrival::Ended => {
                let at = self.flow.take().and_then(|flow| flow.at).unwrap_or_default();
                self.ended(at, seen);
            }
            Arrival::Failed(why) => {
                let came = self.flow.take().is_some_and(|flow| flow.came);
                let passes = matches!(&why, Hindrance::Call(error) if error.is_transient());
                // Where it went on since the last time, it is gone on with when more is needed.
                self.resumed += 1;
                if !(came && passes && self.judged) || self.resumed > MOST_RESUMED {
                    self.hindrance = Some(why);
                }
            }
        }
    }

    /// The head of a reading below is there.
    fn opened(&mut self, head: &ContentHead, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        let Some(asked_from) = self.flow.as_ref().map(|flow| flow.asked_from) else { return };
        if self.head.is_none() {
            self.head = Some(head.clone());
            self.known = Known::of(head);
            if head.encoded {
                self.parts = Parts::Refused;
            }
            match head.extent {
                Portion::Whole if asked_from == 0 => return self.flow_from(0),
                Portion::Outside(_) => return self.nothing_behind(asked_from, seen, orders),
                _ => {}
            }
        }
        match self.known.join(asked_from, head) {
            Ok(Join::AtOnce | Join::AfterComparing) => {
                self.parts = Parts::Sent;
                self.flow_from(asked_from);
            }
            Ok(Join::Complete) => self.nothing_behind(asked_from, seen, orders),
            Err(_) if head.extent == Portion::Whole => {
                // From its beginning: what is there is passed over, and compared.
                if asked_from > 0 {
                    self.parts = Parts::Refused;
                }
                let now = Known::of(head);
                let differs = self.known.total.is_some()
                    && now.total.is_some()
                    && now.total != self.known.total;
                if differs || now.etag != self.known.etag {
                    self.stop_flow(orders);
                    self.hindrance = Some(Hindrance::Apart("the service has another content now"));
                } else {
                    self.flow_from(0);
                }
            }
            Err(_) => {
                self.stop_flow(orders);
                self.parts = Parts::Refused;
                if asked_from == 0 {
                    self.hindrance = Some(Hindrance::NoParts);
                }
            }
        }
    }

    fn flow_from(&mut self, at: u64) {
        if let Some(flow) = &mut self.flow {
            flow.at = Some(at);
        }
    }

    /// There is nothing behind what is held.
    fn nothing_behind(&mut self, at: u64, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        self.stop_flow(orders);
        self.judged = true;
        self.ended(at, seen);
    }

    /// Takes in the bytes at an offset.
    fn take_in(&mut self, at: u64, bytes: &[u8], seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        if !self.judged {
            self.begin.extend_from_slice(bytes);
            self.judge(false, seen, orders);
            return;
        }
        let end = self.window.end();
        if at > end || !self.window.agrees(at, bytes) {
            self.stop_flow(orders);
            self.hindrance = Some(Hindrance::Apart("the service has another content now"));
            return;
        }
        let known = usize::try_from(end - at).unwrap_or(usize::MAX);
        let most = self.most_of_window();
        // What is kept of a short line is many times as long.
        for part in bytes.get(known..).unwrap_or_default().chunks(AT_ONCE) {
            let (tally, counted) = (&mut self.tally, &mut self.counted);
            self.window.append(part, |line, meaning| count(tally, counted, line, meaning));
            self.window.drop_before(seen.start, most);
        }
    }

    /// Looks whether what came so far is the content.
    fn judge(&mut self, ended: bool, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        let verdict = match (&self.head, &self.source) {
            (Some(head), ContentSource::Service { .. }) => judge(head, &self.begin, ended),
            _ => Judgement::Content,
        };
        let size = self.known.total.or(ended.then_some(self.begin.len() as u64));
        match verdict {
            Judgement::Unsure => return,
            Judgement::Suspect(impostor) if size.is_none() || size != self.listed => {
                self.stop_flow(orders);
                self.begin = vec![];
                self.hindrance = Some(Hindrance::NotTheContent(impostor));
                return;
            }
            Judgement::Suspect(_) | Judgement::Content => {}
        }
        self.judged = true;
        if is_binary(&self.begin) {
            self.binary = true;
            self.begin.truncate(OF_BINARY);
            return self.stop_flow(orders);
        }
        let begin = std::mem::take(&mut self.begin);
        self.take_in(0, &begin, seen, orders);
    }

    /// No more bytes come behind the one before `at`.
    fn ended(&mut self, at: u64, seen: &Range<u64>) {
        if !self.judged {
            self.judge(true, seen, &mut vec![]);
            if self.is_hindered() {
                return;
            }
        }
        let known = self.known.total.or(self.listed);
        // Of a content that was compressed on the way the head says no length.
        if let Some(of) = known.filter(|of| at < *of) {
            self.hindrance = Some(Hindrance::Short { came: at, of });
            return;
        }
        self.end = Some(self.window.end().max(at));
        let (tally, counted) = (&mut self.tally, &mut self.counted);
        self.window.finish(|line, meaning| count(tally, counted, line, meaning));
    }

    fn aside_arrived(&mut self, arrival: Arrival, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        let Some(aside) = &mut self.aside else { return };
        match arrival {
            Arrival::TriedInVain(why) => self.vain = Some(why.to_string()),
            Arrival::Opened { head, .. } => self.aside_opened(&head, orders),
            Arrival::Piece(bytes) => {
                aside.bytes.extend_from_slice(&bytes);
                aside.called = aside.called.saturating_sub(1);
                if aside.bytes.len() as u64 > aside.size {
                    // It goes on behind the part that it announced.
                    self.no_parts(orders);
                } else if aside.called == 0 {
                    aside.called = MANY;
                    orders.push(ReadOrder::More(aside.number, MANY));
                }
            }
            Arrival::Ended => {
                if let Some(aside) = self.aside.take() {
                    self.aside_ended(&aside, seen, orders);
                }
            }
            Arrival::Failed(why) => {
                self.aside = None;
                self.hindrance = Some(why);
            }
        }
    }

    /// The head of a part from elsewhere is there: it has to be the one that was asked for.
    fn aside_opened(&mut self, head: &ContentHead, orders: &mut Vec<ReadOrder>) {
        let Some(aside) = &mut self.aside else { return };
        let Portion::Partial(range) = head.extent else { return self.no_parts(orders) };
        let from = aside.from.unwrap_or(range.start);
        // Whatever it is called: more than was asked for is another part, and would all be held.
        let length = (range.last - range.start).saturating_add(1);
        let is_it = match aside.to {
            Some(to) => range.last + 1 == to,
            None => range.total == Some(range.last + 1),
        } && length <= aside.size;
        if !is_it || self.known.join(from, head).is_err() {
            return self.no_parts(orders);
        }
        aside.from = Some(from);
        self.parts = Parts::Sent;
        self.known.total = self.known.total.or(range.total);
    }

    /// The service does not send parts by themselves.
    fn no_parts(&mut self, orders: &mut Vec<ReadOrder>) {
        self.stop_aside(orders);
        self.parts = Parts::Refused;
    }

    /// All of a part from elsewhere is there.
    fn aside_ended(&mut self, aside: &Aside, seen: &Range<u64>, orders: &mut Vec<ReadOrder>) {
        let Some(from) = aside.from else { return };
        let end = from + aside.bytes.len() as u64;
        let expected = aside.to.or(self.known.total);
        if expected.is_some_and(|expected| expected != end) {
            let of = expected.unwrap_or_default();
            self.hindrance = Some(Hindrance::Short { came: end.min(of), of });
            return;
        }
        // What comes first is the end of a line, unless it is the start of all.
        let cut =
            if from == 0 { Some(0) } else { memchr::memchr(b'\n', &aside.bytes).map(|at| at + 1) };
        let cut = cut.filter(|cut| *cut < aside.bytes.len() || from == 0);
        if cut.is_none() && aside.size < MOST_OF_A_LINE as u64 {
            let size = aside.size.saturating_mul(LONGER).min(MOST_OF_A_LINE as u64);
            return match aside.to {
                Some(_) => self.ask_above(size, orders),
                None => self.ask_for_the_end(size, orders),
            };
        }
        let cut = cut.unwrap_or(0);
        let (at, lines) = (from + cut as u64, &aside.bytes[cut..]);
        match aside.to {
            Some(_) => self.take_in_above(at, lines, seen, orders),
            None => self.take_in_end(at, lines, end, orders),
        }
    }

    fn take_in_above(
        &mut self,
        at: u64,
        lines: &[u8],
        seen: &Range<u64>,
        orders: &mut Vec<ReadOrder>,
    ) {
        let (tally, counted) = (&mut self.tally, &mut self.counted);
        self.window.prepend(at, lines, |line, meaning| count(tally, counted, line, meaning));
        if self.window.drop_behind(seen.end, self.most_of_window()) {
            // It goes on elsewhere now.
            self.stop_flow(orders);
        }
    }

    fn take_in_end(&mut self, at: u64, lines: &[u8], end: u64, orders: &mut Vec<ReadOrder>) {
        self.stop_flow(orders);
        self.end = Some(end);
        let here = self.window.end();
        if at > here {
            self.put_away(Window::up_to_the_end(at));
        }
        // Where it meets what is held, it is added to that, whose lines are numbered from the start.
        let known = usize::try_from(here.saturating_sub(at)).unwrap_or(usize::MAX);
        let new = if at > here { lines } else { lines.get(known..).unwrap_or_default() };
        let (tally, counted) = (&mut self.tally, &mut self.counted);
        self.window.append(new, |line, meaning| count(tally, counted, line, meaning));
        self.window.finish(|line, meaning| count(tally, counted, line, meaning));
    }
}

/// Counts a line that was not counted yet.
fn count(
    tally: &mut Tally,
    counted: &mut Vec<Range<u64>>,
    line: Range<u64>,
    meaning: Option<&Meaning>,
) {
    let place = counted.partition_point(|range| range.end < line.start);
    let touching = counted.get(place).filter(|range| range.start <= line.end).cloned();
    match touching {
        Some(range) if range.start <= line.start && line.end <= range.end => return,
        Some(range) => {
            counted[place] = range.start.min(line.start)..range.end.max(line.end);
            // It may have closed the gap to the next one.
            if let Some(next) = counted.get(place + 1).cloned()
                && next.start <= counted[place].end
            {
                counted[place].end = counted[place].end.max(next.end);
                counted.remove(place + 1);
            }
        }
        None => counted.insert(place, line),
    }
    match meaning {
        Some(meaning) => tally.count(meaning),
        None => tally.count_skipped(),
    }
}
