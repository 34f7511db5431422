//! `shelflife demo-server`: the demo API on its own.

use std::io::Write;

use super::{CommandError, DEMO_FILES, configure, failed};
use crate::cli::{DemoServer, Options};
use crate::demo;

/// Prints the address and serves until interrupted.
///
/// # Errors
/// Where the address cannot be listened on, or serving fails.
pub async fn run(options: &Options, server: DemoServer) -> Result<(), CommandError> {
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
