//! `shelflife metrics`: how the files of the account stand, for a monitoring system.

mod board;
mod gauges;
mod observer;
mod serve;
mod text;
mod textfile;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueHint};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, configure, failed, find_service, print};
use crate::config::Config;
use crate::runtime::output::{say, stdout};
use crate::text::UntrustedRef;
use board::Board;
use gauges::Gauges;
use observer::Observer;
use text::TextForm;

const HELP: &str = "\
Examples:
  shelflife metrics                             once, to standard output
  shelflife metrics --listen 127.0.0.1:9753     for Prometheus to scrape
  shelflife metrics --textfile /var/lib/prometheus/node-exporter/shelflife.prom

Files are counted by urgency; no id and no filename is told. A scrape is told what the last reading \
found, and when that was; the list is read again at the refresh interval, a large one in parts. \
Where it cannot be read, shelflife_up is 0. `shelflife help monitoring` has alert rules.

Exit codes: 0 done · 1 partial, or no list of files, or the file cannot be written · 2 usage · 3 no, \
malformed or refused key · 5 service unavailable or rate-limited · 130, 143 interrupted. Whatever \
keeps the list from being read, a textfile says so.";

/// The options of every command that act here.
const ACTING: &[&str] = &[
    "--base-url",
    "--allow-http",
    "--limit",
    "--demo",
    "--files",
    "--refresh",
    "--log-file",
    "--config",
];

/// Print how the files stand, for Prometheus; or serve it, or write it to a file
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct Metrics {
    /// Serve the last reading on this address, until interrupted; a port alone is one of this machine
    /// only, and port 0 takes a free one
    #[arg(long, value_name = "ADDR", value_parser = address, conflicts_with = "textfile")]
    pub listen: Option<SocketAddr>,

    /// Write to this file, for the textfile collector of Prometheus' node exporter
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, value_parser = prom)]
    pub textfile: Option<PathBuf>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text).parse();
    let local = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    local.or_else(|_| text.parse()).map_err(|_| {
        "an address and a port such as 127.0.0.1:9753, or a port alone, are allowed".to_owned()
    })
}

fn prom(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_some_and(|ending| ending == textfile::ENDING) {
        return Ok(path);
    }
    Err("the collector reads only files whose names end in .prom".to_owned())
}

/// Prints, writes or serves the metrics.
///
/// # Errors
/// Where the list could not be read, or nothing can be printed, written or served. What is served
/// tells of readings that fail, and goes on.
pub async fn run(options: &GlobalOptions, metrics: &Metrics) -> Result<(), CommandError> {
    if let Some(path) = &metrics.textfile {
        return write(options, path).await;
    }
    if let Some(address) = metrics.listen {
        return listen(options, address).await;
    }
    let (board, result) = read_once(options).await?;
    print(&board.write(TextForm::Plain))?;
    result
}

/// An account that is to be read, and the board for what is found.
fn observe(
    options: &GlobalOptions,
    config: &Config,
    interval: Option<Duration>,
) -> Result<(Observer, Arc<Board>), CommandError> {
    let service = find_service(options, config, None, &Handle::current())?;
    let board = Arc::new(Board::new(Gauges::new(service.profile)));
    let observer = Observer::new(service.client()?, &config.values, interval, Arc::clone(&board));
    Ok((observer, board))
}

/// Reads the list once: what is to be told of it, and how it ended; an error where it was not begun.
async fn read_once(
    options: &GlobalOptions,
) -> Result<(Arc<Board>, Result<(), CommandError>), CommandError> {
    let config = configure(options)?;
    let (mut observer, board) = observe(options, &config, None)?;
    let result = observer.read().await;
    Ok((board, result))
}

async fn write(options: &GlobalOptions, path: &Path) -> Result<(), CommandError> {
    // Whatever keeps the list from being read, the numbers of the last time are not to stand there.
    let (board, result) = read_once(options).await.unwrap_or_else(|error| {
        let profile = if options.demo { "demo" } else { "" };
        let gauges = Gauges { up: Some(false), ..Gauges::new(profile) };
        (Arc::new(Board::new(gauges)), Err(error))
    });
    board.with(|gauges| {
        if gauges.last_success.is_none() {
            gauges.last_success = textfile::last_success(path, &gauges.profile);
        }
    });
    textfile::write(path, &board.write(TextForm::Plain)).map_err(|source| {
        if let Err(error) = &result {
            say(&format!(
                "shelflife: {}",
                crate::text::secrets::without_secrets(&error.to_string())
            ));
        }
        let path = UntrustedRef::new(path.as_os_str().as_encoded_bytes()).printable_within(120);
        CommandError::MetricsNotWritten { path, source }
    })?;
    result
}

async fn listen(options: &GlobalOptions, address: SocketAddr) -> Result<(), CommandError> {
    let config = configure(options)?;
    let Some(interval) = config.values.refresh.interval else {
        let place = config.place("refresh");
        return Err(CommandError::Usage(format!(
            "refreshing is off in {place}; --listen reads again at that interval: give one, such as --refresh 30s"
        )));
    };
    let cannot = || failed("the address in --listen cannot be listened on");
    let listener = TcpListener::bind(address).await.map_err(cannot())?;
    let address = listener.local_addr().map_err(cannot())?;
    let (mut observer, board) = observe(options, &config, Some(interval))?;
    if !address.ip().is_loopback() {
        say(&format!(
            "shelflife: {address} is not loopback: whoever reaches it is told how many files there are, and when they expire"
        ));
    }
    stdout()
        .write_all(format!("listening on http://{address}{}\n", serve::PATH).as_bytes())
        .map_err(failed("the address cannot be printed"))?;
    tokio::spawn(serve::serve(listener, board));
    // Here rather than on a task, so that a panic in it ends the program.
    observer.watch().await;
    Ok(())
}
