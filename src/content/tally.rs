//! What was counted of the lines that were read, each once.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};

use super::results::{BatchLine, Ending, Meaning};
use crate::text::{grouped, width};

/// Ids that are remembered, to find those that come twice: more than a batch may have.
const MOST_IDS: usize = 200_000;
/// Cells up to which it is measured how wide texts are.
pub const WIDEST: usize = 28;

/// How many lines there were of each kind.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All of them.
    pub lines: u64,
    /// Requests that succeeded.
    pub good: u64,
    /// Requests that failed.
    pub bad: u64,
    /// Requests of which it is not said.
    pub unclear: u64,
    /// Lines that are JSON, and no object.
    pub no_object: u64,
    /// Lines that are no JSON, among lines that are.
    pub broken: u64,
    /// Lines of a batch without a `custom_id` that is a text.
    pub nameless: u64,
    /// Lines of a batch whose `custom_id` was there before.
    pub doubled: u64,
    /// Lines that are longer than is held.
    pub skipped: u64,
    /// Lines of a batch, requests and results.
    of_batch: u64,
    objects: u64,
    /// Cells that an id, a status, a model take at most.
    cells: [usize; 3],
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Tally {
    /// Counts a line.
    pub fn count(&mut self, meaning: &Meaning) {
        self.lines += 1;
        match meaning {
            Meaning::Blank => {}
            Meaning::Broken => self.broken += 1,
            Meaning::NoObject => self.no_object += 1,
            Meaning::Object => self.objects += 1,
            Meaning::Of(line) => self.count_request(line),
        }
    }

    /// Counts a line that is too long to be read.
    pub fn count_skipped(&mut self) {
        self.lines += 1;
        self.skipped += 1;
    }

    /// Cells of the widest id, status and model, no more than [`WIDEST`].
    #[must_use]
    pub fn cells(&self) -> [usize; 3] {
        self.cells
    }

    /// Whether results were among them, and not only requests.
    #[must_use]
    pub fn has_results(&self) -> bool {
        self.good + self.bad + self.unclear > 0
    }

    fn measure(&mut self, line: &BatchLine) {
        for (cells, text) in self.cells.iter_mut().zip([&line.custom_id, &None, &line.model]) {
            // What is spelt out takes more cells than bytes, and is rare.
            if let Some(text) = text.as_ref().filter(|text| text.raw().len() > *cells) {
                *cells = (*cells).max(width(&text.borrow().printable_within(WIDEST)));
            }
        }
        if !matches!(line.outcome, Ending::Asked) && self.cells[1] < WIDEST {
            self.cells[1] = self.cells[1].max(width(&line.outcome.words()).min(WIDEST));
        }
    }

    fn count_request(&mut self, line: &BatchLine) {
        self.of_batch += 1;
        self.measure(line);
        match line.outcome {
            Ending::Asked => {}
            Ending::Good(_) => self.good += 1,
            Ending::Bad { .. } => self.bad += 1,
            Ending::Unclear => self.unclear += 1,
        }
        let Some(id) = &line.custom_id else {
            self.nameless += 1;
            return;
        };
        let hash = self.hasher.hash_one(id);
        if self.seen.contains(&hash) {
            self.doubled += 1;
        } else if self.seen.len() < MOST_IDS {
            self.seen.insert(hash);
        }
    }

    /// Whether lines of a batch were among them.
    #[must_use]
    pub fn is_of_batch(&self) -> bool {
        self.of_batch > 0
    }

    /// In words, from all of them to those that matter most, where there is little room: how many lines were
    /// read stands in each but the last, which has only `1,190 ok · 14 failed` where that is known.
    #[must_use]
    pub fn ways(&self) -> Vec<String> {
        let lines = grouped(self.lines);
        let unit = if self.lines == 1 { "line" } else { "lines" };
        let (read, short) = (format!("{lines} {unit} read"), format!("{lines} {unit}"));
        let odd = self.unclear + self.doubled + self.nameless + self.skipped;
        let no_json =
            if self.of_batch + self.objects > 0 { self.no_object + self.broken } else { 0 };
        let odd = match odd + no_json {
            0 => String::new(),
            odd => format!(" · {} odd", grouped(odd)),
        };
        if !self.has_results() {
            return vec![self.words(), format!("{read}{odd}"), short];
        }
        let results = format!("{} ok · {} failed", grouped(self.good), grouped(self.bad));
        vec![
            self.words(),
            format!("{read} · {results}{odd}"),
            format!("{lines} read · {results}{odd}"),
            format!("{lines} read · {results}"),
            results,
        ]
    }

    /// In words: `1,204 lines read · 1,190 ok · 14 failed`, and whatever is odd. Of a text that is no
    /// JSON, only how many lines there are.
    #[must_use]
    pub fn words(&self) -> String {
        let unit = if self.lines == 1 { "line" } else { "lines" };
        let mut out = format!("{} {unit} read", grouped(self.lines));
        let is_json = self.of_batch + self.objects > 0;
        let has_results = self.has_results();
        let more = [
            (self.good, "ok", has_results),
            (self.bad, "failed", has_results),
            (self.unclear, "unclear", self.unclear > 0),
            (self.doubled, "doubled ids", self.doubled > 0),
            (self.nameless, "without custom_id", self.nameless > 0),
            (self.no_object, "no objects", self.no_object > 0 && is_json),
            (self.broken, "no JSON", self.broken > 0 && is_json),
            (self.skipped, "skipped", self.skipped > 0),
        ];
        for (count, words, _) in more.into_iter().filter(|(.., is_said)| *is_said) {
            let _ = write!(out, " · {} {words}", grouped(count));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::read;
    use super::*;

    /// Hazards of operations 26: each kind has its own count.
    #[test]
    fn each_kind_of_line_is_counted_by_itself() {
        let mut tally = Tally::default();
        assert_eq!(tally.words(), "0 lines read");
        for line in [
            r#"{"custom_id":"a","response":{"status_code":200}}"#,
            r#"{"custom_id":"b","response":{"status_code":500}}"#,
            r#"{"custom_id":"a","response":{"status_code":200}}"#,
            r#"{"response":{"status_code":200}}"#,
            r#"{"custom_id":"c","response":{}}"#,
            "[1]",
            "7",
            "{",
            "",
        ] {
            tally.count(&read(line.as_bytes()));
        }
        tally.count_skipped();
        assert_eq!(
            tally.words(),
            "10 lines read · 3 ok · 1 failed · 1 unclear · 1 doubled ids · 1 without custom_id · \
             2 no objects · 1 no JSON · 1 skipped"
        );
        let mut plain = Tally::default();
        plain.count(&read(b"a plain text"));
        assert_eq!(plain.words(), "1 line read");
    }
}
