//! An operator's account: which files there are at a given moment.
//!
//! A file follows from its index alone, content included, so a million of them cost nothing. Their order is that of
//! creation, oldest first, as the service lists them; the oldest are about to expire. This module
//! knows neither HTTP nor the clock.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Serialize;

use super::batch::{Batch, Side};
use super::content::Content;

/// Files that an account may be started with.
pub const MOST_FILES: u64 = 10_000_000;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// Files at the head that expire within the next minutes, so that something happens.
const EXPIRING: u64 = 9;

/// One file as the API describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoFile {
    /// What identifies the file.
    pub id: String,
    /// Always `file`.
    pub object: &'static str,
    /// The size of its content.
    pub bytes: u64,
    /// When the file was made, in seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch, or null where it is kept.
    pub expires_at: Option<i64>,
    /// The filename.
    pub filename: String,
    /// What the file is for.
    pub purpose: String,
    /// A field beyond the documented ones, which some files have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

/// Seconds before the first change of an account that changes by itself.
const STILL_S: i64 = 40;

/// The files of the demo account.
#[derive(Debug)]
pub struct DemoAccount {
    generated: u64,
    started_s: i64,
    gone: BTreeSet<u64>,
    /// Files that came later.
    later: Vec<(DemoFile, Stored)>,
    churn: Option<Churn>,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    /// What somebody uploaded.
    Uploaded(Bytes),
    /// Lines that are computed when they are asked for.
    Generated(Content),
}

/// Changes that happen by themselves, one after the other.
#[derive(Debug)]
struct Churn {
    every_s: i64,
    next_s: i64,
    number: u64,
}

impl DemoAccount {
    /// An account of `files` files, as it stands at `started_s` seconds since the epoch.
    #[must_use]
    pub fn new(files: u64, started_s: i64) -> Self {
        let generated = files.min(MOST_FILES);
        Self { generated, started_s, gone: BTreeSet::new(), later: vec![], churn: None }
    }

    /// From now on something changes every so many seconds: files are added, most of which expire
    /// within half an hour, some are changed, and some deleted.
    #[must_use]
    pub fn with_churn(mut self, every_s: u32) -> Self {
        let every_s = i64::from(every_s.max(1));
        self.churn = Some(Churn { every_s, next_s: self.started_s + STILL_S, number: 0 });
        self
    }

    /// Lets everything happen that is due by `now_s`.
    pub fn advance(&mut self, now_s: i64) {
        while let Some(churn) = self.churn.as_mut().filter(|churn| churn.next_s <= now_s) {
            let (number, at_s) = (churn.number, churn.next_s);
            churn.number += 1;
            churn.next_s += churn.every_s;
            self.change(number, at_s);
        }
    }

    fn change(&mut self, number: u64, at_s: i64) {
        let mut rng = fastrand::Rng::with_seed(number.wrapping_mul(MIX) ^ 1);
        match number % 4 {
            0 | 2 => {
                let lives = if number.is_multiple_of(8) { WEEK } else { rng.i64(60..1_800) };
                let (mut file, mut content) = generate(self.end(), self.end() + 1, at_s);
                file.created_at = at_s;
                file.expires_at = Some(at_s + lives);
                content.created_s = at_s;
                if content.batch.side != Side::Input {
                    content.lines = content.lines.div_ceil(2);
                    file.bytes = content.size();
                }
                self.later.push((file, Stored::Generated(content)));
            }
            1 => {
                // A file of answers that is still being written.
                let growing = self.later.iter_mut().rev().find_map(|(file, stored)| match stored {
                    Stored::Generated(content) if content.lines < content.batch.lines() => {
                        Some((file, content))
                    }
                    _ => None,
                });
                if let Some((file, content)) = growing {
                    content.lines = content.batch.lines();
                    file.bytes = content.size();
                }
            }
            _ => {
                let index = rng.u64(..self.end().max(1));
                self.delete(index);
            }
        }
    }

    /// The files after index `after`, at most `limit`, and whether there are more.
    #[must_use]
    pub fn page(&self, after: Option<u64>, limit: usize, now_s: i64) -> (Vec<DemoFile>, bool) {
        let mut files = (after.map_or(0, |index| index + 1)..self.end())
            .filter_map(|index| self.file(index, now_s));
        let page: Vec<DemoFile> = files.by_ref().take(limit).collect();
        let has_more = files.next().is_some();
        (page, has_more)
    }

    /// The file with this index, unless it was deleted or has expired.
    #[must_use]
    pub fn file(&self, index: u64, now_s: i64) -> Option<DemoFile> {
        if self.gone.contains(&index) {
            return None;
        }
        let file = match index.checked_sub(self.generated) {
            Some(later) => self.later.get(usize::try_from(later).ok()?)?.0.clone(),
            None => generate(index, self.generated, self.started_s).0,
        };
        file.expires_at.is_none_or(|at| at > now_s).then_some(file)
    }

    /// The index behind an id, whether or not the file is still there.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<u64> {
        let digits = id.strip_prefix("file_").filter(|digits| digits.len() == 16)?;
        if digits.bytes().any(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let index = unmix(u64::from_str_radix(digits, 16).ok()?);
        (index < self.end()).then_some(index)
    }

    /// What is in the file with this index, whether or not it is still there.
    pub(super) fn content(&self, index: u64) -> Option<Stored> {
        match index.checked_sub(self.generated) {
            Some(later) => Some(self.later.get(usize::try_from(later).ok()?)?.1.clone()),
            None => Some(Stored::Generated(generate(index, self.generated, self.started_s).1)),
        }
    }

    /// Adds an uploaded file at the end.
    pub fn upload(
        &mut self,
        filename: String,
        content: Bytes,
        lives_s: i64,
        now_s: i64,
    ) -> DemoFile {
        let file = DemoFile {
            id: id(self.end()),
            object: "file",
            bytes: content.len() as u64,
            created_at: now_s,
            expires_at: Some(now_s + lives_s),
            filename,
            purpose: "batch".to_owned(),
            status: None,
        };
        self.later.push((file.clone(), Stored::Uploaded(content)));
        file
    }

    /// Deletes a file for good.
    pub fn delete(&mut self, index: u64) {
        self.gone.insert(index);
        if let Some(later) = index.checked_sub(self.generated)
            && let Some((_, Stored::Uploaded(content))) =
                usize::try_from(later).ok().and_then(|at| self.later.get_mut(at))
        {
            *content = Bytes::new();
        }
    }

    /// Files that were there at the start.
    pub(super) fn generated(&self) -> u64 {
        self.generated
    }

    fn end(&self) -> u64 {
        self.generated + self.later.len() as u64
    }
}

/// Multiplication by an odd number permutes 64-bit numbers, and its inverse undoes it.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
const UNMIX: u64 = 0xF1DE_83E1_9937_733D;

fn id(index: u64) -> String {
    let mixed = index.wrapping_add(1).wrapping_mul(MIX);
    format!("file_{:016x}", mixed ^ mixed >> 32)
}

fn unmix(mixed: u64) -> u64 {
    (mixed ^ mixed >> 32).wrapping_mul(UNMIX).wrapping_sub(1)
}

/// The file with `index` out of `all`, in an account that was opened at `now`, and what is in it.
fn generate(index: u64, all: u64, now: i64) -> (DemoFile, Content) {
    let mut rng = fastrand::Rng::with_seed(index.wrapping_mul(MIX));
    let age = age(index, all);
    let created_at = now - age;
    let expires_at = expiry(index, created_at, now, &mut rng);
    let batch = Batch::of(index);
    let content = Content { batch, lines: batch.lines(), created_s: created_at };
    let (filename, purpose) = batch.filename();
    let file = DemoFile {
        id: id(index),
        object: "file",
        bytes: content.size(),
        created_at,
        expires_at,
        filename,
        purpose: purpose.to_owned(),
        status: (index % 10 == 7).then_some("processed"),
    };
    (file, content)
}

/// How old a file is: the first ones nearly a week, so that they expire one after the other, the
/// rest spread evenly down to a few seconds. Never grows with the index.
fn age(index: u64, all: u64) -> i64 {
    let at = |number: u64| i64::try_from(number).unwrap_or(0);
    if index < EXPIRING {
        return WEEK - 40 - at(index) * (at(index) * 9 + 35);
    }
    let (from, to) = (WEEK - 2 * HOUR, 5);
    let share =
        i128::from(index - EXPIRING) * i128::from(from - to) / i128::from((all - EXPIRING).max(1));
    from - i64::try_from(share).unwrap_or(0)
}

fn expiry(index: u64, created_at: i64, now: i64, rng: &mut fastrand::Rng) -> Option<i64> {
    if index < EXPIRING {
        return Some(created_at + WEEK);
    }
    let hours_up = |seconds: i64| (seconds + HOUR - 1) / HOUR * HOUR;
    match rng.u8(..100) {
        0..80 => Some(created_at + WEEK),
        80..86 => Some(created_at + 30 * DAY),
        86..92 => None,
        _ => Some(created_at + hours_up(now - created_at + rng.i64(300..20 * HOUR))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn pages_join_up_to_the_whole_account_in_order_of_creation() {
        let account = DemoAccount::new(250, NOW);
        let (mut files, mut after) = (vec![], None);
        loop {
            let (page, has_more) = account.page(after, 100, NOW);
            after = account.index(&page.last().unwrap().id);
            files.extend(page);
            if !has_more {
                break;
            }
        }
        assert_eq!(files.len(), 250);
        assert!(files.is_sorted_by_key(|file| file.created_at));
        let ids: BTreeSet<_> = files.iter().map(|file| &file.id).collect();
        assert_eq!(ids.len(), 250);
        assert!(files.iter().enumerate().all(|(i, f)| account.index(&f.id) == Some(i as u64)));
    }

    #[test]
    fn it_looks_like_an_account_in_which_something_happens() {
        let account = DemoAccount::new(2_000, NOW);
        let (files, _) = account.page(None, 2_000, NOW);
        assert_eq!(files.len(), 2_000, "nothing has expired at the start");
        let left = |file: &DemoFile| file.expires_at.map(|at| at - NOW);
        let count = |test: &dyn Fn(&DemoFile) -> bool| files.iter().filter(|f| test(f)).count();
        assert!(count(&|f| left(f).is_some_and(|left| left < 600)) >= 5, "some expire in minutes");
        assert!(count(&|f| left(f).is_some_and(|left| (3_600..86_400).contains(&left))) > 50);
        assert!(count(&|f| f.expires_at.is_none()) > 50);
        let week = count(&|f| f.expires_at == Some(f.created_at + WEEK));
        assert!(week > 1_400, "most live seven days: {week}");
        assert!(count(&|f| f.bytes < 1_000) > 50 && count(&|f| f.bytes > 20_000_000) > 50);
        assert!(files.iter().all(|f| f.bytes <= 200_000_000), "what may be uploaded");
        assert!(count(&|f| !f.filename.is_ascii()) > 50 && count(&|f| f.filename.len() > 60) > 20);
        assert!(files.iter().all(|f| f.created_at <= NOW && f.bytes > 0));
    }

    #[test]
    fn files_vanish_when_they_expire_or_are_deleted() {
        let mut account = DemoAccount::new(20, NOW);
        let first = account.page(None, 1, NOW).0.remove(0);
        let expires = first.expires_at.unwrap();
        assert!(account.file(0, expires - 1).is_some());
        assert!(account.file(0, expires).is_none());
        account.delete(1);
        assert!(account.file(1, NOW).is_none());
        assert_eq!(account.page(None, 100, NOW).0.len(), 19);

        let made = account.upload("a.jsonl".into(), Bytes::from_static(b"{}\n"), HOUR, NOW);
        assert_eq!(account.index(&made.id), Some(20));
        assert_eq!(account.page(Some(19), 100, NOW).0, [made]);
        assert!(matches!(account.content(20), Some(Stored::Uploaded(bytes)) if bytes == "{}\n"));
    }

    #[test]
    fn an_account_that_changes_adds_changes_expires_and_deletes() {
        let still = DemoAccount::new(50, NOW);
        let mut account = DemoAccount::new(50, NOW).with_churn(2);
        account.advance(NOW + STILL_S - 1);
        assert_eq!(account.page(None, 100, NOW).0, still.page(None, 100, NOW).0);
        account.advance(NOW + 3_600);
        assert_eq!(account.churn.as_ref().unwrap().number, 1_781);
        let added = account.later.len();
        assert!(added > 800, "{added}");
        let there = |at: i64| account.page(Some(49), 10_000, at).0;
        let now = there(NOW + 3_600);
        assert!(now.len() > 100 && now.len() < added - 300, "{} of {added}", now.len());
        assert!(now.is_sorted_by_key(|file| file.created_at));
        assert!(account.gone.len() > 300);
    }

    /// What the list says of a file's size is so, also of one that has grown.
    #[test]
    fn content_has_the_listed_length() {
        let mut account = DemoAccount::new(30, NOW).with_churn(1);
        account.advance(NOW + 90);
        let mut generated = 0;
        for (index, file) in (0..account.end()).filter_map(|i| Some((i, account.file(i, NOW)?))) {
            let Some(Stored::Generated(content)) = account.content(index) else { continue };
            assert_eq!((content.size(), content.created_s), (file.bytes, file.created_at));
            generated += 1;
        }
        assert!(generated > 40, "{generated}");
        let halves = account.later.iter().filter(|(_, stored)| match stored {
            Stored::Generated(content) => content.lines < content.batch.lines(),
            Stored::Uploaded(_) => false,
        });
        assert!(halves.count() < account.later.len() / 2, "most have been finished");
    }

    #[test]
    fn foreign_ids_are_not_taken_for_ours() {
        let account = DemoAccount::new(20, NOW);
        for id in
            ["", "file_", "file_0", "file_0000000000000000", "file-abc123", "file_zzzzzzzzzzzzzzzz"]
        {
            assert_eq!(account.index(id), None, "{id}");
        }
        assert_eq!(DemoAccount::new(0, NOW).page(None, 10, NOW), (vec![], false));
        for all in 1..12 {
            assert_eq!(DemoAccount::new(all, NOW).page(None, 100, NOW).0.len() as u64, all);
        }
    }
}
