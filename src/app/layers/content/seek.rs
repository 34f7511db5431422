//! Looking for words in the lines, and going to the end: what goes on until it is found, or stopped.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::{ContentLayer, Place};
use crate::app::App;
use crate::app::layers::search::Search;
use crate::app::sheets::content as sheet;
use crate::content::window::{HeldLine, Window};
use crate::keys::Action;

/// What goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    /// To the last line.
    ToTheEnd,
    /// To the next line with the words; lines before this offset were looked at.
    Down(u64),
    /// To the line before with the words; lines from this offset on were looked at.
    Up(u64),
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Seek {
    pub(super) search: Search,
    words: Option<Regex>,
    going: Option<Going>,
    /// Where it was begun, and how many lines lie before that.
    origin: Option<(Place, Option<u64>)>,
}

impl Seek {
    pub(super) fn is_under_way(&self) -> bool {
        self.going.is_some()
    }

    pub(super) fn is_searching(&self) -> bool {
        matches!(self.going, Some(Going::Down(_) | Going::Up(_)))
    }

    pub(super) fn stop(&mut self) {
        self.going = None;
    }

    pub(super) fn follow_to_the_end(&mut self) {
        self.going = Some(Going::ToTheEnd);
    }

    /// The line that is looked at next, rather than those in view.
    pub(super) fn place(&self) -> Option<u64> {
        match self.going {
            Some(Going::Down(at) | Going::Up(at)) => Some(at),
            Some(Going::ToTheEnd) | None => None,
        }
    }

    /// Whether all lines below, and those above, are needed.
    pub(super) fn needs(&self) -> (bool, bool) {
        match self.going {
            Some(Going::ToTheEnd | Going::Down(_)) => (true, false),
            Some(Going::Up(_)) => (false, true),
            None => (false, false),
        }
    }

    /// Where the words stand in a text.
    pub(super) fn matches(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.words.iter().flat_map(|words| words.find_iter(text.as_bytes()));
        found.map(|found| found.range()).filter(|range| !range.is_empty()).collect()
    }

    fn finds(&self, line: &[u8]) -> bool {
        self.words.as_ref().is_some_and(|words| words.is_match(line))
    }

    /// What is typed is to be found as it is, capital or not unless capitals are typed.
    fn set_words(&mut self) {
        let typed = self.search.words();
        let ignores_case = !typed.chars().any(char::is_uppercase);
        let words = RegexBuilder::new(&regex::escape(typed)).case_insensitive(ignores_case).build();
        self.words = words.ok().filter(|_| !typed.is_empty());
    }
}

/// Whether all of a line is there.
fn is_whole(line: &HeldLine<'_>, window: &Window, at_the_end: bool) -> bool {
    line.meaning.is_some() || line.is_skipped() || at_the_end && window.last() == Some(line.at)
}

impl ContentLayer {
    /// What an action does to a search; tells whether it concerned it.
    pub(super) fn act_on_search(&mut self, app: &mut App, action: Action) -> bool {
        let is_typing = self.seek.search.is_typing();
        match action {
            Action::GoBack if !is_typing && self.seek.is_under_way() => {
                // The search read on from what is in view, which may not be held any more.
                let words = if self.seek.is_searching() {
                    self.return_to_origin();
                    "stopped, where the search began; what came is counted"
                } else {
                    "stopped; what came stays"
                };
                self.stop_following();
                self.seek.stop();
                app.say(words);
            }
            Action::GoBack if is_typing => {
                self.seek.search.act(action);
                self.seek.set_words();
                self.seek.stop();
                self.return_to_origin();
            }
            Action::OpenFilter => {
                self.stop_following();
                // What was found is no beginning of what is looked for next.
                self.seek.search = Search::default();
                self.seek.search.act(action);
                self.seek.origin = Some((self.cursor, self.lines_before_cursor()));
            }
            Action::NextMatch | Action::PreviousMatch => {
                if self.seek.words.is_none() {
                    app.say_with(
                        "nothing is searched for",
                        &[crate::keys::Hint::new(&[Action::OpenFilter], "searches")],
                    );
                    return true;
                }
                self.stop_following();
                self.seek.origin = Some((self.cursor, self.lines_before_cursor()));
                let line = self.cursor.line;
                self.seek.going = Some(if action == Action::NextMatch {
                    Going::Down(line.saturating_add(1))
                } else {
                    Going::Up(line)
                });
            }
            action => {
                let acted = self.seek.search.act(action);
                if acted {
                    self.seek.set_words();
                }
                return acted;
            }
        }
        true
    }

    /// The end is gone to no further: whoever moves does not want to be moved.
    pub(super) fn stop_following(&mut self) {
        if self.seek.going == Some(Going::ToTheEnd) {
            self.seek.stop();
            self.readout.stop_going_to_end(&mut self.orders);
        }
    }

    /// What was typed is searched for from where the search was begun.
    pub(super) fn seek_as_typed(&mut self) {
        self.seek.set_words();
        let from = self.seek.origin.map_or(self.cursor, |(place, _)| place);
        self.seek.going = self.seek.words.as_ref().map(|_| Going::Down(from.line));
        if self.seek.words.is_none() {
            self.return_to_origin();
        }
    }

    fn return_to_origin(&mut self) {
        let Some((place, before)) = self.seek.origin else { return };
        if self.readout.window().line(place.line).is_some() {
            self.cursor = place;
            self.show_cursor();
        } else if let Some(before) = before {
            // Where no parts are sent, it is read again from the start, which is said.
            self.readout.go_to_line(place.line, before, &mut self.orders);
            (self.cursor, self.top) = (place, place);
        }
    }

    /// Goes on with what goes on by itself, as far as lines are held; tells what there is to say.
    pub(super) fn seek_on(&mut self) -> Option<String> {
        let is_stuck = self.readout.hindrance().is_some() || self.readout.binary().is_some();
        match self.seek.going? {
            Going::ToTheEnd => {
                self.go_to_last_line();
                if is_stuck || self.readout.is_at_the_end() {
                    self.seek.stop();
                }
                None
            }
            Going::Down(from) => self.seek_down(from, is_stuck),
            Going::Up(before) => self.seek_up(before, is_stuck),
        }
    }

    fn seek_down(&mut self, from: u64, is_stuck: bool) -> Option<String> {
        let (window, at_the_end) = (self.readout.window(), self.readout.is_at_the_end());
        let mut next = from;
        let mut found = None;
        // Of the line that the offset lies in the middle of, the next one.
        let lines = window.lines_from(from).filter(|line| line.at >= from);
        for line in lines.take_while(|line| is_whole(line, window, at_the_end)) {
            next = line.at + 1;
            if self.seek.finds(line.bytes) {
                found = Some(line.at);
                break;
            }
        }
        if let Some(line) = found {
            self.found(line);
            return None;
        }
        self.seek.going = Some(Going::Down(next.max(from)));
        if !is_stuck && !at_the_end {
            return None;
        }
        let up_to = if at_the_end { "the end" } else { "where it broke off" };
        Some(self.not_found(&format!("from here to {up_to}")))
    }

    fn seek_up(&mut self, before: u64, is_stuck: bool) -> Option<String> {
        let window = self.readout.window();
        let mut at = before;
        while let Some(line) = window.before(at).and_then(|at| window.line(at)) {
            at = line.at;
            if self.seek.finds(line.bytes) {
                self.found(at);
                return None;
            }
        }
        self.seek.going = Some(Going::Up(at));
        let is_start = self.readout.is_at_the_start();
        if !is_start && !is_stuck && self.readout.has_parts() {
            return None;
        }
        let up_to = if is_start { "the start" } else { "the first line that is held" };
        Some(self.not_found(&format!("from here back to {up_to}")))
    }

    fn not_found(&mut self, where_to: &str) -> String {
        self.seek.stop();
        self.return_to_origin();
        let words = crate::text::UntrustedRef::new(self.seek.search.words().as_bytes());
        format!("“{}” was not found {where_to}", words.printable_within(30))
    }

    /// Goes to a line with the words, and to the side as far as they stand there.
    fn found(&mut self, line: u64) {
        self.seek.stop();
        self.cursor = Place { line, row: 0 };
        let Some(held) = self.readout.window().line(line) else { return };
        let widths = sheet::widths(self, self.room);
        let width = widths.first;
        if self.opened.contains_key(&line) || self.breaks {
            let rows = self.rows(&held, widths);
            let row = rows.iter().skip(1).position(|row| !self.matches(&row.text()).is_empty());
            self.cursor.row = row.map_or(0, |row| row + 1);
        } else if let Some(words) = &self.seek.words
            && let Some(found) = words.find(held.bytes)
        {
            let before = sheet::cells_before(&held, found.start());
            if before < self.left || before + 8 > self.left + width {
                self.left = before.saturating_sub(width / 3).min(super::MOST_ASIDE);
            }
        }
        self.show_cursor();
    }
}
