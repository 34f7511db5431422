//! The machine against services of all makes: whatever they do, the lines that are held are those of
//! the content.

use std::collections::BTreeMap;

use bytes::Bytes;
use fastrand::Rng;

use super::*;
use crate::api::ApiError;
use crate::api::content::{ContentRange, ETag, Kind, Portion};
use crate::api::error::Status;
use crate::content::window::Number;
use crate::content::{Arrival, MOST_OF_A_PIECE};
use crate::text::Untrusted;

/// What a service is like.
#[derive(Clone, Debug)]
struct Service {
    text: Vec<u8>,
    sends_parts: bool,
    tells_length: bool,
    etag: Option<&'static str>,
    /// One piece in so many is the last one before it breaks off.
    breaks_off: Option<u32>,
}

/// A reading that is carried out.
struct Going {
    from: usize,
    at: usize,
    to: usize,
    called: u32,
    head: Option<ContentHead>,
}

impl Service {
    fn begin(&self, wanted: &Wanted) -> Going {
        let total = self.text.len();
        let at = |offset: u64| usize::try_from(offset).unwrap().min(total);
        let part = &wanted.part;
        let is_part = self.sends_parts && part.header().is_some();
        let (from, to) = match (is_part, part.tail) {
            (false, _) => (0, total),
            (true, Some(tail)) => (total - at(tail), total),
            (true, None) => (at(part.from), part.last.map_or(total, |last| at(last + 1))),
        };
        let extent = match (is_part, from < to) {
            (false, _) => Portion::Whole,
            (true, false) => Portion::Outside(Some(total as u64)),
            (true, true) => Portion::Partial(ContentRange {
                start: from as u64,
                last: to as u64 - 1,
                total: Some(total as u64),
            }),
        };
        let head = ContentHead {
            extent,
            length: self.tells_length.then_some((to - from) as u64),
            etag: self.etag.and_then(ETag::read),
            encoded: false,
            incomplete: false,
            last_line: None,
            kind: Kind::Other,
            takes_ranges: false,
        };
        Going { from, at: from, to, called: wanted.pieces, head: Some(head) }
    }

    /// The next thing that comes of a reading, if anything may.
    fn next(&self, going: &mut Going, rng: &mut Rng) -> Option<Arrival> {
        if let Some(head) = going.head.take() {
            return Some(Arrival::Opened { head: Box::new(head), date: None, allowance: None });
        }
        if going.at >= going.to {
            return Some(Arrival::Ended);
        }
        if self.breaks_off.is_some_and(|one_in| going.at > going.from && rng.u32(..one_in) == 0) {
            return Some(Arrival::Failed(broken_off().into()));
        }
        if going.called == 0 {
            return None;
        }
        going.called -= 1;
        let to = going.to.min(going.at + rng.usize(1..60_000));
        let piece = Bytes::copy_from_slice(&self.text[going.at..to]);
        going.at = to;
        Some(Arrival::Piece(piece))
    }
}

fn broken_off() -> ApiError {
    ApiError::Interrupted { cause: Untrusted::new("closed") }
}

fn source() -> ContentSource {
    ContentSource::Service { id: Untrusted::new("file_1") }
}

/// A readout, and the service that it reads from.
struct World {
    service: Service,
    readout: Readout,
    going: BTreeMap<u64, Going>,
    begun: usize,
    /// What is looked at.
    seen: Range<u64>,
}

impl World {
    fn new(service: Service, listed: Option<u64>) -> Self {
        Self {
            service,
            readout: Readout::new(source(), listed, 7),
            going: BTreeMap::new(),
            begun: 0,
            seen: 0..0,
        }
    }

    fn carry_out(&mut self, orders: Vec<ReadOrder>) {
        for order in orders {
            match order {
                ReadOrder::Begin(number, wanted) => {
                    self.begun += 1;
                    assert!(self.going.insert(number, self.service.begin(&wanted)).is_none());
                    assert!(self.going.len() <= 2, "one below, and one from elsewhere");
                }
                ReadOrder::More(number, pieces) => {
                    if let Some(going) = self.going.get_mut(&number) {
                        going.called += pieces;
                        assert!(going.called <= 2 * MANY, "no more is called for than is needed");
                    }
                }
                ReadOrder::Stop(number) => drop(self.going.remove(&number)),
            }
        }
    }

    fn follow(&mut self, need: &Need) {
        let mut orders = vec![];
        self.seen = need.seen.clone();
        self.readout.follow(need, &mut orders);
        self.carry_out(orders);
    }

    /// Lets something come of one of the readings; tells whether anything did.
    fn deliver(&mut self, rng: &mut Rng) -> bool {
        let mut numbers: Vec<u64> = self.going.keys().copied().collect();
        rng.shuffle(&mut numbers);
        let came = numbers.into_iter().find_map(|number| {
            let arrival = self.service.next(self.going.get_mut(&number)?, rng)?;
            Some((number, arrival))
        });
        let Some((number, arrival)) = came else { return false };
        if matches!(arrival, Arrival::Ended | Arrival::Failed(_)) {
            self.going.remove(&number);
        }
        let mut orders = vec![];
        self.readout.arrived(number, arrival, &self.seen.clone(), &mut orders);
        self.carry_out(orders);
        true
    }

    /// No more is held than may be, but for pieces that are called for already.
    fn check_held(&self) {
        let called = MANY as usize * MOST_OF_A_PIECE;
        let held = self.readout.held();
        assert!(held <= MOST_HELD + called, "{held}");
    }

    fn check(&self) {
        let text = &self.service.text;
        let window = self.readout.window();
        self.check_held();
        let offset = |at: u64| usize::try_from(at).unwrap();
        let lines_before = |at: usize| memchr::memchr_iter(b'\n', &text[..at]).count() as u64;
        let mut lines = window.lines_from(0);
        let Some(first) = lines.next() else { return };
        let begin = offset(first.at);
        assert!(begin == 0 || text[begin - 1] == b'\n', "it begins with a line");
        match first.number {
            Number::FromStart(number) => assert_eq!(number, lines_before(begin) + 1),
            Number::FromEnd(number) => {
                assert_eq!(number, text[begin..].split_inclusive(|b| *b == b'\n').count() as u64);
            }
        }
        for line in window.lines_from(0) {
            let (from, to) = (offset(line.at), offset(line.at + line.length));
            assert_eq!(line.bytes, &text[from..to], "line at {from}");
        }
        assert!(offset(window.end()) <= text.len());
        if self.readout.bytes_read() == text.len() as u64 {
            let lines = text.split_inclusive(|byte| *byte == b'\n').count();
            assert_eq!(self.readout.tally().lines, lines as u64, "each line is counted once");
        }
    }

    /// Reads to the end, and gives up after so many tries.
    fn read_all(&mut self, rng: &mut Rng) -> bool {
        for _ in 0..3_000 {
            let at = self.readout.window().end();
            self.follow(&Need { below: true, all_below: true, above: false, seen: at..at });
            if self.readout.is_at_the_end() {
                return true;
            }
            if self.readout.hindrance().is_some() {
                self.readout.retry();
            }
            self.deliver(rng);
        }
        false
    }
}

fn text(rng: &mut Rng, bytes: usize) -> Vec<u8> {
    let mut text = vec![];
    while text.len() < bytes {
        let id = rng.u32(..);
        let status = if rng.u8(..10) == 0 { 500 } else { 200 };
        let more = "x".repeat(rng.usize(..900));
        let line = format!(
            "{{\"custom_id\":\"{id}\",\"response\":{{\"status_code\":{status},\"body\":{{\"a\":\"{more}\"}}}}}}\n"
        );
        text.extend_from_slice(line.as_bytes());
    }
    if rng.bool() {
        text.pop();
    }
    text
}

fn any_service(rng: &mut Rng) -> Service {
    Service {
        text: text(rng, 600_000),
        sends_parts: rng.bool(),
        tells_length: rng.bool(),
        etag: rng.choice([None, Some("\"a\""), Some("W/\"a\"")]).flatten(),
        breaks_off: rng.choice([None, Some(20), Some(6)]).flatten(),
    }
}

#[test]
fn whatever_a_service_does_what_is_held_is_its_content() {
    let mut read_to_the_end = 0;
    for seed in 0..24 {
        let mut rng = Rng::with_seed(seed);
        let service = any_service(&mut rng);
        let listed = Some(service.text.len() as u64).filter(|_| rng.bool());
        let mut world = World::new(service, listed);
        for step in 0..150 {
            match rng.u8(..20) {
                0 => {
                    let mut orders = vec![];
                    world.readout.go_to_end(&mut orders);
                    world.carry_out(orders);
                }
                1 => {
                    let mut orders = vec![];
                    world.readout.go_to_start(&mut orders);
                    world.carry_out(orders);
                }
                2 => world.readout.retry(),
                3..9 => {
                    let at = world.readout.window().start();
                    let above = rng.u8(..3) == 0 && !world.readout.window().is_empty();
                    let need = Need { below: true, all_below: rng.bool(), above, seen: at..at };
                    world.follow(&need);
                }
                _ => drop(world.deliver(&mut rng)),
            }
            if step % 12 == 0 {
                world.check();
            }
        }
        let is_honest = world.service.breaks_off.is_none();
        let ends = world.read_all(&mut rng);
        world.check();
        assert!(ends || !is_honest, "{seed}: {:?}", world.readout.hindrance());
        read_to_the_end += u32::from(ends);
    }
    assert!(read_to_the_end > 15, "{read_to_the_end}");
}

fn steady(sends_parts: bool) -> World {
    let mut rng = Rng::with_seed(1);
    let text = text(&mut rng, 3_000_000);
    let listed = Some(text.len() as u64);
    let etag = Some("\"a\"");
    World::new(Service { text, sends_parts, tells_length: true, etag, breaks_off: None }, listed)
}

/// What a service makes of the range of the last bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// The whole content, as a part.
    All,
    /// More than was asked for.
    Twice,
    /// The right part, behind which it goes on.
    GoesOn,
}

/// Whatever is sent in the place of a part, it is not held without a bound.
#[test]
fn a_part_that_is_more_than_was_asked_for_is_not_held() {
    let line = format!("{{\"custom_id\":\"a\",\"b\":\"{}\"}}\n", "x".repeat(2_000));
    let text = line.repeat(9_000).into_bytes();
    let total = text.len() as u64;
    for lie in [Lie::All, Lie::Twice, Lie::GoesOn] {
        let service = Service {
            text: text.clone(),
            sends_parts: true,
            tells_length: true,
            etag: Some("\"a\""),
            breaks_off: None,
        };
        let mut world = World::new(service, Some(total));
        let mut rng = Rng::with_seed(3);
        world.follow(&Need { below: true, ..Need::default() });
        while world.readout.window().is_empty() {
            world.deliver(&mut rng);
        }
        let mut orders = vec![];
        assert!(!world.readout.go_to_end(&mut orders));
        world.carry_out(orders);
        let (number, going) = world.going.last_key_value().map(|(n, g)| (*n, g)).unwrap();
        let asked = (going.to - going.from) as u64;
        let start = match lie {
            Lie::All => 0,
            Lie::Twice => total - 2 * asked,
            Lie::GoesOn => total - asked,
        };
        let head = ContentHead {
            extent: Portion::Partial(ContentRange { start, last: total - 1, total: Some(total) }),
            ..going.head.clone().unwrap()
        };
        let mut arrivals =
            vec![Arrival::Opened { head: Box::new(head), date: None, allowance: None }];
        let piece = Bytes::from(vec![b'x'; MOST_OF_A_PIECE]);
        arrivals.extend((0..150).map(|_| Arrival::Piece(piece.clone())));
        for arrival in arrivals {
            let mut orders = vec![];
            world.readout.arrived(number, arrival, &(0..0), &mut orders);
            orders.retain(|order| !matches!(order, ReadOrder::More(..)));
            world.carry_out(orders);
            world.check_held();
        }
        assert!(!world.readout.has_parts(), "{lie:?}: it is not asked for parts again");
        // All that is left is to read it all.
        if lie != Lie::All {
            continue;
        }
        for _ in 0..2_000 {
            let at = world.readout.window().end();
            world.follow(&Need { below: true, all_below: true, above: false, seen: at..at });
            world.deliver(&mut rng);
            world.check_held();
            if world.readout.is_at_the_end() {
                break;
            }
        }
        assert!(world.readout.is_at_the_end(), "{lie:?}: {:?}", world.readout.hindrance());
    }
}

fn let_all_come(world: &mut World, need: &Need) {
    let mut rng = Rng::with_seed(2);
    loop {
        world.follow(need);
        if !world.deliver(&mut rng) {
            return;
        }
    }
}

#[test]
fn the_first_lines_take_one_request_and_the_last_ones_another() {
    let mut rng = Rng::with_seed(3);
    let mut world = steady(true);
    let first = Need { below: true, ..Need::default() };
    world.follow(&first);
    while world.readout.window().is_empty() {
        world.deliver(&mut rng);
    }
    assert_eq!(world.begun, 1);
    assert!(world.readout.window().end() < 100_000, "no more than is called for");
    let mut orders = vec![];
    assert!(!world.readout.go_to_end(&mut orders));
    world.carry_out(orders);
    let_all_come(&mut world, &Need::default());
    assert!(world.readout.is_at_the_end());
    assert_eq!(world.begun, 2);
    let last = world.readout.window().last().unwrap();
    assert_eq!(world.readout.window().line(last).unwrap().number, Number::FromEnd(1));
    // Back to the first ones, which are there still.
    let mut orders = vec![];
    world.readout.go_to_start(&mut orders);
    world.carry_out(orders);
    assert_eq!((world.readout.window().start(), world.begun), (0, 2));
    world.check();
}

#[test]
fn where_no_parts_are_sent_all_is_read_for_the_last_lines() {
    let mut world = steady(false);
    let mut rng = Rng::with_seed(3);
    world.follow(&Need { below: true, ..Need::default() });
    while world.readout.window().is_empty() {
        world.deliver(&mut rng);
    }
    let mut orders = vec![];
    world.readout.go_to_end(&mut orders);
    world.carry_out(orders);
    assert!(world.read_all(&mut rng));
    assert_eq!(world.begun, 2, "the part was asked for once, and the first answer went on");
    assert_eq!(world.readout.window().lines_before(), Some(0));
    world.check();
}

/// Hazards of operations 1, 2, 5: what is short, or another content, or none.
#[test]
fn what_is_wrong_is_said_and_a_retry_asks_again() {
    let head = |extent, length, kind| ContentHead {
        extent,
        length,
        etag: None,
        encoded: false,
        incomplete: false,
        last_line: None,
        kind,
        takes_ranges: false,
    };
    let opened =
        |head: ContentHead| Arrival::Opened { head: Box::new(head), date: None, allowance: None };
    let piece = |text: &'static str| Arrival::Piece(Bytes::from_static(text.as_bytes()));
    let whole = |length| head(Portion::Whole, length, Kind::Other);
    let refused = ApiError::Refused { status: Status(404), message: None, wait: None };
    let cases: Vec<(Option<u64>, Vec<Arrival>, &str)> = vec![
        (
            Some(50),
            vec![opened(whole(None)), piece("{}\n[]\n"), Arrival::Ended],
            "it ended early: 6 of 50 bytes came",
        ),
        (
            None,
            vec![opened(whole(Some(9))), piece("{}\n[]\n"), Arrival::Ended],
            "it ended early: 6 of 9 bytes came",
        ),
        (
            Some(50),
            vec![opened(whole(None)), piece(r#"{"error":"busy"}"#), Arrival::Ended],
            "what came is not the content: it is an error: busy",
        ),
        (
            Some(50),
            vec![opened(head(Portion::Whole, None, Kind::Html)), piece("<p>")],
            "what came is not the content: it is a page of HTML",
        ),
        (None, vec![Arrival::Failed(refused.into())], "the service answered 404 Not Found"),
        (
            None,
            vec![opened(head(Portion::Unplaced, None, Kind::Other))],
            "the service sends no parts of a content",
        ),
    ];
    for (listed, arrivals, expected) in cases {
        let mut readout = Readout::new(source(), listed, 0);
        let mut orders = vec![];
        let need = Need { below: true, ..Need::default() };
        readout.follow(&need, &mut orders);
        for arrival in arrivals {
            readout.arrived(0, arrival, &(0..0), &mut orders);
        }
        assert_eq!(readout.hindrance().map(ToString::to_string).as_deref(), Some(expected));
        orders.clear();
        readout.follow(&need, &mut orders);
        assert!(orders.is_empty(), "nobody asks by himself: {orders:?}");
        readout.retry();
        readout.follow(&need, &mut orders);
        assert!(matches!(orders[..], [ReadOrder::Begin(..)]), "{expected}: {orders:?}");
    }
    // The size that the list says makes a content of what looks like none.
    let mut readout = Readout::new(source(), Some(16), 0);
    readout.follow(&Need { below: true, ..Need::default() }, &mut vec![]);
    for arrival in [opened(whole(None)), piece(r#"{"error":"busy"}"#), Arrival::Ended] {
        readout.arrived(0, arrival, &(0..0), &mut vec![]);
    }
    assert_eq!((readout.hindrance(), readout.tally().lines), (None, 1));
}

#[test]
fn what_is_binary_is_said_to_be() {
    let mut world = steady(true);
    world.service.text = b"\x1f\x8b\x08\0\0\0\0\0\0\0rest".to_vec();
    world.readout = Readout::new(source(), None, 0);
    let_all_come(&mut world, &Need { below: true, all_below: true, ..Need::default() });
    assert!(world.readout.binary().is_some_and(|begin| begin.starts_with(b"\x1f\x8b")));
    assert!(world.readout.window().is_empty() && world.going.is_empty());
}
