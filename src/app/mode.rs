//! What has the keys: the table, or one layer above it.

use tui_input::Input;

/// The layer that the keys go to.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// Table, pane and timeline.
    #[default]
    Browse,
    /// The detail of the selected file, on the whole screen.
    Detail {
        /// Lines scrolled off the top.
        scroll: usize,
    },
    /// The key table.
    Help {
        /// Lines scrolled off the top.
        scroll: usize,
        /// What it was opened from.
        below: Box<Mode>,
    },
    /// The expiries by bucket, with numbers.
    Agenda {
        /// The line under the cursor.
        line: usize,
    },
    /// What was new, changed, gone, and when.
    Events {
        /// Lines scrolled off the top; the newest come first.
        scroll: usize,
    },
    /// A choice from a short list.
    Picker {
        /// What is chosen.
        what: Choice,
        /// The line under the cursor.
        line: usize,
    },
    /// The filter is being typed.
    Filter {
        /// The text so far.
        input: Box<Input>,
    },
    /// An action is looked for by typing.
    Palette {
        /// The text so far.
        input: Box<Input>,
        /// The line under the cursor.
        line: usize,
        /// What it was opened from, and is still to be seen around it.
        below: Box<Mode>,
    },
}

impl Mode {
    /// What is to be seen around the layer, or the layer itself.
    #[must_use]
    pub fn seen(&self) -> &Self {
        match self {
            Self::Palette { below, .. } => below.seen(),
            other => other,
        }
    }

    /// Goes from the detail, in whatever layers lie above it, to the table; tells whether it was
    /// open. The layers stay: somebody may be typing there.
    pub fn leave_detail(&mut self) -> bool {
        match self {
            Self::Detail { .. } => {
                *self = Self::Browse;
                true
            }
            Self::Help { below, .. } | Self::Palette { below, .. } => below.leave_detail(),
            _ => false,
        }
    }

    /// Whether nothing of the main screen is to be seen.
    #[must_use]
    pub fn fills_the_screen(&self) -> bool {
        match self.seen() {
            Self::Detail { .. } | Self::Help { .. } | Self::Agenda { .. } | Self::Events { .. } => {
                true
            }
            Self::Browse | Self::Picker { .. } | Self::Filter { .. } | Self::Palette { .. } => {
                false
            }
        }
    }
}

/// What a picker chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The column to sort by.
    Sort,
    /// The field to copy.
    CopyField,
    /// The columns to show.
    Columns,
}

/// Where movement keys go while browsing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// To the table.
    #[default]
    Table,
    /// To the detail pane.
    Pane {
        /// Lines scrolled off the top.
        scroll: usize,
    },
    /// To the timeline.
    Timeline {
        /// The bucket under the cursor.
        bucket: usize,
    },
}
