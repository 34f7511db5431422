//! What is known of an account, as numbers that a monitoring system reads.
//!
//! Of files there are only sums: no id and no filename is in them. Moments are told, not ages, since
//! whoever reads them has a clock.

use std::time::Duration;

use super::text::{Family, Kind, Sample, seconds};
use crate::account::Account;
use crate::time::expiry::{Thresholds, Urgency};

/// The urgencies, in the order in which they are told.
const URGENCIES: [(Urgency, &str); 6] = [
    (Urgency::Expired, "expired"),
    (Urgency::Critical, "critical"),
    (Urgency::Soon, "soon"),
    (Urgency::Fresh, "fresh"),
    (Urgency::Never, "never"),
    (Urgency::Unknown, "unknown"),
];

/// What requests are counted by: the first digit of the status, or that there was none.
pub(super) const CODE_CLASSES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "none"];

/// Files of one urgency, and the bytes of them that are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) files: usize,
    pub(super) bytes: u128,
}

/// How the files of an account stood at the end of a reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// By urgency, in the order of [`URGENCIES`].
    pub(super) shares: [Share; URGENCIES.len()],
    /// Files whose size is not known.
    pub(super) without_size: usize,
    /// When the next of those that have not expired does, on the service's clock.
    pub(super) next_expiry_s: Option<i64>,
    /// Whether the end of the list was reached.
    pub(super) complete: bool,
    /// Since when all of them are known to be so, on our clock.
    pub(super) verified_s: i64,
}

impl Standing {
    /// How the files of `account` stand now; nothing before its first page. Costs no scan.
    pub(super) fn of(account: &Account, thresholds: Thresholds) -> Option<Self> {
        let verified_s = account.freshness(&[], Duration::ZERO)?.whole_s;
        let store = account.store();
        let server_ms = account.server_ms();
        let now_s = server_ms.div_euclid(1_000);
        let ahead = |s: u64| now_s.saturating_add(i64::try_from(s).unwrap_or(i64::MAX));
        // A file of which n seconds are left has more than n - 1 of them.
        let expired = now_s.saturating_add(1);
        let critical = ahead(thresholds.critical_s).max(expired);
        let soon = ahead(thresholds.soon_s).max(critical);
        let share = |from_s, to_s| Share {
            files: store.expiring(from_s, to_s).len(),
            bytes: store.bytes_expiring(from_s, to_s).known,
        };
        let counts = store.expiry_counts(server_ms);
        let never = Share { files: counts.never, bytes: store.bytes_never_expiring().known };
        let mut shares = [
            share(i64::MIN, expired),
            share(expired, critical),
            share(critical, soon),
            share(soon, i64::MAX),
            never,
            Share { files: counts.unknown, bytes: 0 },
        ];
        let total = store.total_bytes();
        let known: u128 = shares.iter().map(|share| share.bytes).sum();
        shares[5].bytes = total.known.saturating_sub(known);
        Some(Self {
            shares,
            without_size: total.unknown,
            next_expiry_s: account.outlook().next.and_then(|no| store.expires_at(no).value()),
            complete: account.lister().is_complete(),
            verified_s,
        })
    }
}

/// All that is told; what is not known is left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauges {
    pub(super) profile: String,
    /// Whether the last reading succeeded.
    pub(super) up: Option<bool>,
    /// How long it took.
    pub(super) took: Option<Duration>,
    /// When one succeeded last, in seconds as they are written.
    pub(super) last_success: Option<String>,
    pub(super) standing: Option<Standing>,
    /// The service's clock minus ours, in milliseconds.
    pub(super) skew_ms: Option<i64>,
    /// Requests that the service still allows.
    pub(super) remaining: Option<u64>,
    /// Requests that were made, in the order of [`CODE_CLASSES`].
    pub(super) requests: [u64; CODE_CLASSES.len()],
}

impl Gauges {
    pub(super) fn new(profile: &str) -> Self {
        // A label without a value is no label.
        let profile = if profile.is_empty() { "default" } else { profile };
        Self { profile: profile.to_owned(), ..Self::default() }
    }

    /// As they are written: each with its words and its kind.
    pub(super) fn families(&self) -> Vec<Family> {
        let mut families = vec![build()];
        families.extend(self.of_the_reading());
        families.extend(self.of_the_files());
        families.extend(self.of_the_service());
        families
    }

    fn of_the_reading(&self) -> [Family; 5] {
        let standing = self.standing.as_ref();
        [
            self.gauge(
                "shelflife_up",
                "Whether the last reading of the list succeeded: 1, or 0.",
                self.up.map(number),
            ),
            self.gauge(
                "shelflife_scrape_duration_seconds",
                "How long the last reading of the list took. A scrape is told what that found, and asks the service for nothing.",
                self.took.map(|took| seconds(i64::try_from(took.as_millis()).unwrap_or(i64::MAX))),
            ),
            self.gauge(
                "shelflife_last_success_timestamp_seconds",
                "When a reading of the list succeeded last. All that is told of files is as it was then.",
                self.last_success.clone(),
            ),
            self.gauge(
                "shelflife_list_complete",
                "Whether the end of the list was reached: 1, or 0 where files may be there that are not counted.",
                standing.map(|standing| number(standing.complete)),
            ),
            self.gauge(
                "shelflife_list_verified_timestamp_seconds",
                "Since when every counted file is known to be as it is told. A large account is read again in parts.",
                standing.map(|standing| standing.verified_s.to_string()),
            ),
        ]
    }

    fn of_the_files(&self) -> [Family; 4] {
        let standing = self.standing.as_ref();
        let shares = |of: fn(&Share) -> String| {
            let shares = standing.into_iter().flat_map(|standing| standing.shares);
            let shares = shares.zip(URGENCIES).map(|(share, (_, urgency))| Sample {
                labels: vec![("profile", self.profile.clone()), ("urgency", urgency.to_owned())],
                value: of(&share),
            });
            shares.collect()
        };
        [
            Family {
                name: "shelflife_files",
                kind: Kind::Gauge,
                help: "Files by time left: expired, critical and soon below the bounds of these names, fresh above, never without an expiry, unknown with one that cannot be read.",
                samples: shares(|share| share.files.to_string()),
            },
            Family {
                name: "shelflife_files_bytes",
                kind: Kind::Gauge,
                help: "Bytes of these files, as far as their sizes are known.",
                samples: shares(|share| share.bytes.to_string()),
            },
            self.gauge(
                "shelflife_files_without_size",
                "Files whose size is not known.",
                standing.map(|standing| standing.without_size.to_string()),
            ),
            self.gauge(
                "shelflife_next_expiry_timestamp_seconds",
                "When the next file expires, on the clock of the service. Not there where no file has an expiry ahead.",
                standing.and_then(|standing| standing.next_expiry_s).map(|at| at.to_string()),
            ),
        ]
    }

    fn of_the_service(&self) -> [Family; 3] {
        let labels =
            |name, value: &str| vec![("profile", self.profile.clone()), (name, value.to_owned())];
        let requests = CODE_CLASSES.iter().zip(self.requests).map(|(class, count)| Sample {
            labels: labels("code_class", class),
            value: count.to_string(),
        });
        let remaining = self.remaining.map(|requests| Sample {
            labels: labels("kind", "requests"),
            value: requests.to_string(),
        });
        [
            Family {
                name: "shelflife_requests_total",
                kind: Kind::Counter,
                help: "Requests to the service since shelflife began, by the status that it answered with; none without a whole answer.",
                samples: requests.collect(),
            },
            Family {
                name: "shelflife_ratelimit_remaining",
                kind: Kind::Gauge,
                help: "Requests that the service allows until its count begins anew, as it said last.",
                samples: remaining.into_iter().collect(),
            },
            self.gauge(
                "shelflife_clock_skew_seconds",
                "The clock of the service minus that of this machine, 0 within two seconds.",
                self.skew_ms.map(seconds),
            ),
        ]
    }

    /// A gauge of the profile; without a sample where its value is not known.
    fn gauge(&self, name: &'static str, help: &'static str, value: Option<String>) -> Family {
        let labels = vec![("profile", self.profile.clone())];
        let samples = value.map(|value| Sample { labels, value });
        Family { name, kind: Kind::Gauge, help, samples: samples.into_iter().collect() }
    }
}

/// Which version it is that tells.
fn build() -> Family {
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    Family {
        name: "shelflife_build_info",
        kind: Kind::Info,
        help: "The version of shelflife that tells all this.",
        samples: vec![Sample { labels: version, value: "1".to_owned() }],
    }
}

fn number(is_so: bool) -> String {
    u8::from(is_so).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::account::{Interest, Load, Terms};
    use crate::api::call::{Call, Reply};
    use crate::api::retry::Policy;
    use crate::api::{Answer, wire};
    use crate::lister::leisure::LeisurePolicy;
    use crate::lister::refresh::RefreshPolicy;
    use crate::lister::{Lister, Restarts};
    use crate::time::clock::Now;

    const NOW_S: i64 = 1_800_000_000;

    /// An account that was shown this page, at `part_ms` behind a whole second.
    fn account(page: &str, thresholds: Thresholds, part_ms: i64) -> Account {
        let terms = Terms {
            limit: 100,
            load: Load::Demand,
            leisure: LeisurePolicy::default(),
            thresholds,
            refresh: RefreshPolicy::default(),
            alerts: vec![],
        };
        let now = Now { wall_ms: NOW_S * 1_000 + part_ms, mono: Duration::from_secs(9) };
        let lister = Lister::new(Policy::default(), Restarts::Allowed, 1);
        let mut account = Account::new(terms, lister, 1, now);
        let marked = HashSet::new();
        let interest = Interest { view: &[], selected: None, marked: &marked, demand: true };
        let mut calls = vec![];
        account.go_on(&interest, &mut calls);
        let (ticket, call) = calls.pop().unwrap();
        assert!(matches!(call, Call::List { .. }));
        let value = Reply::Page(wire::read_page(page.as_bytes()).unwrap());
        account.replied(ticket, Ok(Answer { value, date: None, allowance: None }), &interest);
        account.go_on(&interest, &mut calls);
        account
    }

    /// Each file is counted where the dashboard would colour it, to the second and at every bound.
    #[test]
    fn files_are_counted_by_the_urgency_that_the_dashboard_shows() {
        for (critical_s, soon_s) in [(3_600, 86_400), (1, 2), (60, 60)] {
            let thresholds = Thresholds { critical_s, soon_s };
            let bounds = [0, 1, 2, 60, 3_600, 86_400, 864_000];
            let lefts = bounds.iter().flat_map(|bound| [bound - 1, *bound, bound + 1]);
            let times = lefts.map(|left| (NOW_S + left).to_string());
            let odd = ["null", "0", "\"x\"", "-1", "1e300", "9223372036854775807"];
            let times: Vec<String> = times.chain(odd.map(str::to_owned)).collect();
            let files = times.iter().enumerate().map(|(n, at)| {
                let bytes = if n % 5 == 4 { "null".to_owned() } else { (1_u64 << n).to_string() };
                format!(r#"{{"id":"{n}","bytes":{bytes},"expires_at":{at}}}"#)
            });
            let files = files.collect::<Vec<_>>().join(",");
            let page = format!(r#"{{"data":[{files}],"has_more":false}}"#);
            for part_ms in [0, 1, 999] {
                let account = account(&page, thresholds, part_ms);
                let mut expected = [Share::default(); URGENCIES.len()];
                let mut without_size = 0;
                for no in account.store().sequence() {
                    let file = account.store().file(*no);
                    let urgency = account.urgency(account.time_left(&file));
                    let at = URGENCIES.iter().position(|(its, _)| *its == urgency).unwrap();
                    expected[at].files += 1;
                    expected[at].bytes += u128::from(file.bytes.value().unwrap_or_default());
                    without_size += usize::from(file.bytes.value().is_none());
                }
                let standing = Standing::of(&account, thresholds).unwrap();
                assert_eq!(standing.shares, expected, "{thresholds:?} {part_ms}");
                assert_eq!((standing.without_size, standing.complete), (without_size, true));
            }
        }
    }
}
