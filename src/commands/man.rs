//! `shelflife man`: the manual, a page for the program and one for each command.

use clap::builder::Resettable;
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::definitions::{names, shown};
use super::help::ACTING;
use super::options::{GlobalOptions, silent_but};
use super::{CommandError, failed, print};
use crate::text::UntrustedRef;

const HELP: &str = "\
Examples:
  shelflife man | man -l -
  shelflife man list > shelflife-list.1

The page is roff, from the same definitions as the help.";

/// What a help begins with below the options.
const EXAMPLES: &str = "Examples:\n";

/// Print the manual page of the program, or of a command
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct ManCommand {
    /// A command; the program itself without one
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Prints the page.
///
/// # Errors
/// Where there is no such command, or nothing can be printed.
pub fn run(options: &GlobalOptions, man: &ManCommand) -> Result<(), CommandError> {
    let mut program = shown(options);
    program.build();
    let page = match &man.command {
        None => program,
        Some(name) => {
            let found = program.get_subcommands().find(|command| command.get_name() == name);
            found.cloned().ok_or_else(|| unknown(name, &program))?
        }
    };
    let mut out = vec![];
    render(page, &mut out).map_err(failed("the manual page cannot be made"))?;
    print(&String::from_utf8_lossy(&out))
}

/// The page, with what stands below the options in the help: examples as they are, the rest as text.
fn render(page: Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    let more = page.get_after_help().map(ToString::to_string).unwrap_or_default();
    let source = concat!("shelflife ", env!("CARGO_PKG_VERSION"));
    let page = page.after_help(Resettable::Reset).subcommand_help_heading("COMMANDS");
    Man::new(page).manual("shelflife").source(source).render(out)?;
    let mut roff = Roff::new();
    let mut paragraphs = more.split("\n\n").peekable();
    if let Some(examples) = paragraphs.next_if(|first| first.starts_with(EXAMPLES)) {
        roff.control("SH", ["EXAMPLES"]);
        roff.control("nf", []);
        for line in examples.lines().skip(1) {
            roff.text([roman(line.trim_start())]);
        }
        roff.control("fi", []);
    }
    if paragraphs.peek().is_some() {
        roff.control("SH", ["NOTES"]);
    }
    for paragraph in paragraphs {
        roff.control("PP", []);
        for line in paragraph.lines() {
            // A line that begins with a blank is not filled up with the next one.
            roff.text([roman(line)]);
        }
    }
    out.extend_from_slice(roff.to_roff().as_bytes());
    Ok(())
}

fn unknown(name: &str, program: &Command) -> CommandError {
    let shown = UntrustedRef::new(name.as_bytes()).printable_within(60);
    let names = names(program).join(", ");
    CommandError::Usage(format!("there is no command \"{shown}\"; commands are {names}"))
}
