//! How many files there are.

use crate::app::App;
use crate::lister::State;
use crate::text::grouped;

/// How many files there are, without implying a total that is not known; from long to short.
pub(super) struct Counts {
    pub(super) with_total: String,
    pub(super) count: String,
    /// Without what `reading on` says as well.
    pub(super) brief: String,
    /// The number alone.
    pub(super) least: String,
}

impl Counts {
    pub(super) fn of(app: &App) -> Self {
        let (store, total) = (app.store(), total(app));
        let [loaded, more] = count(app);
        let reading_on = app.account().is_reading_on().then_some("reading on");
        let unreadable = match store.unreadable_count() {
            0 => None,
            unreadable => Some(format!("{} unreadable", grouped(unreadable))),
        };
        let said = |words: &[Option<&str>]| {
            let words = words.iter().flatten().filter(|words| !words.is_empty());
            words.copied().collect::<Vec<_>>().join(" · ")
        };
        let (known, odd) = (Some(loaded.as_str()), unreadable.as_deref());
        let count = said(&[known, Some(&more), reading_on, odd]);
        let brief = said(&[known, reading_on.or(Some(&more)), odd]);
        Self { with_total: said(&[Some(&count), Some(&total)]), brief, count, least: loaded }
    }
}

/// How many files there are, and whether there are more.
fn count(app: &App) -> [String; 2] {
    let files = grouped(app.store().len());
    let nothing = app.store().is_empty();
    let (count, more) = match app.lister().state() {
        State::Exhausted if app.store().len() == 1 => ("1 file".to_owned(), ""),
        State::Exhausted => (format!("{files} files"), ""),
        State::Failed { .. } if nothing => ("nothing loaded".to_owned(), ""),
        State::Failed { .. } => (format!("{files} loaded"), "partial"),
        _ if nothing => ("nothing loaded yet".to_owned(), ""),
        _ if !app.lister().is_more_promised() => {
            (format!("{files} loaded"), "perhaps more on the server")
        }
        _ => (format!("{files} loaded"), "more on the server"),
    };
    [count, more.to_owned()]
}

fn total(app: &App) -> String {
    if app.store().is_empty() {
        return String::new();
    }
    app.store().total_bytes().words()
}
