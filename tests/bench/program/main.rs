//! The program as its user meets it, measured from outside: the real binary in a pseudo-terminal, or
//! in a pipe, against a service on loopback. `cargo bench --bench program`, or one by one:
//! `cargo bench --bench program -- idle`.
//!
//! Whatever else the machine does shows in the figures: what counts are medians, and ratios within
//! one run.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures")]

mod changing;
mod saving;
mod scripts;
mod service;
mod terminal;
mod validating;

use std::env;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use service::{PAGE, Service};
use terminal::{KEY, PROGRAM, Terminal, Usage, run_to_the_end};

const THOUSAND: u64 = 1_000;
const MILLION: u64 = 1_000_000;
/// Rows of the terminal.
const HEIGHT: u16 = 40;
/// The mark of the selected row: it is written again whenever the selection moves.
const SELECTION: &str = "▌";

/// What the header says until then.
const LOADING: &str = "more on the server";
/// What the footer says when everything is loaded.
const LOADED: &str = "files loaded";

/// What can be measured.
const BENCHES: &[(&str, fn())] = &[
    ("start", start),
    ("keys", keys),
    ("burst", burst),
    ("loading", loading),
    ("memory", memory),
    ("recheck", recheck),
    ("idle", idle),
    ("still", still),
    ("content", content),
    ("list", list),
    ("list-cpu", list_cpu),
    ("download", saving::download),
    ("small-files", saving::small),
    ("rescue", saving::rescue),
    ("downloads", saving::downloads),
    ("ledger", saving::ledger),
    ("delete", changing::delete),
    ("upload", changing::upload),
    ("deleting", changing::deleting),
    ("uploading", changing::uploading),
    ("answers", scripts::answers),
    ("check", scripts::check),
    ("metrics", scripts::metrics),
    ("validate", validating::validate),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [word, address] = arguments.as_slice()
        && word == PLAIN_LOOP
    {
        return plain_loop(address);
    }
    if let [word, path] = arguments.as_slice()
        && word == validating::PLAIN_LINES
    {
        return validating::plain_lines(path);
    }
    let is_known = |argument: &String| BENCHES.iter().any(|(name, _)| name == argument);
    if let Some(unknown) = arguments.iter().find(|argument| !is_known(argument)) {
        let names: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
        eprintln!("nothing is called {unknown:?}; there are: {}", names.join(" "));
        std::process::exit(2);
    }
    for (name, bench) in BENCHES {
        if arguments.is_empty() || arguments.iter().any(|arg| arg == name) {
            println!("{name}");
            bench();
        }
    }
}

fn say(what: &str, figure: &str) {
    println!("  {what:<58} {figure}");
}

fn ms(span: Duration) -> String {
    format!("{:.2} ms", span.as_secs_f64() * 1_000.0)
}

/// The median and the 99th percentile.
fn median_and_p99(mut spans: Vec<Duration>) -> (Duration, Duration) {
    spans.sort_unstable();
    (spans[spans.len() / 2], spans[(spans.len() * 99 / 100).min(spans.len() - 1)])
}

fn both(spans: Vec<Duration>) -> String {
    let (median, p99) = median_and_p99(spans);
    format!("{}, p99 {}", ms(median), ms(p99))
}

fn median(spans: Vec<Duration>) -> Duration {
    median_and_p99(spans).0
}

/// The dashboard on a service, without refreshing.
fn dashboard(address: &str, height: u16, more: &[&str]) -> Terminal {
    let mut arguments = vec!["--base-url", address, "--refresh", "off"];
    arguments.extend(more);
    Terminal::start(height, &arguments)
}

/// The dashboard with everything loaded.
fn load_all(service: Service) -> Terminal {
    let mut terminal = dashboard(&service.start(), HEIGHT, &["--load", "all"]);
    terminal.wait_to_see(LOADED);
    terminal.settle(Duration::from_millis(300));
    terminal
}

fn start() {
    let (mut first, mut own) = (vec![], vec![]);
    for _ in 0..21 {
        // A port that takes connections and says nothing: the first frame waits for no answer.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut terminal = dashboard(&address, HEIGHT, &[]);
        first.push(terminal.wait_for("shelflife") - terminal.started);
        own.push(terminal.usage().cpu);
    }
    say("first frame after exec, nothing answered", &ms(median(first)));
    say("  time on a processor until then", &ms(median(own)));
    for files in [THOUSAND, MILLION] {
        let address = Service::of(files).start();
        let times = (0..21).map(|_| {
            let mut terminal = dashboard(&address, HEIGHT, &[]);
            terminal.wait_for("-output.jsonl") - terminal.started
        });
        let what = format!("first files on the screen, account of {files}");
        say(&what, &ms(median(times.collect())));
    }
}

/// The time from a key to the last byte of its frame.
fn press(terminal: &mut Terminal, key: &str) -> Duration {
    let pressed = Instant::now();
    terminal.press(key.as_bytes());
    terminal.wait_for(SELECTION) - pressed
}

/// The same for so many keys, each of them after a pause.
fn press_many(terminal: &mut Terminal, times: usize) -> Vec<Duration> {
    let keys = ["j", "j", "j", "k", "k", "k"].iter().cycle().take(times);
    let press = |key: &&str| {
        terminal.settle(Duration::from_millis(2));
        press(terminal, key)
    };
    keys.map(press).collect()
}

fn keys() {
    for files in [THOUSAND, MILLION] {
        let mut terminal = load_all(Service::of(files));
        let times = press_many(&mut terminal, 600);
        let before = terminal.usage();
        press_many(&mut terminal, 100);
        let after = terminal.usage();
        say(&format!("a key to the last byte of its frame, {files} files loaded"), &both(times));
        let cpu = after.since(before).cpu / 100;
        say("  time on a processor for each", &ms(cpu));
    }
}

fn burst() {
    let mut terminal = load_all(Service::of(MILLION));
    let times = (0..21).map(|i| {
        let keys = if i % 2 == 0 { b"j" } else { b"k" }.repeat(500);
        let pressed = Instant::now();
        terminal.press(&keys);
        terminal.settle(Duration::from_millis(50)) - pressed
    });
    let what = "500 keys at once to the last byte, 1000000 files loaded";
    say(what, &ms(median(times.collect())));
}

fn loading() {
    let address = Service::of(100 * THOUSAND).start();
    let mut terminal = dashboard(&address, HEIGHT, &["--load", "all"]);
    terminal.wait_for("-output.jsonl");
    let mut marked = 0;
    // Pages push the selection about; how many files are marked is sure to be new in each frame.
    let mut mark = |terminal: &mut Terminal| {
        marked += 1;
        terminal.settle(Duration::from_millis(2));
        let pressed = Instant::now();
        terminal.press(b" ");
        terminal.wait_to_see(&format!("{marked} marked")) - pressed
    };
    let mut busy = vec![];
    // A thousand would be spelt otherwise.
    while terminal.shows(LOADING) && busy.len() < 499 {
        busy.push(mark(&mut terminal));
    }
    while terminal.shows(LOADING) {
        terminal.pass(Duration::from_millis(100));
    }
    let idle = (0..busy.len()).map(|_| mark(&mut terminal)).collect();
    say("a key while 100000 files load", &both(busy));
    say("  and afterwards", &both(idle));
}

fn memory() {
    let terminal =
        Terminal::start(HEIGHT, &["--base-url", "http://127.0.0.1:9", "--refresh", "off"]);
    let mut terminal = terminal;
    terminal.wait_for("shelflife");
    let empty = terminal.usage().resident_kib;
    drop(terminal);
    say("memory before the first file", &format!("{:.1} MiB", mib(empty)));
    // Ids of 14 bytes and names of 25; then of 27 and 41, which is what the target speaks of.
    for digits in [(9, 6), (22, 22)] {
        let service = Service { digits, ..Service::of(MILLION) };
        let (id, name) = service.bytes_of_text();
        let usage = load_all(service).usage();
        let loaded =
            format!("{:.1} MiB, at most {:.1}", mib(usage.resident_kib), mib(usage.peak_kib));
        say(&format!("  1000000 files, ids of {id} bytes, names of {name}"), &loaded);
        let bytes = (usage.resident_kib.saturating_sub(15 * 1_024)) * 1_024 / MILLION;
        let text = format!("  bytes a file with {} of text, 15 MiB taken off", id + name);
        say(&text, &bytes.to_string());
    }
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap()) / 1_024.0
}

fn recheck() {
    let latency = Duration::from_millis(20);
    let address = Service { latency, ..Service::of(10 * THOUSAND) }.start();
    let mut terminal = dashboard(&address, HEIGHT, &["--load", "all"]);
    let first = terminal.wait_to_see(LOADED) - terminal.started;
    say("load 10000 files, 20 ms a page", &ms(first));
    let again = (0..5).map(|_| {
        // Until the footer no longer speaks of the one before.
        terminal.pass(Duration::from_millis(4_500));
        let begun = Instant::now();
        terminal.press(b"R");
        terminal.wait_to_see("files read again") - begun
    });
    let again = median(again.collect());
    let ratio = again.as_secs_f64() / first.as_secs_f64();
    say("  check all of them again", &format!("{}, {ratio:.2} of that", ms(again)));
}

fn idle() {
    // All of them tick every second, with the detail and the header that is more than the rows.
    let address = Service { spread_s: Some(80_000), ..Service::of(100) }.start();
    let mut terminal = dashboard(&address, 46, &[]);
    terminal.wait_for("-output.jsonl");
    let shown = "39 rows with seconds, and two more countdowns";
    watch(&mut terminal, shown);
}

fn still() {
    let address = Service { spread_s: None, ..Service::of(100) }.start();
    let mut terminal = dashboard(&address, HEIGHT, &[]);
    terminal.wait_for("-output.jsonl");
    watch(&mut terminal, "100 files that never expire");
}

/// What the program uses while nobody does anything.
fn watch(terminal: &mut Terminal, what: &str) {
    const SECONDS: u32 = 20;
    terminal.settle(Duration::from_millis(800));
    let (before, written) = (terminal.usage(), terminal.written);
    terminal.pass(Duration::from_secs(SECONDS.into()));
    let used = terminal.usage().since(before);
    let each = |amount: u64| {
        format!("{:.1}", f64::from(u32::try_from(amount).unwrap()) / f64::from(SECONDS))
    };
    say(&format!("a second of {what}: processor"), &ms(used.cpu / SECONDS));
    say("  bytes written", &each((terminal.written - written) as u64));
    let writes = used.writes.map_or("only told to root".to_owned(), each);
    say("  calls that wrote", &writes);
    say("  threads woken", &each(used.wakes));
}

/// The first lines, and the last ones, of a content of 200 MB at 20 ms a request.
fn content() {
    let latency = Duration::from_millis(20);
    let lines = Some(200 * MILLION / service::LINE);
    let address = Service { latency, lines, ranges: true, ..Service::of(20) }.start();
    let (mut first, mut last) = (vec![], vec![]);
    let (mut for_first, mut for_last) = (0, 0);
    let press = |terminal: &mut Terminal, key: &[u8], shown: &str| {
        terminal.settle(Duration::from_millis(300));
        let pressed = Instant::now();
        terminal.press(key);
        terminal.wait_to_see(shown) - pressed
    };
    for _ in 0..21 {
        let mut terminal = dashboard(&address, HEIGHT, &[]);
        terminal.wait_for("-output.jsonl");
        let before = service::contents_asked_for();
        first.push(press(&mut terminal, b"e", "lines read"));
        for_first = for_first.max(service::contents_asked_for() - before);
        last.push(press(&mut terminal, b"G", "line −1"));
        for_last = for_last.max(service::contents_asked_for() - before);
    }
    say("from a key to the first lines of 200 MB, 20 ms a request", &both(first));
    say("  to the last ones, by a part", &both(last));
    say("  requests, at most, until then", &format!("{for_first}, {for_last}"));
}

fn list_all(address: &str) -> (Duration, Usage) {
    ask(address, &["list", "--all", "--output", "jsonl"])
}

/// Runs a command without a screen to its end.
fn ask(address: &str, arguments: &[&str]) -> (Duration, Usage) {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).args(["--base-url", address]);
    run(command.env_clear().env("CEREBRAS_API_KEY", KEY))
}

/// Runs a command to its end; how long that took, and what it used.
fn run(command: &mut Command) -> (Duration, Usage) {
    run_to_the_end(command.stdout(Stdio::null()))
}

fn list() {
    let latency = Duration::from_millis(20);
    let address = Service { latency, ..Service::of(10 * THOUSAND) }.start();
    let bound = latency * u32::try_from(10 * THOUSAND / PAGE).unwrap();
    let took = median((0..5).map(|_| list_all(&address).0).collect());
    let ratio = took.as_secs_f64() / bound.as_secs_f64();
    let figure = format!("{}, {ratio:.3} of pages x latency", ms(took));
    say("list --all of 10000 files, 20 ms a page", &figure);
    let (took, usage) = list_all(&Service::of(MILLION).start());
    let figure = format!("{}, at most {:.1} MiB", ms(took), mib(usage.peak_kib));
    say("list --all of 1000000 files", &figure);
}

fn list_cpu() {
    let address = Service::of(100 * THOUSAND).start();
    let (mut ours, mut plain) = (vec![], vec![]);
    for _ in 0..7 {
        ours.push(list_all(&address).1.cpu);
        let program = env::current_exe().unwrap();
        plain.push(run(Command::new(program).args([PLAIN_LOOP, &address])).1.cpu);
    }
    say("list --all of 100000 files: processor", &ms(median(ours)));
    say("  a plain loop of reqwest and serde, no output", &ms(median(plain)));
}

/// The word that makes this program the plain loop.
const PLAIN_LOOP: &str = "plain-loop";

#[derive(Deserialize)]
struct PlainFile {
    id: String,
    object: String,
    bytes: u64,
    created_at: u64,
    expires_at: u64,
    filename: String,
    purpose: String,
}

#[derive(Deserialize)]
struct PlainPage {
    data: Vec<PlainFile>,
    has_more: bool,
}

/// What anybody would write first.
fn plain_loop(address: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let files = runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let mut files: Vec<PlainFile> = vec![];
        loop {
            let mut url = format!("{address}/v1/files?limit=100");
            if let Some(last) = files.last() {
                url = format!("{url}&after={}", last.id);
            }
            let body = client.get(url).send().await.unwrap().bytes().await.unwrap();
            let page: PlainPage = serde_json::from_slice(&body).unwrap();
            files.extend(page.data);
            if !page.has_more {
                return files;
            }
        }
    });
    let size = |file: &PlainFile| {
        let texts = [&file.id, &file.object, &file.filename, &file.purpose];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        texts as u64 + file.bytes + file.created_at + file.expires_at
    };
    assert!(files.iter().map(size).sum::<u64>() > 0);
}
