//! A folder to save to, and a file that is worth it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::CANARY;
use super::binary::{command, text};
use super::lying::Held;

pub const ID: &str = "file_12345678abcd";
pub const NAME: &str = "batch-output.jsonl";

/// 200,000 bytes in lines of ten: more than a seam.
pub fn bytes() -> Vec<u8> {
    (0..20_000).flat_map(|line| format!("{{\"n\":{}}}\n", 100 + line % 900).into_bytes()).collect()
}

/// A folder to save to, and a home for the ledger.
pub struct Place {
    pub folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn to(&self) -> PathBuf {
        self.folder.path().join("to")
    }

    pub fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
        command.env("XDG_STATE_HOME", self.folder.path().join("state"));
        command.current_dir(self.folder.path());
        command
    }

    pub fn run(&self, url: &str, arguments: &[&str]) -> Output {
        let output = self.command(url, arguments).output().unwrap();
        assert!(!text(&output.stderr).contains(CANARY));
        output
    }

    /// Downloads the file of [`ID`]; tells the exit code and what was said.
    pub fn download(&self, url: &str) -> (i32, String) {
        let output = self.run(url, &["download", ID, "--to", "to"]);
        (output.status.code().unwrap(), text(&output.stderr))
    }

    /// What lies in the folder, by name.
    pub fn names(&self) -> Vec<String> {
        names(&self.to())
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

pub fn file() -> Held {
    Held::new(ID, NAME, bytes())
}

/// Begins a download that does not end by itself, and waits until so many bytes are there.
pub fn begin(place: &Place, url: &str, bytes: u64) -> Child {
    let child = place
        .command(url, &["download", ID, "--to", "to"])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let part = place.to().join(format!("{NAME}.part"));
    super::wait_until("the part", || fs::metadata(&part).is_ok_and(|part| part.len() >= bytes));
    child
}

/// The id and the outcome of each record.
pub fn outcomes(output: &Output) -> Vec<(String, String)> {
    let lines = text(&output.stdout);
    let read = |line: &str| -> (String, String) {
        let record: Value = serde_json::from_str(line).unwrap();
        (record["id"].as_str().unwrap().into(), record["outcome"].as_str().unwrap().into())
    };
    lines.lines().map(read).collect()
}
