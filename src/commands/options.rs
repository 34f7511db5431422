//! The options that every command takes, and how what was given with them is read.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Args};

use crate::config::given::Given;
use crate::config::words::{Colouring, LOADS};
use crate::config::{self, Config, ConfigError};
use crate::demo::MOST_FILES;
use crate::text::grouped;
use crate::time::span::read_span;

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct GlobalOptions {
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

    /// Change nothing on the service: no uploads, no deletions
    #[arg(long, global = true, help_heading = "Service")]
    pub read_only: bool,

    /// Use an embedded demo account: no key, no network
    #[arg(long, global = true, help_heading = "Demo", conflicts_with = "base_url")]
    pub demo: bool,

    /// Files of the demo account [default: 2000]
    #[arg(long, global = true, value_name = "N", help_heading = "Demo", value_parser = demo_files, allow_negative_numbers = true)]
    pub files: Option<u64>,

    /// What to load: pages as the view calls for them and the rest at leisure (auto), only the former
    /// (demand), or all at once [default: auto]
    #[arg(long, global = true, value_name = "WHAT", help_heading = "Screen", value_parser = words(LOADS))]
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

impl GlobalOptions {
    /// Reads the configuration that is in force with these options.
    ///
    /// # Errors
    /// [`ConfigError`] names the place, the line, and what is allowed.
    pub fn configuration(&self) -> Result<Config, ConfigError> {
        config::load(self.config.as_deref(), |flag| self.given(flag))
    }

    /// What was given with a flag of the table of settings.
    #[must_use]
    pub fn given(&self, flag: &str) -> Option<Given> {
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

/// Hides the options of every command that are not `acting`: a command that does nothing with them
/// takes them all the same, since they may stand in an alias or a script, but its help is silent about
/// them. clap has handed them down by the time a command is put together.
pub(super) fn silent_but(acting: impl AsRef<[&'static str]>) -> impl FnMut(Arg) -> Arg {
    move |arg| {
        let long = arg.get_long().unwrap_or_default();
        let acts = acting.as_ref().iter().any(|flag| flag.trim_start_matches('-') == long);
        if arg.is_global_set() && !acts { arg.hide(true) } else { arg }
    }
}

/// The words of a setting, each with what it means for the long help.
fn words<T, const N: usize>(all: [(&'static str, T, &'static str); N]) -> PossibleValuesParser {
    all.map(|(word, _, what)| PossibleValue::new(word).help(what)).into()
}

/// A whole number of the range.
pub(super) fn within(text: &str, range: RangeInclusive<u64>) -> Result<u64, String> {
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = (grouped(range.start()), grouped(range.end()));
        format!("a whole number from {least} to {most} is allowed")
    })
}

/// A span in seconds, with its units or as a plain number of them.
pub(super) fn read_seconds(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_plain { text.parse().ok() } else { read_span(text) }
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
