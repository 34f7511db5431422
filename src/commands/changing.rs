//! The command line where nothing may be changed: what would change something is left out of what is
//! listed, completed and explained, and refused where it is given all the same.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, FromArgMatches};

use super::CommandError;
use super::cli::{after_help, definitions, whole};
use super::options::GlobalOptions;
use crate::config::Config;

/// The commands that change what the service has.
pub(super) const CHANGING: [&str; 2] = ["upload", "delete"];

/// Refuses a command that changes the service, where that is off.
pub(super) fn refuse(config: &Config, command: &str) -> Result<(), CommandError> {
    match place_in(config) {
        None => Ok(()),
        Some(place) => Err(CommandError::Usage(format!(
            "nothing was done: `{command}` changes the service, which is off by {place}"
        ))),
    }
}

/// What says that nothing may be changed, if something does: the flag, or the setting and where it stands.
fn place_in(config: &Config) -> Option<String> {
    let place = config.place("read_only");
    let is_flag = place.starts_with("--");
    config.values.read_only.then(|| if is_flag { place } else { format!("read_only in {place}") })
}

/// The same with these options. A configuration that cannot be used says nothing: whoever looks for help is
/// not told of that here.
pub(super) fn place(options: &GlobalOptions) -> Option<String> {
    place_in(&options.configuration().ok()?)
}

/// That something is left out, and why.
pub(super) fn words(place: &str) -> String {
    format!("Off by {place}: {}.", CHANGING.join(", "))
}

/// The definitions of the command line and of all commands, with these options.
pub(super) fn program(options: &GlobalOptions) -> Command {
    match place(options) {
        None => whole(),
        Some(place) => program_where_off(&place),
    }
}

fn program_where_off(place: &str) -> Command {
    let program = whole().after_help(without_changing(&after_help(), place));
    CHANGING.into_iter().fold(program, |program, name| {
        program.mut_subcommand(name, |command| command.hide(true).before_help(words(place)))
    })
}

/// The text below the options of the program without examples of what is off.
fn without_changing(text: &str, place: &str) -> String {
    let is_off = |line: &&str| {
        let command = line.strip_prefix("  shelflife ").and_then(|line| line.split(' ').next());
        command.is_some_and(|command| CHANGING.contains(&command))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_off(line)).collect();
    format!("{}\n\n{}", lines.join("\n"), words(place))
}

/// What clap has to say to these arguments, which ask for help: without what is off.
pub(super) fn help(arguments: &[OsString]) -> Option<clap::Error> {
    // As much of them as can be understood: what is asked for is help.
    let help = Arg::new("asks").long("help").short('h').action(ArgAction::SetTrue).global(true);
    let lenient = definitions().ignore_errors(true).disable_help_flag(true).arg(help);
    let understood = lenient.try_get_matches_from(arguments).ok()?;
    let options = GlobalOptions::from_arg_matches(&understood).ok()?;
    program(&options).try_get_matches_from(arguments).err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_what_is_off_are_left_out() {
        let text = "Examples:\n  shelflife list\n  shelflife upload a\n\nMore: upload";
        let left = "Examples:\n  shelflife list\n\nMore: upload\n\nOff by --x: upload, delete.";
        assert_eq!(without_changing(text, "--x"), left);
    }

    #[test]
    fn what_is_off_is_hidden_and_nothing_else() {
        let program = program_where_off("--read-only");
        let hidden = program.get_subcommands().filter(|command| command.is_hide_set());
        let mut hidden: Vec<&str> = hidden.map(Command::get_name).collect();
        hidden.sort_unstable();
        assert_eq!(hidden, ["delete", "upload"]);
        assert!(whole().get_subcommands().all(|command| !command.is_hide_set()));
    }
}
