//! What a piece of text is, so that its style is the theme's matter.

use ratatui::style::Style;

use super::Theme;
use crate::time::expiry::Urgency;

/// The part that a piece of text plays on the screen, in the words of the theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What is neither data nor chrome: sentences in the terminal's own foreground.
    Plain,
    /// Data.
    Text,
    /// Headings and what must be found at once.
    Strong,
    /// Labels and hints.
    Chrome,
    /// Keys.
    Accent,
    /// What went wrong.
    Error,
    /// What limits or misleads.
    Warning,
    /// A file that is new.
    New,
    /// A file that changed.
    Changed,
    /// A file that is gone.
    Gone,
    /// What is marked.
    Marked,
    /// The name of a member, in JSON.
    Name,
    /// A number, `true`, `false` or `null`, in JSON.
    Number,
    /// What has so much time left.
    Urgency(Urgency),
}

impl Theme {
    /// The style of what plays this part.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Text => self.text,
            Tone::Strong => self.strong,
            Tone::Chrome => self.chrome,
            Tone::Accent | Tone::Name => self.accent,
            Tone::Error => self.error,
            Tone::Warning => self.warning,
            Tone::New => self.new,
            Tone::Changed | Tone::Number => self.changed,
            Tone::Gone => self.gone,
            Tone::Marked => self.marked,
            Tone::Urgency(urgency) => self.urgency(urgency),
        }
    }
}
