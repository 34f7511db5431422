//! What a proxy answers to the request for a tunnel: the HTTP library tells that it refused, and not
//! how.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::proxy::Proxy;

/// The library's words for 407.
pub(super) const WANTS_USER: &[u8] = b"tunnel error: proxy authorization required";
/// Its words for every other status.
pub(super) const REFUSED: &[u8] = b"tunnel error: unsuccessful";
/// Bytes in which a status line must end.
const MOST_BYTES: usize = 256;

/// Asks the proxy once more, for nothing but its status; nothing where it lets us through now, takes
/// longer than `limit`, or speaks TLS. The service hears nothing of it.
pub(super) async fn status(proxy: &Proxy, service: &Endpoint, limit: Duration) -> Option<u16> {
    timeout(limit, ask(proxy, service)).await.ok()?.filter(|status| *status >= 300)
}

async fn ask(proxy: &Proxy, service: &Endpoint) -> Option<u16> {
    let (host, port) = proxy.plain_place()?;
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let url = service.files_url();
    let place = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let user = proxy.authorization();
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{user}\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = vec![];
    while !head.contains(&b'\n') && head.len() < MOST_BYTES {
        if stream.read_buf(&mut head).await.ok()? == 0 {
            break;
        }
    }
    read_status(&head)
}

/// `HTTP/1.1 403 …`.
fn read_status(head: &[u8]) -> Option<u16> {
    let line = String::from_utf8_lossy(head);
    let mut words = line.lines().next()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok().filter(|status| (100..=999).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_that_of_the_first_line() {
        for (head, status) in [
            (&b"HTTP/1.1 403 Forbidden\r\nX: y\r\n"[..], Some(403)),
            (b"HTTP/1.0 502\n", Some(502)),
            (b"HTTP/1.1 99 X\r\n", None),
            (b"HTTP/1.1 x\r\n", None),
            (b"SSH-2.0 403 x\r\n", None),
            (b"\xff\x00", None),
            (b"", None),
        ] {
            assert_eq!(read_status(head), status, "{head:?}");
        }
    }
}
