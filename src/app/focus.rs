//! Where movement goes on the main screen.

/// Where movement keys go while no layer has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// To the table.
    #[default]
    Table,
    /// Keys go to the detail pane.
    Pane {
        /// Lines scrolled off the top.
        scroll: usize,
    },
    /// Keys go to the timeline.
    Timeline {
        /// The bucket under the cursor.
        bucket: usize,
    },
}
