//! The demo API: a faithful Files API on loopback, over files that are computed, not stored.
//!
//! `--demo` runs it inside the dashboard's process, `demo-server` on its own, and the tests against
//! it. It speaks real HTTP; the client code does not know that it is there.

mod account;
mod batch;
mod batches;
mod content;
mod handlers;
mod limits;
mod sending;
mod texts;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tokio::net::TcpListener;

pub use account::{DemoAccount, DemoFile, MOST_FILES};
use limits::Limits;

/// Bytes of an upload, and a little for the form around it.
const MOST_UPLOAD_BYTES: usize = 200 * 1_024 * 1_024 + 64 * 1_024;

/// How the demo API behaves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files at the start.
    pub files: u64,
    /// The only key that is let in; any, and none, where this is not given.
    pub key: Option<String>,
    /// A pause before each answer.
    pub latency: Duration,
    /// Seconds from one change of the account to the next; nothing where it changes only by
    /// requests and by expiry.
    pub churn: Option<u32>,
    /// The share of requests that fail, from 0 to 1; those for a content also in its middle.
    pub fail: f64,
    /// Requests that are let in a minute; any number where this is not given.
    pub a_minute: Option<u64>,
    /// Bytes of each content that leave in a second; as many as can where this is not given.
    pub content_rate: Option<u64>,
    /// Contents come whole, whichever part of them was asked for.
    pub no_ranges: bool,
    /// Contents come without their length and without a validator.
    pub no_lengths: bool,
}

/// What the handlers share.
#[derive(Debug)]
struct Service {
    account: Mutex<DemoAccount>,
    limits: Limits,
    options: Options,
}

impl Service {
    /// Looks at, or changes, the account. A handler that panicked leaves it as it was.
    fn account<T>(&self, work: impl FnOnce(&mut DemoAccount) -> T) -> T {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        account.advance(now_s());
        work(&mut account)
    }
}

/// The routes of the demo API, with an account that begins now.
pub fn router(options: Options) -> Router {
    let account = DemoAccount::new(options.files, now_s());
    let account = Mutex::new(match options.churn {
        Some(every_s) => account.with_churn(every_s),
        None => account,
    });
    let limits = Limits::new(options.fail, options.a_minute);
    let service = Arc::new(Service { account, limits, options });
    Router::new()
        .route("/v1/tcp_warming", get(handlers::warm))
        .route("/v1/files", get(handlers::list).post(handlers::upload))
        .route("/v1/files/{id}", get(handlers::retrieve).delete(handlers::delete))
        .route("/v1/files/{id}/content", get(handlers::content))
        .route("/v1/batches", get(handlers::list_batches))
        .fallback(handlers::unknown_path)
        .layer(DefaultBodyLimit::max(MOST_UPLOAD_BYTES))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&service), handlers::guard))
        .with_state(service)
}

/// Binds `listen` and tells the address, where connections wait from now on; the future serves them
/// until it is dropped.
///
/// # Errors
/// Where the address cannot be bound.
pub fn bind(
    listen: SocketAddr,
    options: Options,
) -> io::Result<(SocketAddr, impl Future<Output = io::Result<()>> + Send)> {
    let listener = std::net::TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let serve = async move {
        let listener = TcpListener::from_std(listener)?;
        axum::serve(listener, router(options)).await
    };
    Ok((address, serve))
}

/// Scatters numbers that follow one another, the same way in every run.
fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
