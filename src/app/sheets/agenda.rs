//! The agenda: the timeline with numbers. Its lines add up to its last one: all that is loaded, or all
//! that the filter lets through. Of all that is loaded it says, too, how much is at risk.

use std::ops::Range;

use super::{Line, cells};
use crate::account::timeline::{Amount, DAY_S, HOUR_S};
use crate::app::App;
use crate::app::geometry::inside;
use crate::app::geometry::lists::{ListCursor, ListPlace};
use crate::store::FileNo;
use crate::text::{TotalBytes, grouped, shorten_end, shorten_middle};
use crate::theme::Tone;
use crate::time::expiry::Urgency;

/// Cells of the columns.
const WHEN: u16 = 24;
const FILES: u16 = 10;
const BYTES: u16 = 12;
/// Cells that a bar has at least, or else there is none.
const LEAST_BAR: u16 = 8;
/// Cells that a filename has at least, or else none is shown, and those that it has at most: what is
/// left is the bar's.
const LEAST_NAME: u16 = 16;
const MOST_NAME: u16 = 32;
/// From this height on there is a line of totals.
pub const TOTAL_FROM: u16 = 5;

/// The part of the files that a line counts.
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
    let timeline = app.timeline();
    let expired = (timeline.expired.files > 0).then_some(Portion::Expired);
    let buckets = (0..timeline.buckets().len()).map(Portion::Bucket);
    let odd = (timeline.unknown.files > 0).then_some(Portion::NotReadable);
    let all = expired.into_iter().chain(buckets).chain([Portion::NoExpiry]).chain(odd);
    // Where there is nothing to count, noughts would say that nothing is to go.
    let is_any = timeline.total().files > 0;
    all.filter(move |_| is_any)
}

/// Lines that the cursor can stand on; none where no file is counted.
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
    /// All of them together, for the last line of the room; nothing where there is no room.
    pub total: Option<Line>,
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
    let in_view = portions(app).skip(first).take(usize::from(room.height));
    let visible = in_view.map(|portion| columns.line(app, &Row::of(app, portion))).collect();
    // The place leaves a line for the totals where it can.
    let has_total = room.bottom() < inside(list.area).bottom();
    let total = has_total.then(|| columns.total(app));
    AgendaSheet { head: columns.head(app), visible, total, first, cursor, lines }
}

/// What a line says.
struct Row {
    when: String,
    amount: Amount,
    /// The first and the last file to go.
    ends: Option<(FileNo, FileNo)>,
    urgency: Urgency,
    /// The bucket that its bar stands for.
    bucket: Option<usize>,
}

impl Row {
    fn of(app: &App, portion: Portion) -> Self {
        let timeline = app.timeline();
        let plain = |when: &str, amount, urgency| {
            let when = when.to_owned();
            Self { when, amount, ends: None, urgency, bucket: None }
        };
        match portion {
            Portion::Expired => plain("expired", timeline.expired, Urgency::Expired),
            Portion::Bucket(number) => {
                let bucket = &timeline.buckets()[number];
                Self {
                    when: span_words(app, &bucket.span),
                    amount: bucket.amount,
                    ends: bucket.ends,
                    urgency: app.bucket_urgency(bucket),
                    bucket: Some(number),
                }
            }
            Portion::NoExpiry => plain("no expiry given", timeline.never, Urgency::Never),
            Portion::NotReadable => plain("not readable", timeline.unknown, Urgency::Unknown),
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
    /// Cells of a bar; none where there is no room.
    bar_cells: u16,
    names: u16,
    /// Cells of the first and of the last filename, where there is room for both.
    name_cells: Option<u16>,
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
        let room = width.saturating_sub(bar);
        // Most of it is for two names; what these do not need is the bar's.
        let name = room.saturating_sub(2) * 3 / 8;
        let name_cells = (name >= LEAST_NAME).then_some(name.min(MOST_NAME));
        let bar_cells = name_cells.map_or(room, |name| room - 2 - 2 * name);
        let bar_cells = if bar_cells < LEAST_BAR { 0 } else { bar_cells };
        let names = bar + bar_cells + 2;
        Self { when, files, bytes, bar, bar_cells, names, name_cells, right: width }
    }

    fn has_bytes(&self) -> bool {
        self.bytes + BYTES <= self.right
    }

    fn head(&self, app: &App) -> Line {
        let mut line = Line::default();
        line.put(self.when, Tone::Chrome, "When");
        line.put_right(self.files, self.bytes.min(self.right), Tone::Chrome, "Files");
        if self.has_bytes() {
            line.put_right(self.bytes, self.bytes + BYTES, Tone::Chrome, "Bytes");
        }
        if self.bar_cells > 0 {
            line.put(self.bar, Tone::Chrome, app.measure().word());
        }
        if let Some(room) = self.name_cells {
            line.put(self.names, Tone::Chrome, "First to go");
            line.put(self.names + room, Tone::Chrome, "Last to go");
        }
        line
    }

    fn line(&self, app: &App, row: &Row) -> Line {
        let mut line = Line::default();
        let holds = row.amount.files > 0;
        let urgency = Tone::Urgency(row.urgency);
        let tone = if holds { urgency } else { Tone::Chrome };
        self.put_numbers(
            &mut line,
            &row.when,
            row.amount,
            [tone, if holds { Tone::Text } else { Tone::Chrome }],
        );
        if let Some(bucket) = row.bucket {
            let cells = app.timeline().height(bucket, app.measure(), self.bar_cells);
            line.put(self.bar, urgency, "▇".repeat(usize::from(cells)));
        }
        if let (Some((first, last)), Some(room)) = (row.ends, self.name_cells) {
            // One file goes first and last: it is named once.
            let names = [(self.names, first), (self.names + room, last)];
            for (at, no) in names.into_iter().take(row.amount.files.min(2)) {
                let name = app.store().file(no).name_to_show();
                let name = shorten_middle(&name, usize::from(room.saturating_sub(2)));
                line.put(at, Tone::Text, name);
            }
        }
        line
    }

    /// All lines together.
    fn total(&self, app: &App) -> Line {
        let mut line = Line::default();
        let whose = if app.shows_filtered_expiries() { "filtered" } else { "all" };
        let timeline = app.timeline();
        let mut total = timeline.total();
        let sizeless = total.bytes.unknown;
        let has_words = self.bar_cells > 0 && sizeless > 0;
        if has_words {
            total.bytes.unknown = 0;
        }
        self.put_numbers(&mut line, whose, total, [Tone::Strong; 2]);
        let mut at = self.bar;
        if has_words {
            let sizeless = format!("+ {} of unknown size", grouped(sizeless));
            let room = usize::from(self.right.saturating_sub(self.bar));
            let sizeless = shorten_end(&sizeless, room);
            at += cells(&sizeless) + 2;
            line.put(self.bar, Tone::Strong, sizeless);
        }
        // Of all that is loaded, as the header has it: what is saved goes without a loss.
        let at_risk = app.outlook().bytes_at_risk;
        let words = format!("at risk {}", at_risk.short());
        if !app.shows_filtered_expiries() && at + cells(&words) <= self.right {
            let is_any = at_risk != TotalBytes::default();
            let tone = if is_any { Tone::Urgency(Urgency::Soon) } else { Tone::Chrome };
            line.put(at, tone, words);
        }
        line
    }

    /// When, how many, how large.
    fn put_numbers(&self, line: &mut Line, when: &str, amount: Amount, [of_when, tone]: [Tone; 2]) {
        let room = usize::from(self.files.saturating_sub(self.when));
        line.put(self.when, of_when, shorten_end(when, room));
        line.put_right(self.files, self.bytes.min(self.right), tone, grouped(amount.files));
        if self.has_bytes() {
            let bytes = match (amount.files, amount.bytes) {
                (0, _) => "—".to_owned(),
                (_, TotalBytes { known: 0, unknown: 1.. }) => "?".to_owned(),
                (_, bytes) => bytes.short(),
            };
            line.put_right(self.bytes, self.bytes + BYTES, tone, bytes);
        }
    }
}
