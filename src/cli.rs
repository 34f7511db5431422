//! The command line.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::given::Given;
use crate::config::words::{Colouring, Load};
use crate::config::{self, Config, ConfigError};
use crate::demo::MOST_FILES;
use crate::text::grouped;
use crate::time::span::read_span;

const EXAMPLES: &str = "\
Examples:
  shelflife --demo                       look around, without key or network
  CEREBRAS_API_KEY=… shelflife           the dashboard of your account
  shelflife list --all --output csv      everything, for a script
  shelflife demo-server --files 100000   the demo API on its own

Exit codes:
  0 done · 1 failure, or a partial list · 2 usage · 3 no, malformed or refused key
  5 service unavailable or rate-limited · 130, 143 interrupted";

/// Browse the files of a batch-inference account: what is there, how large it is, and how long each
/// file has left before the service deletes it.
#[derive(Clone, Debug, Parser)]
#[command(name = "shelflife", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
    /// What to do instead of showing the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Address of the service.
    #[arg(
        long,
        help = "Address of the service, with or without /v1 [default: https://api.cerebras.ai]",
        global = true,
        value_name = "URL",
        help_heading = "Service"
    )]
    pub base_url: Option<String>,

    /// Allow plain http to a host that is not this machine; the key is sent in clear
    #[arg(long, global = true, help_heading = "Service")]
    pub allow_http: bool,

    /// Files asked for at once
    #[arg(
        long,
        help = "Files asked for at once [default: 100]",
        global = true,
        value_name = "N",
        help_heading = "Service",
        value_parser = page_size,
        allow_negative_numbers = true
    )]
    pub limit: Option<u16>,

    /// Turn every changing action off
    #[arg(long, global = true, help_heading = "Service")]
    pub read_only: bool,

    /// Use an embedded demo account: no key, no network
    #[arg(long, global = true, help_heading = "Demo", conflicts_with = "base_url")]
    pub demo: bool,

    /// Files of the demo account [default: 2000]
    #[arg(long, global = true, value_name = "N", help_heading = "Demo", value_parser = demo_files, allow_negative_numbers = true)]
    pub files: Option<u64>,

    /// What to load: pages as the view calls for them, or all [default: demand]
    #[arg(long, global = true, value_name = "WHAT", help_heading = "Screen", value_parser = words(Load::ALL))]
    pub load: Option<String>,

    /// How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]
    #[arg(long, global = true, value_name = "DUR", help_heading = "Screen", value_parser = refresh)]
    pub refresh: Option<String>,

    /// When to use colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Screen", value_parser = words(Colouring::ALL))]
    pub color: Option<String>,

    /// The colours: auto, dark, light, plain, juniper, fig, linen (for light terminals), beacon (for
    /// any colour vision), or one of your own [default: auto]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Screen")]
    pub theme: Option<String>,

    /// Log file.
    #[arg(
        long,
        help = "Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]",
        global = true,
        value_name = "PATH",
        help_heading = "Service"
    )]
    pub log_file: Option<String>,

    /// Configuration file, instead of the one in the XDG place
    #[arg(long, global = true, value_name = "PATH", help_heading = "Screen")]
    pub config: Option<PathBuf>,
}

impl Options {
    /// Reads the configuration that is in force with these options.
    ///
    /// # Errors
    /// [`ConfigError`] names the place, the line, and what is allowed.
    pub fn configuration(&self) -> Result<Config, ConfigError> {
        config::load(self.config.as_deref(), |flag| self.given(flag))
    }

    /// What was given with a flag of the table of settings.
    fn given(&self, flag: &str) -> Option<Given> {
        let text = match flag {
            "--base-url" => self.base_url.clone(),
            "--limit" => self.limit.map(|limit| limit.to_string()),
            "--load" => self.load.clone(),
            "--refresh" => self.refresh.clone(),
            "--color" => self.color.clone(),
            "--theme" => self.theme.clone(),
            "--log-file" => self.log_file.clone(),
            "--read-only" => return self.read_only.then_some(Given::Switch(true)),
            _ => None,
        };
        text.map(Given::Text)
    }
}

/// The commands beside the dashboard.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the files: a page of them, or all
    #[command(after_help = LIST_HELP)]
    List(List),
    /// Print a commented configuration file, or what is in force
    #[command(after_help = CONFIG_HELP)]
    Config(ConfigCommand),
    /// Say what is in order and what is not: terminal, configuration, key, address, TLS, one call
    #[command(after_help = DOCTOR_HELP)]
    Doctor,
    /// Serve the demo API on its own, until interrupted
    #[command(after_help = SERVER_HELP)]
    DemoServer(DemoServer),
}

const LIST_HELP: &str = "\
Examples:
  shelflife list                               the first 100 files as a table
  shelflife list --all --output jsonl | jq .   one file a line, as pages come in
  shelflife list --all --output csv > all.csv

What is odd is said on standard error in one line each: `partial` where reading on failed before the
end of the list (exit code 1), `N unreadable` for files that could not be read. The JSON forms hold
the real filenames; table and CSV spell out what could mislead, such as line breaks in a name.";

const DOCTOR_HELP: &str = "\
One line each: ok, warning or failure, what it is about, and what to do. The exit code is 0, or that
of the first failure. Nothing in it is secret.";

const SERVER_HELP: &str = "\
Examples:
  shelflife demo-server
  shelflife demo-server --listen 127.0.0.1:8080 --files 1000000 --latency 20 --key secret
  CEREBRAS_API_KEY=secret shelflife --base-url http://127.0.0.1:8080";

/// `shelflife list`
#[derive(Clone, Debug, Args)]
pub struct List {
    /// Read on to the end of the list
    #[arg(long)]
    pub all: bool,

    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub output: Output,
}

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Aligned columns, for reading.
    Table,
    /// The API's own form, with values normalised.
    Json,
    /// One file a line.
    Jsonl,
    /// RFC 4180 with a header line.
    Csv,
}

const CONFIG_HELP: &str = "\
Examples:
  shelflife config > ~/.config/shelflife/config.toml   a file to begin with: all comments
  shelflife config --effective                         what is in force, and where it came from";

/// `shelflife config`
#[derive(Clone, Debug, Args)]
pub struct ConfigCommand {
    /// Print what is in force and where each value came from; never the key
    #[arg(long)]
    pub effective: bool,
}

/// `shelflife demo-server`
#[derive(Clone, Debug, Args)]
pub struct DemoServer {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address)]
    pub listen: SocketAddr,

    /// The only key that is let in; any, and none, without this
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    /// A pause before each answer, in milliseconds
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds, allow_negative_numbers = true)]
    pub latency: Duration,

    /// Change something every so many seconds: add, change, delete files; most of the added ones
    /// expire within half an hour
    #[arg(long, value_name = "S", value_parser = churn, allow_negative_numbers = true)]
    pub churn: Option<u32>,
}

/// The words of a setting, each with what it means for the long help.
fn words<T, const N: usize>(all: [(&'static str, T, &'static str); N]) -> PossibleValuesParser {
    all.map(|(word, _, what)| PossibleValue::new(word).help(what)).into()
}

fn within(text: &str, range: RangeInclusive<u64>) -> Result<u64, String> {
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = (grouped(range.start()), grouped(range.end()));
        format!("a whole number from {least} to {most} is allowed")
    })
}

fn page_size(text: &str) -> Result<u16, String> {
    within(text, 1..=100).map(|number| u16::try_from(number).unwrap_or(100))
}

fn refresh(text: &str) -> Result<String, String> {
    let span = read_span(text).filter(|span| (1..=86_400).contains(span));
    if text == "off" || span.is_some() {
        return Ok(text.to_owned());
    }
    Err("a span from 1s to 24h such as 30s or 1h30m, or off, is allowed".to_owned())
}

fn demo_files(text: &str) -> Result<u64, String> {
    within(text, 0..=MOST_FILES)
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    within(text, 0..=600_000).map(Duration::from_millis)
}

fn churn(text: &str) -> Result<u32, String> {
    within(text, 1..=86_400).map(|number| u32::try_from(number).unwrap_or(1))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address and a port such as 127.0.0.1:8080 are allowed".to_owned())
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
