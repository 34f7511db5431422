//! A service on loopback that does next to nothing itself: pages are made from their number, and
//! each answer leaves exactly so long after its request was read.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Files in a page.
pub const PAGE: u64 = 100;

/// What the service has.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its files.
    pub files: u64,
    /// From a request to its answer.
    pub latency: Duration,
    /// The expiries of all files are spread over this span from now on, in seconds; nothing where
    /// none expires.
    pub spread_s: Option<u64>,
    /// Digits in the ids and in the names of its files.
    pub digits: (usize, usize),
}

impl Service {
    /// A service with so many files, which answers at once.
    pub fn of(files: u64) -> Self {
        Self { files, latency: Duration::ZERO, spread_s: Some(6 * 86_400), digits: (9, 6) }
    }

    /// Bytes of an id, and of a filename.
    pub fn bytes_of_text(self) -> (usize, usize) {
        let (id, name) = self.digits;
        ("file-".len() + id, "batch--output.jsonl".len() + name)
    }

    /// Serves until the process ends; gives the address.
    pub fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                thread::spawn(move || self.answer(&stream, now_s));
            }
        });
        address
    }

    fn answer(self, stream: &TcpStream, now_s: u64) {
        stream.set_nodelay(true).unwrap();
        let (mut requests, mut answers) = (BufReader::new(stream), stream);
        let (mut line, mut body) = (String::new(), String::new());
        loop {
            let mut first = 0;
            loop {
                line.clear();
                if requests.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if let Some((_, after)) = line.split_once("after=file-") {
                    first = after[..self.digits.0].parse::<u64>().unwrap() + 1;
                }
                if line == "\r\n" {
                    break;
                }
            }
            let read = Instant::now();
            self.page(first, now_s, &mut body);
            // A timer comes late; the last bit is waited for awake.
            let asleep = self.latency.saturating_sub(Duration::from_micros(300));
            thread::sleep(asleep.saturating_sub(read.elapsed()));
            while read.elapsed() < self.latency {
                std::hint::spin_loop();
            }
            if answers.write_all(body.as_bytes()).is_err() {
                return;
            }
        }
    }

    /// The answer with the page that begins with the file of this number.
    fn page(self, first: u64, now_s: u64, answer: &mut String) {
        let end = (first + PAGE).min(self.files);
        let (id, name) = self.digits;
        let mut body = String::with_capacity(24_000);
        body.push_str("{\"object\":\"list\",\"data\":[");
        for n in first..end {
            // Scattered, so that the order on the screen is not that of the service.
            let scattered = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let at = self.spread_s.map(|span| now_s + 60 + scattered % span);
            let expires_at = at.map_or("null".to_owned(), |at| at.to_string());
            let comma = if n > first { "," } else { "" };
            let _ = write!(
                body,
                "{comma}{{\"id\":\"file-{n:0id$}\",\"object\":\"file\",\"bytes\":{},\"created_at\":{},\
                 \"expires_at\":{expires_at},\"filename\":\"batch-{n:0name$}-output.jsonl\",\"purpose\":\"batch_output\"}}",
                n * 7_919 % 1_000_000_007,
                now_s - 300_000 + n % 3_600,
            );
        }
        let _ = write!(body, "],\"has_more\":{}}}", end < self.files);
        answer.clear();
        let _ = write!(
            answer,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    }
}
