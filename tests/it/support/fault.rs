//! A server below HTTP libraries: it reads the head of a request and answers with bytes of the
//! test's choosing, so that framing can be broken too.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How a request is answered.
pub enum Reply {
    /// With these bytes; then the connection is closed.
    Bytes(Vec<u8>),
    /// With these bytes; then nothing more, with the connection open.
    Stall(Vec<u8>),
}

/// A running fault server.
pub struct Fault {
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Fault {
    /// Answers request number `n` (from 0), whose head is given, as `answer` says.
    pub fn start(answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(None, answer)
    }

    /// The same over TLS, as `localhost`.
    pub fn start_tls(
        tls: Arc<ServerConfig>,
        answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(Some(tls), answer)
    }

    fn serve(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = match tls {
            None => format!("http://{address}"),
            Some(_) => format!("https://localhost:{}", address.port()),
        };
        let heads = Arc::new(Mutex::new(vec![]));
        let (noted, answer) = (Arc::clone(&heads), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                let tls = tls.clone();
                thread::spawn(move || match tls {
                    None => serve(stream, &noted, &*answer),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).unwrap();
                        serve(StreamOwned::new(connection, stream), &noted, &*answer);
                    }
                });
            }
        });
        Self { url, heads }
    }

    /// The request lines so far.
    pub fn requests(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        heads.iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    }

    /// The heads so far, whole.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve<S: Read + Write>(
    stream: S,
    heads: &Mutex<Vec<String>>,
    answer: &dyn Fn(usize, &str) -> Reply,
) {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let number = {
        let mut heads = heads.lock().unwrap();
        heads.push(head.clone());
        heads.len() - 1
    };
    let mut stream = reader.into_inner();
    match answer(number, &head) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes);
            // Holds the connection until the other side gives up.
            let _ = BufReader::new(stream).read_line(&mut head);
        }
    }
}

/// A whole answer with `status` and `headers` (each ending in a line break).
pub fn answer(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes())
}

/// A page of files `from..to`, created in that order.
pub fn page(from: usize, to: usize, has_more: bool) -> Reply {
    answer("200 OK", "Content-Type: application/json\r\n", &page_body(from, to, has_more))
}

pub fn page_body(from: usize, to: usize, has_more: bool) -> String {
    let files: Vec<String> = (from..to).map(file).collect();
    format!(r#"{{"object":"list","data":[{}],"has_more":{has_more}}}"#, files.join(","))
}

/// A file that expires in 2100, each a second after the one before.
pub fn file(number: usize) -> String {
    format!(
        r#"{{"id":"file_{number:05}","object":"file","bytes":{number},"created_at":{},"expires_at":{},"filename":"name-{number:05}.jsonl","purpose":"batch"}}"#,
        1_700_000_000 + number,
        4_102_444_800_u64 + number as u64,
    )
}

/// The number in the `after` parameter of a request, plus one; zero without one.
pub fn begins_at(head: &str) -> usize {
    let after = head.split("after=file_").nth(1).map(|rest| &rest[..5]);
    after.map_or(0, |digits| digits.parse::<usize>().unwrap() + 1)
}
