//! Arguments in, exit code out.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use shelflife::api::secret::without_secrets;
use shelflife::cli::{Cli, Command, Options};
use shelflife::commands::{CommandError, config, dashboard, demo_server, doctor, list};
use shelflife::log_file;
use shelflife::runtime::{quiet, report_panics, signals};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    leave_no_core_file();
    let cli = Cli::parse();
    let code = report_panics(|| run(cli));
    log::info!(code; "ended");
    log::logger().flush();
    if let Some(trouble) = log_file::trouble() {
        let _ = writeln!(io::stderr(), "shelflife: the log file is not whole: {trouble}");
    }
    ExitCode::from(code)
}

/// A core file would hold the key, and so does the memory that another program of the same user could
/// read. Where the limit cannot be set it is as strict already; it does not bind a program that core
/// files are piped to, so that there is to be none at all.
fn leave_no_core_file() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
}

fn run(cli: Cli) -> u8 {
    // A thread for the requests: what is drawn or printed has the main thread to itself.
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let foreground = Builder::new_current_thread().enable_all().build();
    let (background, foreground) = match (background, foreground) {
        (Ok(background), Ok(foreground)) => (background, foreground),
        (Err(error), _) | (_, Err(error)) => return report(&error, 1),
    };
    let code = match cli.command {
        None => foreground.block_on(dashboard::run(&cli.options, background.handle())),
        Some(command) => background.block_on(dispatch(&cli.options, command)),
    };
    let code = code.unwrap_or_else(|error| report(&error, error.code()));
    // Requests under way are of no interest any more.
    background.shutdown_background();
    code
}

async fn dispatch(options: &Options, command: Command) -> Result<u8, CommandError> {
    // On a task of its own, so that a signal is heard also while output is not being read.
    let interrupted = signals::interrupted()
        .map_err(|source| CommandError::Io { doing: "signals cannot be listened to", source })?;
    tokio::spawn(async {
        let code = interrupted.await;
        log::info!(code; "interrupted");
        log::logger().flush();
        quiet::end();
        std::process::exit(code)
    });
    let done = match command {
        Command::Doctor => return doctor::run(options).await,
        Command::Config(command) => config::run(options, &command),
        Command::List(list) => list::run(options, &list).await,
        Command::DemoServer(server) => demo_server::run(options, server).await,
    };
    done.map(|()| 0)
}

/// Prints an error and what led to it, once, on one line.
fn report(error: &dyn Error, code: u8) -> u8 {
    let error = without_secrets(&error.to_string());
    log::error!(error = error.as_str(); "failed");
    // Standard error may be closed; there is nobody to tell then.
    let _ = writeln!(io::stderr(), "shelflife: {error}");
    code
}
