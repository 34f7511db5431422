//! `shelflife demo-server`: the demo API on its own.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::options::{GlobalOptions, silent_but, within};
use super::{CommandError, DEMO_FILES, configure, failed};
use crate::demo;
use crate::runtime::output::stdout;
use crate::store::filter::read_size;

const HELP: &str = "\
Examples:
  shelflife demo-server
  shelflife demo-server --listen 127.0.0.1:8080 --latency 20 --key secret
  CEREBRAS_API_KEY=secret shelflife --base-url http://127.0.0.1:8080
  shelflife demo-server --fail 10% --rate-limit 60/m   errors and refusals
  shelflife demo-server --content-rate 1MiB/s --no-ranges   slow contents";

/// The options of every command that act here.
const ACTING: &[&str] = &["--files", "--log-file", "--config"];

/// Serve the demo API on its own, until interrupted
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
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

    /// Let this share of requests fail, such as 0.1 or 10%: errors of the service, of a proxy before
    /// it, and of one that is busy; contents also break off, with the connection closed, or with an
    /// end that looks like theirs
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = rate, allow_negative_numbers = true)]
    pub fail: f64,

    /// Let in so many requests a minute, such as 60/m, and refuse the others with 429 and Retry-After
    #[arg(long, value_name = "N/m", value_parser = a_minute, allow_negative_numbers = true)]
    pub rate_limit: Option<u64>,

    /// Send each content at this many bytes a second, such as 1MiB/s, 500KB/s or 20000
    #[arg(long, value_name = "BYTES/S", value_parser = content_rate, allow_negative_numbers = true)]
    pub content_rate: Option<u64>,

    /// Send contents whole, whichever part of them is asked for
    #[arg(long)]
    pub no_ranges: bool,

    /// Send contents without a length and without a validator.
    #[arg(long, help = "Send contents without their length and without an ETag")]
    pub no_lengths: bool,
}

fn content_rate(text: &str) -> Result<u64, String> {
    let bytes = read_size(text.strip_suffix("/s").unwrap_or(text)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| {
        "so many bytes a second, from 1 up, such as 1MiB/s, 500KB/s or 20000, are allowed"
            .to_owned()
    })
}

fn rate(text: &str) -> Result<f64, String> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let rate = number.parse::<f64>().ok().map(|number| number / whole);
    let rate = rate.filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "a share from 0 to 1 such as 0.1, or from 0% to 100%, is allowed".to_owned())
}

fn a_minute(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix("/m").and_then(|number| within(number, 1..=1_000_000).ok());
    number.ok_or_else(|| {
        "so many requests a minute, from 1/m to 1,000,000/m, such as 60/m, are allowed".to_owned()
    })
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
    configure(options)?;
    let account = demo::Options {
        files: options.files.unwrap_or(DEMO_FILES),
        key: server.key,
        latency: server.latency,
        churn: server.churn,
        fail: server.fail,
        a_minute: server.rate_limit,
        content_rate: server.content_rate,
        no_ranges: server.no_ranges,
        no_lengths: server.no_lengths,
    };
    let (address, serve) = demo::bind(server.listen, account)
        .map_err(failed("the demo server cannot listen on the address in --listen"))?;
    stdout()
        .write_all(format!("listening on http://{address}\n").as_bytes())
        .map_err(failed("the address cannot be printed"))?;
    serve.await.map_err(failed("the demo server stopped"))
}
