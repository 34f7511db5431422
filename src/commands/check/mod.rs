//! `shelflife check`: the account for a monitoring system, by the guidelines of monitoring plugins.
//!
//! One line on standard output, and an exit code: 0, 1, 2, or 3 for whatever is no knowledge. A part
//! of the list is none, but for what is critical whatever else there is.

mod line;
mod range;
mod survey;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::cli::Interruption;
use super::filters::{Meant, read_filter};
use super::options::{GlobalOptions, read_seconds, silent_but};
use super::reader::{Batch, Reach, Reader, Told};
use super::{CommandError, configure, count, find_service};
use crate::api::ApiError;
use crate::config::Config;
use crate::runtime::output::stdout;
use crate::runtime::shortage;
use crate::store::filter::Filter;
use crate::text::secrets::without_secrets;
use crate::text::stand_ins::{EMPTY_FILENAME, NO_FILENAME};
use crate::text::{Untrusted, grouped};
use crate::time::clock::{Now, ServerClock, since_boot};
use crate::time::expiry::TimeLeft;
use crate::time::span::short_span;
use line::{CheckStatus, data, line};
use range::{Range, read_range};
use survey::{Prospect, Survey};

const HELP: &str = "\
Examples:
  shelflife check                     critical below 1h, a warning below 24h
  shelflife check -w 2d: -c 6h: --filter purpose=batch_output
  shelflife check --empty critical --timeout 10s

It prints one line, such as SHELFLIFE CRITICAL - 3 files expire within 1h, next \
batch-0412-output.jsonl in 12:31 (1,240 files, complete) | 'next'=751s;86400:;3600:;0 and so on: \
behind the bar stand next, critical, soon, expired, files, bytes and time, U for what is not known.

The ranges are those of the plugins' guidelines, [@][START:][END], in seconds or spans: what is \
outside is told of, with @ what is inside. They are for the time left of the next file to expire, so \
that 24h: tells of less than a day. Files that have expired stand in the performance data only. The \
defaults are the thresholds of the configuration.

A part of the list is no knowledge, but where something is critical whatever else there is; nor is \
a file, or an expiry, that could not be read. --filter 'not unreadable' leaves such files out.

Exit codes: 0 OK · 1 WARNING · 2 CRITICAL · 3 UNKNOWN, for whatever is no knowledge: usage and help, \
no key or a refused one, a service that is down, slow or lying, an interruption.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// How long after its time is over nothing has happened where it is stuck.
const STUCK: Duration = Duration::from_millis(500);

/// Cells of a filename in the line.
const NAME_CELLS: usize = 60;

/// Tell a monitoring system, in one line, whether files are about to expire
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, version, mut_args = silent_but(ACTING))]
pub struct Check {
    /// What the time left should be, or a warning is given [default: 24h:]
    #[arg(short, long, value_name = "RANGE", value_parser = read_range, allow_hyphen_values = true)]
    pub warning: Option<Range>,

    /// What the time left should be, or it is critical [default: 1h:]
    #[arg(short, long, value_name = "RANGE", value_parser = read_range, allow_hyphen_values = true)]
    pub critical: Option<Range>,

    /// Only files that this lets through, such as 'purpose:batch'
    #[arg(long, value_name = "EXPR", value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// The status where there is no file
    #[arg(long, value_name = "STATUS", default_value = "ok")]
    pub empty: CheckStatus,

    /// How long it may take in all, from 1s to 1h
    #[arg(short, long, value_name = "DUR", default_value = "30s", value_parser = read_timeout)]
    pub timeout: Duration,
}

fn read_timeout(text: &str) -> Result<Duration, String> {
    let span = read_seconds(text).filter(|seconds| (1..=3_600).contains(seconds));
    let allowed = "a span from 1s to 1h such as 30s or 2m, or whole seconds, is allowed";
    span.map(Duration::from_secs).ok_or_else(|| allowed.to_owned())
}

/// Says that nothing is known, and why; tells the exit code.
#[must_use]
pub fn unknown(why: &str) -> u8 {
    say(CheckStatus::Unknown, &line(CheckStatus::Unknown, &without_secrets(why), ""))
}

/// Prints the line. A status that nobody was told is none.
fn say(status: CheckStatus, line: &str) -> u8 {
    match stdout().write_all(line.as_bytes()) {
        Ok(()) => status.code(),
        Err(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                crate::runtime::output::say(&format!(
                    "shelflife: nothing can be printed: {}",
                    crate::text::cause(&error)
                ));
            }
            CheckStatus::Unknown.code()
        }
    }
}

/// Prints the line and tells the exit code.
///
/// # Errors
/// Where not even the configuration could be used; whoever prints it is to do so by [`unknown`].
pub async fn run(
    options: &GlobalOptions,
    check: Check,
    interruption: Interruption,
) -> Result<u8, CommandError> {
    let began = since_boot();
    let deadline = Instant::now() + check.timeout;
    let config = configure(options)?;
    let thresholds = config.values.thresholds;
    let bounds = (
        check.warning.unwrap_or(Range::at_least(thresholds.soon_s)),
        check.critical.unwrap_or(Range::at_least(thresholds.critical_s)),
    );
    let looks_at_disk = check.filter.as_ref().is_some_and(Filter::depends_on_what_is_saved);
    let stuck = looks_at_disk.then(|| tokio::spawn(end_if_stuck(deadline, check.timeout, bounds)));
    let looked = look(options, &config, &check, deadline, interruption).await;
    if stuck.is_some() && IS_SAID.swap(true, Ordering::SeqCst) {
        // It is said already that it is stuck, and all ends.
        std::future::pending::<()>().await;
    }
    let spent = since_boot().saturating_sub(began);
    Ok(match looked {
        Ok(looked) => looked.tell(&check, bounds, spent),
        Err(error) => nothing_seen(&error, bounds, spent),
    })
}

/// Whether the line is being printed: there is one.
static IS_SAID: AtomicBool = AtomicBool::new(false);

/// Ends the program where it is stuck on a disk that does not answer, as what is saved may lie on one:
/// nothing else goes on then.
async fn end_if_stuck(deadline: Instant, timeout: Duration, (warning, critical): Bounds) {
    sleep_until(deadline + STUCK).await;
    if IS_SAID.swap(true, Ordering::SeqCst) {
        return;
    }
    let span = short_span(timeout.as_secs());
    let words = format!("out of time after {span}: a disk on which it looks does not answer");
    let data = data(warning, critical, None, timeout + STUCK);
    let code = say(CheckStatus::Unknown, &line(CheckStatus::Unknown, &words, &data));
    std::process::exit(code.into())
}

/// Says that nothing was seen, and why; of the performance data nothing is known then.
fn nothing_seen(error: &CommandError, (warning, critical): Bounds, spent: Duration) -> u8 {
    let advice = shortage::advice_for(error).map_or(String::new(), |advice| format!("; {advice}"));
    let words = without_secrets(&format!("{error}{advice}")).into_owned();
    log::error!(error = words.as_str(); "failed");
    let data = data(warning, critical, None, spent);
    say(CheckStatus::Unknown, &line(CheckStatus::Unknown, &words, &data))
}

/// What was seen, and how it ended.
struct Looked {
    survey: Survey,
    clock: ServerClock,
    /// Why the list is not whole.
    partial: Option<String>,
    pages: u64,
}

/// Warning and critical.
type Bounds = (Range, Range);

async fn look(
    options: &GlobalOptions,
    config: &Config,
    check: &Check,
    deadline: Instant,
    mut interruption: Interruption,
) -> Result<Looked, CommandError> {
    let service = find_service(options, config, None, &Handle::current())?;
    let meant = Meant::new(check.filter.clone(), &service.ledger())?;
    let client = service.client()?;
    let reader = Reader::new(client, config.values.limit, Reach::All).remembering_all();
    let mut pages = reader.start();
    let mut looked = Looked {
        survey: Survey::default(),
        clock: ServerClock::default(),
        partial: None,
        pages: 0,
    };
    let mut failed: Option<ApiError> = None;
    loop {
        let told = tokio::select! {
            biased;
            code = interruption.came() => {
                let signal = if code == 143 { "SIGTERM" } else { "SIGINT" };
                looked.partial = Some(format!("interrupted by {signal}"));
                return Ok(looked);
            }
            told = timeout_at(deadline, pages.next()) => told,
        };
        match told {
            Ok(Some(Told::Page(batch))) => {
                failed = None;
                looked.take(&batch, &meant, check.timeout);
            }
            Ok(Some(Told::Tried(error))) => failed = Some(error),
            Ok(None) => break,
            Err(_) => {
                looked.partial =
                    Some(out_of_time(check.timeout, looked.pages + 1, failed.as_ref()));
                return Ok(looked);
            }
        }
    }
    match pages.outcome().await.end {
        Ok(_) => {}
        Err(why) if looked.pages == 0 => return Err(CommandError::List(why)),
        Err(why) => looked.partial = Some(format!("{why}; {}", why.advice())),
    }
    Ok(looked)
}

/// The stage that was reached when the time was over.
fn out_of_time(timeout: Duration, page: u64, failed: Option<&ApiError>) -> String {
    let span = short_span(timeout.as_secs());
    let why = failed.map_or(String::new(), |error| format!(", where {error}"));
    format!("out of time after {span}, listing page {}{why}", grouped(page))
}

impl Looked {
    fn take(&mut self, batch: &Batch, meant: &Meant, timeout: Duration) {
        self.clock = batch.clock;
        self.pages += 1;
        let server_ms = batch.clock.server_ms(Now::read());
        for reading in &batch.readings {
            if meant.takes(reading, server_ms) {
                self.survey.add(reading, server_ms, timeout.as_secs());
            }
        }
    }

    /// Prints what it comes to.
    fn tell(self, check: &Check, (warning, critical): Bounds, spent: Duration) -> u8 {
        let prospect = self.survey.prospect(self.clock.server_ms(Now::read()));
        let (status, words) = self.verdict(check, (warning, critical), &prospect);
        let seen = (self.pages > 0).then_some((&self.survey, &prospect));
        let said = line(status, &without_secrets(&words), &data(warning, critical, seen, spent));
        log::info!(line = said.trim_end(); "checked");
        say(status, &said)
    }

    fn verdict(
        &self,
        check: &Check,
        (warning, critical): Bounds,
        prospect: &Prospect,
    ) -> (CheckStatus, String) {
        let holes = self.holes();
        let is_whole = self.partial.is_none() && holes.is_empty();
        let counted = self.counted(check, &holes);
        if self.survey.is_empty() && is_whole {
            let filtered = check.filter.is_some();
            let what = if filtered { "no file matches" } else { "no files" };
            return (check.empty, format!("{what} {counted}"));
        }
        if let Some((left, name)) = &prospect.next {
            let next = format!("next {} in {}", shown(name.as_ref()), TimeLeft::Seconds(*left));
            let tells = |range: Range| {
                if is_whole { range.tells_of(*left) } else { range.tells_of_all_up_to(*left) }
            };
            if tells(critical) {
                let what = told_of(critical, prospect.count(|left| critical.tells_of(left)), &next);
                return (CheckStatus::Critical, format!("{what} {counted}"));
            }
            if is_whole {
                let (status, what) = if warning.tells_of(*left) {
                    let soon = prospect.count(|left| warning.tells_of(left));
                    (CheckStatus::Warning, told_of(warning, soon, &next))
                } else {
                    (CheckStatus::Ok, next)
                };
                return (status, format!("{what} {counted}"));
            }
            return (CheckStatus::Unknown, format!("{}, {next}", self.ignorance(&holes)));
        }
        if is_whole {
            return (CheckStatus::Ok, format!("no file is to expire {counted}"));
        }
        (CheckStatus::Unknown, self.ignorance(&holes))
    }

    /// What of a whole list is not known.
    fn holes(&self) -> String {
        let mut holes = vec![];
        if self.survey.unreadable > 0 {
            holes.push(format!("{} unreadable", grouped(self.survey.unreadable)));
        }
        if self.survey.unknown_expiries > 0 {
            let expiries = if self.survey.unknown_expiries == 1 { "expiry" } else { "expiries" };
            holes.push(format!("{} unreadable {expiries}", grouped(self.survey.unknown_expiries)));
        }
        holes.join(", ")
    }

    /// Why it is not known how things stand.
    fn ignorance(&self, holes: &str) -> String {
        match &self.partial {
            Some(why) if self.pages == 0 => why.clone(),
            Some(why) => format!("read {} of more: {why}", grouped(self.survey.files)),
            None => {
                format!("{holes} of {}", count(self.survey.files + self.survey.unreadable, "file"))
            }
        }
    }

    /// How many files it is about, and whether those are all.
    fn counted(&self, check: &Check, holes: &str) -> String {
        let what = if check.filter.is_some() { "matching file" } else { "file" };
        let files = count(self.survey.files, what);
        match &self.partial {
            Some(why) => format!("({files} of more: {why})"),
            None if holes.is_empty() => format!("({files}, complete)"),
            None => format!("({files}, {holes}, complete)"),
        }
    }
}

/// So many files that a range tells of, and the next one.
fn told_of(range: Range, files: u64, next: &str) -> String {
    let Some(bound) = range.bound() else {
        return format!("{next} is told of by {}", range.words());
    };
    let (unit, expire) = if files == 1 { ("file", "expires") } else { ("files", "expire") };
    format!("{} {unit} {expire} within {}, {next}", grouped(files), short_span(bound))
}

fn shown(name: Option<&Untrusted>) -> String {
    match name {
        None => NO_FILENAME.to_owned(),
        Some(name) if name.raw().is_empty() => EMPTY_FILENAME.to_owned(),
        Some(name) => name.borrow().printable_within(NAME_CELLS),
    }
}
