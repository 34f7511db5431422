//! When frames are drawn that no key asked for.

use std::time::Duration;

/// From one frame that no key asked for to the next: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// Frames that may come before their time after a quiet while: the first answers are shown at once.
const AHEAD: u32 = 3;

/// How frames are spread over time: evenly, but for a few after a quiet while.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The moment up to which time is used up, at a [`FRAME`] for each frame.
    used_to: Duration,
}

impl Pace {
    /// The moment from which on the next frame may be drawn.
    pub(super) fn next(&self) -> Duration {
        self.used_to.saturating_sub(FRAME * (AHEAD - 1))
    }

    /// However many frames had to be shown at once, the next one is not far.
    pub(super) fn drawn(&mut self, now: Duration) {
        self.used_to = (self.used_to.max(now) + FRAME).min(now + FRAME * AHEAD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_thirty_a_second_but_for_the_first_ones_after_a_quiet_while() {
        let mut pace = Pace::default();
        let mut now = Duration::from_secs(100);
        for _ in 0..2 {
            let from = now;
            let mut drawn = vec![];
            while drawn.len() < 33 {
                if now >= pace.next() {
                    pace.drawn(now);
                    drawn.push(now.saturating_sub(from));
                }
                now += Duration::from_millis(1);
            }
            assert_eq!(drawn[..3], [0, 1, 2].map(Duration::from_millis));
            let second = Duration::from_millis(33 * 30);
            assert!(drawn[32] >= second && drawn[32] < second + FRAME, "{:?}", drawn[32]);
            now += Duration::from_secs(1);
        }
    }

    /// Keys are shown at once, and must not hold up what shows itself.
    #[test]
    fn many_keys_put_off_the_next_frame_no_longer_than_one() {
        let mut pace = Pace::default();
        let mut now = Duration::from_secs(100);
        for _ in 0..1_000 {
            pace.drawn(now);
            assert!(pace.next() <= now + FRAME);
            now += Duration::from_millis(2);
        }
    }
}
