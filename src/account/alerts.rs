//! Alerts: which files came under which bound of time left, each told once.
//!
//! What is under a bound already when the program starts is told of once and together, when the first
//! reading of the list rests; what is urgent waits for that no longer than ten seconds. From then on a
//! file that was there all along and is only read now is told of by the rules that
//! [always](Rule::always) do so, and by the others if it is new on the service or comes under the
//! bound.
//!
//! It knows neither terminal nor clock: what is to be done goes out as an [`Alert`].

mod words;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::store::filter::{Filter, Moment};
use crate::store::{FileNo, Store};
use crate::text::Untrusted;
use crate::time::expiry::Stated;
use words::{summary, told};

/// Files that cross a bound together are told of together: so long is waited for the others.
const GATHER: Duration = Duration::from_secs(1);
/// Alerts are at least this far apart.
const PAUSE: Duration = Duration::from_secs(10);
/// Files that are looked at for the title after each event, where a rule has a filter.
const MOST_LOOKED_AT: usize = 1_000;
/// A rule for less time left than this always tells, unless it says otherwise.
const URGENT_S: u64 = 3_600;
/// Rules at most: each has a bit for each file that it was told of.
pub const MOST_RULES: usize = 8;

/// When to tell the operator, and how.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that are set one by one")]
pub struct Rule {
    /// The name of the rule.
    pub name: String,
    /// A file with less time left than this many seconds is told of.
    pub left_s: u64,
    /// The text of the filter that the file must match, if any.
    pub filter_text: Option<String>,
    /// The filter as it was read from that text.
    pub filter: Option<Filter>,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Show a desktop notification through the terminal.
    pub desktop: bool,
    /// Show the next such file in the terminal's title.
    pub title: bool,
    /// Run this program with these arguments.
    pub command: Vec<String>,
    /// Save what comes under the bound, and what is under it already.
    pub download: bool,
    /// Tell of a file whenever it is first seen under the bound, also where it was there all along
    /// and is only read now.
    pub always: bool,
}

impl Rule {
    /// A rule that rings, notifies and sets the title, as the two that there are by default; it
    /// [always](Self::always) tells where that is [the default](Self::is_urgent).
    #[must_use]
    pub fn new(name: &str, left_s: u64) -> Self {
        Self {
            name: name.to_owned(),
            left_s,
            filter_text: None,
            filter: None,
            bell: true,
            desktop: true,
            title: true,
            command: vec![],
            download: false,
            always: Self::is_urgent(left_s),
        }
    }

    /// Whether a rule for so little time left always tells, unless it says otherwise.
    #[must_use]
    pub fn is_urgent(left_s: u64) -> bool {
        left_s <= URGENT_S
    }

    fn takes(&self, store: &Store, no: FileNo, moment: &Moment<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(store, no, moment))
    }

    /// The bound as people write it: `1h`, `24h`, `90m`.
    #[must_use]
    pub fn bound(&self) -> String {
        crate::time::span::short_span(self.left_s)
    }
}

/// The rules that there are unless configuration gives others.
#[must_use]
pub fn default_rules() -> Vec<Rule> {
    vec![Rule::new("critical", 3_600), Rule::new("soon", 24 * 3_600)]
}

/// Why a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is only read now, and was there before.
    Found,
    /// It is new on the service.
    New,
    /// The moment of its expiry is another one.
    Changed,
}

/// Something to tell the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The name of its rule, or of all of whose files it tells; escaped.
    pub rule: String,
    /// One line, escaped.
    pub text: String,
    /// The id of the first of its files.
    pub first: Untrusted,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Show a desktop notification.
    pub desktop: bool,
    /// Run this, with `json` on its standard input.
    pub command: Vec<String>,
    /// The rule and its files, as one JSON document.
    pub json: String,
}

/// Which files were told of, and which are about to be.
#[derive(Debug, Default)]
pub struct Alerts {
    rules: Vec<Rule>,
    told: HashMap<FileNo, u8>,
    /// Files that are about to be told of: by which rule, and what they were told of before.
    waiting: HashMap<FileNo, (usize, u8)>,
    due: Option<Duration>,
    quiet_until: Duration,
    /// How far the start is behind.
    start: Start,
    /// The second of the service's clock up to which bounds were looked at.
    looked_s: Option<i64>,
}

/// What is told together as the program starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Start {
    /// The first reading goes on.
    #[default]
    Reading,
    /// It rests, and what it found is about to be told.
    Rested,
    /// It was told.
    Over,
}

impl Alerts {
    /// Watches by these rules; more than [`MOST_RULES`] are not looked at.
    #[must_use]
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.truncate(MOST_RULES);
        Self { rules, ..Self::default() }
    }

    /// Looks at files that came in.
    pub fn look_at(
        &mut self,
        store: &Store,
        files: &[FileNo],
        seen: Seen,
        moment: &Moment<'_>,
        now: Duration,
    ) {
        for no in files {
            self.consider(store, *no, seen, moment, now);
        }
    }

    /// The first reading of the list came to rest: what it found is told.
    pub fn rest(&mut self, now: Duration) {
        if self.start == Start::Reading {
            self.start = if self.waiting.is_empty() { Start::Over } else { Start::Rested };
            self.due =
                (self.start == Start::Rested).then_some((now + GATHER).max(self.quiet_until));
        }
    }

    /// Looks at which files crossed a bound as time passed.
    pub fn check_bounds(&mut self, store: &Store, moment: &Moment<'_>, now: Duration) {
        let second = moment.server_ms.div_euclid(1_000);
        let from = self.looked_s.replace(second).unwrap_or(second);
        for rule in 0..self.rules.len() {
            // The last whole second that is less than the bound.
            let shown = i64::try_from(self.rules[rule].left_s).unwrap_or(i64::MAX) - 1;
            let (past, until) = (from.saturating_add(shown), second.saturating_add(shown));
            let crossed = store.expiring(past.saturating_add(1), until.saturating_add(1)).to_vec();
            for no in crossed {
                self.consider(store, no, Seen::Changed, moment, now);
            }
        }
    }

    /// A file that is held no longer is forgotten; its number may come again.
    pub fn forget(&mut self, files: &[FileNo]) {
        if files.is_empty() || self.told.is_empty() {
            return;
        }
        let gone: HashSet<FileNo> = files.iter().copied().collect();
        self.told.retain(|no, _| !gone.contains(no));
        self.waiting.retain(|no, _| !gone.contains(no));
    }

    /// Tells of a file by the tightest rule that it falls under, and of no looser one later. One
    /// that got clearly more time again can be told of again.
    fn consider(
        &mut self,
        store: &Store,
        no: FileNo,
        seen: Seen,
        moment: &Moment<'_>,
        now: Duration,
    ) {
        let Stated::Value(at) = store.file(no).expires_at else { return };
        let left_ms = i128::from(at) * 1_000 - i128::from(moment.server_ms);
        let mut told = self.told.get(&no).copied().unwrap_or(0);
        if let Some((_, before)) = self.waiting.remove(&no) {
            // Nobody heard of it yet, and it may have more time now.
            told = before;
        }
        let (mut bits, mut tightest) = (told, None::<usize>);
        for (number, rule) in self.rules.iter().enumerate() {
            let bound_ms = i128::from(rule.left_s) * 1_000;
            if left_ms > bound_ms + (bound_ms / 20).max(60_000) {
                bits &= !(1 << number);
                continue;
            }
            let under = left_ms > 0 && left_ms <= bound_ms - 1_000;
            if !under || bits & 1 << number != 0 || !rule.takes(store, no, moment) {
                continue;
            }
            bits |= 1 << number;
            let tells = rule.always || seen != Seen::Found || self.start != Start::Over;
            if tells && tightest.is_none_or(|other| rule.left_s < self.rules[other].left_s) {
                tightest = Some(number);
            }
        }
        match bits {
            0 => drop(self.told.remove(&no)),
            bits => drop(self.told.insert(no, bits)),
        }
        if let Some(rule) = tightest {
            self.waiting.insert(no, (rule, told));
            let wait = match self.start {
                Start::Reading if self.rules[rule].always => PAUSE,
                Start::Reading => return,
                Start::Rested | Start::Over => GATHER,
            };
            self.due.get_or_insert((now + wait).max(self.quiet_until));
        }
    }

    /// Milliseconds until the next file crosses a bound, of a rule or of its filter.
    #[must_use]
    pub fn next_crossing_ms(&self, store: &Store, server_ms: i64) -> Option<u64> {
        let second = server_ms.div_euclid(1_000);
        // From `left` whole seconds left on something else holds.
        let crossing = |left: i64| {
            let at = store.first_expiring_from(second.saturating_add(left).saturating_add(1))?;
            let ms = (i128::from(at) - i128::from(left)) * 1_000 - i128::from(server_ms);
            u64::try_from(ms).ok()
        };
        let seconds = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
        let bounds = self.rules.iter().map(|rule| seconds(rule.left_s) - 1);
        // Which file the title names depends on the filters, too.
        let filters = self.rules.iter().filter(|rule| rule.title).filter_map(|r| r.filter.as_ref());
        let of_filters = filters.flat_map(Filter::thresholds_s).map(|bound| seconds(*bound));
        bounds.chain(of_filters).filter_map(crossing).min()
    }

    /// When what was gathered is to be told.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.due
    }

    /// What is to be told at `now`: one alert for each rule, however many files it is about, and at
    /// the start one for all of them.
    pub fn take(&mut self, store: &Store, now: Duration) -> Vec<Alert> {
        if self.due.is_none_or(|due| now < due) {
            return vec![];
        }
        self.due = None;
        let mut waiting = std::mem::take(&mut self.waiting);
        if self.start == Start::Reading {
            let urgent = |_: &FileNo, (rule, _): &mut (usize, u8)| self.rules[*rule].always;
            let told = waiting.extract_if(urgent).collect();
            self.waiting = std::mem::replace(&mut waiting, told);
        }
        let files = |number: usize| {
            let of_rule = waiting.iter().filter(|(_, (rule, _))| *rule == number);
            let there = of_rule.map(|(no, _)| *no).filter(|no| !store.is_gone(*no));
            let mut files: Vec<FileNo> = there.collect();
            files.sort_by_key(|no| (store.file(*no).expires_at.value(), *no));
            files
        };
        let all = self.rules.iter().enumerate().map(|(number, rule)| (rule, files(number)));
        let all: Vec<(&Rule, Vec<FileNo>)> = all.filter(|(_, files)| !files.is_empty()).collect();
        let alerts = if self.start == Start::Rested && all.len() > 1 {
            summary(all, store)
        } else {
            all.iter().map(|(rule, files)| told(rule, files, store)).collect()
        };
        if self.start == Start::Rested {
            self.start = Start::Over;
        }
        if !alerts.is_empty() {
            self.quiet_until = now + PAUSE;
        }
        alerts
    }

    /// What the terminal's title says: of the files that a rule wants shown, the one that expires
    /// next.
    #[must_use]
    pub fn titled(&self, store: &Store, moment: &Moment<'_>) -> Option<FileNo> {
        let now_s = moment.server_ms.div_euclid(1_000);
        let next = |rule: &Rule| {
            let left_s = i64::try_from(rule.left_s).unwrap_or(i64::MAX);
            let under = store.expiring(now_s.saturating_add(1), now_s.saturating_add(left_s));
            let mut looked_at = under.iter().take(MOST_LOOKED_AT);
            looked_at.find(|no| rule.takes(store, **no, moment)).copied()
        };
        let nexts = self.rules.iter().filter(|rule| rule.title).filter_map(next);
        nexts.min_by_key(|no| (store.file(*no).expires_at.value(), *no))
    }
}

#[cfg(test)]
mod tests;
