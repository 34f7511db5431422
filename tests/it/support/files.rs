//! One builder of files and pages, as the API writes them.

use super::driver::START_S;

/// A file as the API writes it. What is a number there is text here, so that it may be anything.
struct Written {
    id: String,
    /// As it stands between the quotes.
    name: String,
    bytes: String,
    created_at: i64,
    expires_at: String,
    purpose: &'static str,
    /// Further fields, each with a comma before it.
    more: &'static str,
}

impl Written {
    /// A file of a batch without further fields.
    fn new(id: String, name: String, bytes: u64, created_at: i64, expires_at: i64) -> Self {
        let (bytes, expires_at) = (bytes.to_string(), expires_at.to_string());
        Self { id, name, bytes, created_at, expires_at, purpose: "batch", more: "" }
    }

    fn json(&self) -> String {
        let Self { id, name, bytes, created_at, expires_at, purpose, more } = self;
        format!(
            r#"{{"id":"{id}","object":"file","bytes":{bytes},"created_at":{created_at},"expires_at":{expires_at},"filename":"{name}","purpose":"{purpose}"{more}}}"#
        )
    }
}

/// A page that holds `files`.
pub fn list(files: &[String], has_more: bool) -> String {
    format!(r#"{{"object":"list","data":[{}],"has_more":{has_more}}}"#, files.join(","))
}

/// A page of files `numbers`; file `n` was made in minute `n` and expires `left(n)` seconds after the
/// driver's clock began.
pub fn page(
    numbers: impl IntoIterator<Item = i64>,
    left: impl Fn(i64) -> i64,
    has_more: bool,
) -> String {
    let file = |n: i64| {
        let (id, name) = (format!("file_{n}"), format!("name-{n:04}.jsonl"));
        let created_at = START_S - 600_000 + n * 60;
        Written::new(id, name, n.unsigned_abs() * 1_000, created_at, START_S + left(n)).json()
    };
    let files: Vec<String> = numbers.into_iter().map(file).collect();
    list(&files, has_more)
}

/// The time left of file `n`, in seconds: so many hours and one more.
pub fn hours(n: i64) -> i64 {
    (n + 1) * 3_600
}

/// A page of the lasting files `from..to`, made in that order.
pub fn lasting_page(from: usize, to: usize, has_more: bool) -> String {
    let files: Vec<String> = (from..to).map(lasting).collect();
    list(&files, has_more)
}

/// A file that expires in 2100, each a second after the one before.
pub fn lasting(number: usize) -> String {
    let (id, name) = (format!("file_{number:05}"), format!("name-{number:05}.jsonl"));
    let after_s = i64::try_from(number).unwrap();
    let (created_at, expires_at) = (1_700_000_000 + after_s, 4_102_444_800 + after_s);
    Written::new(id, name, number as u64, created_at, expires_at).json()
}

/// A file of one byte, made at `created_at`, that expires at `expires_at`.
pub fn expiring_at(id: &str, name: &str, created_at: i64, expires_at: i64) -> String {
    Written::new(id.to_owned(), name.to_owned(), 1, created_at, expires_at).json()
}

/// An account with something of everything.
pub fn account(has_more: bool) -> String {
    let file = |id: &str,
                name: &str,
                bytes: &str,
                created: i64,
                expires: &str,
                purpose: &'static str,
                more: &'static str| {
        let created_at = START_S - created;
        let (id, name) = (id.to_owned(), name.to_owned());
        let (bytes, expires_at) = (bytes.to_owned(), expires.to_owned());
        Written { id, name, bytes, created_at, expires_at, purpose, more }.json()
    };
    let left = |seconds: i64| (START_S + seconds).to_string();
    let week = 7 * 86_400;
    let files = [
        file("file_9f2c4e", "batch-0411-output.jsonl", "980", week + 30, &left(-30), "batch", ""),
        file(
            "file_9f2c4f",
            "batch-0412-output.jsonl",
            "13002342",
            week - 751,
            &left(751),
            "batch",
            r#","status":"processed","status_details":null"#,
        ),
        file(
            "file_9f2c50",
            "batch-0413-output.jsonl",
            "3145728",
            week - 11_402,
            &left(11_402),
            "batch",
            "",
        ),
        file(
            "file_9f2c51",
            "eval-large.jsonl",
            "197342003",
            86_400,
            &left(6 * 86_400),
            "evals",
            "",
        ),
        file(
            "file_9f2c52",
            "评测结果-批次-0412-output.jsonl",
            "12",
            3_000,
            &left(30 * 86_400),
            "batch",
            "",
        ),
        file("file_9f2c53", "🚀 launch prompts 0001.jsonl", "0", 30, "null", "batch", ""),
        file("file_9f2c54", r"a\u001b[31m\u202eb\nc", "-1", 30, r#""soon""#, "batch", ""),
        file(
            "file_9f2c55",
            "search-captions-regression-suite-llama-3.3-70b-temperature-0.4-seed-59331-output.jsonl",
            "2048",
            90_000,
            &left(2 * 86_400),
            "batch",
            "",
        ),
        r#"{"filename":"no id"}"#.to_owned(),
    ];
    list(&files, has_more)
}
