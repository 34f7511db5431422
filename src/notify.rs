//! Desktop notifications, through the terminal: which of the sequences it understands, and the bytes.

/// How to tell a terminal to notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `OSC 9`: `iTerm2`, `WezTerm`, Ghostty, Windows Terminal; others ignore it.
    Osc9,
    /// `OSC 777`: rxvt, foot, VTE with the patch of some distributions.
    Osc777,
    /// `OSC 99`: kitty.
    Osc99,
    /// Not at all.
    Off,
}

impl Protocol {
    /// The protocols by the names that configuration gives them.
    pub const ALL: [(&str, Self); 4] = [
        ("osc9", Self::Osc9),
        ("osc777", Self::Osc777),
        ("osc99", Self::Osc99),
        ("off", Self::Off),
    ];

    /// The protocol of the terminal that these variables of the environment speak of.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let program = variable("TERM_PROGRAM").unwrap_or_default();
        let is = |part: &str| term.contains(part) || program.contains(part);
        if is("kitty") || variable("KITTY_WINDOW_ID").is_some() {
            Self::Osc99
        } else if is("foot") || is("rxvt") || variable("VTE_VERSION").is_some() {
            Self::Osc777
        } else if term == "linux" {
            Self::Off
        } else {
            Self::Osc9
        }
    }
}

/// Makes the bytes that notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notifier {
    /// How the terminal is told.
    pub protocol: Protocol,
    /// Whether the bytes have to be passed through tmux.
    pub in_tmux: bool,
    /// Whether the terminal shows how far a work is in its taskbar.
    pub progress: bool,
}

/// What takes the progress out of the taskbar again.
pub const NO_PROGRESS: &str = "\x1b]9;4;0\x1b\\";

/// Whether the terminal is one that is known to show progress (OSC 9;4): others take the sequence for a
/// notification. tmux keeps it back.
#[must_use]
pub fn shows_progress(variable: impl Fn(&str) -> Option<String>) -> bool {
    let number = |name: &str| variable(name).and_then(|value| value.parse::<u32>().ok());
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    variable("TMUX").is_none()
        && (variable("WT_SESSION").is_some()
            || variable("ConEmuANSI").is_some()
            || ["ghostty", "WezTerm", "mintty"].contains(&program.as_str())
            || number("VTE_VERSION").is_some_and(|version| version >= 7_900))
}

impl Notifier {
    /// The sequence that shows so many per cent in the taskbar, or none any more; empty where the terminal
    /// does not show it.
    #[must_use]
    pub fn progress(self, per_cent: Option<u8>) -> String {
        match per_cent {
            _ if !self.progress => String::new(),
            Some(per_cent) => format!("\x1b]9;4;1;{per_cent}\x1b\\"),
            None => NO_PROGRESS.to_owned(),
        }
    }

    /// The sequence that shows `text`, which is escaped already.
    #[must_use]
    pub fn sequence(self, text: &str) -> String {
        // The name comes first in each form: a text that begins with digits would mean something
        // else to some terminals.
        let sequence = match self.protocol {
            Protocol::Off => return String::new(),
            Protocol::Osc9 => format!("\x1b]9;shelflife: {text}\x1b\\"),
            Protocol::Osc777 => {
                format!("\x1b]777;notify;shelflife;{}\x1b\\", text.replace(';', ","))
            }
            Protocol::Osc99 => format!("\x1b]99;;shelflife: {text}\x1b\\"),
        };
        if self.in_tmux {
            return format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"));
        }
        sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_known_by_their_environment() {
        let detect = |pairs: &[(&str, &str)]| {
            let pairs = pairs.to_vec();
            Protocol::detect(move |name| {
                pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(detect(&[("TERM", "xterm-256color")]), Protocol::Osc9);
        assert_eq!(detect(&[("TERM", "xterm-kitty")]), Protocol::Osc99);
        assert_eq!(detect(&[("TERM", "foot")]), Protocol::Osc777);
        assert_eq!(detect(&[("TERM", "rxvt-unicode-256color")]), Protocol::Osc777);
        assert_eq!(
            detect(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]),
            Protocol::Osc777
        );
        assert_eq!(
            detect(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]),
            Protocol::Osc9
        );
        assert_eq!(detect(&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")]), Protocol::Osc99);
        assert_eq!(detect(&[("TERM", "linux")]), Protocol::Off);
    }

    #[test]
    fn progress_is_shown_only_where_it_is_known_to_be_understood() {
        let shows = |pairs: &[(&str, &str)]| {
            let pairs = pairs.to_vec();
            shows_progress(move |name| {
                pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(shows(&[("WT_SESSION", "x")]) && shows(&[("TERM_PROGRAM", "ghostty")]));
        assert!(shows(&[("VTE_VERSION", "8001")]) && !shows(&[("VTE_VERSION", "7600")]));
        assert!(!shows(&[("TERM", "xterm-256color")]) && !shows(&[("TERM_PROGRAM", "iTerm.app")]));
        assert!(!shows(&[("WT_SESSION", "x"), ("TMUX", "y")]));
        let bytes = |progress, per_cent| {
            Notifier { protocol: Protocol::Off, in_tmux: false, progress }.progress(per_cent)
        };
        assert_eq!(bytes(true, Some(41)), "\x1b]9;4;1;41\x1b\\");
        assert_eq!((bytes(true, None), bytes(false, Some(1))), (NO_PROGRESS.into(), String::new()));
    }

    #[test]
    fn the_bytes_are_exact() {
        let bytes = |protocol, in_tmux| {
            Notifier { protocol, in_tmux, progress: false }.sequence("a;b left")
        };
        assert_eq!(bytes(Protocol::Osc9, false), "\x1b]9;shelflife: a;b left\x1b\\");
        assert_eq!(bytes(Protocol::Osc777, false), "\x1b]777;notify;shelflife;a,b left\x1b\\");
        assert_eq!(bytes(Protocol::Osc99, false), "\x1b]99;;shelflife: a;b left\x1b\\");
        assert_eq!(bytes(Protocol::Off, true), "");
        assert_eq!(
            bytes(Protocol::Osc9, true),
            "\x1bPtmux;\x1b\x1b]9;shelflife: a;b left\x1b\x1b\\\x1b\\"
        );
    }
}
