//! An account on loopback that lies as it is told to: its list and its files are what the test says,
//! and requests for contents, deletions and uploads are answered by scripts. It notes all that it was
//! asked, so that a test can say what was sent, and what was not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::content::{Answer, honest};
use super::fault::{Fault, Reply, header};

/// A file, and what is said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub id: String,
    pub filename: String,
    /// As the list says; nothing where it does not.
    pub bytes: Option<u64>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub content: Vec<u8>,
}

impl Held {
    /// A file that expires in 2100, with as many bytes as the list says.
    pub fn new(id: &str, filename: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        Self {
            id: id.to_owned(),
            filename: filename.to_owned(),
            bytes: Some(content.len() as u64),
            created_at: 1_700_000_000,
            expires_at: Some(4_102_444_800),
            content,
        }
    }

    /// The same with another size by the list's word.
    pub fn listed(self, bytes: Option<u64>) -> Self {
        Self { bytes, ..self }
    }

    fn json(&self) -> Value {
        let Self { id, filename, bytes, created_at, expires_at, .. } = self;
        json!({"id": id, "object": "file", "bytes": bytes, "created_at": created_at,
            "expires_at": expires_at, "filename": filename, "purpose": "batch"})
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET /v1/files?limit=5`.
    pub line: String,
    pub head: String,
    /// What was read of its body.
    pub body: Vec<u8>,
}

impl Request {
    fn new(head: &str) -> Self {
        let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        Self { line, head: head.to_owned(), body: vec![] }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The line, and which part of a content was wanted on what condition:
    /// `GET /v1/files/a/content bytes=5- if "v1"`.
    pub fn told(&self) -> String {
        let range = self.header("range").map_or(String::new(), |range| format!(" {range}"));
        let tag = self.header("if-range").map_or(String::new(), |tag| format!(" if {tag}"));
        format!("{}{range}{tag}", self.line)
    }
}

/// How a deletion or an upload is answered: whether it happens, and what is said of it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    happens: bool,
    /// Bytes that are read of an upload's body at most; one that was not read whole is not stored.
    reads: usize,
    says: Says,
}

/// What is said of a deletion or an upload.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// That it happened, even where it did not.
    Done,
    /// `"deleted": false`.
    NotDeleted,
    /// That it happened, to another file.
    OfAnother,
    /// That it happened, to a file without an id.
    WithoutId,
    /// These bytes, with 200.
    Words(&'static str),
    /// A status with lines of the head, each ending in a line break.
    Status(&'static str, &'static str),
    /// Nothing: the connection is closed.
    Closed,
    /// Nothing, with the connection open.
    Silence,
}

/// It happens, and is said.
pub fn done() -> Deed {
    Deed { happens: true, reads: usize::MAX, says: Says::Done }
}

impl Deed {
    /// It does not happen.
    pub fn undone(self) -> Self {
        Self { happens: false, ..self }
    }

    /// No more than so many bytes of the body are read.
    pub fn reading(self, bytes: usize) -> Self {
        Self { reads: bytes, ..self }
    }

    pub fn saying(self, says: Says) -> Self {
        Self { says, ..self }
    }
}

/// One after the other, and the last one from then on.
pub fn in_turn<T: Clone, const N: usize>(all: [T; N]) -> impl Fn(usize, &Request) -> T {
    move |number, _| all[number.min(N - 1)].clone()
}

/// What requests of one kind are answered with: the number of each among them, from 0, is given.
type Turns<T> = Box<dyn Fn(usize, &Request) -> T + Send + Sync>;

/// How an account answers: honestly, but for what is said here.
pub struct Script {
    contents: Turns<Answer>,
    deletions: Turns<Deed>,
    uploads: Turns<Deed>,
    first: Turns<Option<Reply>>,
    batches: Value,
    is_dated: bool,
}

impl Script {
    pub fn honest() -> Self {
        Self {
            contents: Box::new(|_, _| honest()),
            deletions: Box::new(|_, _| done()),
            uploads: Box::new(|_, _| done()),
            first: Box::new(|_, _| None),
            batches: json!({"object": "list", "data": [], "has_more": false}),
            is_dated: false,
        }
    }

    /// Its clock is ours, and the list says what that shows.
    pub fn dated(self) -> Self {
        Self { is_dated: true, ..self }
    }

    /// What the list of batches is, whichever page is asked for.
    pub fn batches(self, batches: Value) -> Self {
        Self { batches, ..self }
    }

    /// How requests for contents are answered.
    pub fn contents(
        self,
        turns: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self { contents: Box::new(turns), ..self }
    }

    pub fn deletions(
        self,
        turns: impl Fn(usize, &Request) -> Deed + Send + Sync + 'static,
    ) -> Self {
        Self { deletions: Box::new(turns), ..self }
    }

    pub fn uploads(self, turns: impl Fn(usize, &Request) -> Deed + Send + Sync + 'static) -> Self {
        Self { uploads: Box::new(turns), ..self }
    }

    /// What is asked before anything else: any request, which is answered as usual where this gives
    /// nothing.
    pub fn first(
        self,
        turns: impl Fn(usize, &Request) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self { first: Box::new(turns), ..self }
    }

    /// Serves these files, in the order of the list.
    pub fn serve(self, files: impl Into<Vec<Held>>) -> Lying {
        let state = Arc::new(State {
            files: Mutex::new(files.into()),
            requests: Mutex::default(),
            counts: Default::default(),
            script: self,
        });
        let answering = Arc::clone(&state);
        let fault = Fault::start(move |_, head| answering.answer(head));
        Lying { url: fault.url.clone(), state }
    }
}

/// A running account.
pub struct Lying {
    pub url: String,
    state: Arc<State>,
}

impl Lying {
    /// Looks at the files, or changes them.
    pub fn files<T>(&self, work: impl FnOnce(&mut Vec<Held>) -> T) -> T {
        work(&mut self.state.files.lock().unwrap())
    }

    /// The requests so far. The body of one is there once it was read.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The requests so far as [`Request::told`] tells them.
    pub fn told(&self) -> Vec<String> {
        self.requests().iter().map(Request::told).collect()
    }
}

struct State {
    files: Mutex<Vec<Held>>,
    requests: Mutex<Vec<Request>>,
    counts: [AtomicUsize; 4],
    script: Script,
}

impl State {
    fn answer(self: &Arc<Self>, head: &str) -> Reply {
        let request = Request::new(head);
        let noted = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let count = |kind: usize| self.counts[kind].fetch_add(1, Ordering::SeqCst);
        if let Some(reply) = (self.script.first)(count(0), &request) {
            return reply;
        }
        let (method, target) = request.line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path == "/v1/batches" {
            return match &self.script.batches {
                Value::Null => missing(),
                batches => kept("200 OK", "", &batches.to_string()),
            };
        }
        let Some(rest) = path.strip_prefix("/v1/files") else { return missing() };
        match (method, rest.trim_start_matches('/').split_once('/')) {
            ("GET", None) if rest.is_empty() => self.list(query),
            ("POST", None) if rest.is_empty() => {
                let deed = (self.script.uploads)(count(3), &request);
                self.upload(noted, request, deed)
            }
            ("GET", None) => match self.find(&rest[1..]) {
                Some(file) => kept("200 OK", "", &file.json().to_string()),
                None => missing(),
            },
            ("DELETE", None) => {
                self.delete(&rest[1..], (self.script.deletions)(count(2), &request))
            }
            ("GET", Some((id, "content"))) => match self.find(id) {
                Some(file) => (self.script.contents)(count(1), &request).reply(&file.content, head),
                None => missing(),
            },
            _ => missing(),
        }
    }

    fn find(&self, id: &str) -> Option<Held> {
        self.files.lock().unwrap().iter().find(|file| file.id == id).cloned()
    }

    fn list(&self, query: &str) -> Reply {
        let files = self.files.lock().unwrap();
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
        };
        let limit = value("limit").map_or(20, |limit| limit.parse().unwrap());
        let from = match value("after") {
            None => 0,
            Some(after) => match files.iter().position(|file| file.id == after) {
                Some(at) => at + 1,
                None => return kept("400 Bad Request", "", r#"{"message":"no such cursor"}"#),
            },
        };
        let to = files.len().min(from + limit);
        let data: Vec<Value> = files[from..to].iter().map(Held::json).collect();
        let page = json!({"object": "list", "data": data, "has_more": to < files.len()});
        let now = httpdate::fmt_http_date(std::time::SystemTime::now());
        let head = if self.script.is_dated { format!("Date: {now}\r\n") } else { String::new() };
        kept("200 OK", &head, &page.to_string())
    }

    fn delete(&self, id: &str, deed: Deed) -> Reply {
        let is_there = self.find(id).is_some();
        if deed.happens {
            self.files.lock().unwrap().retain(|file| file.id != id);
        }
        let said = |id: &str, deleted: bool| {
            let body = json!({"id": id, "object": "file", "deleted": deleted});
            kept("200 OK", "", &body.to_string())
        };
        match deed.says {
            Says::Done if !is_there => missing(),
            Says::Done => said(id, true),
            Says::NotDeleted => said(id, false),
            Says::OfAnother => said("file_another", true),
            Says::WithoutId => kept("200 OK", "", r#"{"object":"file","deleted":true}"#),
            says => says.reply(),
        }
    }

    fn upload(self: &Arc<Self>, noted: usize, request: Request, deed: Deed) -> Reply {
        if deed.reads == 0 {
            return deed.says.reply();
        }
        let state = Arc::clone(self);
        Reply::AfterBody(
            deed.reads,
            Box::new(move |body| {
                state.requests.lock().unwrap()[noted].body.clone_from(&body);
                let Some(mut file) = read_form(&request, &body) else {
                    return match deed.says {
                        Says::Done => kept("400 Bad Request", "", r#"{"message":"no form"}"#),
                        says => says.reply(),
                    };
                };
                file.id = format!("file_up{noted}");
                let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
                file.created_at = i64::try_from(now).unwrap();
                if deed.happens {
                    state.files.lock().unwrap().push(file.clone());
                }
                let mut said = file.json();
                match deed.says {
                    Says::Done => {}
                    Says::OfAnother => said["filename"] = json!("another"),
                    Says::WithoutId => said["id"] = Value::Null,
                    says => return says.reply(),
                }
                kept("200 OK", "", &said.to_string())
            }),
        )
    }
}

impl Says {
    /// What is said whatever was asked for.
    fn reply(self) -> Reply {
        match self {
            Self::Words(words) => kept("200 OK", "", words),
            Self::Status(status, headers) if status.starts_with("204") => {
                Reply::Kept(format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes())
            }
            // What was not read of the request would be taken for the next one.
            Self::Status(status, headers) => super::fault::answer(status, headers, "{}"),
            Self::Closed => Reply::Bytes(vec![]),
            Self::Silence => Reply::Stall(vec![]),
            Self::Done | Self::NotDeleted | Self::OfAnother | Self::WithoutId => {
                panic!("that is said of a file: {self:?}")
            }
        }
    }
}

fn missing() -> Reply {
    kept("404 Not Found", "", r#"{"message":"no such file"}"#)
}

fn kept(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n");
    Reply::Kept(format!("{head}Content-Length: {length}\r\n{headers}\r\n{body}").into_bytes())
}

/// The file in a form; nothing where it is none, or breaks off.
fn read_form(request: &Request, body: &[u8]) -> Option<Held> {
    let boundary = request.header("content-type")?.split_once("boundary=")?.1.trim_matches('"');
    let find =
        |text: &[u8], what: &str| text.windows(what.len()).position(|part| part == what.as_bytes());
    find(body, &format!("--{boundary}--"))?;
    let named = find(body, "filename=\"")? + "filename=\"".len();
    let rest = &body[named..];
    let filename = String::from_utf8_lossy(&rest[..find(rest, "\"")?]).into_owned();
    let rest = &rest[find(rest, "\r\n\r\n")? + 4..];
    let content = &rest[..find(rest, &format!("\r\n--{boundary}"))?];
    Some(Held::new("", &filename, content))
}

/// What an answer said: its status, or that there was none, and its body.
async fn said(request: reqwest::RequestBuilder) -> (Option<u16>, String) {
    match request.timeout(std::time::Duration::from_secs(20)).send().await {
        Ok(response) => {
            (Some(response.status().as_u16()), response.text().await.unwrap_or_default())
        }
        Err(_) => (None, String::new()),
    }
}

fn http() -> reqwest::Client {
    // As the program's own client does; whoever comes second finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_list_is_paged_and_changes_when_the_files_do() {
    let files: Vec<Held> = (0..5).map(|n| Held::new(&format!("file_{n}"), "same", "x")).collect();
    let server = Script::honest().serve(files);
    let get = async |path: &str| said(http().get(format!("{}{path}", server.url))).await;
    let page = async |query: &str| -> (Vec<String>, bool) {
        let body: Value = serde_json::from_str(&get(&format!("/v1/files{query}")).await.1).unwrap();
        let ids = body["data"].as_array().unwrap().iter();
        let ids = ids.map(|file| file["id"].as_str().unwrap().to_owned()).collect();
        (ids, body["has_more"].as_bool().unwrap())
    };
    assert_eq!(page("?limit=2&after=file_1").await, (vec!["file_2".into(), "file_3".into()], true));
    server.files(|files| {
        files.remove(0);
        files.swap(0, 1);
        files[0] = files[0].clone().listed(None);
        files[0].filename = "\u{1b}\"".to_owned();
    });
    assert_eq!(page("?limit=2").await, (vec!["file_2".into(), "file_1".into()], true));
    assert!(!page("").await.1);
    let (_, file) = get("/v1/files/file_2").await;
    assert!(file.contains(r#""bytes":null"#) && file.contains(r#""\u001b\"""#), "{file}");
    for path in ["/v1/files/file_0", "/v1/files/file_0/content", "/v1/files/file_1/what", "/"] {
        assert_eq!(get(path).await.0, Some(404), "{path}");
    }
    assert_eq!(get("/v1/files?after=file_0").await.0, Some(400));
    assert_eq!(server.told()[0], "GET /v1/files?limit=2&after=file_1");
}

#[tokio::test]
async fn deletions_are_answered_as_they_are_told_to_be() {
    let wait = "Retry-After: 1\r\n";
    for (deed, status, words, is_there) in [
        (done(), Some(200), r#"{"deleted":true,"id":"file_1","object":"file"}"#, false),
        (done().undone(), Some(200), r#""deleted":true"#, true),
        (done().undone().saying(Says::NotDeleted), Some(200), r#""deleted":false"#, true),
        (done().saying(Says::NotDeleted), Some(200), r#""deleted":false"#, false),
        (done().saying(Says::OfAnother), Some(200), "file_another", false),
        (done().saying(Says::WithoutId), Some(200), r#""deleted":true"#, false),
        (done().saying(Says::Words("<html>")), Some(200), "<html>", false),
        (done().saying(Says::Status("204 No Content", "")), Some(204), "", false),
        (done().saying(Says::Status("500 Internal Server Error", "")), Some(500), "", false),
        (done().undone().saying(Says::Status("429 Too Many", wait)), Some(429), "", true),
        (done().saying(Says::Closed), None, "", false),
    ] {
        let server = Script::honest()
            .deletions(in_turn([deed, done()]))
            .serve([Held::new("file_1", "a", "x"), Held::new("file_2", "b", "y")]);
        let delete =
            async |id: &str| said(http().delete(format!("{}/v1/files/{id}", server.url))).await;
        let (came, body) = delete("file_1").await;
        assert!(came == status && body.contains(words), "{deed:?}: {came:?} {body}");
        assert_eq!(server.files(|files| files[0].id == "file_1"), is_there, "{deed:?}");
        assert_eq!(delete("file_2").await.0, Some(200), "the next one is honest");
        assert_eq!(delete("file_2").await.0, Some(404));
    }
}

#[tokio::test]
async fn uploads_are_answered_as_they_are_told_to_be() {
    let form = |end: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n{{}}\n\r\n--b{end}"
        )
    };
    for (deed, status, words, is_stored) in [
        (done(), Some(200), r#""filename":"a.jsonl","id":"file_up0""#, true),
        (done().undone(), Some(200), "file_up0", false),
        (done().saying(Says::WithoutId), Some(200), r#""id":null"#, true),
        (done().saying(Says::OfAnother), Some(200), r#""filename":"another""#, true),
        (done().saying(Says::Words("stored")), Some(200), "stored", true),
        (done().saying(Says::Status("500 Internal Server Error", "")), Some(500), "", true),
        (done().undone().saying(Says::Status("409 Conflict", "")), Some(409), "", false),
        (done().undone().reading(0).saying(Says::Closed), None, "", false),
        (done().reading(100).saying(Says::Closed), None, "", false),
        (done().saying(Says::Closed), None, "", true),
    ] {
        let server = Script::honest().uploads(in_turn([deed])).serve([]);
        let post = |body: String| {
            let request = http().post(format!("{}/v1/files", server.url)).body(body);
            request.header("content-type", "multipart/form-data; boundary=b")
        };
        let (came, body) = said(post(form("--\r\n"))).await;
        assert!(came == status && body.contains(words), "{deed:?}: {came:?} {body}");
        let stored = server.files(std::mem::take);
        assert_eq!(stored.len(), usize::from(is_stored), "{deed:?}");
        assert!(stored.iter().all(|file| file.content == b"{}\n" && file.bytes == Some(3)));
        let sent = form("--\r\n");
        let read = &sent[..sent.len().min(deed.reads)];
        assert_eq!(server.requests()[0].body, read.as_bytes(), "{deed:?}");
        // A form without its end is nothing that could be stored.
        said(post(form(""))).await;
        assert!(server.files(|files| files.is_empty()), "{deed:?}");
    }
}

/// A request is answered by what comes first, as often as that says so.
#[tokio::test]
async fn any_request_can_be_answered_first() {
    let refused = Says::Status("401 Unauthorized", "");
    let server = Script::honest()
        .first(move |number, request| {
            (number == 1 && request.line.starts_with("GET")).then(|| refused.reply())
        })
        .serve([Held::new("file_1", "a", "x")]);
    let mut statuses = vec![];
    for _ in 0..3 {
        statuses.push(said(http().get(format!("{}/v1/files", server.url))).await.0);
    }
    assert_eq!(statuses, [Some(200), Some(401), Some(200)]);
    // Said by nobody here: whoever waits for an answer in vain.
    assert!(matches!(Says::Silence.reply(), Reply::Stall(head) if head.is_empty()));
}
