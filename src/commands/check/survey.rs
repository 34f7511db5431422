//! What a check has seen of an account: counts and expiries, from which the verdict is drawn once at
//! the end, at one moment.

use crate::api::{File, Reading};
use crate::text::Untrusted;
use crate::time::expiry::{Stated, TimeLeft};

/// The files that a check is about.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Those that could be read.
    pub(super) files: u64,
    /// Those that could not.
    pub(super) unreadable: u64,
    /// Those of which an expiry is given that could not be read.
    pub(super) unknown_expiries: u64,
    /// Those whose size is not known.
    unknown_sizes: u64,
    /// The sum of the sizes that are known.
    known_bytes: u128,
    /// The expiries that are known, in seconds since the epoch.
    expiries: Vec<i64>,
    /// Those that may run out before the end, with their names.
    near: Vec<(i64, Option<Untrusted>)>,
    /// The first one after those.
    next: Option<(i64, Option<Untrusted>)>,
}

/// What is still to come, at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prospect {
    /// The seconds left of the next file to expire, and its name; nothing where none will.
    pub(super) next: Option<(u64, Option<Untrusted>)>,
    /// Files that have expired.
    pub(super) expired: u64,
    /// The seconds left of the others that will.
    left: Vec<u64>,
}

impl Survey {
    /// Takes in a file that was read at `server_ms` on the service's clock; the end is at most `ahead_s`
    /// later.
    pub(super) fn add(&mut self, reading: &Reading, server_ms: i64, ahead_s: u64) {
        let Reading::File(file) = reading else {
            self.unreadable += 1;
            return;
        };
        self.files += 1;
        self.known_bytes += u128::from(file.bytes.value().unwrap_or(0));
        self.unknown_sizes += u64::from(file.bytes.value().is_none());
        match file.expires_at {
            Stated::Value(at) => self.add_expiry(at, file, server_ms, ahead_s),
            Stated::Odd => self.unknown_expiries += 1,
            Stated::Nothing => {}
        }
    }

    /// The sum of the sizes; nothing where one of them is not known.
    pub(super) fn bytes(&self) -> Option<u128> {
        (self.unreadable == 0 && self.unknown_sizes == 0).then_some(self.known_bytes)
    }

    fn add_expiry(&mut self, at: i64, file: &File, server_ms: i64, ahead_s: u64) {
        self.expiries.push(at);
        let TimeLeft::Seconds(left) = TimeLeft::of(file.expires_at, server_ms) else { return };
        if left <= ahead_s.saturating_add(1) {
            self.near.push((at, file.filename.clone()));
        } else if self.next.as_ref().is_none_or(|(next, _)| at < *next) {
            self.next = Some((at, file.filename.clone()));
        }
    }

    /// Whether there is nothing that a check could be about.
    pub(super) fn is_empty(&self) -> bool {
        self.files == 0 && self.unreadable == 0
    }

    /// What is to come at `server_ms` on the service's clock.
    pub(super) fn prospect(&self, server_ms: i64) -> Prospect {
        let seconds = |at: i64| match TimeLeft::of(Stated::Value(at), server_ms) {
            TimeLeft::Seconds(seconds) => Some(seconds),
            _ => None,
        };
        let left: Vec<u64> = self.expiries.iter().filter_map(|at| seconds(*at)).collect();
        let expired = self.expiries.len() as u64 - left.len() as u64;
        let candidates = self.near.iter().chain(&self.next);
        let next = candidates.filter_map(|(at, name)| Some((seconds(*at)?, name)));
        let next = next.min_by_key(|(left, _)| *left).map(|(left, name)| (left, name.clone()));
        Prospect { next, expired, left }
    }
}

impl Prospect {
    /// Of how many files the time left is so; none of them has expired.
    pub(super) fn count(&self, is_so: impl Fn(u64) -> bool) -> u64 {
        self.left.iter().filter(|left| is_so(**left)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, expires_at: Stated<i64>) -> Reading {
        Reading::File(File {
            id: Untrusted::new(name),
            filename: Some(Untrusted::new(name)),
            bytes: Stated::Value(10),
            created_at: Stated::Nothing,
            expires_at,
            purpose: None,
            extra: None,
        })
    }

    /// What runs out while the list is read is expired at the end, and the next one is another.
    #[test]
    fn the_moment_of_the_end_is_what_counts() {
        let mut survey = Survey::default();
        for (name, at) in [("far", 5_000), ("near", 1_010), ("nearer", 1_004), ("past", 900)] {
            survey.add(&file(name, Stated::Value(at)), 1_000_000, 30);
        }
        survey.add(&file("never", Stated::Nothing), 1_000_000, 30);
        survey.add(&file("odd", Stated::Odd), 1_000_000, 30);
        for (server_ms, next, expired) in [
            (1_000_000, Some((4, "nearer")), 1),
            (1_003_999, Some((1, "nearer")), 1),
            (1_004_000, Some((6, "near")), 2),
            (1_010_000, Some((3_990, "far")), 3),
            (9_000_000, None, 4),
        ] {
            let prospect = survey.prospect(server_ms);
            let next = next.map(|(left, name)| (left, Some(Untrusted::new(name))));
            assert_eq!((prospect.next, prospect.expired), (next, expired), "{server_ms}");
        }
        assert_eq!(survey.prospect(1_000_000).count(|left| left < 3_600), 2);
        assert_eq!((survey.files, survey.bytes(), survey.unknown_expiries), (6, Some(60), 1));
        let Reading::File(nothing) = file("of no size", Stated::Nothing) else { unreachable!() };
        let of_no_size = File { bytes: Stated::Nothing, ..nothing };
        survey.add(&Reading::File(of_no_size), 1_000_000, 30);
        assert_eq!(survey.bytes(), None, "a sum that leaves one out is none");
    }
}
