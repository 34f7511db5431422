//! What validating the input of a batch costs, next to reading its lines as JSON and no more.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::de::IgnoredAny;

use super::terminal::{PROGRAM, run_to_the_end};
use super::{median, mib, ms, say};

/// As many as the services take.
const LINES: u64 = 50_000;
/// Bytes of a line with its end: together as much as the services take.
const LINE: usize = 4_000;
/// The word that makes this program the plain loop.
pub const PLAIN_LINES: &str = "plain-lines";

/// A request of so many bytes: a conversation, as inputs hold them.
fn request(n: u64) -> String {
    let text = "Summarise what follows in one sentence, and \\\"quote\\\" nothing.\\n";
    let mut line = format!(
        "{{\"custom_id\":\"request-{n:06}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":\
         {{\"model\":\"llama-3.3-70b\",\"max_tokens\":1000,\"temperature\":0.2,\"messages\":["
    );
    for turn in 0..6 {
        let role = ["system", "user", "assistant"][turn % 3];
        let _ = write!(line, "{{\"role\":\"{role}\",\"content\":\"{}\"}},", text.repeat(9));
    }
    line += "{\"role\":\"user\",\"content\":\"";
    let filler = LINE - line.len() - "\"}]}}\n".len();
    line + &"x".repeat(filler) + "\"}]}}\n"
}

/// Writes a file of 200 MB, all of it sound.
pub fn write_input(path: &Path) {
    fs::write(path, (0..LINES).map(request).collect::<String>()).unwrap();
    assert_eq!(fs::metadata(path).unwrap().len(), LINES * LINE as u64);
}

/// A file of 200 MB, all of it sound.
pub fn validate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    write_input(&path);
    let path = path.to_str().unwrap();
    let ours = [PROGRAM, "validate", path];
    let this = env::current_exe().unwrap();
    let plain = [this.to_str().unwrap(), PLAIN_LINES, path];
    // One after the other, so that whatever else the machine does concerns both.
    let (mut our_times, mut plain_times) = (vec![], vec![]);
    for _ in 0..9 {
        our_times.push(time(&ours));
        plain_times.push(time(&plain));
    }
    let (took, bound) = (median(our_times), median(plain_times));
    let ratio = took.as_secs_f64() / bound.as_secs_f64();
    say("validate 200 MB, 50000 lines", &format!("{}, {ratio:.2}x of a plain loop", ms(took)));
    say("  serde_json over the lines into IgnoredAny", &ms(bound));
    let peak = run_to_the_end(&mut command(&ours)).1.peak_kib;
    say("  memory at most", &format!("{:.1} MiB", mib(peak)));
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().stdout(Stdio::null());
    command
}

fn time(words: &[&str]) -> Duration {
    run_to_the_end(&mut command(words)).0
}

/// What anybody would write first.
pub fn plain_lines(path: &str) {
    let mut reader = BufReader::with_capacity(128 * 1_024, File::open(Path::new(path)).unwrap());
    let (mut line, mut lines) = (vec![], 0);
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        serde_json::from_slice::<IgnoredAny>(&line).unwrap();
        line.clear();
        lines += 1;
    }
    assert_eq!(lines, LINES);
}
