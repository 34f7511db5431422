//! What keys ask for.

/// What a key asks for, whatever has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One row down.
    SelectNext,
    /// One row up.
    SelectPrevious,
    /// To the first file.
    SelectFirst,
    /// To the last loaded file.
    SelectLast,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// One bucket of the timeline to the left.
    MoveLeft,
    /// One bucket of the timeline to the right.
    MoveRight,
    /// Show the selected file's detail on the whole screen.
    OpenDetail,
    /// Show the selected file's JSON, or its fields again.
    ToggleRaw,
    /// Show the content of the selected file.
    OpenContent,
    /// Fold the line under the cursor open, or close it again.
    Fold,
    /// Break long lines, or cut them.
    ToggleWrap,
    /// Copy the value under the cursor.
    CopyValue,
    /// Show or hide the detail pane.
    TogglePane,
    /// Move the focus between table, pane and timeline.
    MoveFocus,
    /// Filter as one types.
    OpenFilter,
    /// To the next file that matches the search.
    NextMatch,
    /// To the previous file that matches the search.
    PreviousMatch,
    /// Search as one types; nothing is hidden.
    OpenSearch,
    /// The text that was typed before this one.
    OlderText,
    /// The text that was typed after this one.
    NewerText,
    /// Choose the column to sort by.
    OpenSortPicker,
    /// Reverse the order.
    ReverseSort,
    /// Sort by the column to the left.
    SortLeft,
    /// Sort by the column to the right.
    SortRight,
    /// Sort by the column with this number, from 1.
    SortByColumn(u8),
    /// Mark the selected file and move on.
    Mark,
    /// Begin to mark a range, or end it.
    MarkRange,
    /// Mark what is not marked, and the other way round.
    InvertMarks,
    /// Mark all files that are shown.
    MarkAll,
    /// Clear the marks, or bring back what was cleared.
    ClearMarks,
    /// Copy the ids of the marked files, or of the selected one.
    CopyId,
    /// Choose the field to copy.
    OpenCopyPicker,
    /// Save the marked files, or the selected one.
    Download,
    /// Choose the folder and the name first.
    DownloadTo,
    /// Save what is at risk.
    Rescue,
    /// Store a file of this machine on the service.
    Upload,
    /// Complete the path that is typed.
    Complete,
    /// Delete the marked files, or the selected one, from the service.
    Delete,
    /// Show what is being saved, uploaded and deleted, and what was.
    OpenJobs,
    /// Have the job under the cursor rest, or go on.
    PauseJob,
    /// Call the job under the cursor off; once more removes what is kept of it.
    CancelJob,
    /// Try the job under the cursor again.
    RetryJob,
    /// Refresh now, or try again after a failure.
    Refresh,
    /// Read again all that is loaded.
    RefreshAll,
    /// Stop refreshing, or go on.
    Freeze,
    /// Refresh more often.
    Faster,
    /// Refresh less often.
    Slower,
    /// Load all pages.
    LoadAll,
    /// Show the expiries by bucket, with numbers.
    OpenAgenda,
    /// Show the timeline in files, or in bytes.
    ToggleMeasure,
    /// Show the expiries of all files, or of the filtered ones.
    ToggleFiltered,
    /// Show what was new, changed, gone, and when.
    OpenEvents,
    /// Show times as ages, in local time, or in UTC.
    CycleTimes,
    /// The next theme.
    NextTheme,
    /// Write what was chosen into the configuration.
    WriteSettings,
    /// Use the mouse, or leave it to the terminal.
    ToggleMouse,
    /// Choose columns, their order and widths.
    OpenColumns,
    /// Find any action by typing.
    OpenPalette,
    /// Show the keys.
    OpenHelp,
    /// One step back; never quits.
    GoBack,
    /// Close the top layer; at the top, quit.
    Close,
    /// Quit.
    Quit,
    /// Suspend.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Take the line under the cursor, or what was typed; of a question, the answer with the focus.
    Choose,
    /// Answer a question with yes.
    Confirm,
    /// Answer a question with no.
    Decline,
    /// Show the column under the cursor, or hide it.
    ToggleColumn,
    /// The column under the cursor goes to the left.
    ColumnLeft,
    /// The column under the cursor goes to the right.
    ColumnRight,
    /// Make the column under the cursor wider.
    Wider,
    /// Make the column under the cursor narrower.
    Narrower,
}

impl Action {
    /// Whether it changes what the service has: not in force where that is turned off.
    #[must_use]
    pub fn changes_service(self) -> bool {
        matches!(self, Self::Delete | Self::Upload)
    }
}
