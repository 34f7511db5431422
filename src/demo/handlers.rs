//! The HTTP side of the demo API: parameters, headers and the three shapes of errors that one host
//! sends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::limits::{Admission, Break, Failing};
use super::{Service, batches, now_s, sending};

type Shared = State<Arc<Service>>;

const WEEK_S: i64 = 7 * 86_400;
const REQUESTS_A_DAY: u64 = 1_000_000;

/// Runs before every route: latency, the limits, the key, and the rate-limit headers of the answer.
pub(super) async fn guard(State(service): Shared, mut request: Request, next: Next) -> Response {
    if !service.options.latency.is_zero() {
        tokio::time::sleep(service.options.latency).await;
    }
    let has_content = request.method() == Method::GET && request.uri().path().ends_with("/content");
    let (admission, served) = service.limits.admit(has_content, Instant::now());
    let refusal = match admission {
        Admission::TooMany { seconds } => Some(too_many(seconds)),
        Admission::Fails(failure) => Some(fail(failure)),
        Admission::Breaks(breaks) => {
            request.extensions_mut().insert(breaks);
            refuse_key(&service, request.headers())
        }
        Admission::Granted => refuse_key(&service, request.headers()),
    };
    let mut response = match refusal {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let mut numbers = vec![
        ("x-ratelimit-limit-requests-day", REQUESTS_A_DAY.to_string()),
        ("x-ratelimit-remaining-requests-day", REQUESTS_A_DAY.saturating_sub(served).to_string()),
        ("x-ratelimit-reset-requests-day", format!("{}.0", 86_400 - now_s() % 86_400)),
        ("x-ratelimit-limit-tokens-minute", "1000000".to_owned()),
        ("x-ratelimit-remaining-tokens-minute", "1000000".to_owned()),
        ("x-ratelimit-reset-tokens-minute", format!("{}.0", 60 - now_s() % 60)),
    ];
    if let Some(minute) = service.limits.minute(Instant::now()) {
        numbers.extend([
            ("x-ratelimit-limit-requests-minute", minute.allowed.to_string()),
            ("x-ratelimit-remaining-requests-minute", minute.remaining.to_string()),
            ("x-ratelimit-reset-requests-minute", format!("{:.3}", minute.reset.as_secs_f64())),
        ]);
    }
    for (name, value) in numbers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn too_many(seconds: u64) -> Response {
    let body = json!({
        "message": "Requests per minute limit exceeded - too many requests sent.",
        "type": "too_many_requests_error",
        "param": "quota",
        "code": "request_quota_exceeded",
    });
    let head = [(RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, head, Json(body)).into_response()
}

fn fail(failure: Failing) -> Response {
    match failure {
        Failing::Inside => {
            let body = json!({
                "message": "Encountered a server error, please try again.",
                "type": "server_error",
                "param": "",
                "code": "",
            });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
        Failing::Proxy => {
            let page = "<html><head><title>502 Bad Gateway</title></head></html>\n";
            (StatusCode::BAD_GATEWAY, [(CONTENT_TYPE, "text/html")], page).into_response()
        }
        Failing::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], "overloaded\n").into_response()
        }
    }
}

fn refuse_key(service: &Service, headers: &HeaderMap) -> Option<Response> {
    let wanted = service.options.key.as_ref()?;
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(given) = given else {
        let body = json!({"detail": "Not authenticated"});
        return Some((StatusCode::FORBIDDEN, Json(body)).into_response());
    };
    if given.strip_prefix("Bearer ") == Some(wanted.as_str()) {
        return None;
    }
    let body = json!({
        "message": "Wrong API Key",
        "type": "invalid_request_error",
        "param": "api_key",
        "code": "wrong_api_key",
    });
    Some((StatusCode::UNAUTHORIZED, Json(body)).into_response())
}

fn bad_request(param: &str, message: &str) -> Response {
    let body = json!({
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": "invalid_value",
    });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn no_such_file(id: &str) -> Response {
    let body = json!({
        "message": format!("No such file: {id}"),
        "type": "not_found_error",
        "param": "id",
        "code": "file_not_found",
    });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

pub(super) async fn unknown_path() -> StatusCode {
    StatusCode::NOT_FOUND
}

pub(super) async fn warm() -> Json<serde_json::Value> {
    Json(json!({}))
}

pub(super) async fn list(
    State(service): Shared,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(limit) = limit_of(&query) else {
        return bad_request("limit", "limit must be a whole number from 1 to 100");
    };
    let now = now_s();
    service.account(|account| {
        let after = match query.get("after") {
            None => None,
            Some(id) => match account.index(id).filter(|index| account.file(*index, now).is_some())
            {
                None => return bad_request("after", "after must be the id of a file"),
                known => known,
            },
        };
        let (data, has_more) = account.page(after, limit, now);
        Json(json!({"object": "list", "data": data, "has_more": has_more})).into_response()
    })
}

fn limit_of(query: &HashMap<String, String>) -> Option<usize> {
    let limit = query.get("limit").map_or("20", |limit| limit.trim_end_matches('/'));
    limit.parse::<usize>().ok().filter(|limit| (1..=100).contains(limit))
}

pub(super) async fn list_batches(
    State(service): Shared,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(limit) = limit_of(&query) else {
        return bad_request("limit", "limit must be a whole number from 1 to 100");
    };
    let all = service.account(|account| batches::batches(account, now_s()));
    let from = match query.get("after") {
        None => 0,
        Some(id) => match all.iter().position(|batch| batch.id == *id) {
            None => return bad_request("after", "after must be the id of a batch"),
            Some(place) => place + 1,
        },
    };
    let page = &all[from..all.len().min(from + limit)];
    let has_more = from + page.len() < all.len();
    Json(json!({"object": "list", "data": page, "has_more": has_more})).into_response()
}

pub(super) async fn retrieve(State(service): Shared, Path(id): Path<String>) -> Response {
    let file = service.account(|account| account.file(account.index(&id)?, now_s()));
    file.map_or_else(|| no_such_file(&id), |file| Json(file).into_response())
}

pub(super) async fn delete(State(service): Shared, Path(id): Path<String>) -> Response {
    let deleted = service.account(|account| {
        let index = account.index(&id)?;
        account.file(index, now_s())?;
        account.delete(index);
        Some(())
    });
    match deleted {
        Some(()) => Json(json!({"id": id, "object": "file", "deleted": true})).into_response(),
        None => no_such_file(&id),
    }
}

pub(super) async fn content(
    State(service): Shared,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let found = service.account(|account| {
        let index = account.index(&id)?;
        Some((account.file(index, now_s())?, account.content(index)?))
    });
    let Some((file, stored)) = found else { return no_such_file(&id) };
    let breaks = request.extensions().get::<Break>().copied();
    sending::answer(&service.options, request.headers(), &file, &stored, breaks)
}

/// What an upload's form said.
#[derive(Default)]
struct Form {
    file: Option<(String, Bytes)>,
    purpose: Option<String>,
    anchor: Option<String>,
    seconds: Option<String>,
}

pub(super) async fn upload(State(service): Shared, multipart: Multipart) -> Response {
    let form = match read_form(multipart).await {
        Ok(form) => form,
        Err(error) => return bad_request("file", &error.body_text()),
    };
    let Some((filename, content)) = form.file else {
        return bad_request("file", "file is required");
    };
    if content.len() > super::MOST_UPLOAD_BYTES - 64 * 1_024 {
        return bad_request("file", "a file must not be larger than 200 MB");
    }
    if form.purpose.as_deref() != Some("batch") {
        return bad_request("purpose", "purpose must be batch");
    }
    if form.anchor.is_some_and(|anchor| anchor != "created_at") {
        return bad_request("expires_after[anchor]", "anchor must be created_at");
    }
    let lives = form.seconds.map_or(Some(WEEK_S), |text| text.parse().ok());
    let Some(lives) = lives.filter(|seconds| (3_600..=2_592_000).contains(seconds)) else {
        return bad_request("expires_after[seconds]", "seconds must be from 3600 to 2592000");
    };
    let file = service.account(|account| account.upload(filename, content, lives, now_s()));
    Json(file).into_response()
}

async fn read_form(mut multipart: Multipart) -> Result<Form, MultipartError> {
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let filename = field.file_name().unwrap_or("upload.jsonl").to_owned();
            let content = field.bytes().await?;
            form.file = Some((filename, content));
            continue;
        }
        let text = field.text().await?;
        match name.as_str() {
            "purpose" => form.purpose = Some(text),
            "expires_after[anchor]" => form.anchor = Some(text),
            "expires_after[seconds]" => form.seconds = Some(text),
            _ => {}
        }
    }
    Ok(form)
}
