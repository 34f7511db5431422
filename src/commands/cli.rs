//! The command line: which commands there are, and the way from one that was given to its file. What
//! a command takes, and what its help says, stands in the command's own file.

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

use super::options::GlobalOptions;
use super::{CommandError, config, dashboard, demo_server, doctor, failed, help, list};
use crate::runtime::{quiet, signals};

const EXAMPLES: &str = "\
Examples:
  shelflife --demo                       look around, without key or network
  CEREBRAS_API_KEY=… shelflife           the dashboard of your account
  shelflife list --all --output csv      everything, for a script
  shelflife demo-server --files 100000   the demo API on its own

Exit codes: 0 done · 1 failure, or a partial list · 2 usage · 3 no, malformed or refused key · \
5 service unavailable or rate-limited · 130, 143 interrupted";

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

/// The commands beside the dashboard, in the order in which help lists them.
#[derive(Clone, Debug, Subcommand)]
#[allow(
    missing_docs,
    reason = "help would take these words instead of those in the command's file"
)]
pub enum Command {
    List(list::List),
    Config(config::ConfigCommand),
    Doctor(doctor::Doctor),
    DemoServer(demo_server::DemoServer),
    Help(help::HelpCommand),
}

/// Examples, exit codes, and what there is to read.
fn after_help() -> String {
    format!("{EXAMPLES}\n\n{}\n\n`shelflife help TOPIC` says all about one.", help::topics())
}

impl Cli {
    /// Does what was asked for and tells the exit code. The dashboard has the thread of `foreground`
    /// to itself; everything else is the business of `background`.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self, foreground: &Runtime, background: &Runtime) -> Result<u8, CommandError> {
        match self.command {
            None => foreground.block_on(dashboard::run(&self.options, background.handle())),
            Some(command) => background.block_on(command.run(&self.options)),
        }
    }
}

impl Command {
    async fn run(self, options: &GlobalOptions) -> Result<u8, CommandError> {
        end_when_interrupted()?;
        let done = match self {
            Self::List(list) => list::run(options, &list).await,
            Self::Config(command) => config::run(options, &command),
            Self::Doctor(doctor::Doctor {}) => return doctor::run(options).await,
            Self::DemoServer(server) => demo_server::run(options, server).await,
            Self::Help(help) => help::run(&help),
        };
        done.map(|()| 0)
    }
}

/// Waits for signals on a task of its own, so that one ends the program also while output is not being read.
fn end_when_interrupted() -> Result<(), CommandError> {
    let interrupted = signals::interrupted().map_err(failed("signals cannot be listened to"))?;
    tokio::spawn(async {
        let code = interrupted.await;
        log::info!(code; "interrupted");
        log::logger().flush();
        quiet::end();
        std::process::exit(code)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }
}
