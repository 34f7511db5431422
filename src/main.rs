//! Arguments in, exit code out.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use shelflife::api::secret::{KEY, Secret};
use shelflife::commands::cli::{Cli, asks_for_check, definitions};
use shelflife::commands::{CommandError, check};
use shelflife::log_file;
use shelflife::runtime::output::{self, say};
use shelflife::runtime::{report_panics, shortage};
use shelflife::text::cause;
use shelflife::text::secrets::without_secrets;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    leave_no_core_file();
    // Once it was read, nothing that is printed shows it, such as what is wrong with an address in
    // whose place it was put.
    drop(Secret::read(KEY));
    let program = definitions();
    let is_check = asks_for_check(&program, env::args_os());
    let audience = if is_check { Audience::Monitor } else { Audience::People };
    let cli = match Cli::read(program, env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, audience),
    };
    let mut is_answered = false;
    let code = report_panics(|| {
        let code = run(cli, audience);
        is_answered = true;
        code
    });
    let code = match audience {
        Audience::People => code,
        Audience::Monitor if is_answered => code.min(3),
        Audience::Monitor => check::unknown("the program failed; standard error says how"),
    };
    log::info!(code; "ended");
    log::logger().flush();
    if let Some(trouble) = log_file::trouble() {
        say(&format!("shelflife: the log file is not whole: {trouble}"));
    }
    ExitCode::from(code)
}

/// Who is told how it ended.
#[derive(Clone, Copy)]
enum Audience {
    /// On standard error, by the exit codes of all commands.
    People,
    /// In one line on standard output, by those of monitoring plugins: whatever failed is unknown.
    Monitor,
}

/// Prints what clap has to say, without the key: it may have been put where an option was meant.
fn refuse(error: &clap::Error, audience: Audience) -> ExitCode {
    let rendered = error.render();
    let plain = rendered.to_string();
    let code = match audience {
        Audience::People => u8::try_from(error.exit_code()).unwrap_or(2),
        Audience::Monitor if error.use_stderr() => {
            let words =
                plain.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
            return ExitCode::from(check::unknown(words));
        }
        Audience::Monitor => 3,
    };
    let said = without_secrets(&plain);
    if said == plain {
        // As it is, in colour where that is wanted; a slow pipe is waited for.
        let printed = if error.use_stderr() || io::stdout().is_terminal() {
            error.print().and_then(|()| io::stdout().flush())
        } else {
            output::stdout().write_all(plain.as_bytes())
        };
        return match printed {
            // Whoever read us has seen enough.
            Err(why) if why.kind() != io::ErrorKind::BrokenPipe && !error.use_stderr() => {
                let _ =
                    writeln!(io::stderr(), "shelflife: nothing can be printed: {}", cause(&why));
                ExitCode::from(code.max(1))
            }
            _ => ExitCode::from(code),
        };
    }
    let _ = write!(io::stderr(), "{said}");
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

fn run(cli: Cli, audience: Audience) -> u8 {
    // A thread for the requests: what is drawn or printed has the main thread to itself.
    let background = match Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(background) => background,
        Err(source) => {
            let doing = "the program cannot start";
            return report(&CommandError::Io { doing, source }, audience);
        }
    };
    let code = cli.run(&background);
    let code = code.unwrap_or_else(|error| report(&error, audience));
    // Requests under way are of no interest any more.
    background.shutdown_background();
    code
}

/// Prints an error and what led to it, once, on one line.
fn report(error: &CommandError, audience: Audience) -> u8 {
    let (code, advice) = (error.code(), shortage::advice_for(error));
    let error = error.to_string();
    let error = without_secrets(&error);
    log::error!(error = &*error; "failed");
    let said = advice.map_or(error.to_string(), |advice| format!("{error}; {advice}"));
    match audience {
        Audience::Monitor => return check::unknown(&said),
        Audience::People => say(&format!("shelflife: {said}")),
    }
    code
}
