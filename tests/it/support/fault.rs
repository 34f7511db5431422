//! A server below HTTP libraries: it reads the head of a request and answers with bytes of the
//! test's choosing, so that framing can be broken too.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::files::lasting_page;

/// How a request is answered.
pub enum Reply {
    /// With these bytes; then the connection is closed.
    Bytes(Vec<u8>),
    /// With these bytes; then the next request on the same connection is answered.
    Kept(Vec<u8>),
    /// With these bytes; then nothing more, with the connection open.
    Stall(Vec<u8>),
    /// The same; who waits at the other end of the channel is told when the connection was closed.
    StallUntilClosed(Vec<u8>, Sender<()>),
    /// With these bytes; then a blank after each such pause, without an end.
    Drip(Vec<u8>, Duration),
    /// With these bytes; then the second ones over and over, without an end or a pause.
    Flood(Vec<u8>, Vec<u8>),
    /// With these bytes; then with one of the pieces after each such pause; then the connection is
    /// closed.
    Trickle(Vec<u8>, Vec<Vec<u8>>, Duration),
    /// With these bytes; then the connection is reset.
    Reset(Vec<u8>),
    /// After the body of the request was read, or so many bytes of it, as the function says that is
    /// given them.
    AfterBody(usize, Box<dyn FnOnce(Vec<u8>) -> Reply + Send>),
}

/// A running fault server.
pub struct Fault {
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Fault {
    /// Answers request number `n` (from 0), whose head is given, as `answer` says.
    pub fn start(answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").unwrap(), None, answer)
    }

    /// The same where somebody listens already.
    pub fn on(
        listener: TcpListener,
        answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(listener, None, answer)
    }

    /// The same over TLS, as `localhost`.
    pub fn start_tls(
        tls: Arc<ServerConfig>,
        answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").unwrap(), Some(tls), answer)
    }

    fn serve(
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let url = match tls {
            None => format!("http://{address}"),
            Some(_) => format!("https://localhost:{}", address.port()),
        };
        let heads = Arc::new(Mutex::new(vec![]));
        let (noted, answer) = (Arc::clone(&heads), Arc::new(answer));
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                let tls = tls.clone();
                thread::spawn(move || {
                    let tcp = stream.try_clone().unwrap();
                    match tls {
                        None => serve(&tcp, stream, &noted, &*answer),
                        Some(tls) => {
                            let connection = ServerConnection::new(tls).unwrap();
                            let stream = StreamOwned::new(connection, stream);
                            serve(&tcp, stream, &noted, &*answer);
                        }
                    }
                });
            }
        });
        Self { url, heads, connections }
    }

    /// The request lines so far.
    pub fn requests(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        heads.iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads so far, whole.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Answers what is asked through `stream`, which travels over `tcp`.
fn serve<S: Read + Write>(
    tcp: &TcpStream,
    stream: S,
    heads: &Mutex<Vec<String>>,
    answer: &dyn Fn(usize, &str) -> Reply,
) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = read_head(&mut stream) {
        let number = {
            let mut heads = heads.lock().unwrap();
            heads.push(head.clone());
            heads.len() - 1
        };
        let mut reply = answer(number, &head);
        while let Reply::AfterBody(most, then) = reply {
            reply = then(read_body(&mut stream, &head, most));
        }
        match reply {
            Reply::Kept(bytes) => {
                if stream.get_mut().write_all(&bytes).is_err() {
                    return;
                }
            }
            reply => {
                // The other side may be gone already; there is nobody to tell then.
                let _ = reply_last(tcp, stream.get_mut(), reply);
                return;
            }
        }
    }
}

/// The head of the next request; nothing where none comes.
fn read_head(stream: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).unwrap_or(0) == 0 {
            return None;
        }
    }
    Some(head)
}

/// The body of the request with this head, at most so many bytes of it; what came of it where it
/// breaks off.
fn read_body(stream: &mut impl BufRead, head: &str, most: usize) -> Vec<u8> {
    let mut body = vec![];
    let read = |stream: &mut dyn BufRead, bytes: usize, body: &mut Vec<u8>| {
        let wanted = bytes.min(most - body.len());
        stream.take(wanted as u64).read_to_end(body).unwrap_or(0) == bytes
    };
    if let Some(length) = header(head, "content-length") {
        read(stream, length.parse().unwrap(), &mut body);
    } else if header(head, "transfer-encoding").is_some() {
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let bytes = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
            line.clear();
            if !read(stream, bytes, &mut body) || stream.read_line(&mut line).is_err() || bytes == 0
            {
                break;
            }
            line.clear();
        }
    }
    body
}

/// What a head says under this name.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let mut values = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value.trim())
}

/// Answers the last request of a connection.
fn reply_last(tcp: &TcpStream, stream: &mut impl Write, reply: Reply) -> io::Result<()> {
    match reply {
        Reply::Bytes(bytes) | Reply::Kept(bytes) => stream.write_all(&bytes),
        Reply::Stall(bytes) => {
            stream.write_all(&bytes)?;
            wait_closed(tcp, None)
        }
        Reply::StallUntilClosed(bytes, closed) => {
            stream.write_all(&bytes)?;
            wait_closed(tcp, None)?;
            // Only where the test has not ended meanwhile.
            let _ = closed.send(());
            Ok(())
        }
        Reply::Drip(bytes, pause) => {
            stream.write_all(&bytes)?;
            while wait_closed(tcp, Some(pause)).is_err() {
                stream.write_all(b" ")?;
            }
            Ok(())
        }
        Reply::Flood(bytes, more) => {
            stream.write_all(&bytes)?;
            // Many at once: one by one they are a flood for the parser of heads, which begins anew
            // with each piece, and the time goes there.
            let more = more.repeat((1 << 16) / more.len());
            loop {
                stream.write_all(&more)?;
            }
        }
        Reply::Trickle(bytes, pieces, pause) => {
            stream.write_all(&bytes)?;
            for piece in pieces {
                if wait_closed(tcp, Some(pause)).is_ok() {
                    break;
                }
                stream.write_all(&piece)?;
            }
            Ok(())
        }
        Reply::AfterBody(..) => unreachable!("the body was read"),
        Reply::Reset(bytes) => {
            stream.write_all(&bytes)?;
            SockRef::from(tcp).set_linger(Some(Duration::ZERO))
        }
    }
}

/// Waits until the other side closes the connection; an error where it does not in time.
fn wait_closed(tcp: &TcpStream, most: Option<Duration>) -> io::Result<()> {
    tcp.set_read_timeout(most)?;
    tcp.peek(&mut [0]).map(drop)
}

/// A whole answer with `status` and `headers` (each ending in a line break).
pub fn answer(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes())
}

/// A page of the lasting files `from..to`.
pub fn page(from: usize, to: usize, has_more: bool) -> Reply {
    answer("200 OK", "Content-Type: application/json\r\n", &lasting_page(from, to, has_more))
}

/// The number in the `after` parameter of a request, plus one; zero without one.
pub fn begins_at(head: &str) -> usize {
    let after = head.split("after=file_").nth(1).map(|rest| &rest[..5]);
    after.map_or(0, |digits| digits.parse::<usize>().unwrap() + 1)
}
