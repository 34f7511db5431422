//! The agenda: the timeline with numbers. Its lines add up to what is loaded.

use std::ops::Range;

use super::Line;
use crate::account::timeline::{DAY_S, HOUR_S};
use crate::app::App;
use crate::app::geometry::lists::{ListCursor, ListPlace};
use crate::store::FileNo;
use crate::text;
use crate::text::{grouped, shorten_end, shorten_middle};
use crate::theme::Tone;
use crate::time::expiry::Urgency;

/// Cells of the columns.
const WHEN: u16 = 24;
const FILES: u16 = 10;
const BYTES: u16 = 12;
const BAR: u16 = 12;
/// Cells that a filename has at least, or else none is shown.
const LEAST_NAME: u16 = 16;

/// The part of the loaded files that a line counts.
#[derive(Clone, Copy)]
enum Portion {
    Expired,
    /// A bucket of the timeline, by its number.
    Bucket(usize),
    NoExpiry,
    NotReadable,
}

/// What the lines count, from the first to the last.
fn portions(app: &App) -> impl Iterator<Item = Portion> {
    let counts = app.outlook().counts;
    let expired = (counts.expired > 0).then_some(Portion::Expired);
    let buckets = (0..app.timeline().buckets().len()).map(Portion::Bucket);
    let odd = (counts.unknown > 0).then_some(Portion::NotReadable);
    expired.into_iter().chain(buckets).chain([Portion::NoExpiry]).chain(odd)
}

/// Lines that the cursor can stand on.
#[must_use]
pub fn lines(app: &App) -> usize {
    portions(app).count()
}

/// The bucket that line `line` shows.
#[must_use]
pub fn bucket_at(app: &App, line: usize) -> Option<usize> {
    match portions(app).nth(line)? {
        Portion::Bucket(number) => Some(number),
        Portion::Expired | Portion::NoExpiry | Portion::NotReadable => None,
    }
}

/// The agenda as it stands in the room within its box.
#[derive(Debug)]
pub struct AgendaSheet {
    /// The names of the columns.
    pub head: Line,
    /// The lines in view below it.
    pub visible: Vec<Line>,
    /// The number of the first of them.
    pub first: usize,
    /// The number of the line under the cursor.
    pub cursor: usize,
    /// All lines.
    pub lines: usize,
}

/// The agenda with its cursor, as its lines stand in `list`.
#[must_use]
pub fn agenda(app: &App, list: &ListPlace, cursor: ListCursor) -> AgendaSheet {
    let (lines, room) = (list.lines, list.room);
    let (cursor, first) = (cursor.line(lines), cursor.first(list));
    let columns = Columns::within(room.width);
    let most = app.timeline().most(app.measure());
    let in_view = portions(app).skip(first).take(usize::from(room.height));
    let visible = in_view.map(|portion| columns.line(app, &Row::of(app, portion), most)).collect();
    AgendaSheet { head: columns.head(), visible, first, cursor, lines }
}

/// What a line says.
struct Row {
    when: String,
    files: usize,
    bytes: Option<u128>,
    /// The first and the last file to go.
    ends: Option<(FileNo, FileNo)>,
    urgency: Urgency,
    /// The amount that the bar of the line stands for.
    share: u128,
}

impl Row {
    fn of(app: &App, portion: Portion) -> Self {
        let counts = || app.outlook().counts;
        let plain = |when: &str, files, urgency| {
            let when = when.to_owned();
            Self { when, files, bytes: None, ends: None, urgency, share: 0 }
        };
        match portion {
            Portion::Expired => {
                let now_s = app.server_ms().div_euclid(1_000);
                let bytes = Some(app.store().bytes_expiring(i64::MIN, now_s + 1));
                Self { bytes, ..plain("expired", counts().expired, Urgency::Expired) }
            }
            Portion::Bucket(number) => {
                let bucket = &app.timeline().buckets()[number];
                Self {
                    when: span_words(app, &bucket.span),
                    files: bucket.files,
                    bytes: Some(bucket.bytes),
                    ends: bucket.ends,
                    urgency: app.bucket_urgency(bucket),
                    share: bucket.amount(app.measure()),
                }
            }
            Portion::NoExpiry => plain("no expiry given", counts().never, Urgency::Never),
            Portion::NotReadable => plain("not readable", counts().unknown, Urgency::Unknown),
        }
    }
}

/// `15:04 – 16:00`, `tomorrow` would be a guess about the reader: days are named by their dates.
#[must_use]
pub fn span_words(app: &App, span: &Range<i64>) -> String {
    let zone = app.shown_zone();
    // Moments of the service's clock, as our own clock shows them.
    let ours = |at: i64| at.saturating_sub((app.server_ms() - app.now().wall_ms) / 1_000);
    let (from, to) = (ours(span.start), ours(span.end));
    let minute = |at: i64| zone.minute(at).split_off(11);
    let now_s = app.server_ms().div_euclid(1_000);
    let ahead = span.start - now_s;
    // Within a day the time says which hour is meant; a rest of a day may be as short.
    let is_hour = span.end.saturating_sub(span.start) <= HOUR_S && ahead <= DAY_S - HOUR_S;
    // The first bucket leaves out the seconds of its hour that are over.
    let has_begun = span.end.saturating_sub(HOUR_S) <= now_s && now_s < span.end;
    match span.end {
        i64::MAX => format!("from {}", zone.day(from)),
        _ if is_hour && has_begun => format!("now – {}", minute(to)),
        _ if is_hour => format!("{} – {}", minute(from), minute(to)),
        _ => {
            let whole = zone.minute(from).ends_with("00:00");
            let day = zone.day(from);
            if whole { day } else { format!("{day} from {}", minute(from)) }
        }
    }
}

/// Where the columns begin; those that do not fit are left out.
struct Columns {
    when: u16,
    files: u16,
    bytes: u16,
    bar: u16,
    names: u16,
    /// The first cell behind the room for the line.
    right: u16,
}

impl Columns {
    fn within(width: u16) -> Self {
        let when = 2;
        let narrow = width < WHEN + FILES + BYTES + 2;
        let files = when + if narrow { width.saturating_sub(2 + FILES) } else { WHEN };
        let bytes = files + FILES;
        let bar = bytes + BYTES + 2;
        Self { when, files, bytes, bar, names: bar + BAR + 2, right: width }
    }

    fn has_bytes(&self) -> bool {
        self.bytes + BYTES <= self.right
    }

    fn has_bar(&self) -> bool {
        self.bar + BAR <= self.right
    }

    /// Cells of the first and of the last filename, where there is room for both.
    fn name_room(&self) -> Option<u16> {
        let half = self.right.saturating_sub(self.names) / 2;
        (half >= LEAST_NAME).then_some(half)
    }

    fn head(&self) -> Line {
        let mut line = Line::default();
        line.put(self.when, Tone::Chrome, "When");
        line.put_right(self.files, self.bytes.min(self.right), Tone::Chrome, "Files");
        if self.has_bytes() {
            line.put_right(self.bytes, self.bytes + BYTES, Tone::Chrome, "Bytes");
        }
        if let Some(room) = self.name_room() {
            line.put(self.names, Tone::Chrome, "First to go");
            line.put(self.names + room, Tone::Chrome, "Last to go");
        }
        line
    }

    /// One line; `most` is what the longest bar stands for.
    fn line(&self, app: &App, row: &Row, most: u128) -> Line {
        let mut line = Line::default();
        let holds = row.files > 0;
        let urgency = Tone::Urgency(row.urgency);
        let tone = if holds { urgency } else { Tone::Chrome };
        let room = usize::from(self.files.saturating_sub(self.when));
        line.put(self.when, tone, shorten_end(&row.when, room));
        let tone = if holds { Tone::Text } else { Tone::Chrome };
        line.put_right(self.files, self.bytes.min(self.right), tone, grouped(row.files));
        if self.has_bytes() {
            let bytes = match row.bytes {
                Some(bytes) if holds => text::sum(bytes),
                _ => "—".to_owned(),
            };
            line.put_right(self.bytes, self.bytes + BYTES, tone, bytes);
        }
        if self.has_bar() && most > 0 && row.share > 0 {
            let cells = (row.share * u128::from(BAR)).div_ceil(most).min(u128::from(BAR));
            line.put(self.bar, urgency, "▇".repeat(usize::try_from(cells).unwrap_or(0)));
        }
        if let (Some((first, last)), Some(room)) = (row.ends, self.name_room()) {
            // One file goes first and last: it is named once.
            let names = [(self.names, first), (self.names + room, last)];
            for (at, no) in names.into_iter().take(row.files.min(2)) {
                let name = app.store().file(no).name_to_show();
                let name = shorten_middle(&name, usize::from(room.saturating_sub(2)));
                line.put(at, Tone::Text, name);
            }
        }
        line
    }
}
