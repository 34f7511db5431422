//! One naive service for the pure driver and the lister: a list that can be changed, and that errs as
//! it is told to. What breaks below HTTP is `fault`'s.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use shelflife::api::error::Status;
use shelflife::api::retry::Allowance;
use shelflife::api::{ApiError, Existence, File, HasMore, Page, Reading};
use shelflife::lister::Cursor;
use shelflife::text::Untrusted;
use shelflife::time::expiry::Stated;

use super::driver::START_S;

/// What the server says about there being more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    Honest,
    Always,
    Missing,
}

/// One file of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub version: u64,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

/// A naive server: files in the order of their numbers, or the other way round. It refuses a cursor
/// whose file is gone.
#[derive(Debug)]
pub struct Service {
    pub files: BTreeMap<u64, Made>,
    /// When each file expires that there ever was.
    pub expiries: BTreeMap<u64, Option<i64>>,
    pub next: u64,
    /// When the last file was made.
    clock_s: i64,
    pub newest_first: bool,
    /// Files in one page at most, whatever is asked for.
    pub cap: usize,
    pub more: More,
    /// Each page comes in an order of its own among the files of one moment.
    pub unstable: Option<Rng>,
    /// Whether it ever did.
    pub was_unstable: bool,
    pub refused: Status,
    /// It says 404 to everything, like a gateway without its routes.
    pub lost: bool,
    /// How far its clock is ahead of ours, where it tells.
    pub skew_s: Option<i64>,
    pub allowance: Option<Allowance>,
}

pub fn id(number: u64) -> Untrusted {
    Untrusted::new(format!("file_{number}"))
}

pub fn number(id: &[u8]) -> u64 {
    String::from_utf8_lossy(id).trim_start_matches("file_").parse().unwrap()
}

impl Service {
    /// A service that holds `files` files, a minute apart, none of which expires.
    pub fn new(files: u64) -> Self {
        let mut service = Self {
            files: BTreeMap::new(),
            expiries: BTreeMap::new(),
            next: 0,
            clock_s: START_S - 1_000_000,
            newest_first: false,
            cap: usize::MAX,
            more: More::Honest,
            unstable: None,
            was_unstable: false,
            refused: Status(404),
            lost: false,
            skew_s: None,
            allowance: None,
        };
        (0..files).for_each(|_| service.add(60, None));
        service
    }

    /// Makes a file `apart_s` seconds after the last one, with `left_s` seconds left when the driver's
    /// clock begins.
    pub fn add(&mut self, apart_s: i64, left_s: Option<i64>) {
        self.clock_s += apart_s;
        let created_at = self.clock_s;
        let expires_at = left_s.map(|left| START_S + left);
        self.files.insert(self.next, Made { version: 0, created_at, expires_at });
        self.expiries.insert(self.next, expires_at);
        self.next += 1;
    }

    pub fn file(&self, number: u64) -> File {
        let made = &self.files[&number];
        File {
            id: id(number),
            filename: Some(Untrusted::new(format!("name-{:03}", number * 7 % 1_000))),
            bytes: Stated::Value(made.version),
            created_at: Stated::Value(made.created_at),
            expires_at: made.expires_at.map_or(Stated::Nothing, Stated::Value),
            purpose: None,
            extra: number.is_multiple_of(3).then(|| format!("{{\"v\":{}}}", made.version).into()),
        }
    }

    fn listed(&mut self) -> Vec<u64> {
        let mut all: Vec<u64> = self.files.keys().copied().collect();
        if self.newest_first {
            all.reverse();
        }
        if let Some(rng) = &mut self.unstable {
            for at in 1..all.len() {
                let (a, b) = (&self.files[&all[at - 1]], &self.files[&all[at]]);
                if a.created_at == b.created_at && rng.bool() {
                    all.swap(at - 1, at);
                }
            }
        }
        all
    }

    /// What it answers to a list request.
    pub fn page(&mut self, cursor: &Cursor, limit: u16) -> Result<Page, ApiError> {
        if self.lost {
            return Err(ApiError::Refused { status: Status(404), message: None, wait: None });
        }
        let all = self.listed();
        let from = match cursor.after() {
            None => 0,
            Some(id) => match all.iter().position(|n| *n == number(id.raw())) {
                Some(at) => at + 1,
                None => {
                    return Err(ApiError::Refused {
                        status: self.refused,
                        message: None,
                        wait: None,
                    });
                }
            },
        };
        let to = all.len().min(from + self.cap.min(usize::from(limit)));
        let readings = all[from..to].iter().map(|n| Reading::File(self.file(*n))).collect();
        let has_more = match self.more {
            More::Always => HasMore::Yes,
            More::Missing => HasMore::Unknown,
            More::Honest if to < all.len() => HasMore::Yes,
            More::Honest => HasMore::No,
        };
        Ok(Page { readings, has_more })
    }
    /// What it answers to the question for one file.
    pub fn check(&self, number: u64) -> Existence {
        if self.lost || !self.files.contains_key(&number) {
            return Existence::Gone;
        }
        Existence::Present(Box::new(self.file(number)))
    }
}

/// An answer that is worth another try.
pub fn down() -> ApiError {
    ApiError::Unavailable { status: Status(503), message: None, wait: None }
}

/// An answer that asks to be left alone for `seconds`.
pub fn asked_to_wait(seconds: u64) -> ApiError {
    let wait = Some(Duration::from_secs(seconds));
    ApiError::Unavailable { status: Status(429), message: None, wait }
}
