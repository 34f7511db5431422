//! What deleting and uploading cost: next to the latency of the requests, and next to `curl`; and keys while
//! files are deleted.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::saving::run_in;
use super::service::Service;
use super::terminal::Terminal;
use super::validating::write_input;
use super::{HEIGHT, both, list_all, median, mib, ms, say};

/// Files that are deleted.
const FILES: u64 = 1_000;
const LATENCY: Duration = Duration::from_millis(20);

/// A thousand files at 20 ms, nothing in the way: each is looked at, then deleted, four at once.
pub fn delete() {
    let service = Service { latency: LATENCY, ..Service::of(FILES) };
    let address = service.start();
    let place = tempfile::tempdir().unwrap();
    let list = list_all(&address).0;
    let arguments = ["delete", "--filter", "batch", "--confirm", "1000", "--quiet"];
    let took = median((0..3).map(|_| run_in(place.path(), &address, &arguments).0).collect());
    let bound = LATENCY * u32::try_from(FILES).unwrap() * 2 / 4;
    let ratio = took.saturating_sub(list).as_secs_f64() / bound.as_secs_f64();
    say(
        "delete 1000 files at 20 ms, the ledger included",
        &format!(
            "{}, {ratio:.3} of files x 2 requests x latency / 4",
            ms(took.saturating_sub(list))
        ),
    );
}

/// A file of 200 MB, looked at before, and as one that is not looked into.
pub fn upload() {
    let address = Service::of(1).start();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("in.jsonl");
    write_input(&path);
    let bytes = fs::metadata(&path).unwrap().len();
    let idle = run_in(place.path(), &address, &["delete", "--filter", "zzz", "--yes"]).1;
    let (mut whole, mut sent, mut curl, mut peak) = (vec![], vec![], vec![], 0);
    for _ in 0..7 {
        let (took, usage) = run_in(place.path(), &address, &["upload", "in.jsonl", "--quiet"]);
        whole.push(took);
        peak = peak.max(usage.peak_kib);
        let other = ["upload", "in.jsonl", "--purpose", "user_data", "--quiet"];
        sent.push(run_in(place.path(), &address, &other).0);
        let begun = Instant::now();
        let mut command = Command::new("curl");
        command.args(["-s", "-F", "purpose=batch", "-F", "file=@in.jsonl"]);
        command.arg(format!("{address}/v1/files")).current_dir(place.path());
        if command.stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
            curl.push(begun.elapsed());
        }
    }
    let rate = |took: Duration| format!("{} MB/s", u128::from(bytes) / took.as_micros().max(1));
    let (whole, sent) = (median(whole), median(sent));
    say("upload 200 MB of batch input, each line looked at before", &ms(whole));
    say("upload 200 MB that are not looked into", &format!("{}, {}", ms(sent), rate(sent)));
    if curl.is_empty() {
        say("  curl is not here", "");
    } else {
        let curl = median(curl);
        let ratio = |ours: Duration| curl.as_secs_f64() / ours.as_secs_f64();
        say(
            "  curl -F in the same run",
            &format!(
                "{}, {:.2}x of its rate, {:.2}x with the look",
                rate(curl),
                ratio(sent),
                ratio(whole)
            ),
        );
    }
    let above = peak.saturating_sub(idle.peak_kib);
    say("  memory above that of a list", &format!("{:.1} MiB", mib(above)));
}

/// Keys while two thousand files are deleted.
pub fn deleting() {
    let service = Service { latency: Duration::from_millis(5), ..Service::of(2_000) };
    let place = tempfile::tempdir().unwrap();
    let address = service.start();
    let arguments = ["--base-url", &address, "--refresh", "off", "--load", "all"];
    let state = [("XDG_STATE_HOME", place.path())];
    let mut terminal = Terminal::start_in(HEIGHT, &arguments, &state);
    terminal.wait_to_see(super::LOADED);
    terminal.settle(Duration::from_millis(300));
    terminal.press(b"\x01");
    terminal.settle(Duration::from_millis(200));
    terminal.press(b"D");
    terminal.wait_to_see("type 2000");
    terminal.settle(Duration::from_millis(200));
    terminal.press(b"2000\r");
    terminal.wait_to_see("deleting ");
    let spans = keys_while(&mut terminal, " of 2,000");
    assert!(spans.len() >= 100, "it was over after {} keys", spans.len());
    let what = format!("a key to the last byte of its frame, deleting, {} keys", spans.len());
    say(&what, &both(spans));
}

/// Keys as long as the screen shows `words`, or until there are enough.
fn keys_while(terminal: &mut Terminal, words: &str) -> Vec<Duration> {
    let (mut spans, mut is_under_way) = (vec![], true);
    // The selection may stay on its line while the rows above it go: the measure of the timeline is
    // written again with every key.
    while is_under_way && spans.len() < 600 {
        for measure in ["byt", "fil"] {
            terminal.settle(Duration::from_millis(2));
            let pressed = Instant::now();
            terminal.press(b"B");
            spans.push(terminal.wait_for(measure) - pressed);
        }
        is_under_way = terminal.shows(words);
    }
    spans
}

/// Keys while files of 200 MB are sent, one after the other.
pub fn uploading() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("in.jsonl");
    write_input(&path);
    let address = Service::of(1_000).start();
    let state = [("XDG_STATE_HOME", place.path())];
    let arguments = ["--base-url", &address, "--refresh", "off"];
    let mut terminal = Terminal::start_in(HEIGHT, &arguments, &state);
    terminal.wait_to_see("-output.jsonl");
    let mut spans = vec![];
    for _ in 0..10 {
        terminal.settle(Duration::from_millis(300));
        terminal.press(b"u");
        terminal.settle(Duration::from_millis(300));
        terminal.press(format!("{}\r", path.display()).as_bytes());
        terminal.wait_to_see("Enter uploads");
        terminal.settle(Duration::from_millis(200));
        terminal.press(b"\r");
        terminal.wait_to_see("↑ in.jsonl");
        spans.extend(keys_while(&mut terminal, "↑ in.jsonl"));
    }
    assert!(spans.len() >= 100, "it was over after {} keys", spans.len());
    let what = format!("a key to the last byte of its frame, uploading, {} keys", spans.len());
    say(&what, &both(spans));
}
