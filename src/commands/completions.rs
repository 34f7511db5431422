//! `shelflife completions`: what a shell reads to complete the command line.

use clap::{Args, ValueEnum};
use clap_complete::{Shell, generate};

use super::definitions::completed;
use super::help::ACTING;
use super::options::{GlobalOptions, silent_but};
use super::{CommandError, print};

const HELP: &str = "\
Examples:
  shelflife completions bash > ~/.shelflife.bash       for ~/.bashrc to source
  shelflife completions zsh > ~/.zfunc/_shelflife      ~/.zfunc in fpath
  shelflife completions fish | source                  in config.fish

Commands, options, their values, files and topics are completed. Ids are not: nothing on this machine \
knows them, and no key press should ask a service.";

/// Print what a shell reads to complete this command line
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: CompletedShell,
}

/// A shell that can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "help would take these words; the names say it")]
pub enum CompletedShell {
    Bash,
    Zsh,
    Fish,
}

/// Prints the completions.
///
/// # Errors
/// Where nothing can be printed.
pub fn run(options: &GlobalOptions, completions: &Completions) -> Result<(), CommandError> {
    let shell = match completions.shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Zsh => Shell::Zsh,
        CompletedShell::Fish => Shell::Fish,
    };
    let mut out = vec![];
    generate(shell, &mut completed(options), "shelflife", &mut out);
    print(&String::from_utf8_lossy(&out))
}
