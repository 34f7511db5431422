//! Colours and emphasis. Chrome is dim, data stands in the terminal's own foreground, one accent
//! marks focus and keys, and everything else is spent on urgency.
//!
//! A theme never sets the background of the screen, which is the terminal's own. This module knows
//! neither terminal nor file system nor environment: whether there is colour, how many colours
//! there are and which theme was asked for is decided by its caller.

mod background;
mod builtin;
mod colours;
mod file;
#[cfg(test)]
mod tests;
mod tone;

use ratatui::style::{Color, Modifier, Style};

pub use self::background::{Background, background_of_colorfgbg, background_of_reply};
pub use self::builtin::{BUILT_IN, names};
pub use self::colours::Colours;
pub use self::file::ThemeError;
pub use self::tone::Tone;
use crate::time::expiry::Urgency;

/// The styles of everything that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Borders, labels, hints.
    pub chrome: Style,
    /// Data.
    pub text: Style,
    /// Focus and keys.
    pub accent: Style,
    /// Headings and what must be found at once.
    pub strong: Style,
    /// The band of the selected row.
    pub band: Style,
    /// The band of the selected row while the terminal is not focused.
    pub band_unfocused: Style,
    /// What went wrong.
    pub error: Style,
    /// Badges of what limits or misleads: read-only, stale, a skewed clock.
    pub warning: Style,
    /// The part of a filename that the filter matches.
    pub highlight: Style,
    /// The glyph of a file that is new since the last refresh.
    pub new: Style,
    /// The glyph of a file that changed since the last refresh.
    pub changed: Style,
    /// The glyph of a file that is gone since the last refresh.
    pub gone: Style,
    /// The glyph of a marked file.
    pub marked: Style,
    urgencies: [Style; 6],
}

/// Where a theme holds one of its styles.
type Place = fn(&mut Theme) -> &mut Style;

/// Every style by the name that a theme file gives it. All that concerns every style walks this
/// table, so that a new one is added here and in [`Theme`] only.
const STYLES: [(&str, Place); 19] = [
    ("text", |theme| &mut theme.text),
    ("chrome", |theme| &mut theme.chrome),
    ("accent", |theme| &mut theme.accent),
    ("strong", |theme| &mut theme.strong),
    ("band", |theme| &mut theme.band),
    ("band_unfocused", |theme| &mut theme.band_unfocused),
    ("error", |theme| &mut theme.error),
    ("warning", |theme| &mut theme.warning),
    ("highlight", |theme| &mut theme.highlight),
    ("new", |theme| &mut theme.new),
    ("changed", |theme| &mut theme.changed),
    ("gone", |theme| &mut theme.gone),
    ("marked", |theme| &mut theme.marked),
    ("expired", |theme| &mut theme.urgencies[Urgency::Expired as usize]),
    ("critical", |theme| &mut theme.urgencies[Urgency::Critical as usize]),
    ("soon", |theme| &mut theme.urgencies[Urgency::Soon as usize]),
    ("fresh", |theme| &mut theme.urgencies[Urgency::Fresh as usize]),
    ("never", |theme| &mut theme.urgencies[Urgency::Never as usize]),
    ("unknown", |theme| &mut theme.urgencies[Urgency::Unknown as usize]),
];

impl Theme {
    /// The sixteen colours of the terminal, for its own background.
    #[must_use]
    pub fn ansi(background: Background) -> Self {
        match background {
            Background::Dark => Self::ansi_dark(),
            Background::Light => Self::ansi_light(),
        }
    }

    fn ansi_dark() -> Self {
        Self {
            chrome: colour(Color::DarkGray),
            text: Style::new(),
            accent: colour(Color::Cyan),
            // The foreground is named, so that a title does not take on the colour of its border.
            strong: colour(Color::Reset).add_modifier(Modifier::BOLD),
            // In reverse every colour keeps the contrast that it has on the terminal's own
            // background; on a grey it has another one in each palette, and red has none.
            band: with(Modifier::REVERSED),
            // No second grey is sure to differ both from the band and from the terminal.
            band_unfocused: with(Modifier::BOLD),
            error: colour(Color::LightRed),
            warning: colour(Color::Yellow),
            highlight: colour(Color::Cyan).add_modifier(Modifier::UNDERLINED),
            new: colour(Color::Green),
            changed: colour(Color::LightBlue),
            // The grey of what is dim is the background itself in Solarized.
            gone: colour(Color::Reset).add_modifier(Modifier::ITALIC),
            marked: colour(Color::LightCyan).add_modifier(Modifier::BOLD),
            urgencies: [
                colour(Color::Magenta),
                colour(Color::LightRed).add_modifier(Modifier::BOLD),
                colour(Color::Yellow),
                colour(Color::Green),
                colour(Color::Reset),
                colour(Color::Magenta),
            ],
        }
    }

    /// Without yellow, green, cyan, white and the bright colours, which vanish on white in most
    /// palettes.
    fn ansi_light() -> Self {
        Self {
            chrome: colour(Color::DarkGray),
            text: Style::new(),
            accent: colour(Color::Blue),
            strong: colour(Color::Reset).add_modifier(Modifier::BOLD),
            band: with(Modifier::REVERSED),
            band_unfocused: with(Modifier::BOLD),
            error: colour(Color::Red),
            warning: colour(Color::Magenta),
            highlight: colour(Color::Blue).add_modifier(Modifier::UNDERLINED),
            new: colour(Color::Blue).add_modifier(Modifier::BOLD),
            changed: colour(Color::Blue),
            gone: colour(Color::DarkGray),
            marked: colour(Color::Blue).add_modifier(Modifier::BOLD),
            urgencies: [
                colour(Color::Red),
                colour(Color::Red).add_modifier(Modifier::BOLD),
                colour(Color::Magenta),
                colour(Color::Blue),
                colour(Color::DarkGray),
                colour(Color::Red),
            ],
        }
    }

    /// No colour at all: emphasis, and reverse for the selection.
    #[must_use]
    pub fn plain() -> Self {
        let (bold, dim) = (Modifier::BOLD, Modifier::DIM);
        Self {
            chrome: with(dim),
            text: Style::new(),
            accent: with(bold),
            strong: with(bold),
            band: with(Modifier::REVERSED),
            band_unfocused: with(Modifier::UNDERLINED),
            error: with(bold),
            warning: with(bold),
            highlight: with(bold | Modifier::UNDERLINED),
            new: with(bold),
            changed: with(bold),
            gone: with(dim),
            marked: with(bold),
            urgencies: [with(bold), with(bold), Style::new(), Style::new(), with(dim), with(bold)],
        }
    }

    /// The style of something this urgent.
    #[must_use]
    pub fn urgency(&self, urgency: Urgency) -> Style {
        self.urgencies[urgency as usize]
    }
}

fn colour(colour: Color) -> Style {
    Style::new().fg(colour)
}

fn with(modifier: Modifier) -> Style {
    Style::new().add_modifier(modifier)
}

/// The sign of an urgency, for those who see no colour.
#[must_use]
pub fn glyph(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Expired => "✗",
        Urgency::Critical => "●",
        Urgency::Soon => "◐",
        Urgency::Fresh => "○",
        Urgency::Never | Urgency::Unknown => " ",
    }
}

/// The word for an urgency; nothing where the countdown says it already.
#[must_use]
pub fn word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Critical => "critical",
        Urgency::Soon => "soon",
        Urgency::Fresh => "fresh",
        Urgency::Never => "no expiry given",
        Urgency::Unknown => "not readable",
        Urgency::Expired => "",
    }
}
