//! `shelflife validate`: whether files are sound inputs of a batch.

use std::ffi::OsStr;
use std::io::stdin;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use super::options::{GlobalOptions, silent_but};
use super::progress::{Progress, Telling};
use super::upload::purpose;
use super::{CommandError, configure, print};
use crate::api::endpoint::Endpoint;
use crate::jobs::upload::FileStamp;
use crate::runtime::validation::{Meter, NotValidated, validate, validate_stream};
use crate::text::{UntrustedRef, size};
use crate::validation::{BatchLimits, LIMITS, Report, Use, document, lines, of_host, of_service};

const HELP: &str = "\
Examples:
  shelflife validate requests.jsonl
  shelflife validate *.jsonl --output json | jq '.files[].errors'
  shelflife validate requests.jsonl --service openai
  shelflife validate - < requests.jsonl

It needs neither key nor network. Each line of a batch input is looked at: UTF-8, one JSON object, a \
custom_id that no other line has, method, url, body and model, its length; then the number of lines \
and the size of the file. Every finding is counted, the first 20 are printed, each with its line and \
a word that stays the same; errors are what the service would refuse, warnings what it may. What is \
for another purpose is looked at for its size alone.

The limits are those of the service whose address is configured; of Cerebras, where that is none that \
is known: 10 to 50,000 lines of 1 MiB, 200 MiB in all.

Exit codes: 0 no errors · 1 errors, or a file that cannot be read · 2 usage · 130, 143 interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] = &["--base-url", "--config"];

/// From one look at how far it is to the next.
const BETWEEN: Duration = Duration::from_millis(200);

/// Tell whether files are sound inputs of a batch, before they are uploaded
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct ValidateCommand {
    /// The files; - is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,

    /// What the files are to be used for
    #[arg(long, value_name = "PURPOSE", default_value = "batch", value_parser = purpose)]
    pub purpose: String,

    /// Take the limits of this service [default: that of the address in force]
    #[arg(
        long,
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(LIMITS.iter().map(|limits| limits.service))
    )]
    pub service: Option<String>,

    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: ValidateOutput,
}

/// The form of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ValidateOutput {
    /// A line a finding, and one a file that sums up.
    Text,
    /// One document.
    Json,
}

/// Looks at the files, and tells the exit code.
///
/// # Errors
/// Where the configuration cannot be used, or nothing can be printed.
pub async fn run(options: &GlobalOptions, command: ValidateCommand) -> Result<u8, CommandError> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if command.paths.iter().filter(is_stdin).count() > 1 {
        return Err(CommandError::Usage("- is standard input, which is there once".to_owned()));
    }
    let limits = match command.service.as_deref().and_then(of_service) {
        Some(limits) => limits,
        None => limits_in_force(options)?,
    };
    let used_for = Use::of_purpose(&command.purpose);
    let telling = Telling { quiet: false, progress: true };
    let mut reports: Vec<(&Path, Report)> = vec![];
    for path in &command.paths {
        let report = look_at(path, limits, used_for).await.map(|looked| looked.0);
        let is_read = report.is_ok();
        let report = report.unwrap_or_else(|why| {
            let words = why.to_string();
            telling.trouble(&format!("{}: {words}", raw(path).printable()));
            Report::unreadable(words)
        });
        if is_read && command.output == ValidateOutput::Text {
            print(&(lines(raw(path), &report).join("\n") + "\n"))?;
        }
        reports.push((path, report));
    }
    if command.output == ValidateOutput::Json {
        let files = reports.iter().map(|(path, report)| (raw(path), report));
        print(&(document(files) + "\n"))?;
    }
    Ok(u8::from(!reports.iter().all(|(_, report)| report.is_sound())))
}

pub(super) fn raw(path: &Path) -> UntrustedRef<'_> {
    UntrustedRef::new(OsStr::as_bytes(path.as_os_str()))
}

/// The limits of the service that is configured. Nothing is sent there, whatever its address.
pub(super) fn limits_in_force(
    options: &GlobalOptions,
) -> Result<&'static BatchLimits, CommandError> {
    let config = configure(options)?;
    let endpoint = Endpoint::parse(&config.values.base_url, true);
    Ok(of_host(endpoint.as_ref().map_or("", Endpoint::host)))
}

/// Looks at a file, and shows how far it is where somebody sees that; gives which file it was, where it
/// is none that comes only once.
pub(super) async fn look_at(
    path: &Path,
    limits: &'static BatchLimits,
    used_for: Use,
) -> Result<(Report, Option<FileStamp>), NotValidated> {
    let meter = Arc::new(Meter::default());
    let mut progress = Progress::begin(Telling::default(), false);
    let name = raw(path).printable();
    let looked = read(path, limits, used_for, Arc::clone(&meter));
    tokio::pin!(looked);
    let mut looks = interval(BETWEEN);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            report = &mut looked => return report,
            _ = looks.tick(), if progress.is_seen() => {
                let (read, total) = meter.bytes();
                let how_far = match total {
                    0 => size(read),
                    total => format!("{} of {}", size(read), size(total)),
                };
                progress.draw_of(&name, &how_far);
            }
        }
    }
}

async fn read(
    path: &Path,
    limits: &'static BatchLimits,
    used_for: Use,
    meter: Arc<Meter>,
) -> Result<(Report, Option<FileStamp>), NotValidated> {
    if path.as_os_str() != "-" {
        let validated = validate(path.to_owned(), limits, used_for, meter).await?;
        return Ok((validated.report, Some(validated.stamp)));
    }
    let looked = spawn_blocking(move || validate_stream(stdin().lock(), limits, used_for, &meter));
    let report = looked.await.unwrap_or(Err(NotValidated::GivenUp))?;
    Ok((report, None))
}
