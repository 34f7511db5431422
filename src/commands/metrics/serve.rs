//! Serves what is on the board to whoever asks for it: one address, two methods, and limits on all that
//! a stranger could make large or slow.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, VARY};
use axum::http::{Method, Request, Response, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::board::Board;
use super::text::TextForm;

/// Where the metrics are.
pub(super) const PATH: &str = "/metrics";

/// Connections that are served at once; whoever comes then waits for one to end.
const MOST_CONNECTIONS: usize = 64;
/// How long the head of a request may take, and a connection be idle.
const HEAD: Duration = Duration::from_secs(10);
/// Bytes of the head of a request.
const MOST_HEAD_BYTES: usize = 16 * 1_024;
/// Headers in it.
const MOST_HEADERS: usize = 64;
/// How long a connection is kept, however well it behaves: it ends between two requests then.
const CONNECTION: Duration = Duration::from_secs(300);
/// How long it may then take to end.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// A pause where no connection can be taken, such as for want of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves the board until this is dropped.
pub(super) async fn serve(listener: TcpListener, board: Arc<Board>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // It is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                if !ended_early(&error) {
                    log::warn!(why = error.to_string().as_str(); "no connection can be taken");
                    sleep(PAUSE).await;
                }
                continue;
            }
        };
        let board = Arc::clone(&board);
        tokio::spawn(async move {
            converse(stream, &board).await;
            drop(place);
        });
    }
}

/// Whether it is the business of one connection alone.
fn ended_early(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Answers what is asked over a connection, until it ends. How it ends is the business of whoever asks.
async fn converse(stream: TcpStream, board: &Board) {
    let service = service_fn(|request| async move { Ok::<_, Infallible>(answer(&request, board)) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    if timeout(CONNECTION, connection.as_mut()).await.is_err() {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(LAST_ANSWER, connection).await;
    }
}

fn answer<B>(request: &Request<B>, board: &Board) -> Response<Body> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let text = "only GET and HEAD are answered\n";
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, text);
        answer.headers_mut().insert(ALLOW, axum::http::HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    if request.uri().path() != PATH {
        return plain(StatusCode::NOT_FOUND, "the metrics are at /metrics\n");
    }
    let form = TextForm::asked_for(&accepted(request.headers()));
    let mut answer = Response::new(Body::from(board.write(form)));
    let headers =
        [(CONTENT_TYPE, form.content_type()), (VARY, "Accept"), (CACHE_CONTROL, "no-store")];
    for (name, value) in headers {
        answer.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    answer
}

/// What is accepted, of however many headers.
fn accepted(headers: &HeaderMap) -> String {
    let all = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    all.collect::<Vec<_>>().join(",")
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    let kind = axum::http::HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
