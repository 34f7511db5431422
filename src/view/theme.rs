//! Colours and emphasis. Chrome is dim, data stands in the terminal's own foreground, one accent
//! marks focus and keys, and everything else is spent on urgency.

use ratatui::style::{Color, Modifier, Style};

use crate::expiry::Urgency;

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
    /// What went wrong.
    pub error: Style,
    urgencies: [Style; 6],
}

impl Theme {
    /// The sixteen colours of the terminal, on its own background.
    #[must_use]
    pub fn ansi() -> Self {
        let colour = |colour| Style::new().fg(colour);
        Self {
            chrome: colour(Color::DarkGray),
            text: Style::new(),
            accent: colour(Color::Cyan),
            // The foreground is named, so that a title does not take on the colour of its border.
            strong: colour(Color::Reset).add_modifier(Modifier::BOLD),
            band: Style::new().bg(Color::DarkGray).fg(Color::White),
            error: colour(Color::LightRed),
            urgencies: [
                colour(Color::Magenta),
                colour(Color::LightRed).add_modifier(Modifier::BOLD),
                colour(Color::Yellow),
                colour(Color::Green),
                colour(Color::DarkGray),
                colour(Color::Magenta),
            ],
        }
    }

    /// No colour at all: emphasis, and reverse for the selection.
    #[must_use]
    pub fn plain() -> Self {
        let (bold, dim) = (Modifier::BOLD, Modifier::DIM);
        let with = |modifier| Style::new().add_modifier(modifier);
        Self {
            chrome: with(dim),
            text: Style::new(),
            accent: with(bold),
            strong: with(bold),
            band: with(Modifier::REVERSED),
            error: with(bold),
            urgencies: [with(bold), with(bold), Style::new(), Style::new(), with(dim), with(bold)],
        }
    }

    /// The style of something this urgent.
    #[must_use]
    pub fn urgency(&self, urgency: Urgency) -> Style {
        self.urgencies[urgency as usize]
    }
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
