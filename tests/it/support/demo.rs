//! The demo API in this process, with a note of every request.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::Next;
use shelflife::demo::{Options, router};
use tokio::runtime::Runtime;

/// A running demo server; it ends when dropped.
pub struct Demo {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Demo {
    pub fn start(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let requests = Arc::new(Mutex::new(vec![]));
        let noted = Arc::clone(&requests);
        let note = axum::middleware::from_fn(move |request: Request, next: Next| {
            noted.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
            next.run(request)
        });
        let app = router(options).layer(note);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(listen)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, requests, _runtime: runtime }
    }

    pub fn with_files(files: u64) -> Self {
        Self::start(Options { files, ..Options::default() })
    }

    /// The requests so far, as `METHOD path?query`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}
