//! The command line as its help shows it, for those that write it down in another form.
//!
//! Every command takes everybody's options, and its help is silent about those that do nothing in it.
//! What completes or explains a command is to be as silent, so that it is made from a copy without them.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command, ValueHint};

use super::options::GlobalOptions;
use super::{changing, list};
use crate::theme;
use crate::topics::TOPICS;

/// The program with its commands, each with the options that its help names and no others; commands that
/// are off with these options are hidden.
pub(super) fn shown(options: &GlobalOptions) -> Command {
    program(options, |_| true)
}

/// The same without the commands that are off.
pub(super) fn completed(options: &GlobalOptions) -> Command {
    program(options, |command| !command.is_hide_set())
}

fn program(options: &GlobalOptions, takes: impl Fn(&&Command) -> bool) -> Command {
    let program = changing::program(options);
    let names: Vec<&'static str> = names(&program).into_iter().map(lasting).collect();
    let below = program.get_subcommands().filter(takes).map(|command| copy(command, &names));
    copy(&program, &names).subcommands(below).disable_help_subcommand(true)
}

/// The names of all commands that are not off, in the order in which help lists them.
pub(super) fn names(program: &Command) -> Vec<&str> {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
    shown.map(Command::get_name).collect()
}

/// clap wants names that stay. These few are needed until the end of the program, which is near.
fn lasting(name: &str) -> &'static str {
    Box::leak(name.into())
}

/// The command without what is hidden, and without the commands below it.
fn copy(command: &Command, names: &[&'static str]) -> Command {
    let is_shown = |arg: &&Arg| {
        // Those two are clap's, which puts them in again.
        !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")
    };
    let args = command.get_arguments().filter(is_shown).cloned();
    let mut copy = Command::new(lasting(command.get_name()))
        .hide(command.is_hide_set())
        .args(args.map(|arg| named(command, arg.global(false), names)));
    if let Some(version) = command.get_version() {
        copy = copy.version(lasting(version));
    }
    if let Some(about) = command.get_about() {
        copy = copy.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        copy = copy.long_about(about.clone());
    }
    if let Some(usage) = command.get_overridden_usage() {
        copy = copy.override_usage(usage.clone());
    }
    match command.get_after_help() {
        Some(text) => copy.after_help(text.clone()),
        None => copy,
    }
}

/// Whether it stands for something of which nobody knows names.
fn is_nameless(arg: &Arg) -> bool {
    arg.is_positional()
        && arg.get_value_hint() == ValueHint::Unknown
        && arg.get_possible_values().is_empty()
}

/// Where a name is asked for, those that there are: the help of the option would list them at length,
/// and a name that is none deserves better words than clap's.
fn named(command: &Command, arg: Arg, names: &[&'static str]) -> Arg {
    let topics = TOPICS.iter().map(|topic| PossibleValue::new(topic.name).help(topic.about));
    let commands = names.iter().copied().map(PossibleValue::new);
    let values: Vec<PossibleValue> = match (command.get_name(), arg.get_id().as_str()) {
        ("help", _) if arg.is_positional() => commands.chain(topics).collect(),
        ("man", _) if arg.is_positional() => commands.collect(),
        ("list", "sort" | "columns") => list::fields().map(PossibleValue::new).collect(),
        (_, "theme") => theme::names().into_iter().map(PossibleValue::new).collect(),
        // An id is no file.
        _ if is_nameless(&arg) => return arg.value_hint(ValueHint::Other),
        _ => return arg,
    };
    arg.value_parser(PossibleValuesParser::new(values)).hide_possible_values(true)
}
