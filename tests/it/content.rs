//! The call for a content against a server that lies about it: what its head is read for, how its
//! bytes end, and where the key goes.

use std::time::Duration;

use shelflife::api::client::Limits;
use shelflife::api::content::{Content, ContentHead, Part, Portion, TransferLimits};
use shelflife::api::endpoint::Endpoint;
use shelflife::api::secret::{KEY, Secret};
use shelflife::api::{Answer, ApiError, Client};
use shelflife::text::Untrusted;

use crate::support::CANARY;
use crate::support::content::{self, ETAG, honest, instead};
use crate::support::fault::{Fault, answer};
use crate::support::lying::{Held, Lying, Script, in_turn};

const PATH: &str = "/v1/files/file_1/content";

/// 1,000 bytes, in lines of ten.
fn bytes() -> Vec<u8> {
    (0..100).flat_map(|line| format!("{{\"n\":{line:03}}}\n").into_bytes()).collect()
}

fn serve<const N: usize>(answers: [content::Answer; N]) -> Lying {
    let file = Held::new("file_1", "batch-output.jsonl", bytes());
    Script::honest().contents(in_turn(answers)).serve([file])
}

fn client(url: &str) -> Client {
    let key = Secret::parse(CANARY, KEY).unwrap();
    Client::new(Endpoint::parse(url, false).unwrap(), Some(key), Limits::default()).unwrap()
}

async fn ask(url: &str, part: &Part, limits: TransferLimits) -> Result<Answer<Content>, ApiError> {
    client(url).content(&Untrusted::new("file_1"), part, limits).await
}

async fn open(url: &str, part: &Part) -> Content {
    ask(url, part, TransferLimits::default()).await.unwrap().value
}

/// All that comes of it, and why there is no more: nothing where it says that it has ended.
async fn read(content: &mut Content) -> (Vec<u8>, Option<ApiError>) {
    let mut all = vec![];
    loop {
        match content.next().await {
            Ok(Some(piece)) => all.extend_from_slice(&piece),
            Ok(None) => return (all, None),
            Err(error) => return (all, Some(error)),
        }
    }
}

fn from(from: u64) -> Part {
    Part { from, ..Part::whole() }
}

/// A head in a line: which part, its length, its validator, and what else it says.
fn told(head: &ContentHead) -> String {
    let number = |number: Option<u64>| number.map_or("?".to_owned(), |number| number.to_string());
    let extent = match head.extent {
        Portion::Whole => "all".to_owned(),
        Portion::Unplaced => "somewhere".to_owned(),
        Portion::Partial(range) => {
            format!("{}-{}/{}", range.start, range.last, number(range.total))
        }
        Portion::Outside(total) => format!("outside {}", number(total)),
    };
    let etag = head.etag.as_ref();
    let said = [
        Some(extent),
        Some(format!("{} bytes", number(head.length))),
        etag.map(|etag| format!("{}{}", etag.text, if etag.weak { " (weak)" } else { "" })),
        head.takes_ranges.then(|| "ranges".to_owned()),
        head.encoded.then(|| "encoded".to_owned()),
        head.incomplete.then(|| "incomplete".to_owned()),
        head.last_line.map(|line| format!("last line {line}")),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Operations 1.1, 1.3 and 5.1 to 5.5: what decides whether bytes can be put behind others stands in
/// the head, and is read from it as it stands there.
#[tokio::test]
async fn a_head_is_read_as_it_is() {
    let written = "X-Incomplete: true\r\nX-Last-Line: 17";
    let date = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT";
    for (answer, part, expected) in [
        (honest(), Part::whole(), "all, 1000 bytes, \"v1\", ranges"),
        (honest(), from(400), "400-999/1000, 600 bytes, \"v1\", ranges"),
        (honest(), Part { last: Some(9), ..from(3) }, "3-9/1000, 7 bytes, \"v1\", ranges"),
        (
            honest(),
            Part { tail: Some(64), ..Part::whole() },
            "936-999/1000, 64 bytes, \"v1\", ranges",
        ),
        (honest(), from(1_000), "outside 1000, 0 bytes, \"v1\", ranges"),
        (honest().outside(None).no_etag(), from(400), "outside ?, 0 bytes, ranges"),
        (honest().no_ranges(), from(400), "all, 1000 bytes, \"v1\""),
        (honest().shifted(-100), from(400), "300-999/1000, 700 bytes, \"v1\", ranges"),
        (honest().total("2000"), from(400), "400-999/2000, 600 bytes, \"v1\", ranges"),
        (honest().total("*"), from(400), "400-999/?, 600 bytes, \"v1\", ranges"),
        // A length below that of all is that of nothing.
        (honest().total("500"), from(400), "somewhere, 600 bytes, \"v1\", ranges"),
        (honest().only(7), from(400), "400-999/1000, 7 bytes, \"v1\", ranges"),
        (honest().etag("W/\"v1\""), from(400), "400-999/1000, 600 bytes, W/\"v1\" (weak), ranges"),
        (honest().etag("\"v2\""), from(400), "400-999/1000, 600 bytes, \"v2\", ranges"),
        (honest().etag("v1"), from(400), "400-999/1000, 600 bytes, ranges"),
        (honest().no_etag().header(date), from(400), "400-999/1000, 600 bytes, ranges"),
        (honest().chunked(), Part::whole(), "all, ? bytes, \"v1\", ranges"),
        (honest().until_closed(), Part::whole(), "all, ? bytes, \"v1\", ranges"),
        (honest().announced(5_000), Part::whole(), "all, 5000 bytes, \"v1\", ranges"),
        (honest().gzip(), Part::whole(), "all, ? bytes, \"v1\", ranges, encoded"),
        (honest().gzip(), from(400), "400-999/1000, ? bytes, \"v1\", ranges, encoded"),
        (
            honest().chunked().header(written),
            Part::whole(),
            "all, ? bytes, \"v1\", ranges, incomplete, last line 17",
        ),
    ] {
        let server = serve([answer]);
        let content = open(&server.url, &part).await;
        assert_eq!(told(&content.head), expected, "{part:?}");
    }
}

/// Operations 5.2: what kind of document it says that it is; its bytes come in any case.
#[tokio::test]
async fn a_document_in_place_of_the_content_is_known_by_its_kind() {
    use shelflife::api::content::Kind;
    let error = "{\"error\":{\"message\":\"try later\"}}";
    for (body, kind, expected) in [
        (error, "application/json", Kind::Json),
        ("<html>", "text/html; charset=utf-8", Kind::Html),
        ("{}\n{}\n", "application/x-ndjson", Kind::Other),
    ] {
        let server = serve([instead("200 OK", body).header(&format!("Content-Type: {kind}"))]);
        let mut content = open(&server.url, &Part::whole()).await;
        assert_eq!(content.head.kind, expected, "{kind}");
        assert_eq!(read(&mut content).await, (body.as_bytes().to_vec(), None));
    }
}

/// Operations 1.2 and 5.1: what came before it broke off is there, and an end says nothing but that.
#[tokio::test]
async fn a_content_breaks_off_or_ends_and_what_came_is_kept() {
    let early = Some("the answer broke off: the connection was closed too early");
    for (answer, bytes_that_come, words) in [
        (honest(), 1_000, None),
        (honest().chunked(), 1_000, None),
        (honest().until_closed(), 1_000, None),
        (honest().only(400), 400, None),
        (honest().chunked().only(400), 400, None),
        (honest().until_closed().only(400), 400, None),
        (honest().announced(400), 400, None),
        (honest().cut(400), 400, early),
        (honest().cut(0), 0, early),
        (honest().cut(999), 999, early),
        (honest().chunked().cut(400), 400, early),
        (honest().announced(5_000), 1_000, early),
        (honest().drip(990, Duration::from_millis(1)), 1_000, None),
        (honest().chunked().drip(990, Duration::from_millis(1)), 1_000, None),
    ] {
        let told = format!("{answer:?}");
        let server = serve([answer]);
        let mut content = open(&server.url, &Part::whole()).await;
        let (came, error) = read(&mut content).await;
        assert_eq!(came, bytes()[..bytes_that_come], "{told}");
        assert!(error.as_ref().is_none_or(ApiError::is_transient), "{told}");
        assert_eq!(error.map(|error| error.to_string()).as_deref(), words, "{told}");
    }
    // A reset drops what was on its way.
    let server = serve([honest().reset(400)]);
    let error = match ask(&server.url, &Part::whole(), TransferLimits::default()).await {
        Ok(mut answer) => read(&mut answer.value).await.1,
        Err(error) => Some(error),
    };
    let error = error.unwrap();
    assert!(error.is_transient() && matches!(error, ApiError::Interrupted { .. }), "{error:?}");
}

/// A refusal is one before the first byte and in the middle alike, with its own words.
#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let body = "{\"error\":{\"message\":\"so it is\"}}";
    for (status, header, expected, transient) in [
        ("401 Unauthorized", "X: y", "the service refused the key (401): so it is", false),
        ("403 Forbidden", "X: y", "the service denies permission (403): so it is", false),
        ("404 Not Found", "X: y", "the service answered 404 Not Found: so it is", false),
        ("410 Gone", "X: y", "the service answered 410 Gone: so it is", false),
        (
            "429 Too Many Requests",
            "Retry-After: 7",
            "the service answered 429 Too Many Requests: so it is",
            true,
        ),
        (
            "500 Internal Server Error",
            "X: y",
            "the service answered 500 Internal Server Error: so it is",
            true,
        ),
        // Neither is a content, whatever comes with it.
        ("202 Accepted", "X: y", "the service answered 202 Accepted: so it is", false),
        ("204 No Content", "X: y", "the service answered 204 No Content", false),
        ("203 Non-Authoritative Information", "X: y", "the service answered 203", false),
    ] {
        let cut = honest().cut(400);
        let body = if status.starts_with("204") { "" } else { body };
        let server = serve([cut, instead(status, body).header(header)]);
        let (came, _) = read(&mut open(&server.url, &Part::whole()).await).await;
        for part in [from(came.len() as u64), Part::whole()] {
            let error = ask(&server.url, &part, TransferLimits::default()).await.unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert_eq!(error.is_transient(), transient, "{error}");
            let wait = header.starts_with("Retry").then_some(Duration::from_secs(7));
            assert_eq!(error.wait(), wait, "{error}");
        }
    }
}

/// Operations 5.4: a proxy that compresses in spite of what was asked for.
#[tokio::test]
async fn what_is_compressed_is_decoded_in_pieces_and_its_end_is_looked_for() {
    let mut rng = fastrand::Rng::with_seed(5);
    let noise: Vec<u8> = (0..300_000).map(|_| rng.u8(..)).collect();
    let serve = |answer: content::Answer, bytes: &[u8]| {
        Script::honest().contents(in_turn([answer])).serve([Held::new("file_1", "a", bytes)])
    };
    for answer in [honest().gzip(), honest().gzip().chunked()] {
        let server = serve(answer, &noise);
        let mut content = open(&server.url, &Part::whole()).await;
        let first = content.next().await.unwrap().unwrap();
        assert!(first.len() < noise.len());
        let (rest, error) = read(&mut content).await;
        assert!([&first[..], &rest].concat() == noise && error.is_none());
        assert!(content.next().await.unwrap().is_none(), "it has ended");
    }
    // All but its end: decoded as far as it goes, and not taken for whole.
    for answer in [honest().gzip().chunked().only(100_000), honest().gzip().cut(100_000)] {
        let server = serve(answer, &noise);
        let (came, error) = read(&mut open(&server.url, &Part::whole()).await).await;
        assert!(noise.starts_with(&came) && came.len() > 90_000, "{}", came.len());
        assert!(matches!(error, Some(ApiError::Interrupted { .. })), "{error:?}");
    }
    // An empty body is one in any encoding.
    let empty = instead("200 OK", "").header("Content-Encoding: gzip");
    let server = serve(empty, &[]);
    assert_eq!(read(&mut open(&server.url, &Part::whole()).await).await, (vec![], None));
    // What is none breaks, and what nobody asked for is not taken for the file.
    let odd = instead("200 OK", "no gzip at all").header("Content-Encoding: gzip");
    let (_, error) = read(&mut open(&serve(odd, &[]).url, &Part::whole()).await).await;
    assert!(matches!(error, Some(ApiError::Undecodable { .. })), "{error:?}");
    for coding in ["br", "gzip, br"] {
        let odd = instead("200 OK", "x").header(&format!("Content-Encoding: {coding}"));
        let server = serve(odd, &[]);
        let error = ask(&server.url, &Part::whole(), TransferLimits::default()).await.unwrap_err();
        let words = "it is encoded in a way that was not asked for";
        assert_eq!(error, ApiError::Undecodable { what: words }, "{coding}");
    }
}

/// Hazards 35: however much a little becomes, it comes in pieces that can be held.
#[tokio::test]
async fn what_is_compressed_a_thousandfold_comes_in_small_pieces() {
    let zeros = vec![0; 48 << 20];
    let file = Held::new("file_1", "a", zeros);
    let server = Script::honest().contents(in_turn([honest().gzip()])).serve([file]);
    let mut content = open(&server.url, &Part::whole()).await;
    let (mut largest, mut all) = (0, 0);
    while let Some(piece) = content.next().await.unwrap() {
        largest = largest.max(piece.len());
        all += piece.len();
    }
    assert_eq!(all, 48 << 20);
    assert!(largest <= 2 << 20, "{largest} bytes at once");
}

/// Hazards 34: it may take as long as it flows, and no longer.
#[tokio::test]
async fn a_content_that_stalls_or_hardly_flows_is_given_up() {
    let ms = Duration::from_millis;
    let far = Duration::from_secs(600);
    let stalls = TransferLimits { gap: ms(150), window: far, least_bytes: 1 };
    for answer in [honest().stall(400), honest().chunked().stall(400), honest().gzip().stall(0)] {
        let server = serve([answer]);
        let mut content = ask(&server.url, &Part::whole(), stalls).await.unwrap().value;
        let (came, error) = read(&mut content).await;
        assert!(bytes().starts_with(&came));
        let expected = ApiError::TimedOut { what: "further byte", limit: ms(150) };
        assert_eq!(error, Some(expected));
    }
    // Each byte comes in time, and yet it would take for ever.
    let crawls = TransferLimits { gap: far, window: ms(100), least_bytes: 500 };
    let server = serve([honest().drip(10, ms(2))]);
    let mut content = ask(&server.url, &Part::whole(), crawls).await.unwrap().value;
    let (came, error) = read(&mut content).await;
    assert!((1..1_000).contains(&came.len()) && bytes().starts_with(&came));
    let Some(ApiError::TooSlow { received, limit }) = error else { panic!("{error:?}") };
    assert!(received < 500 && limit == ms(100));
}

/// The bytes are asked for as they are, and a condition only where it can be met.
#[tokio::test]
async fn a_content_is_asked_for_as_it_is() {
    let server = serve([honest()]);
    let tag = || Some(ETAG.to_owned());
    for (part, told, length) in [
        (Part::whole(), format!("GET {PATH}"), 1_000),
        (Part { if_range: tag(), ..Part::whole() }, format!("GET {PATH}"), 1_000),
        (from(400), format!("GET {PATH} bytes=400-"), 600),
        (Part { if_range: tag(), ..from(400) }, format!("GET {PATH} bytes=400- if {ETAG}"), 600),
        (
            Part { if_range: Some("\"v0\"".to_owned()), ..from(400) },
            format!("GET {PATH} bytes=400- if \"v0\""),
            1_000,
        ),
        (
            Part { tail: Some(64), if_range: tag(), ..Part::whole() },
            format!("GET {PATH} bytes=-64 if {ETAG}"),
            64,
        ),
    ] {
        let content = open(&server.url, &part).await;
        assert_eq!(server.told().last(), Some(&told));
        assert_eq!(content.head.length, Some(length), "{told}");
    }
    for request in server.requests() {
        assert_eq!(request.header("accept-encoding"), Some("identity"), "{}", request.told());
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {CANARY}")));
    }
    // What could address another resource is not asked for at all.
    let asked = server.requests().len();
    for id in ["..", "a/b", "a?b", ""] {
        let id = Untrusted::new(id);
        let limits = TransferLimits::default();
        let error = client(&server.url).content(&id, &Part::whole(), limits).await.unwrap_err();
        assert_eq!(error, ApiError::UnusableId);
    }
    assert_eq!(server.requests().len(), asked);
}

/// Hazards 16, operations 5.6: a content that lies elsewhere is not followed, and the key stays.
#[tokio::test]
async fn a_redirect_is_named_and_not_followed_before_and_after_a_cut() {
    let elsewhere = Fault::start(|_, _| answer("200 OK", "", "taken"));
    let host = elsewhere.url.trim_start_matches("http://").to_owned();
    let to = format!("Location: {}/signed?token=1", elsewhere.url);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Moved", "308 Moved"] {
        let server = serve([honest().cut(400), instead(status, "").header(&to)]);
        let (came, _) = read(&mut open(&server.url, &Part::whole()).await).await;
        assert_eq!(came.len(), 400);
        for part in [from(400), Part::whole()] {
            let error = ask(&server.url, &part, TransferLimits::default()).await.unwrap_err();
            assert_eq!(error, ApiError::Redirected { target: Untrusted::new(&*host) });
            assert!(!format!("{error:?} {error}").contains(CANARY));
        }
    }
    assert!(elsewhere.requests().is_empty(), "the key went nowhere");
}
