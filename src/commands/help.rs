//! `shelflife help`: of the program, of a command, or of a topic.

use std::fmt::Write as _;

use clap::Args;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, changing, print};
use crate::app::sheets::help::FILTERS;
use crate::config::table::SETTINGS;
use crate::keys::{GROUPS, KeyMap};
use crate::text::{UntrustedRef, width, wrap};
use crate::topics::{TABLE, TOPICS, topic};

/// The options of every command that act here: what is off is left out.
pub(super) const ACTING: &[&str] = &["--read-only", "--config"];

/// Cells of a line, as in the texts.
const LINE: usize = 80;

/// Say more: of a command, or of a topic
#[derive(Clone, Debug, Args)]
#[command(after_help = topics(), mut_args = silent_but(ACTING))]
pub struct HelpCommand {
    /// A command, or a topic
    #[arg(value_name = "COMMAND|TOPIC")]
    pub about: Option<String>,
}

/// The topics, a line each.
pub(super) fn topics() -> String {
    let mut out = String::from("Topics:\n");
    for topic in TOPICS {
        let _ = writeln!(out, "  {:<13}  {}", topic.name, topic.about);
    }
    out.trim_end().to_owned()
}

/// Prints what was asked for.
///
/// # Errors
/// Where nobody knows of it, or nothing can be printed.
pub fn run(options: &GlobalOptions, help: &HelpCommand) -> Result<(), CommandError> {
    let mut program = changing::program(options);
    let Some(name) = &help.about else {
        return print(&program.render_long_help().to_string());
    };
    if let Some(topic) = topic(name) {
        let table = table(topic.name, changing::place(options).as_deref());
        return print(&topic.text.replace(TABLE, table.trim_end()));
    }
    match program.find_subcommand_mut(name) {
        Some(command) => print(&command.render_long_help().to_string()),
        None => Err(unknown(name, &program)),
    }
}

fn unknown(name: &str, program: &clap::Command) -> CommandError {
    let shown = UntrustedRef::new(name.as_bytes()).printable_within(60);
    let commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    let topics: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
    CommandError::Usage(format!(
        "there is no command and no topic \"{shown}\"; topics are {}; commands are {}",
        topics.join(", "),
        commands.join(", ")
    ))
}

/// What is generated for a topic: the tables that the program works with, without what is `off` by
/// something, which is said.
fn table(name: &str, off: Option<&str>) -> String {
    let mut out = String::new();
    match name {
        "keys" => {
            let mut keys = KeyMap::default();
            if off.is_some() {
                keys.take_changes_away();
            }
            for group in GROUPS {
                let _ = writeln!(out, "{}", keys.title(group));
                for binding in group.bindings.iter().filter(|binding| keys.offers(binding)) {
                    explain(&mut out, &keys.names(binding), 12, binding.what);
                }
                out.push('\n');
            }
            out.extend(off.map(changing::words));
        }
        "filters" => {
            for (example, what) in FILTERS {
                explain(&mut out, example, 22, what);
            }
        }
        "configuration" => {
            for setting in SETTINGS {
                let _ = writeln!(out, "{} = {}", setting.name, setting.default);
                explain(&mut out, "", 0, setting.doc);
                explain(&mut out, "", 0, &format!("allowed: {}", setting.allowed));
                let also: Vec<&str> = setting.flag.into_iter().chain(setting.environment).collect();
                if !also.is_empty() {
                    explain(&mut out, "", 0, &format!("also: {}", also.join(", ")));
                }
                out.push('\n');
            }
        }
        _ => {}
    }
    out
}

/// A word in so many cells, and beside it what it means, on as many lines as it needs.
fn explain(out: &mut String, word: &str, cells: usize, what: &str) {
    let (mut word, indent) = (word, cells + 4);
    for line in wrap(what, LINE - indent) {
        let blanks = " ".repeat(cells.saturating_sub(width(word)));
        let _ = writeln!(out, "  {word}{blanks}  {line}");
        word = "";
    }
}
