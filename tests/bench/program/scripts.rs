//! What the questions cost that scripts and monitoring systems ask: next to a whole list, next to the latency
//! of its pages, and while nothing is read.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::service::{PAGE, Service};
use super::terminal::{KEY, PROGRAM, Usage};
use super::{MILLION, THOUSAND, ask, both, list_all, median, mib, ms, say};

/// Scrapes that are timed.
const SCRAPES: usize = 200;
/// How long it is watched while nobody asks.
const WATCHED: Duration = Duration::from_secs(20);

/// Filters and sorting, next to a list without them.
pub fn answers() {
    let address = Service::of(100 * THOUSAND).start();
    // All match, so that as much is printed.
    let filters = ["batch", "left>1s and size>=0B and not purpose:evals", "/^batch-0/"];
    let (mut plain, mut filtered) = (vec![], filters.map(|_| vec![]));
    for _ in 0..7 {
        plain.push(list_all(&address).1.cpu);
        for (filter, spent) in filters.iter().zip(&mut filtered) {
            spent.push(ask(&address, &["list", "--filter", filter, "--output", "jsonl"]).1.cpu);
        }
    }
    let plain = median(plain);
    for (filter, spent) in filters.iter().zip(filtered) {
        let spent = median(spent);
        let ratio = spent.as_secs_f64() / plain.as_secs_f64();
        let figure = format!("{}, {ratio:.3} of list --all", ms(spent));
        say(&format!("list --filter '{filter}': processor"), &figure);
    }
    let (took, usage) = ask(&Service::of(MILLION).start(), &["list", "--sort", "left"]);
    let figure = format!("{}, at most {:.1} MiB", ms(took), mib(usage.peak_kib));
    say("list --sort left of 1000000 files", &figure);
}

/// A check, next to the latency of the pages that it has to read.
pub fn check() {
    let latency = Duration::from_millis(20);
    let address = Service { latency, ..Service::of(2 * THOUSAND) }.start();
    let bound = latency * u32::try_from(2 * THOUSAND / PAGE).unwrap();
    let ask_check = || ask(&address, &["check", "-w", "1s:", "-c", "1s:"]).0;
    let took = median((0..9).map(|_| ask_check()).collect());
    let ratio = took.as_secs_f64() / bound.as_secs_f64();
    let figure = format!("{}, {ratio:.3} of pages x latency", ms(took));
    say("check of 2000 files, 20 ms a page", &figure);
}

/// `metrics --listen`, and a connection to it that is kept, as Prometheus does.
struct Served {
    child: Child,
    stream: TcpStream,
}

impl Served {
    fn start(address: &str) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["metrics", "--listen", "127.0.0.1:0", "--refresh", "1h"]);
        command.args(["--base-url", address]).env_clear().env("CEREBRAS_API_KEY", KEY);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_start_matches("listening on http://").trim();
        let stream = TcpStream::connect(address.trim_end_matches("/metrics")).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { child, stream }
    }

    /// Asks once; what was told, and how long that took.
    fn scrape(&mut self) -> (String, Duration) {
        let asked = Instant::now();
        self.stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let (mut told, mut some) = (vec![], [0; 16_384]);
        loop {
            let read = self.stream.read(&mut some).unwrap();
            assert!(read > 0, "it hung up");
            told.extend_from_slice(&some[..read]);
            let text = std::str::from_utf8(&told).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let head = head.to_ascii_lowercase();
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() == length {
                return (body.to_owned(), asked.elapsed());
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a scrape costs whoever waits for it, and what serving costs between two readings.
pub fn metrics() {
    for files in [THOUSAND, MILLION] {
        let mut served = Served::start(&Service::of(files).start());
        let complete = "shelflife_list_complete{profile=\"default\"} 1";
        while !served.scrape().0.contains(complete) {
            sleep(Duration::from_millis(100));
        }
        let spans = (0..SCRAPES).map(|_| served.scrape().1).collect();
        say(&format!("a scrape of metrics --listen, account of {files}"), &both(spans));
        let before = Usage::of(served.child.id());
        sleep(WATCHED);
        let used = Usage::of(served.child.id()).since(before);
        let each = used.cpu / u32::try_from(WATCHED.as_secs()).unwrap();
        say("  a second of it between readings: processor", &ms(each));
    }
}
