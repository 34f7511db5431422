//! The client against a server that breaks the rules: limits of time and size, and what becomes of
//! the key.

use std::time::Duration;

use shelflife::api::client::Limits;
use shelflife::api::endpoint::Endpoint;
use shelflife::api::secret::{KEY, Secret};
use shelflife::api::{ApiError, Client};
use shelflife::text::Untrusted;

use crate::support::CANARY;
use crate::support::fault::{Fault, Reply, answer, page};

fn client(url: &str, limits: Limits) -> Client {
    let key = Secret::parse(CANARY, KEY).unwrap();
    Client::new(Endpoint::parse(url, false).unwrap(), Some(key), limits).unwrap()
}

/// The program's limits, in thousandths: what takes seconds there takes milliseconds here.
fn short() -> Limits {
    let ms = Duration::from_millis;
    Limits { connect: ms(500), head: ms(150), gap: ms(150), whole: ms(600), ..Limits::default() }
}

#[tokio::test]
async fn a_page_is_asked_for_with_its_cursor_encoded() {
    let server = Fault::start(|_, _| page(0, 2, false));
    let client = client(&server.url, Limits::default());
    let answer = client.list_page(Some(&Untrusted::new("a/b?c&d=é \n..")), 7).await.unwrap();
    assert_eq!(answer.value.readings.len(), 2);
    assert_eq!(
        server.requests(),
        ["GET /v1/files?limit=7&after=a%2Fb%3Fc%26d%3D%C3%A9%20%0A.. HTTP/1.1"]
    );
    let head = server.heads().remove(0).to_lowercase();
    assert!(
        head.contains(&format!("authorization: bearer {}", CANARY.to_lowercase()))
            && head.contains("user-agent: shelflife/")
    );
    assert!(!format!("{client:?}").contains(CANARY));
}

/// What comes on a connection comes on the thread of whoever made it: whoever stands back shares none.
#[tokio::test]
async fn a_client_apart_has_connections_of_its_own() {
    let body = "{\"data\":[],\"has_more\":false}";
    let server = Fault::start(move |_, _| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        Reply::Kept((head + body).into_bytes())
    });
    let client = client(&server.url, Limits::default());
    for (client, connections) in
        [(&client, 1), (&client.clone(), 1), (&client.apart().unwrap(), 2), (&client, 2)]
    {
        // Whoever drives the connection is to see that the answer before is over.
        tokio::task::yield_now().await;
        client.list_page(None, 7).await.unwrap();
        assert_eq!(server.connections(), connections);
    }
    assert!(server.heads().iter().all(|head| head.contains(CANARY)));
}

/// Hazards 34: stalls before the head and in the body.
#[tokio::test]
async fn stalls_end_at_their_limits() {
    type Case = (fn() -> Reply, &'static str);
    let cases: [Case; 4] = [
        (
            || Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()),
            "no whole answer within",
        ),
        (|| Reply::Stall(vec![]), "no answer within"),
        (
            || Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()),
            "no further byte within",
        ),
        (|| Reply::Stall(b"HTTP/1.1 200 OK\r\nX: y".to_vec()), "no answer within"),
    ];
    for (reply, words) in cases {
        // Each case meets its own limit; the others are out of the way.
        let far = Duration::from_secs(20);
        let limits = match words {
            "no answer within" => Limits { gap: far, whole: far, ..short() },
            "no further byte within" => Limits { head: far, whole: far, ..short() },
            _ => Limits { head: far, gap: far, ..short() },
        };
        let server = Fault::start(move |_, _| reply());
        let error = client(&server.url, limits).list_page(None, 1).await.unwrap_err();
        assert!(error.is_transient() && error.to_string().starts_with(words), "{error}");
    }
}

/// Hazards 34: a stall in the TLS handshake.
#[tokio::test]
async fn a_handshake_that_does_not_go_on_ends_at_its_limit() {
    // The system takes the connection; nobody ever looks at it.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let limits = Limits { connect: Duration::from_millis(200), ..Limits::default() };
    let error = client(&url, limits).list_page(None, 1).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(error.to_string().starts_with("no connection within"), "{error}");
}

/// Hazards 35: a body that is too large, compressed or not.
#[tokio::test]
async fn bodies_are_cut_at_the_cap() {
    let server = Fault::start(|_, _| {
        answer("200 OK", "", &format!("{{\"data\":[],\"x\":\"{}\"}}", "y".repeat(9 << 20)))
    });
    let error = client(&server.url, Limits::default()).list_page(None, 1).await.unwrap_err();
    assert_eq!(error.to_string(), "the answer cannot be read: it is larger than 8 MiB");
    assert!(!error.is_transient());

    let server =
        Fault::start(|_, _| answer("500 Internal Server Error", "", &"long ".repeat(1 << 20)));
    let error = client(&server.url, Limits::default()).list_page(None, 1).await.unwrap_err();
    assert!(error.to_string().chars().count() < 300, "{error}");
}

/// Hazards 16: redirects are not followed.
#[tokio::test]
async fn redirects_are_named_and_not_followed() {
    let elsewhere = Fault::start(|_, _| page(0, 1, false));
    let location = format!("Location: {}/v1/files\r\n", elsewhere.url);
    let server = Fault::start(move |_, _| answer("307 Temporary Redirect", &location, ""));
    let error = client(&server.url, Limits::default()).list_page(None, 1).await.unwrap_err();
    let host = elsewhere.url.trim_start_matches("http://");
    assert_eq!(error, ApiError::Redirected { target: Untrusted::new(host) });
    assert!(elsewhere.requests().is_empty(), "the key went nowhere");
}

/// Hazards 29: `Date`, garbage, and `Age`.
#[tokio::test]
async fn dates_are_used_unless_a_cache_answered() {
    for (headers, trusted) in [
        ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", true),
        ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 3\r\n", false),
        ("Date: yesterday\r\n", false),
        ("", false),
    ] {
        let server = Fault::start(move |_, _| answer("200 OK", headers, "[]"));
        let answer = client(&server.url, Limits::default()).list_page(None, 1).await.unwrap();
        assert_eq!(
            answer.date.map(|sample| sample.date_s),
            trusted.then_some(784_111_777),
            "{headers}"
        );
    }
}

#[tokio::test]
async fn what_may_be_tried_again_is_told_apart() {
    for (status, headers, transient) in [
        ("408 Request Timeout", "", true),
        ("429 Too Many Requests", "", true),
        ("500 Internal Server Error", "", true),
        ("502 Bad Gateway", "", true),
        ("503 Service Unavailable", "", true),
        ("504 Gateway Timeout", "", true),
        ("400 Bad Request", "", false),
        ("404 Not Found", "", false),
        ("409 Conflict", "", false),
        ("501 Not Implemented", "", false),
        ("505 HTTP Version Not Supported", "", false),
        ("204 No Content", "", false),
        ("503 Service Unavailable", "x-should-retry: false\r\n", false),
        ("409 Conflict", "x-should-retry: true\r\n", true),
    ] {
        let server = Fault::start(move |_, _| answer(status, headers, ""));
        let error = client(&server.url, Limits::default()).list_page(None, 1).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{status} {headers}: {error}");
    }
    let gzip =
        Fault::start(|_, _| answer("200 OK", "Content-Encoding: gzip\r\n", "no gzip at all"));
    let error = client(&gzip.url, Limits::default()).list_page(None, 1).await.unwrap_err();
    assert!(matches!(error, ApiError::Undecodable { .. }), "{error:?}");
}
