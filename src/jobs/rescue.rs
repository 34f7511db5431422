//! What a rescue comes to before it is begun: how many files and bytes, how long it takes, and what will
//! not make it.

use super::Pinned;
use super::queue::{seconds, whole};
use crate::text::TotalBytes;

/// The plan of a rescue at a rate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RescuePlan {
    /// Files that are at risk, in the order in which they are saved.
    pub files: Vec<Pinned>,
    /// Their bytes.
    pub bytes: TotalBytes,
    /// Seconds that it takes, where a rate is known, or that what has a known size takes.
    pub takes_s: Option<u64>,
    /// Places among [`files`](Self::files) of those that will not make it at that rate: their time has
    /// run out, or will have before they are whole.
    pub late: Vec<usize>,
}

impl RescuePlan {
    /// Puts `files` into the order of their slack, and tells what will not make it at `rate` bytes a
    /// second, where it is known; `server_s` is the service's now in seconds since the epoch.
    #[must_use]
    pub fn new(mut files: Vec<Pinned>, server_s: i64, rate: Option<f64>) -> Self {
        let takes = |file: &Pinned| rate.zip(file.bytes).map(|(rate, bytes)| seconds(bytes, rate));
        let slack = |file: &Pinned| {
            let expires_at = file.expires_at.unwrap_or(i64::MAX / 1_000);
            expires_at.saturating_mul(1_000) - takes(file).map_or(0, |takes| whole(takes * 1_000.0))
        };
        files.sort_by_cached_key(|file| (slack(file), file.id.clone()));
        let mut done_s = 0.0;
        let mut late = vec![];
        for (place, file) in files.iter().enumerate() {
            done_s += takes(file).unwrap_or_default();
            let ends_s = server_s.saturating_add(whole(done_s));
            if file.expires_at.is_some_and(|at| at <= ends_s) {
                late.push(place);
            }
        }
        let bytes = files.iter().map(|file| file.bytes).collect();
        let takes_s = rate.map(|_| whole(done_s.ceil()).unsigned_abs());
        Self { files, bytes, takes_s, late }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Untrusted;

    fn file(id: &str, bytes: u64, expires_at: i64) -> Pinned {
        Pinned {
            id: Untrusted::new(id),
            filename: None,
            bytes: Some(bytes),
            created_at: None,
            expires_at: Some(expires_at),
        }
    }

    fn names(plan: &RescuePlan) -> Vec<String> {
        plan.files.iter().map(|file| file.shown(20)).collect()
    }

    #[test]
    fn least_slack_comes_first_and_what_is_late_is_named() {
        let files = vec![
            file("roomy", 1_000, 10_000),
            file("large", 60_000, 1_100),
            file("small", 1_000, 1_050),
            file("past", 1_000, 900),
        ];
        let plan = RescuePlan::new(files.clone(), 1_000, Some(1_000.0));
        assert_eq!(names(&plan), ["past", "large", "small", "roomy"]);
        assert_eq!((plan.bytes.known, plan.takes_s), (63_000, Some(63)));
        assert_eq!(plan.late, [0, 2], "what has run out, and what waits for the large one");
        let plan = RescuePlan::new(files, 1_000, None);
        assert_eq!(names(&plan), ["past", "small", "large", "roomy"]);
        assert_eq!((plan.takes_s, plan.late), (None, vec![0]));
    }
}
