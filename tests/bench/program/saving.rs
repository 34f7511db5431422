//! What saving files costs: one large file next to `curl`, many small ones next to the latency of their
//! requests, a rescue that has nothing to do next to a list, keys while files come, and a start over a
//! long ledger.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::service::{LINE, Service, bytes_sent, contents_under_way};
use super::terminal::{KEY, PROGRAM, Terminal, Usage, run_to_the_end};
use super::{HEIGHT, both, list_all, median, mib, ms, press_many, say};

/// Bytes of the large file: as much as the services take.
const LARGE: u64 = 200_000_000;
/// Bytes of a small one.
const SMALL: u64 = 10_000;

/// Where files are saved to: what a sync costs is told apart.
const PLACES: [(&str, Option<&str>); 2] =
    [("where a sync costs nothing", Some("/dev/shm")), ("on the disk", None)];

/// Runs the program in `folder`, where its ledger lies too; how long it took, and what it used.
pub fn run_in(folder: &Path, address: &str, arguments: &[&str]) -> (Duration, Usage) {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).args(["--base-url", address]).current_dir(folder);
    command.env_clear().env("CEREBRAS_API_KEY", KEY).env("XDG_STATE_HOME", folder);
    run_to_the_end(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

fn folder(within: Option<&str>) -> tempfile::TempDir {
    within.map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap()
}

#[allow(clippy::cast_precision_loss, reason = "a rate")]
fn rate(bytes: u64, took: Duration) -> String {
    format!("{:.0} MB/s", bytes as f64 / 1e6 / took.as_secs_f64())
}

/// One file of 200 MB.
pub fn download() {
    let service = Service { lines: Some(LARGE / LINE), ..Service::of(1) };
    let address = service.start();
    let empty = run_in(folder(None).path(), &address, &["rescue", "--within", "0s"]).1;
    for (what, within) in PLACES {
        let (mut ours, mut curl, mut peak) = (vec![], vec![], 0);
        for _ in 0..7 {
            let place = folder(within);
            let (took, usage) = run_in(place.path(), &address, &["download", "--filter", "batch"]);
            ours.push(took);
            peak = peak.max(usage.peak_kib);
            let begun = Instant::now();
            let url = format!("{address}/v1/files/file-000000000/content");
            let mut command = Command::new("curl");
            command.args(["-s", "-o", "with-curl", &url]).current_dir(place.path());
            if command.status().is_ok_and(|status| status.success()) {
                curl.push(begun.elapsed());
            }
        }
        let ours = median(ours);
        say(
            &format!("download 200 MB, SHA-256 and sync included, {what}"),
            &format!("{}, {}", ms(ours), rate(LARGE, ours)),
        );
        if curl.is_empty() {
            say("  curl is not here", "");
        } else {
            let curl = median(curl);
            let ratio = curl.as_secs_f64() / ours.as_secs_f64();
            say(
                "  curl -o in the same run, which syncs nothing",
                &format!("{}, {ratio:.2}x of its rate", rate(LARGE, curl)),
            );
        }
        let above = peak.saturating_sub(empty.peak_kib);
        say("  memory above that of a list", &format!("{:.1} MiB", mib(above)));
    }
}

/// A thousand files of 10 KB, three at once.
pub fn small() {
    const FILES: u64 = 1_000;
    let latency = Duration::from_millis(20);
    let service = Service { lines: Some(SMALL / LINE), latency, ..Service::of(FILES) };
    let address = service.start();
    // The list is read first; its pages are no part of it.
    let list = list_all(&address).0;
    let bound = latency * u32::try_from(FILES).unwrap() / 3;
    for (what, within) in PLACES {
        let took = median(
            (0..3)
                .map(|_| {
                    run_in(folder(within).path(), &address, &["download", "--filter", "batch"]).0
                })
                .collect(),
        );
        let took = took.saturating_sub(list);
        let ratio = took.as_secs_f64() / bound.as_secs_f64();
        let figure = format!("{}, {ratio:.3} of files x latency / 3", ms(took));
        say(&format!("download 1000 files of 10 KB at 20 ms, {what}"), &figure);
    }
}

/// A rescue with nothing to do, over an account and a ledger of 100,000: of a service that costs nothing, on
/// the processors of which it is one, and of one that takes a little for a page.
pub fn rescue() {
    const FILES: u64 = 100_000;
    for latency in [0, 2].map(Duration::from_millis) {
        // All of them go within a day, and all are saved.
        let service =
            Service { lines: Some(0), spread_s: Some(80_000), latency, ..Service::of(FILES) };
        let address = service.start();
        let place = folder(None);
        if latency.is_zero() {
            let nothing = ["rescue", "--dry-run", "--within", "1s"];
            let peak = run_in(place.path(), &address, &nothing).1.peak_kib;
            say("rescue of nothing, without a ledger: at most", &format!("{:.1} MiB", mib(peak)));
        }
        write_ledger(place.path(), &address, FILES);
        let (mut ours, mut plain) = (vec![], vec![]);
        for _ in 0..if latency.is_zero() { 15 } else { 5 } {
            ours.push(run_in(place.path(), &address, &["rescue", "--quiet"]));
            plain.push(list_all(&address));
        }
        let sides = [ours, plain].map(|runs| {
            let (took, used): (Vec<_>, Vec<_>) =
                runs.into_iter().map(|(took, usage)| (took, usage.cpu)).unzip();
            (median(took), median(used))
        });
        let [(ours, our_cpu), (plain, plain_cpu)] = sides;
        let ratio = ours.as_secs_f64() / plain.as_secs_f64();
        say(
            &format!("rescue with nothing to do, 100000 files and lines, {} a page", ms(latency)),
            &format!("{}, {ratio:.2} of a list", ms(ours)),
        );
        say("  list --all --output jsonl of them", &ms(plain));
        let processor = format!("{}, {}", ms(our_cpu), ms(plain_cpu));
        say("  processor, of the one and of the other", &processor);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing was saved");
    }
}

/// A ledger of so many lines in `place`, and the files of which it tells, all of them empty.
fn write_ledger(place: &Path, address: &str, lines: u64) {
    let (ledger, results) = (place.join("shelflife/ledger"), place.join("results"));
    fs::create_dir_all(&ledger).unwrap();
    fs::create_dir_all(&results).unwrap();
    let name = address.trim_start_matches("http://");
    let line = |n: u64| {
        let path = results.join(format!("batch-{n:06}-output.jsonl"));
        fs::write(&path, "").unwrap();
        format!(
            "{{\"v\":1,\"at\":1,\"outcome\":\"saved\",\"id\":\"file-{n:09}\",\"filename\":\"batch-{n:06}-output.jsonl\",\
             \"bytes\":0,\"created_at\":null,\"path\":\"{}\",\"sha256\":\"{}\",\"proof\":\"complete\",\
             \"error\":null,\"pid\":1}}\n",
            path.display(),
            "e3b0c442".repeat(8)
        )
    };
    let lines: String = (0..lines).map(line).collect();
    fs::write(ledger.join(format!("{name}.jsonl")), lines).unwrap();
    // What was made is not to be on its way to the disk while something is measured.
    assert!(Command::new("sync").status().unwrap().success());
}

/// Keys while three downloads run as fast as they can.
pub fn downloads() {
    for (what, within) in PLACES {
        keys_beside_downloads(what, within);
    }
}

fn keys_beside_downloads(what: &str, within: Option<&str>) {
    const FILES: u64 = 12;
    const KEYS: usize = 600;
    let service = Service { lines: Some(LARGE / LINE), ..Service::of(FILES) };
    let address = service.start();
    let place = folder(within);
    let config = place.path().join("config");
    fs::create_dir_all(config.join("shelflife")).unwrap();
    let settings = format!("downloads = \"{}\"\n", place.path().join("to").display());
    fs::write(config.join("shelflife/config.toml"), settings).unwrap();
    let environment = [("XDG_STATE_HOME", place.path()), ("XDG_CONFIG_HOME", config.as_path())];
    let arguments = ["--base-url", &address, "--refresh", "off"];
    let mut terminal = Terminal::start_in(HEIGHT, &arguments, &environment);
    terminal.wait_to_see(&format!("{FILES} files"));
    terminal.press(b"\x01o");
    terminal.wait_to_see("↓ ");
    let under_way = format!(" of {FILES} · ");
    let (mut times, mut is_under_way) = (vec![], true);
    let mut at_once = [0_usize; 4];
    let (begun, stolen, sent) = (Instant::now(), stolen(), bytes_sent());
    while is_under_way && times.len() < KEYS {
        times.extend(press_many(&mut terminal, 6));
        is_under_way = terminal.shows(&under_way);
        at_once[usize::try_from(contents_under_way()).unwrap().min(3)] += 1;
    }
    let (span, stolen) = (begun.elapsed(), self::stolen().saturating_sub(stolen));
    let keys = times.len();
    assert!(keys >= 100, "the downloads were over after {keys} keys");
    say(
        &format!("a key to the last byte of its frame, three downloads, {keys} keys, {what}"),
        &both(times),
    );
    let looks: usize = at_once.iter().sum();
    let share = at_once[3] * 100 / looks.max(1);
    let sent = rate(bytes_sent() - sent, span);
    let figure = format!("in {share} of 100 looks, at {sent} in all");
    say("  three contents were being sent then", &figure);
    let figure = format!("{} in {}", ms(stolen), ms(span));
    say("  taken from the processors by whoever hosts this machine", &figure);
    if !is_under_way {
        say("  the downloads were over before", &format!("{KEYS} keys"));
    }
}

/// What a machine that hosts this one has kept from its processors so far.
fn stolen() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let ticks = stat.lines().next().and_then(|cpu| cpu.split_whitespace().nth(8));
    Duration::from_millis(ticks.map_or(0, |ticks| ticks.parse::<u64>().unwrap() * 10))
}

/// The first frame, and the first files, with a ledger and without.
pub fn ledger() {
    const LINES: u64 = 100_000;
    for lines in [0, LINES] {
        let address = Service::of(1_000).start();
        let place = folder(None);
        if lines > 0 {
            write_ledger(place.path(), &address, lines);
        }
        let (mut first, mut files) = (vec![], vec![]);
        for _ in 0..21 {
            let environment = [("XDG_STATE_HOME", place.path())];
            let arguments = ["--base-url", &address, "--refresh", "off"];
            let mut terminal = Terminal::start_in(HEIGHT, &arguments, &environment);
            first.push(terminal.wait_for("shelflife") - terminal.started);
            files.push(terminal.wait_to_see("-output.jsonl") - terminal.started);
        }
        say(&format!("first frame after exec, a ledger of {lines} lines"), &ms(median(first)));
        say("  first files on the screen", &ms(median(files)));
    }
}
