//! The table itself.

use crossterm::event::KeyCode::{
    Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
};

use super::Action as A;
use super::Shortcut::{Char, Ctrl, Named};
use super::{Binding, Group, Scope, bind, hinted, within};

const MOVE: &[Binding] = &[
    bind("select-next", &[Char('j'), Named(Down), Ctrl('n')], A::SelectNext, "down"),
    bind("select-previous", &[Char('k'), Named(Up), Ctrl('p')], A::SelectPrevious, "up"),
    bind("select-first", &[Char('g'), Named(Home)], A::SelectFirst, "first file"),
    bind(
        "select-last",
        &[Char('G'), Named(End)],
        A::SelectLast,
        "last loaded file; further down loads more",
    ),
    bind("half-page-down", &[Ctrl('d')], A::HalfPageDown, "half a page down"),
    bind("half-page-up", &[Ctrl('u')], A::HalfPageUp, "half a page up"),
    bind("page-down", &[Ctrl('f'), Named(PageDown)], A::PageDown, "a page down"),
    bind("page-up", &[Ctrl('b'), Named(PageUp)], A::PageUp, "a page up"),
    bind("move-left", &[Named(Left)], A::MoveLeft, "in the timeline: a bucket to the left"),
    bind("move-right", &[Named(Right)], A::MoveRight, "in the timeline: a bucket to the right"),
];

const LOOK: &[Binding] = &[
    hinted(
        "open-detail",
        &[Named(Enter), Char('d')],
        A::OpenDetail,
        "all about the selected file",
        "detail",
    ),
    bind("raw-json", &[Char('i')], A::ToggleRaw, "raw JSON of the file, or its fields again"),
    bind("content", &[Char('e')], A::OpenContent, "the content: its lines, results told apart"),
    bind("toggle-pane", &[Char('p')], A::TogglePane, "show or hide the detail pane"),
    bind("move-focus", &[Named(Tab)], A::MoveFocus, "move the focus: table, detail pane, timeline"),
    bind("agenda", &[Char('a')], A::OpenAgenda, "agenda: expiries by hour and day, with numbers"),
    bind("timeline-unit", &[Char('B')], A::ToggleMeasure, "timeline in files or in bytes"),
    bind(
        "timeline-filtered",
        &[Char('A')],
        A::ToggleFiltered,
        "timeline and agenda of all files, or of the filtered",
    ),
    bind(
        "events",
        &[Char('E')],
        A::OpenEvents,
        "events: what happened to files and service, and when",
    ),
    bind("jobs", &[Char('J')], A::OpenJobs, "jobs: what is saved, uploaded, deleted, and how far"),
    bind("times", &[Char('t')], A::CycleTimes, "times relative, local, UTC"),
    bind("columns", &[Char('w')], A::OpenColumns, "choose columns, their order and widths"),
    bind("theme", &[Char('T')], A::NextTheme, "next theme"),
    bind(
        "write-settings",
        &[Char('W')],
        A::WriteSettings,
        "write how things are shown to the configuration",
    ),
    bind("mouse", &[Char('m')], A::ToggleMouse, "mouse on, or off to select text"),
];

const FIND: &[Binding] = &[
    hinted("filter", &[Char('/')], A::OpenFilter, "filter as you type", "filter"),
    bind("search", &[Char('\\')], A::OpenSearch, "search as you type; hides nothing"),
    bind("next-match", &[Char('n')], A::NextMatch, "next match of the search"),
    bind("previous-match", &[Char('N')], A::PreviousMatch, "previous match of the search"),
    hinted("sort", &[Char('s')], A::OpenSortPicker, "choose the column to sort by", "sort"),
    bind("reverse-sort", &[Char('S')], A::ReverseSort, "reverse the order"),
    bind("sort-left", &[Char('<')], A::SortLeft, "sort by the column to the left"),
    bind("sort-right", &[Char('>')], A::SortRight, "sort by the column to the right"),
    bind("sort-1", &[Char('1')], A::SortByColumn(1), "sort by the first column; again reverses"),
    bind("sort-2", &[Char('2')], A::SortByColumn(2), "sort by the second column"),
    bind("sort-3", &[Char('3')], A::SortByColumn(3), "sort by the third column"),
    bind("sort-4", &[Char('4')], A::SortByColumn(4), "sort by the fourth column"),
    bind("sort-5", &[Char('5')], A::SortByColumn(5), "sort by the fifth column"),
    bind("sort-6", &[Char('6')], A::SortByColumn(6), "sort by the sixth column"),
    bind("sort-7", &[Char('7')], A::SortByColumn(7), "sort by the seventh column"),
    bind("sort-8", &[Char('8')], A::SortByColumn(8), "sort by the eighth column"),
    bind("sort-9", &[Char('9')], A::SortByColumn(9), "sort by the ninth column"),
];

const TAKE: &[Binding] = &[
    hinted("mark", &[Char(' ')], A::Mark, "mark and move on", "mark"),
    bind("mark-range", &[Char('v')], A::MarkRange, "mark a range; again ends it"),
    bind("invert-marks", &[Char('*')], A::InvertMarks, "invert the marks of what is shown"),
    bind("mark-all", &[Ctrl('a')], A::MarkAll, "mark all that is shown"),
    bind("clear-marks", &[Char('M')], A::ClearMarks, "clear the marks, or bring them back"),
    hinted("copy-id", &[Char('y')], A::CopyId, "copy the id, or those of all marked", "copy id"),
    hinted(
        "download",
        &[Char('o')],
        A::Download,
        "download the marked files, or the selected one",
        "download",
    ),
    bind("download-to", &[Char('O')], A::DownloadTo, "download: choose folder and name"),
    bind("rescue", &[Char('!')], A::Rescue, "rescue: download all that is at risk"),
    bind("upload", &[Char('u')], A::Upload, "upload a file of this machine"),
    hinted(
        "delete",
        &[Char('D'), Named(Delete)],
        A::Delete,
        "delete the marked files, or the selected one",
        "delete",
    ),
    bind("copy-field", &[Char('Y')], A::OpenCopyPicker, "choose the field to copy"),
];

const FRESH: &[Binding] = &[
    bind(
        "refresh",
        &[Char('r'), Named(F(5))],
        A::Refresh,
        "refresh now; try again after a failure",
    ),
    bind("refresh-all", &[Char('R')], A::RefreshAll, "read again all that is loaded"),
    bind("freeze", &[Char('f')], A::Freeze, "freeze refreshing, or go on; countdowns run"),
    bind("faster", &[Char('+')], A::Faster, "refresh more often"),
    bind("slower", &[Char('-')], A::Slower, "refresh less often"),
    hinted(
        "load-all",
        &[Char('L')],
        A::LoadAll,
        "load all pages; one step back stops and keeps what came",
        "load all",
    ),
];

const LEAVE: &[Binding] = &[
    bind("palette", &[Char(':')], A::OpenPalette, "find any action by typing"),
    hinted("help", &[Char('?'), Named(F(1))], A::OpenHelp, "this help", "help"),
    bind("back", &[Named(Esc)], A::GoBack, "back one step; never quits"),
    hinted("close", &[Char('q')], A::Close, "close what is open; quit where nothing is", "quit"),
    bind("quit", &[Ctrl('c')], A::Quit, "quit, but for a text, which it leaves"),
    bind("suspend", &[Ctrl('z')], A::Suspend, "suspend; `fg` comes back"),
    bind("redraw", &[Ctrl('l')], A::Redraw, "draw the screen anew"),
];

const LISTS: &[Binding] = &[
    within(
        Scope::List,
        bind("choose", &[Named(Enter), Char(' ')], A::Choose, "in a list: take this line"),
    ),
    within(
        Scope::Columns,
        bind("toggle-column", &[Char(' ')], A::ToggleColumn, "in the columns: show or hide"),
    ),
    within(
        Scope::Columns,
        bind(
            "column-left",
            &[Char('<'), Named(Left)],
            A::ColumnLeft,
            "in the columns: to the left",
        ),
    ),
    within(
        Scope::Columns,
        bind(
            "column-right",
            &[Char('>'), Named(Right)],
            A::ColumnRight,
            "in the columns: to the right",
        ),
    ),
    within(Scope::Columns, bind("wider", &[Char('+')], A::Wider, "in the columns: wider")),
    within(Scope::Columns, bind("narrower", &[Char('-')], A::Narrower, "in the columns: narrower")),
    within(Scope::Question, bind("yes", &[Char('y')], A::Confirm, "in a question: yes")),
    within(Scope::Question, bind("no", &[Char('n')], A::Decline, "in a question: no")),
    within(
        Scope::Filter,
        bind("older-text", &[Named(Up)], A::OlderText, "in a filter: the one typed before"),
    ),
    within(
        Scope::Filter,
        bind("newer-text", &[Named(Down)], A::NewerText, "in a filter: the one typed after"),
    ),
    within(
        Scope::Typing,
        bind("take", &[Named(Enter)], A::Choose, "in a text: keep the filter, do the action"),
    ),
    within(
        Scope::Typing,
        bind(
            "leave",
            &[Named(Esc), Ctrl('c')],
            A::GoBack,
            "in a text: leave it; a filter is cleared",
        ),
    ),
    within(
        Scope::Typing,
        bind(
            "complete",
            &[Named(Tab)],
            A::Complete,
            "in the path of an upload: complete it; else the next line",
        ),
    ),
    within(
        Scope::Typing,
        bind("line-down", &[Named(Down), Ctrl('n')], A::SelectNext, "in a text: a line down"),
    ),
    within(
        Scope::Typing,
        bind("line-up", &[Named(Up), Ctrl('p')], A::SelectPrevious, "in a text: a line up"),
    ),
];

const JOBS: &[Binding] = &[
    within(
        Scope::Jobs,
        bind("pause-job", &[Char(' ')], A::PauseJob, "in the jobs: pause, or go on"),
    ),
    within(
        Scope::Jobs,
        bind(
            "cancel-job",
            &[Char('x')],
            A::CancelJob,
            "in the jobs: cancel; again removes the rest",
        ),
    ),
    within(Scope::Jobs, bind("retry-job", &[Char('r')], A::RetryJob, "in the jobs: try again")),
];

const CONTENT: &[Binding] = &[
    within(
        Scope::Content,
        bind("fold", &[Named(Enter)], A::Fold, "in a content: fold the line open, or close it"),
    ),
    within(
        Scope::Content,
        bind("wrap", &[Char('w')], A::ToggleWrap, "in a content: break long lines, or cut them"),
    ),
    within(
        Scope::Content,
        bind("copy-value", &[Char('y')], A::CopyValue, "in a content: copy the value, or the line"),
    ),
];

const fn group(title: &'static str, bindings: &'static [Binding]) -> Group {
    Group { title, title_read_only: title, bindings }
}

/// The whole table.
pub const GROUPS: &[Group] = &[
    group("Move", MOVE),
    group("Look", LOOK),
    group("Find and order", FIND),
    Group {
        title_read_only: "Mark, copy, download",
        ..group("Mark, copy, download, upload, delete", TAKE)
    },
    group("Refresh and load", FRESH),
    group("Leave", LEAVE),
    group("In the jobs", JOBS),
    group("In a content", CONTENT),
    group("In lists, questions, texts", LISTS),
];
