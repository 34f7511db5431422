//! `shelflife config`: a commented configuration file, printed or put in its place, or what is in
//! force.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, dashboard, endpoint, print};
use crate::config::table::SETTINGS;
use crate::config::{self, shown};

const HELP: &str = "\
Examples:
  shelflife config --write       put a file, all comments, in its place
  shelflife config               see what would be in it
  shelflife config --effective   what is in force, and where it came from";

/// The options of every command that act here: those that give a setting, and what goes with them.
fn acting() -> Vec<&'static str> {
    let settings = SETTINGS.iter().filter_map(|setting| setting.flag);
    settings.chain(["--allow-http", "--config"]).collect()
}

/// Print a commented configuration file, or what is in force
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(acting()))]
pub struct ConfigCommand {
    /// Print what is in force and where each value came from; never the key
    #[arg(long)]
    pub effective: bool,

    /// Put the file in its place, or at the path in --config; never over one that is there
    #[arg(long, conflicts_with = "effective")]
    pub write: bool,
}

/// Prints the template, or with `--effective` what is in force; with `--write` puts the template in
/// its place and prints where that is.
///
/// # Errors
/// Where the configuration cannot be used, nothing can be printed, or there is a file already.
pub fn run(options: &GlobalOptions, command: &ConfigCommand) -> Result<(), CommandError> {
    let text = if command.write {
        let path = options.config.clone().or_else(config::place).ok_or_else(no_place)?;
        write(&path).map_err(|source| CommandError::NotWritten { path: shown(&path), source })?;
        format!("written: {}\n", shown(&path))
    } else if command.effective {
        let config = options.configuration()?;
        // What would be found out at the start is found out here too.
        dashboard::themes(&config)?;
        endpoint(options, &config)?;
        config.effective()
    } else {
        config::template()
    };
    print(&text)
}

fn no_place() -> CommandError {
    let text = "there is no place for a configuration: HOME is not set; name a file with --config";
    CommandError::Usage(text.to_owned())
}

/// Writes the template into a file of its own, whole or not at all.
fn write(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    // Not asked for first: between the question and the answer somebody could put one there, and a
    // link that leads nowhere is somebody's too.
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(config::template().as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}
