//! What has the keys: the table, or one layer above it.

use tui_input::Input;

/// The layer that the keys go to.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// Table and pane.
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
    /// The choice of the column to sort by.
    SortPicker {
        /// The line under the cursor.
        line: usize,
    },
    /// The filter is being typed.
    Filter {
        /// The text so far.
        input: Box<Input>,
    },
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
}
