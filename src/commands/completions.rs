//! `shelflife completions`: what a shell reads to complete the command line.

use clap::{Arg, Args, Command, ValueEnum, ValueHint};
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
    let (mut out, mut program) = (vec![], completed(options));
    generate(shell, &mut program, "shelflife", &mut out);
    let mut out = String::from_utf8_lossy(&out).into_owned();
    if shell == Shell::Fish {
        out += &fish_words(&program);
    }
    print(&out)
}

/// What may stand behind a command, for fish, which is not told otherwise and offers files everywhere.
fn fish_words(program: &Command) -> String {
    let takes_no_path = |command: &&Command| {
        let mut hints = command.get_positionals().map(Arg::get_value_hint);
        !hints.any(|hint| matches!(hint, ValueHint::AnyPath | ValueHint::FilePath))
    };
    let line = |command: &Command| {
        let values = command.get_positionals().flat_map(Arg::get_possible_values);
        let words: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        let words =
            if words.is_empty() { String::new() } else { format!(" -a \"{}\"", words.join(" ")) };
        let name = command.get_name();
        format!("complete -c shelflife -n \"__fish_shelflife_using_subcommand {name}\" -f{words}\n")
    };
    program.get_subcommands().filter(takes_no_path).map(line).collect()
}
