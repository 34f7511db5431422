//! `shelflife config`: a commented configuration file, or what is in force.

use std::io::{self, Write};

use clap::Args;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, dashboard, endpoint, failed};
use crate::config;

const HELP: &str = "\
Examples:
  shelflife config > ~/.config/shelflife/config.toml   a file to begin with: all comments
  shelflife config --effective                         what is in force, and where it came from";

/// The options of every command that act here: those that give a setting.
const ACTING: &[&str] = &[
    "base_url",
    "allow_http",
    "limit",
    "read_only",
    "load",
    "refresh",
    "color",
    "theme",
    "log_file",
    "config",
];

/// Print a commented configuration file, or what is in force
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, args = silent_but(ACTING))]
pub struct ConfigCommand {
    /// Print what is in force and where each value came from; never the key
    #[arg(long)]
    pub effective: bool,
}

/// Prints the template, or with `--effective` what is in force.
///
/// # Errors
/// Where the configuration cannot be used, or nothing can be printed.
pub fn run(options: &GlobalOptions, command: &ConfigCommand) -> Result<(), CommandError> {
    let text = if command.effective {
        let config = options.configuration()?;
        // What would be found out at the start is found out here too.
        dashboard::themes(&config)?;
        endpoint(options, &config)?;
        config.effective()
    } else {
        config::template()
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever read us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(failed("the configuration cannot be printed")),
    }
}
