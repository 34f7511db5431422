//! The demo API over real HTTP: a faithful server.

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use shelflife::demo::Options;

use crate::support::demo::Demo;

async fn get(demo: &Demo, path: &str) -> Response {
    Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("{}{path}", demo.url))
        .send()
        .await
        .unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn demo(key: Option<&str>) -> Demo {
    let key = key.map(str::to_owned);
    start(Options { files: 250, key, ..Options::default() })
}

/// Built on its own thread, since a runtime must not be made or dropped inside another.
fn start(options: Options) -> Demo {
    std::thread::spawn(|| Demo::start(options)).join().unwrap()
}

fn end(demo: Demo) {
    std::thread::spawn(|| drop(demo)).join().unwrap();
}

#[tokio::test]
async fn limits_and_cursors() {
    let demo = demo(None);
    assert_eq!(json(get(&demo, "/v1/files").await).await["data"].as_array().unwrap().len(), 20);
    assert_eq!(
        json(get(&demo, "/v1/files?limit=20/").await).await["data"].as_array().unwrap().len(),
        20
    );
    for limit in ["0", "101", "abc", "", "-1", "1.5"] {
        let response = get(&demo, &format!("/v1/files?limit={limit}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{limit}");
        assert_eq!(json(response).await["param"], "limit");
    }
    assert_eq!(get(&demo, "/v1/files?after=nobody").await.status(), StatusCode::BAD_REQUEST);
    end(demo);
}

#[tokio::test]
async fn files_are_described_read_in_part_and_deleted() {
    let demo = demo(None);
    let list = json(get(&demo, "/v1/files?limit=100").await).await;
    let file =
        list["data"].as_array().unwrap().iter().max_by_key(|file| file["bytes"].as_u64()).unwrap();
    let (id, bytes) = (file["id"].as_str().unwrap(), file["bytes"].as_u64().unwrap());
    let path = format!("/v1/files/{id}");
    assert_eq!(&json(get(&demo, &path).await).await, file);

    let client = Client::builder().no_proxy().build().unwrap();
    let content = format!("{}{path}/content", demo.url);
    let range = |range: &'static str| client.get(&content).header("range", range).send();
    let part = range("bytes=10-19").await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], format!("bytes 10-19/{bytes}"));
    assert_eq!(part.headers()["content-type"], "application/x-ndjson");
    assert_eq!(part.bytes().await.unwrap().len(), 10);
    assert_eq!(range("bytes=-5").await.unwrap().bytes().await.unwrap().len(), 5);
    assert_eq!(
        range("bytes=999999999999-").await.unwrap().status(),
        StatusCode::RANGE_NOT_SATISFIABLE
    );
    let endless = range("bytes=0-18446744073709551615").await.unwrap();
    assert_eq!(endless.status(), StatusCode::PARTIAL_CONTENT);
    drop(endless);
    assert_eq!(range("lines=1-2").await.unwrap().status(), StatusCode::OK);

    let deleted = json(client.delete(format!("{}{path}", demo.url)).send().await.unwrap()).await;
    assert_eq!(deleted, serde_json::json!({"id": id, "object": "file", "deleted": true}));
    assert_eq!(get(&demo, &path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        get(&demo, &format!("/v1/files?after={id}")).await.status(),
        StatusCode::BAD_REQUEST
    );
    end(demo);
}

#[tokio::test]
async fn uploads_join_the_end_of_the_list() {
    let demo = demo(None);
    let form = |purpose: &str, seconds: &str| {
        let part = |name: &str, more: &str, value: &str| {
            format!(
                "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n"
            )
        };
        part("purpose", "", purpose)
            + &part("expires_after[anchor]", "", "created_at")
            + &part("expires_after[seconds]", "", seconds)
            + &part("file", "; filename=\"new.jsonl\"", "{\"a\":1}")
            + "--xyz--\r\n"
    };
    let client = Client::builder().no_proxy().build().unwrap();
    let post = |body: String| {
        let url = format!("{}/v1/files", demo.url);
        client
            .post(url)
            .header("content-type", "multipart/form-data; boundary=xyz")
            .body(body)
            .send()
    };
    let made = json(post(form("batch", "3600")).await.unwrap()).await;
    assert_eq!((made["filename"].as_str(), made["bytes"].as_u64()), (Some("new.jsonl"), Some(7)));
    assert_eq!(made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap(), 3_600);
    let content = get(&demo, &format!("/v1/files/{}/content", made["id"].as_str().unwrap())).await;
    assert_eq!(content.bytes().await.unwrap(), "{\"a\":1}");
    for (purpose, seconds, param) in [
        ("batch", "3599", "expires_after[seconds]"),
        ("batch", "x", "expires_after[seconds]"),
        ("chat", "3600", "purpose"),
    ] {
        let refused = post(form(purpose, seconds)).await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(json(refused).await["param"], param);
    }
    end(demo);
}

#[tokio::test]
async fn the_three_shapes_of_errors_and_the_headers_of_every_answer() {
    let demo = demo(Some("right"));
    let no_key = get(&demo, "/v1/files").await;
    assert_eq!(no_key.status(), StatusCode::FORBIDDEN);
    for header in [
        "date",
        "x-ratelimit-limit-requests-day",
        "x-ratelimit-remaining-tokens-minute",
        "x-ratelimit-reset-requests-day",
    ] {
        assert!(no_key.headers().contains_key(header), "{header}");
    }
    assert_eq!(json(no_key).await, serde_json::json!({"detail": "Not authenticated"}));
    let client = Client::builder().no_proxy().build().unwrap();
    let with =
        |key: &str, path: &str| client.get(format!("{}{path}", demo.url)).bearer_auth(key).send();
    let wrong = with("wrong", "/v1/files").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json(wrong).await["code"], "wrong_api_key");
    let unknown = with("right", "/v2/nothing").await.unwrap();
    assert_eq!(
        (unknown.status(), unknown.bytes().await.unwrap().len()),
        (StatusCode::NOT_FOUND, 0)
    );
    assert_eq!(with("right", "/v1/tcp_warming").await.unwrap().status(), StatusCode::OK);
    end(demo);
}

/// What the list says of a file is so: its length, and whose answers are in it.
#[tokio::test]
async fn a_batch_is_a_batch() {
    let demo = demo(None);
    let list = json(get(&demo, "/v1/files?limit=100").await).await;
    let files = list["data"].as_array().unwrap();
    let content = async |file: &Value| {
        let path = format!("/v1/files/{}/content", file["id"].as_str().unwrap());
        let bytes = get(&demo, &path).await.bytes().await.unwrap();
        assert_eq!(Some(bytes.len() as u64), file["bytes"].as_u64());
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    let ids = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["custom_id"].as_str().unwrap().to_owned()).collect()
    };
    // The first batch of each three has all three files.
    for batch in files.chunks_exact(7).filter(|batch| batch[0]["bytes"].as_u64() < Some(1 << 20)) {
        let name = |at: usize| batch[at]["filename"].as_str().unwrap();
        assert_eq!(name(0).replace("input", "output"), name(1));
        assert_eq!(name(0).replace("input", "errors"), name(2));
        let asked = ids(&content(&batch[0]).await);
        let mut answered = ids(&content(&batch[1]).await);
        answered.extend(ids(&content(&batch[2]).await));
        answered.sort();
        assert_eq!(answered, asked, "each is answered or failed");
    }
    end(demo);
}

#[tokio::test]
async fn more_than_it_lets_in_a_minute_is_refused_and_what_is_left_said() {
    let demo = start(Options { files: 5, a_minute: Some(2), ..Options::default() });
    for left in ["1", "0"] {
        let answer = get(&demo, "/v1/files").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["x-ratelimit-limit-requests-minute"], "2");
        assert_eq!(answer.headers()["x-ratelimit-remaining-requests-minute"], left);
        let reset = answer.headers()["x-ratelimit-reset-requests-minute"].to_str().unwrap();
        assert!((0.0..=60.0).contains(&reset.parse::<f64>().unwrap()), "{reset}");
    }
    let refused = get(&demo, "/v1/files").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let after = refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=60).contains(&after), "{after}");
    assert_eq!(json(refused).await["code"], "request_quota_exceeded");
    end(demo);
}

#[tokio::test]
async fn the_share_that_fails_fails_as_services_do() {
    let demo = start(Options { files: 5, fail: 1.0, ..Options::default() });
    let mut statuses = std::collections::BTreeSet::new();
    for _ in 0..30 {
        statuses.insert(get(&demo, "/v1/files").await.status().as_u16());
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [500, 502, 503]);
    end(demo);
}

/// The files of an account, the smallest first, as the list has them.
async fn listed(demo: &Demo) -> Vec<Value> {
    let mut list = json(get(demo, "/v1/files?limit=100").await).await;
    let mut files = std::mem::take(list["data"].as_array_mut().unwrap());
    files.sort_by_key(|file| file["bytes"].as_u64());
    files
}

fn content_of(file: &Value) -> String {
    format!("/v1/files/{}/content", file["id"].as_str().unwrap())
}

/// Each file, however large, is as long as the list says, and its last lines are lines of its kind.
#[tokio::test]
async fn every_file_is_what_its_name_says() {
    let demo = demo(None);
    let client = Client::builder().no_proxy().build().unwrap();
    let files = listed(&demo).await;
    assert!(files.len() == 100 && files[99]["bytes"].as_u64() > Some(10_000_000));
    for file in files {
        let (bytes, name) = (file["bytes"].as_u64().unwrap(), file["filename"].as_str().unwrap());
        let tail = client.get(format!("{}{}", demo.url, content_of(&file)));
        let tail = tail.header("range", "bytes=-20000").send().await.unwrap();
        let total = format!("-{}/{bytes}", bytes - 1);
        assert!(tail.headers()["content-range"].to_str().unwrap().ends_with(&total), "{name}");
        let tail = tail.bytes().await.unwrap();
        let text = String::from_utf8_lossy(&tail);
        let lines = text.strip_suffix('\n').unwrap().split('\n');
        for line in lines.skip(usize::from(bytes > 20_000)) {
            let line: Value = serde_json::from_str(line).unwrap();
            let (body, answered) = (&line["body"], &line["response"]["body"]);
            assert!(line["custom_id"].is_string(), "{name}");
            if name.contains("input") {
                assert!(line["method"] == "POST" && body["model"].is_string(), "{name}");
            } else if name.contains("output") {
                let usage = &answered["usage"]["total_tokens"];
                assert!(answered["model"].is_string() && usage.is_u64(), "{name}");
            } else {
                assert!(name.contains("errors") && answered["usage"].is_null(), "{name}");
            }
        }
    }
    end(demo);
}

#[tokio::test]
async fn contents_can_come_slowly_whole_and_without_a_length() {
    let honest = demo(None);
    let files = listed(&honest).await;
    let path = content_of(&files[20]);
    let bytes = get(&honest, &path).await.bytes().await.unwrap();
    assert!((10_000..200_000).contains(&bytes.len()), "{}", bytes.len());
    let client = Client::builder().no_proxy().build().unwrap();
    let part = |demo: &Demo, tag: &'static str| {
        let request = client.get(format!("{}{path}", demo.url)).header("range", "bytes=100-299");
        if tag.is_empty() { request.send() } else { request.header("if-range", tag).send() }
    };
    let rate = Some(bytes.len() as u64 * 20);
    for (no_ranges, no_lengths) in [(false, false), (false, true), (true, false), (true, true)] {
        let demo = start(Options {
            files: 250,
            content_rate: rate,
            no_ranges,
            no_lengths,
            ..Options::default()
        });
        let whole = get(&demo, &path).await;
        let head = whole.headers();
        assert_eq!(head.contains_key("accept-ranges"), !no_ranges);
        assert_eq!(
            (head.contains_key("content-length"), head.contains_key("etag")),
            (!no_lengths, !no_lengths)
        );
        assert_eq!(head.contains_key("transfer-encoding"), no_lengths);
        assert!(whole.bytes().await.unwrap() == bytes, "{no_ranges} {no_lengths}");
        let some = part(&demo, "").await.unwrap();
        let expected = if no_ranges { &bytes[..] } else { &bytes[100..300] };
        assert_eq!(
            some.status(),
            if no_ranges { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT }
        );
        assert_eq!(some.headers().contains_key("content-range"), !no_ranges);
        assert!(some.bytes().await.unwrap() == expected, "{no_ranges} {no_lengths}");
        // A condition on a validator that is none is not met.
        assert_eq!(part(&demo, "\"x\"").await.unwrap().status(), StatusCode::OK);
        end(demo);
    }
    end(honest);
}

/// Contents fail before their head, are cut, or end too early as if they were whole; whoever goes on
/// from there comes to the end.
#[tokio::test]
async fn contents_fail_in_their_own_ways() {
    let honest = demo(None);
    let files = listed(&honest).await;
    let path = content_of(&files[60]);
    let bytes = get(&honest, &path).await.bytes().await.unwrap();
    assert!((100_000..8_000_000).contains(&bytes.len()), "{}", bytes.len());
    end(honest);
    let client = Client::builder().no_proxy().build().unwrap();
    for fail in [1.0, 0.5] {
        let demo = start(Options { files: 250, fail, ..Options::default() });
        let (mut got, mut ways) = (vec![], std::collections::BTreeSet::new());
        for number in 0..40 {
            let request = client.get(format!("{}{path}", demo.url));
            let range = format!("bytes={}-", got.len());
            let mut answer = request.header("range", range).send().await.unwrap();
            if answer.status() != StatusCode::PARTIAL_CONTENT {
                ways.insert(answer.status().as_u16().to_string());
                continue;
            }
            let announced = answer.headers().get("content-length").is_some();
            let ended = loop {
                match answer.chunk().await {
                    Ok(Some(piece)) => got.extend_from_slice(&piece),
                    end => break end.is_ok(),
                }
            };
            assert!(bytes.starts_with(&got), "{number}");
            assert_eq!(announced, !ended || got.len() == bytes.len(), "{number}");
            ways.insert(if ended { "ended" } else { "cut" }.to_owned());
            if got.len() == bytes.len() {
                break;
            }
        }
        let all: Vec<&str> = ways.iter().map(String::as_str).collect();
        if fail < 1.0 {
            assert!(got == bytes, "{} of {}", got.len(), bytes.len());
        } else {
            assert_eq!(all, ["500", "502", "503", "cut", "ended"]);
        }
        end(demo);
    }
}
