//! `shelflife list`: the files of the account for people and scripts.
//!
//! It drives the same paging machine as the dashboard and prints each page as it comes, so that
//! memory is constant however long the list is.

mod writer;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, IsTerminal, Write};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::{CommandError, configure, find_service};
use crate::api::retry::Policy;
use crate::api::{Answer, ApiError, Client, File, HasMore, Page, Reading};
use crate::cli::{List, Load, Options, Output};
use crate::clock::{Now, ServerClock, since_boot};
use crate::config::table::Values;
use crate::lister::{Failure, Fetch, Lister, PageFacts, Restarts, State};
use crate::runtime::wait_until;
use crate::text::grouped;
use writer::Writer;

/// Prints one page, or with `--all` the whole list.
///
/// # Errors
/// Where nothing could be listed, or only a part.
pub async fn run(options: &Options, list: &List) -> Result<(), CommandError> {
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let client = service.client().map_err(CommandError::Tls)?;
    let out = io::stdout().lock();
    let result = print(&client, &config.values, list, out).await;
    match result {
        // Whoever read us has seen enough.
        Err(CommandError::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(())
        }
        result => result,
    }
}

type ListResult = Result<Answer<Page>, ApiError>;

/// What was printed so far.
#[derive(Default)]
struct Printed {
    files: u64,
    unreadable: u64,
    odd_values: u64,
    conflicts: u64,
    /// Files of the page before, by hashes of id and filename: a service may send the last ones of a
    /// page once more.
    before: HashMap<u64, u64>,
    hasher: RandomState,
}

async fn print(
    client: &Client,
    values: &Values,
    list: &List,
    out: impl Write,
) -> Result<(), CommandError> {
    let all = list.all || values.load == Load::All;
    let mut writer = Writer::new(list.output, out);
    let mut printed = Printed::default();
    let mut clock = ServerClock::default();
    let mut lister = Lister::new(Policy::default(), Restarts::Never, fastrand::u64(..));
    // The next page is on its way while the one before is printed.
    let mut under_way = None;
    let more = loop {
        let fetch = match lister.state() {
            State::Ready { .. } => lister.demand(),
            State::Backoff { until, .. } => {
                wait_until(*until).await;
                lister.on_time(since_boot())
            }
            State::Exhausted => break HasMore::No,
            State::Failed { why, .. } => {
                let error = end_early(&printed, why.clone());
                if lister.pages() > 0 {
                    writer.end(HasMore::Yes)?;
                }
                printed.report();
                return Err(error);
            }
            State::Loading { .. } => None,
        };
        under_way = fetch.map(|fetch| ask(client, fetch, values.limit)).or(under_way);
        let Some((number, answer)) = under_way.take() else { continue };
        // It panicked, which is told at the end of the program.
        let Ok(answer) = answer.await else { return Ok(()) };
        match answer {
            Err(error) => lister.page_failed(number, error, since_boot()),
            Ok(Answer { value: page, date, .. }) => {
                if let Some(sample) = date {
                    clock.observe(sample);
                }
                let has_more = page.has_more;
                let (files, facts) = printed.take_in(page);
                lister.page_loaded(number, has_more, facts);
                let next = if all { lister.demand() } else { None };
                under_way = next.map(|fetch| ask(client, fetch, values.limit));
                writer.page(&files, clock.server_ms(Now::read()))?;
                if !all {
                    break has_more;
                }
            }
        }
    };
    writer.end(more)?;
    printed.report();
    if more == HasMore::Yes && list.output == Output::Table && io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "shelflife: more on the server; --all lists all of it");
    }
    Ok(())
}

/// Asks for a page on a task of its own; gives the number of the request.
fn ask(client: &Client, fetch: Fetch, limit: u16) -> (u64, JoinHandle<ListResult>) {
    let client = client.on_attempt(fetch.attempt);
    let task = tokio::spawn(async move { client.list_page(fetch.cursor.after(), limit).await });
    (fetch.request, task)
}

fn end_early(printed: &Printed, why: Failure) -> CommandError {
    let call_failed = matches!(why, Failure::Call(_) | Failure::AskedToWait { .. });
    if call_failed && printed.files == 0 && printed.unreadable == 0 {
        return CommandError::List(why);
    }
    let unit = if printed.files == 1 { "file" } else { "files" };
    CommandError::Partial { files: format!("{} {unit}", grouped(printed.files)), why }
}

impl Printed {
    /// Sorts a page into files to print and what is to be said of the rest.
    fn take_in(&mut self, page: Page) -> (Vec<File>, PageFacts) {
        let last = page.last_id().cloned();
        let mut here = HashMap::with_capacity(page.readings.len());
        let mut files = Vec::with_capacity(page.readings.len());
        for reading in page.readings {
            match reading {
                Reading::Unreadable(_) => self.unreadable += 1,
                Reading::File(file) => {
                    let id = self.hasher.hash_one(&file.id);
                    let name = self.hasher.hash_one(&file.filename);
                    let known = here.insert(id, name).or_else(|| self.before.get(&id).copied());
                    if known == Some(name) {
                        continue;
                    }
                    self.conflicts += u64::from(known.is_some());
                    self.odd_values += writer::odd_values(&file);
                    files.push(*file);
                }
            }
        }
        self.files += files.len() as u64;
        self.before = here;
        let fresh = files.len();
        (files, PageFacts { last, fresh, new: fresh })
    }

    /// Says on standard error what was odd, in one line each.
    fn report(&self) {
        let mut lines = vec![];
        if self.unreadable > 0 {
            lines.push(format!(
                "{} unreadable: left out, since they could not be read as files",
                grouped(self.unreadable)
            ));
        }
        if self.odd_values > 0 {
            let (values, are) =
                if self.odd_values == 1 { ("value", "is") } else { ("values", "are") };
            let count = grouped(self.odd_values);
            lines.push(format!("{count} {values} could not be read and {are} shown as not given"));
        }
        if self.conflicts > 0 {
            let count = grouped(self.conflicts);
            lines.push(format!("{count} listed with an id of another file: check before using it"));
        }
        for line in lines {
            let _ = writeln!(io::stderr(), "shelflife: {line}");
        }
    }
}
