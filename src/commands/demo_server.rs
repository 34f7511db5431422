//! `shelflife demo-server`: the demo API on its own.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::options::{GlobalOptions, silent_but, within};
use super::{CommandError, DEMO_FILES, configure, failed};
use crate::demo;

const HELP: &str = "\
Examples:
  shelflife demo-server
  shelflife demo-server --listen 127.0.0.1:8080 --files 1000000 --latency 20 --key secret
  CEREBRAS_API_KEY=secret shelflife --base-url http://127.0.0.1:8080";

/// The options of every command that act here.
const ACTING: &[&str] = &["files", "log_file", "config"];

/// Serve the demo API on its own, until interrupted
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, args = silent_but(ACTING))]
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

fn milliseconds(text: &str) -> Result<Duration, String> {
    within(text, 0..=600_000).map(Duration::from_millis)
}

fn churn(text: &str) -> Result<u32, String> {
    within(text, 1..=86_400).map(|number| u32::try_from(number).unwrap_or(1))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address and a port such as 127.0.0.1:8080 are allowed".to_owned())
}

/// Prints the address and serves until interrupted.
///
/// # Errors
/// Where the address cannot be listened on, or serving fails.
pub async fn run(options: &GlobalOptions, server: DemoServer) -> Result<(), CommandError> {
    // The demo needs no configuration; only a log may be wanted.
    if options.log_file.is_some() {
        configure(options)?;
    }
    let account = demo::Options {
        files: options.files.unwrap_or(DEMO_FILES),
        key: server.key,
        latency: server.latency,
        churn: server.churn,
    };
    let (address, serve) = demo::bind(server.listen, account)
        .map_err(failed("the demo server cannot listen on the address in --listen"))?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}")
        .and_then(|()| out.flush())
        .map_err(failed("the address cannot be printed"))?;
    serve.await.map_err(failed("the demo server stopped"))
}
