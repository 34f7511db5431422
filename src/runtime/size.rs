//! How large the terminal is, in columns and rows.

use std::fs::File;
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

/// A terminal that nobody has told a size, as on a serial line, has that of the VT100.
const USUAL: (u16, u16) = (80, 24);

/// The size that there is to draw on: what the terminal tells, or else `COLUMNS` and `LINES`, or else
/// 80 columns and 24 rows.
#[must_use]
pub fn now() -> (u16, u16) {
    let number = |name: &str| std::env::var(name).ok()?.trim().parse().ok();
    resolved(told(), (number("COLUMNS"), number("LINES")))
}

/// What the terminal tells: the one that is drawn on, or the controlling one. It may be nothing.
#[must_use]
pub fn told() -> (u16, u16) {
    fn of(terminal: impl AsFd) -> Option<(u16, u16)> {
        tcgetwinsize(terminal).ok().map(|size| (size.ws_col, size.ws_row))
    }
    let controlling = || File::open("/dev/tty").ok().and_then(of);
    of(rustix::stdio::stdout()).or_else(controlling).unwrap_or_default()
}

fn resolved(told: (u16, u16), set: (Option<u16>, Option<u16>)) -> (u16, u16) {
    let one = |told: u16, set: Option<u16>, usual| match (told, set) {
        (0, None | Some(0)) => usual,
        (0, Some(set)) => set,
        (told, _) => told,
    };
    (one(told.0, set.0, USUAL.0), one(told.1, set.1, USUAL.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_terminal_does_not_tell_is_taken_from_the_environment_or_is_as_usual() {
        let cases = [
            ((120, 36), (Some(40), Some(12)), (120, 36)),
            ((0, 0), (Some(100), Some(50)), (100, 50)),
            ((0, 36), (Some(100), Some(50)), (100, 36)),
            ((120, 0), (None, None), (120, 24)),
            ((0, 0), (None, Some(50)), (80, 50)),
            ((0, 0), (Some(0), Some(0)), (80, 24)),
            ((0, 0), (None, None), (80, 24)),
            ((u16::MAX, 1), (None, None), (u16::MAX, 1)),
        ];
        for (told, set, expected) in cases {
            assert_eq!(resolved(told, set), expected, "{told:?} {set:?}");
        }
    }
}
