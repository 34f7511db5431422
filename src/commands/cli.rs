//! The command line: which commands there are, and the way from one that was given to its file. What
//! a command takes, and what its help says, stands in the command's own file.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::options::GlobalOptions;
use super::{
    CommandError, changing, check, completions, config, content, dashboard, delete, demo_server,
    doctor, download, failed, help, ledger, list, man, metrics, progress, rescue, show, upload,
    validate, wait,
};
use crate::runtime::{quiet, signals};

const EXAMPLES: &str = "\
Examples:
  shelflife --demo                       look around, without key or network
  CEREBRAS_API_KEY=… shelflife           the dashboard of your account
  shelflife list --filter 'left<6h' --sort left   what expires next
  shelflife list --all --output csv      everything, for a script
  shelflife check -w 24h: -c 1h:         one line, for a monitoring system
  shelflife content ID --lines 3         the first lines of a file
  shelflife upload requests.jsonl        looked at first, sent once
  shelflife validate in.jsonl            what is wrong with the input of a batch
  shelflife demo-server --files 100000   the demo API on its own

Exit codes: 0 done · 1 failure, or a partial list · 2 usage · 3 no, malformed or refused key · \
4 not found · 5 service unavailable or rate-limited · 124 out of time (wait) · 130, 143 \
interrupted. Those of check are its own.";

/// Browse the files of a batch-inference account: what is there, how large it is, and how long each
/// file has left before the service deletes it.
#[derive(Clone, Debug, Parser)]
#[command(name = "shelflife", version, after_help = after_help(), max_term_width = 100)]
#[command(args_override_self = true, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: GlobalOptions,
    /// What to do instead of showing the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands beside the dashboard, in the order in which help lists them. What one takes is put
/// together only where it is asked for: most of the time it is one command, or none.
#[derive(Clone, Debug, Subcommand)]
#[command(defer = true)]
#[allow(
    missing_docs,
    reason = "help would take these words instead of those in the command's file"
)]
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
pub enum Command {
    List(list::List),
    Show(show::Show),
    Download(download::DownloadCommand),
    Rescue(rescue::RescueCommand),
    Upload(upload::UploadCommand),
    Validate(validate::ValidateCommand),
    Delete(delete::DeleteCommand),
    Check(check::Check),
    Wait(wait::Wait),
    Ledger(ledger::LedgerCommand),
    Metrics(metrics::Metrics),
    Content(content::ContentCommand),
    Config(config::ConfigCommand),
    Doctor(doctor::Doctor),
    DemoServer(demo_server::DemoServer),
    Completions(completions::Completions),
    Man(man::ManCommand),
    Help(help::HelpCommand),
}

/// Examples, exit codes, and what there is to read.
pub(super) fn after_help() -> String {
    format!("{EXAMPLES}\n\n{}\n\n`shelflife help TOPIC` says all about one.", help::topics())
}

/// The definitions of the command line, those of a command when it is found to be asked for.
#[must_use]
pub fn definitions() -> clap::Command {
    Cli::command()
}

/// The same with those of all commands, for whoever lists them.
#[must_use]
pub fn whole() -> clap::Command {
    let mut program = definitions();
    program.build();
    program
}

impl Cli {
    /// Reads the command line by its [`definitions`], the name of the program first. Help leaves out
    /// what is off.
    ///
    /// # Errors
    /// What clap has to say, help included.
    pub fn read(
        mut program: clap::Command,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let asked = |error: clap::Error| match error.kind() {
            ErrorKind::DisplayHelp => changing::help(&arguments).unwrap_or(error),
            _ => error,
        };
        let mut matches = program.try_get_matches_from_mut(&arguments).map_err(asked)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut program))
    }

    /// Does what was asked for and tells the exit code. The dashboard has this thread to itself;
    /// everything else is the business of `background`.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self, background: &Runtime) -> Result<u8, CommandError> {
        match self.command {
            None => {
                let foreground = Builder::new_current_thread().enable_all().build();
                let foreground = foreground.map_err(failed("the dashboard cannot start"))?;
                foreground.block_on(dashboard::run(&self.options, background.handle()))
            }
            Some(command) => background.block_on(command.run(&self.options)),
        }
    }
}

/// How long a command that ends in order on a signal has for it: whoever reads its output may be slow.
const GRACE: Duration = Duration::from_millis(800);

impl Command {
    /// How long it has for leaving what it printed whole.
    fn grace(&self) -> Duration {
        match self {
            Self::List(_) | Self::Check(_) | Self::Delete(_) | Self::Upload(_) => GRACE,
            _ => Duration::ZERO,
        }
    }

    async fn run(self, options: &GlobalOptions) -> Result<u8, CommandError> {
        let interruption = Interruption::listen(self.grace())?;
        let done = match self {
            Self::List(list) => return list::run(options, list, interruption).await,
            Self::Check(check) => return check::run(options, check, interruption).await,
            Self::Wait(wait) => return wait::run(options, wait).await,
            Self::Show(show) => show::run(options, &show).await,
            Self::Download(command) => return download::run(options, command).await,
            Self::Rescue(rescue) => return rescue::run(options, rescue).await,
            Self::Upload(command) => return upload::run(options, command, interruption).await,
            Self::Validate(command) => return validate::run(options, command).await,
            Self::Delete(command) => return delete::run(options, command, interruption).await,
            Self::Ledger(command) => ledger::run(options, &command),
            Self::Metrics(metrics) => metrics::run(options, &metrics).await,
            Self::Content(command) => content::run(options, &command).await,
            Self::Config(command) => config::run(options, &command),
            Self::Doctor(doctor::Doctor {}) => return doctor::run(options).await,
            Self::DemoServer(server) => demo_server::run(options, server).await,
            Self::Completions(completions) => completions::run(options, &completions),
            Self::Man(man) => man::run(options, &man),
            Self::Help(help) => help::run(options, &help),
        };
        done.map(|()| 0)
    }
}

/// Whether a signal has asked for the end.
#[derive(Debug)]
pub struct Interruption(watch::Receiver<u8>);

impl Interruption {
    /// Waits for signals on a task of its own, so that one ends the program also while output is not
    /// being read: at once, or after the time that the command has to leave what it printed whole.
    fn listen(grace: Duration) -> Result<Self, CommandError> {
        let interrupted =
            signals::interrupted().map_err(failed("signals cannot be listened to"))?;
        let (tell, told) = watch::channel(0);
        tokio::spawn(async move {
            let code = interrupted.await;
            log::info!(code; "interrupted");
            log::logger().flush();
            tell.send_replace(u8::try_from(code).unwrap_or(1));
            if !grace.is_zero() {
                tokio::time::sleep(grace).await;
            }
            progress::take_away();
            quiet::end();
            std::process::exit(code)
        });
        Ok(Self(told))
    }

    /// Whether it has come: whoever is busy breaks off then.
    pub(super) fn has_come(&self) -> ControlFlow<()> {
        if *self.0.borrow() == 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// Waits for the signal; gives the exit code that says which it was.
    pub(super) async fn came(&mut self) -> u8 {
        match self.0.wait_for(|code| *code != 0).await {
            Ok(code) => *code,
            // Nobody listens any more.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether a command line is one of `check`, whatever else is wrong with it: to a monitoring system
/// that is told in another way than to people.
pub fn asks_for_check(
    program: &clap::Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> bool {
    let takes_value = |flag: &str| {
        let mut options = program.get_arguments();
        options.any(|arg| arg.get_long() == Some(flag) && arg.get_action().takes_values())
    };
    let mut arguments = arguments.into_iter().skip(1);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        match text.strip_prefix("--") {
            Some("") => return false,
            Some(flag) if takes_value(flag) => drop(arguments.next()),
            Some(_) => {}
            None if text.starts_with('-') => {}
            None => return text == "check",
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_known_by_its_place() {
        for (line, is_check) in [
            ("check", true),
            ("--demo --limit 5 check --nonsense", true),
            ("--limit=5 check", true),
            ("--limit check", false),
            ("--nonsense check -w", true),
            ("list check", false),
            ("help check", false),
            ("-- check", false),
            ("-V check", true),
            ("", false),
        ] {
            let words = ["shelflife"].into_iter().chain(line.split_whitespace());
            assert_eq!(
                asks_for_check(&definitions(), words.map(OsString::from)),
                is_check,
                "{line}"
            );
        }
    }

    #[test]
    fn the_definitions_are_consistent() {
        definitions().debug_assert();
        whole().debug_assert();
    }
}
