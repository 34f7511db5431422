//! The real binary, with an environment of its own.

use std::process::{Command, Output};

use super::CANARY;

/// `shelflife` with `arguments`, in an environment that holds nothing of the machine's.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shelflife"));
    command.args(arguments).env_clear().env("TERM", "xterm-256color");
    command.env("XDG_CONFIG_HOME", super::NO_CONFIGURATION);
    command
}

/// Runs `shelflife` with the canary key against `url`.
pub fn run_at(url: &str, arguments: &[&str]) -> Output {
    let mut command = command(arguments);
    command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
    let output = command.output().unwrap();
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(!text.contains(CANARY), "the key was shown: {text}");
    }
    output
}

/// What a stream said.
pub fn text(stream: &[u8]) -> String {
    String::from_utf8(stream.to_vec()).unwrap()
}
