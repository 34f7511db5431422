//! The commands, one file each, and what they share: the way to the service, and how failures
//! become words and exit codes.

mod authorities;
mod changing;
pub mod check;
pub mod cli;
pub mod completions;
pub mod config;
pub mod content;
pub mod dashboard;
mod definitions;
pub mod delete;
pub mod demo_server;
pub mod doctor;
mod doing;
pub mod download;
mod filters;
pub mod help;
mod json;
pub mod ledger;
pub mod list;
pub mod man;
pub mod metrics;
pub mod options;
mod progress;
mod proxy;
mod reader;
pub mod rescue;
mod retrieving;
pub mod saving;
pub mod show;
pub mod upload;
pub mod validate;
pub mod wait;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::api::client::Limits;
use crate::api::endpoint::{BadEndpoint, Endpoint};
use crate::api::secret::{BadSecret, KEY, Secret};
use crate::api::{ApiError, Client, ClientError};
use crate::config::{Config, ConfigError, places};
use crate::demo;
use crate::lister::Failure;
use crate::log_file;
use crate::runtime::ledger::Ledger;
use crate::runtime::output::stdout;
use crate::runtime::shortage;
use crate::text::{Untrusted, UntrustedRef, cause, grouped};
use options::GlobalOptions;

/// Files of the demo account unless said otherwise.
const DEMO_FILES: u64 = 2_000;

/// The profile of the demo account, and the place of its ledger.
const DEMO: &str = "demo";

/// Why a command failed: what was being done, then the cause.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command line, or the environment, asks for something that is not possible.
    #[error("{0}")]
    Usage(String),
    /// There is no terminal to show the dashboard on.
    #[error("the dashboard needs a terminal{0}; `shelflife list` prints the files without one")]
    NoTerminal(&'static str),
    /// The address is not usable.
    #[error("the address {value}in {place} is not usable: {source}")]
    Endpoint {
        /// The address as shown, unless it may hold a password; a blank follows it.
        value: String,
        /// Where the address was given.
        place: String,
        /// What is wrong with the address.
        source: BadEndpoint,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no usable key.
    #[error(transparent)]
    Key(#[from] BadSecret),
    /// The list could not be read.
    #[error("the files could not be listed: {0}; {advice}", advice = .0.advice())]
    List(Failure),
    /// The list could be read in part only; what there was is printed.
    #[error("partial: {files} listed, then: {why}")]
    Partial {
        /// What was printed.
        files: String,
        /// Why there was no more.
        why: Failure,
    },
    /// The service does not say what a file is.
    #[error("the file could not be asked for: {0}; {advice}", advice = .0.advice())]
    Show(Failure),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// The dashboard was left without ever having been let in.
    #[error("{0}; {advice}", advice = .0.advice())]
    NotLetIn(ApiError),
    /// Where something was to be written, nothing can be.
    #[error("{0}")]
    Unusable(String),
    /// Something on this machine failed.
    #[error("{doing}: {}", cause(source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// The configuration file could not be put in its place.
    #[error("the configuration {path} was not written: {}", not_written(source))]
    NotWritten {
        /// The file, safe to print.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The service allows no request for longer than anybody waits.
    #[error("the service allows no further request for {} s; try again then", .0.as_secs())]
    HeldUp(Duration),
    /// The metrics could not be put in their place.
    #[error("the metrics {path} were not written: {}", cause(source))]
    MetricsNotWritten {
        /// The file, safe to print.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// A content was not printed, or not all of it.
    #[error(transparent)]
    NotPrinted(#[from] content::NotPrinted),
    /// There can be no calls.
    #[error(transparent)]
    NoClient(#[from] ClientError),
}

impl CommandError {
    /// The exit code that says what kind of failure this is.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            // Of these the command line is not to blame.
            Self::Config(error) if shortage::advice_for(error).is_some() => 1,
            Self::Usage(_) | Self::NoTerminal(_) | Self::Endpoint { .. } | Self::Config(_) => 2,
            Self::Key(_) | Self::NotLetIn(_) => 3,
            Self::List(why) | Self::Show(why) => match why {
                Failure::Call(error) | Failure::AskedToWait { error, .. }
                    if error.refuses_key() =>
                {
                    3
                }
                why if is_outage(why) => 5,
                _ => 1,
            },
            Self::NotPrinted(why) => why.code(),
            Self::HeldUp(_) => 5,
            Self::NotFound(_) => 4,
            Self::Partial { .. }
            | Self::Unusable(_)
            | Self::Io { .. }
            | Self::NotWritten { .. }
            | Self::MetricsNotWritten { .. }
            | Self::NoClient(_) => 1,
        }
    }
}

impl From<Failure> for CommandError {
    fn from(why: Failure) -> Self {
        Self::List(why)
    }
}

/// So many of a unit: `1 file`, `1,240 files`.
fn count(number: u64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", grouped(number))
}

fn not_written(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::AlreadyExists => "there is one already".to_owned(),
        _ => cause(source),
    }
}

/// Whether what failed is that the key is refused.
fn refuses_key(why: &Failure) -> bool {
    match why {
        Failure::Call(error) | Failure::AskedToWait { error, .. } => error.refuses_key_for_good(),
        _ => false,
    }
}

/// Whether what failed is that the service cannot be reached, is down, or wants to be left alone.
fn is_outage(why: &Failure) -> bool {
    match why {
        Failure::AskedToWait { .. } => true,
        Failure::Call(error) => error.is_outage(),
        _ => false,
    }
}

/// That an id cannot be asked about.
fn unusable(id: &Untrusted) -> CommandError {
    CommandError::Usage(format!(
        "the id \"{}\" cannot stand in an address, so that nothing is asked: an id has 1 to 128 \
         letters, digits and -._~=+:@",
        id.borrow().printable_within(130)
    ))
}

/// Wraps an I/O error with what was being done.
fn failed(doing: &'static str) -> impl FnOnce(io::Error) -> CommandError {
    move |source| CommandError::Io { doing, source }
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), CommandError> {
    match stdout().write_all(text.as_bytes()) {
        // Whoever read us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(failed("nothing can be printed")),
    }
}

/// Reads the configuration, and begins to log where it says so.
///
/// # Errors
/// Where the configuration or the log file cannot be used.
pub fn configure(options: &GlobalOptions) -> Result<Config, CommandError> {
    let config = options.configuration()?;
    begin_log(&config)?;
    Ok(config)
}

/// Begins to log where the configuration says so.
fn begin_log(config: &Config) -> Result<(), CommandError> {
    let path = &config.values.log_file;
    if !path.is_empty() {
        log_file::start(Path::new(path), config.values.log).map_err(|source| {
            let shown = UntrustedRef::new(path.as_bytes()).printable_within(120);
            let place = config.place("log_file");
            CommandError::Usage(format!(
                "the log file \"{shown}\" in {place} cannot be written: {}",
                cause(&source)
            ))
        })?;
        let (pid, limit) = (std::process::id(), config.values.limit);
        log::info!(version = env!("CARGO_PKG_VERSION"), pid, limit; "started");
    }
    Ok(())
}

/// The service, and what it is to be shown as a key.
#[derive(Debug)]
pub struct Service {
    /// The address of the service.
    pub endpoint: Endpoint,
    /// The key; the demo wants none.
    pub key: Option<Secret>,
    /// The name of the profile; empty for that which needs none.
    pub profile: &'static str,
}

impl Service {
    /// The place of its ledger: the demo has one, whatever port it listens on.
    pub(in crate::commands) fn place(&self) -> String {
        if self.profile == DEMO { DEMO.to_owned() } else { self.endpoint.place() }
    }

    /// Its ledger.
    pub(in crate::commands) fn ledger(&self) -> Ledger {
        Ledger::of(places::state(), &self.place())
    }

    /// A client of it. Reading the CA certificates takes longer than anything else at the start.
    ///
    /// # Errors
    /// [`ClientError`] where it cannot make connections safe.
    pub fn client(self) -> Result<Client, ClientError> {
        Client::new(self.endpoint, self.key, Limits::default())
    }
}

/// Finds the service and the key, or has the demo API served by `background`, whose account changes
/// every `churn` seconds.
///
/// # Errors
/// Where the address or the key is not usable.
pub fn find_service(
    options: &GlobalOptions,
    config: &Config,
    churn: Option<u32>,
    background: &Handle,
) -> Result<Service, CommandError> {
    if options.files.is_some() && !options.demo {
        let text =
            "--files says how many files the demo account has; it goes with --demo or demo-server";
        return Err(CommandError::Usage(text.to_owned()));
    }
    if options.demo && options.base_url.is_some() {
        let text = "--demo and --base-url cannot both be given; the demo has an address of its own";
        return Err(CommandError::Usage(text.to_owned()));
    }
    if options.demo {
        let endpoint = start_demo(options, churn, background)?;
        return Ok(Service { endpoint, key: None, profile: DEMO });
    }
    let endpoint = endpoint(options, config)?;
    proxy::in_force(&endpoint)?;
    authorities::check(&endpoint)?;
    Ok(Service { endpoint, key: Some(Secret::read(KEY)?), profile: "" })
}

fn start_demo(
    options: &GlobalOptions,
    churn: Option<u32>,
    background: &Handle,
) -> Result<Endpoint, CommandError> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let account =
        demo::Options { files: options.files.unwrap_or(DEMO_FILES), churn, ..Default::default() };
    let (address, serve) =
        demo::bind(listen, account).map_err(failed("the demo server cannot listen"))?;
    background.spawn(serve);
    Endpoint::parse(&format!("http://{address}"), false).map_err(|source| CommandError::Endpoint {
        value: String::new(),
        place: "--demo".to_owned(),
        source,
    })
}

/// The address in force.
fn endpoint(options: &GlobalOptions, config: &Config) -> Result<Endpoint, CommandError> {
    let (url, place) = (&config.values.base_url, config.place("base_url"));
    Endpoint::parse(url, options.allow_http).map_err(|source| {
        // What is no address at all may be a key in the wrong place.
        let secret =
            url.contains('@') || !url.contains("://") || matches!(source, BadEndpoint::Surplus(_));
        let shown = UntrustedRef::new(url.as_bytes()).printable_within(120);
        let value = if secret { String::new() } else { format!("\"{shown}\" ") };
        CommandError::Endpoint { value, place, source }
    })
}
