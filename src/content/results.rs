//! What a line says, where it is one of a batch: one tolerant reader of the shapes that the services
//! write.
//!
//! | shape | success | failure |
//! |---|---|---|
//! | `OpenAI`, Groq, Together, Azure, Novita | `response.status_code` 200 to 299, `error` null | another status, with `response.body.error`; or `error`, with or without a response |
//! | Cerebras, as its older guide has it | `status` is `succeeded` | another `status`, `error` |
//! | Anthropic | `result.type` is `succeeded` | another type, `result.error` |
//!
//! A line is good where its status says so **and** there is no error; where neither is said, nobody
//! knows. Lines of an input (`custom_id`, `method` or `body`) are requests.

use serde_json::value::RawValue;

use super::json::members;
use crate::text::Untrusted;

/// Bytes kept of an id, a model or a code; services allow 64.
const MOST_OF_A_NAME: usize = 128;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing, or blanks.
    Blank,
    /// No JSON.
    Broken,
    /// JSON, but no object.
    NoObject,
    /// An object of no shape that is known.
    Object,
    /// A line of a batch.
    Of(Box<BatchLine>),
}

/// What is said of one request of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchLine {
    /// What it is called; nothing where it has no id that is a text.
    pub custom_id: Option<Untrusted>,
    /// How it ended.
    pub outcome: Ending,
    /// The model that was asked.
    pub model: Option<Untrusted>,
    /// Tokens read, where that is said.
    pub tokens_in: Option<u64>,
    /// Tokens written, where that is said.
    pub tokens_out: Option<u64>,
}

/// How a request ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// It is not answered here: the line is the request.
    #[default]
    Asked,
    /// It succeeded, with this status where one is given.
    Good(Option<u16>),
    /// It failed.
    Bad {
        /// The status, where there is one that is no success.
        status: Option<u16>,
        /// What the service calls the cause.
        code: Option<Untrusted>,
    },
    /// It is not said.
    Unclear,
}

impl Ending {
    /// In a word or two, as printable text: `200`, `429 rate_limit_exceeded`, `expired`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Asked => String::new(),
            Self::Good(Some(status)) => status.to_string(),
            Self::Good(None) => "ok".to_owned(),
            Self::Unclear => "?".to_owned(),
            Self::Bad { status, code } => {
                let code = code.as_ref().map(|code| code.borrow().printable_within(40));
                match (status, code) {
                    (Some(status), Some(code)) if code != status.to_string() => {
                        format!("{status} {code}")
                    }
                    (Some(status), _) => status.to_string(),
                    (None, Some(code)) => code,
                    (None, None) => "failed".to_owned(),
                }
            }
        }
    }
}

/// Reads a line, without its end.
#[must_use]
pub fn read(line: &[u8]) -> Meaning {
    let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    let Some(first) = text.first() else { return Meaning::Blank };
    if *first != b'{' {
        let is_json = serde_json::from_slice::<&RawValue>(text).is_ok();
        return if is_json { Meaning::NoObject } else { Meaning::Broken };
    }
    let names =
        ["custom_id", "response", "error", "status", "result", "method", "body", "url", "params"];
    let Some([id, response, error, status, result, method, body, url, params]) =
        members(text, names)
    else {
        return Meaning::Broken;
    };
    let custom_id = id.and_then(text_of);
    let is_result = response.is_some()
        || result.is_some()
        || id.is_some() && (error.is_some() || status.is_some());
    let (outcome, answer) = if is_result {
        outcome(response, error, status, result)
    } else if id.is_some() || method.is_some() && (body.is_some() || url.is_some()) {
        (Ending::Asked, given(body).or(given(params)))
    } else {
        return Meaning::Object;
    };
    let mut read = BatchLine { custom_id, outcome, ..BatchLine::default() };
    if let Some([model, usage]) = answer.and_then(|body| within(body, ["model", "usage"])) {
        read.model = model.and_then(text_of);
        (read.tokens_in, read.tokens_out) = usage.map_or((None, None), tokens);
    }
    Meaning::Of(Box::new(read))
}

type Value<'a> = Option<&'a RawValue>;

/// How it ended, and the body of the answer, where there is one.
fn outcome<'a>(
    response: Value<'a>,
    error: Value<'a>,
    status: Value<'a>,
    result: Value<'a>,
) -> (Ending, Value<'a>) {
    let inner = response.and_then(|response| within(response, ["status_code", "body", "error"]));
    let [code, body, inner_error] = inner.unwrap_or_default();
    let result = result.and_then(|result| within(result, ["type", "message", "error"]));
    let [kind, message, result_error] = result.unwrap_or_default();
    // The completion stands in the response itself, in its body, or in the message of a result.
    let answer = given(message).or(given(body)).or(given(response));
    let body_error = body.and_then(|body| within(body, ["error"])).and_then(|[error]| error);
    let errors = [error, body_error, inner_error, result_error];
    let error = errors.into_iter().find_map(|error| given(error).filter(|error| is_error(error)));
    let number = code.and_then(number_of);
    let word = given(kind).or(given(status)).and_then(text_of);
    let is_success = match (number, &word) {
        (Some(number), _) => Some((200..300).contains(&number)),
        (None, Some(word)) => Some(matches!(word.raw(), b"succeeded" | b"success" | b"completed")),
        (None, None) => None,
    };
    let status = number.and_then(|number| u16::try_from(number).ok());
    let outcome = match (is_success, error) {
        (Some(true), None) => Ending::Good(status),
        (None, None) => Ending::Unclear,
        (_, error) => Ending::Bad {
            status: status.filter(|status| !(200..300).contains(status)),
            code: error.and_then(code_of).or(word.filter(|word| word.raw() != b"succeeded")),
        },
    };
    (outcome, answer)
}

/// Whether what stands as an error is one: neither false nor empty.
fn is_error(error: &RawValue) -> bool {
    !matches!(error.get(), "false" | "\"\"" | "{}" | "[]" | "0")
}

/// What the service calls the cause: its code, its type, or its message.
fn code_of(error: &RawValue) -> Option<Untrusted> {
    let names = ["code", "type", "error", "message"];
    let Some([code, kind, inner, message]) = within(error, names) else { return text_of(error) };
    let inner = given(inner).and_then(code_of);
    let each = [given(code), given(kind)].into_iter().find_map(|value| value.and_then(word_of));
    each.filter(|word| word.raw() != b"error").or(inner).or(given(message).and_then(text_of))
}

fn within<'a, const N: usize>(
    value: &'a RawValue,
    names: [&'static str; N],
) -> Option<[Value<'a>; N]> {
    members(value.get().as_bytes(), names)
}

/// What is there and not null.
fn given(value: Value<'_>) -> Value<'_> {
    value.filter(|value| value.get() != "null")
}

/// A text; one with halves of characters in it as it is spelt.
fn text_of(value: &RawValue) -> Option<Untrusted> {
    let spelt = value.get().strip_prefix('"')?.strip_suffix('"')?;
    let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| spelt.to_owned());
    let mut text = Untrusted::new(text);
    text.cap(MOST_OF_A_NAME);
    Some(text)
}

/// A text, or a number as one.
fn word_of(value: &RawValue) -> Option<Untrusted> {
    text_of(value).or_else(|| number_of(value).map(|number| Untrusted::new(number.to_string())))
}

/// A whole number, however it is written.
fn number_of(value: &RawValue) -> Option<u64> {
    let text = value.get().trim_matches('"').trim();
    let number = text.parse().ok();
    number.or_else(|| text.strip_suffix(".0").and_then(|text| text.parse().ok()))
}

/// Tokens read and written, by whichever names.
fn tokens(usage: &RawValue) -> (Option<u64>, Option<u64>) {
    let names = ["prompt_tokens", "input_tokens", "completion_tokens", "output_tokens"];
    let Some([prompt, input, completion, output]) = within(usage, names) else {
        return (None, None);
    };
    let number = |one: Value<'_>, other: Value<'_>| given(one).or(given(other)).and_then(number_of);
    (number(prompt, input), number(completion, output))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> BatchLine {
        match read(text.as_bytes()) {
            Meaning::Of(line) => *line,
            other => panic!("{other:?}: {text}"),
        }
    }

    /// Each shape of each service, good and bad: what the words say, and `+` where it is good.
    #[test]
    fn every_shape_of_a_result_is_read() {
        let cases = [
            // OpenAI and those of its shape.
            (
                r#"{"id":"b","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"model":"m","usage":{"prompt_tokens":3,"completion_tokens":4}}},"error":null}"#,
                "+200",
            ),
            (r#"{"custom_id":"a","response":{"status_code":200,"body":{}}}"#, "+200"),
            (
                r#"{"custom_id":"a","response":{"status_code":"201","body":{}},"error":null}"#,
                "+201",
            ),
            (r#"{"custom_id":"a","response":{"status_code":200.0,"body":{}},"error":{}}"#, "+200"),
            (
                r#"{"custom_id":"a","response":{"status_code":400,"body":{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"bad_value"}}},"error":null}"#,
                "-400 bad_value",
            ),
            (
                r#"{"custom_id":"a","response":{"status_code":429,"body":{"error":{"message":"slow","type":"rate_limit","code":null}}},"error":null}"#,
                "-429 rate_limit",
            ),
            (
                r#"{"custom_id":"a","response":{"status_code":500,"body":null},"error":null}"#,
                "-500",
            ),
            (
                r#"{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"m"}}"#,
                "-batch_expired",
            ),
            (
                r#"{"custom_id":"a","response":null,"error":{"code":"request_timeout"}}"#,
                "-request_timeout",
            ),
            (
                r#"{"custom_id":"a","error":{"code":"batch_cancelled","message":"m"}}"#,
                "-batch_cancelled",
            ),
            (r#"{"custom_id":"a","response":null,"error":"boom"}"#, "-boom"),
            // vLLM: an error, and a response without body; Vertex through LiteLLM: both.
            (
                r#"{"custom_id":"a","response":{"status_code":400,"request_id":"r"},"error":{"type":"error","message":"too long","code":400}}"#,
                "-400",
            ),
            (
                r#"{"custom_id":"a","response":{"status_code":200,"body":{}},"error":{"message":"both"}}"#,
                "-both",
            ),
            (
                r#"{"custom_id":"a","response":{"status_code":200,"body":{"error":{"code":"inside"}}},"error":null}"#,
                "-inside",
            ),
            // Cerebras, as its older guide has it.
            (
                r#"{"custom_id":"a","status":"succeeded","response":{"model":"m","usage":{"prompt_tokens":3,"completion_tokens":4}}}"#,
                "+ok",
            ),
            (
                r#"{"custom_id":"a","status":"errored","error":{"code":"server_error"}}"#,
                "-server_error",
            ),
            (
                r#"{"custom_id":"a","status":"expired","error":{"code":"timeout","message":"m"}}"#,
                "-timeout",
            ),
            (r#"{"custom_id":"a","status":"expired"}"#, "-expired"),
            // Anthropic.
            (
                r#"{"custom_id":"a","result":{"type":"succeeded","message":{"model":"m","usage":{"input_tokens":3,"output_tokens":4}}}}"#,
                "+ok",
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request","message":"m"}}}}"#,
                "-invalid_request",
            ),
            (r#"{"custom_id":"a","result":{"type":"canceled"}}"#, "-canceled"),
            (r#"{"custom_id":"a","result":{"type":"expired"}}"#, "-expired"),
            // Nobody says.
            (r#"{"custom_id":"a","response":{"body":{}},"error":null}"#, "?"),
            (r#"{"custom_id":"a","response":null,"error":null}"#, "?"),
            // Requests.
            (r#"{"custom_id":"a","method":"POST","url":"/v1/x","body":{"model":"m"}}"#, ""),
            (r#"{"custom_id":"a","params":{"model":"m"}}"#, ""),
        ];
        for (text, expected) in cases {
            let read = line(text);
            assert_eq!(read.custom_id, Some(Untrusted::new("a")), "{text}");
            let sign = match read.outcome {
                Ending::Good(_) => "+",
                Ending::Bad { .. } => "-",
                Ending::Unclear | Ending::Asked => "",
            };
            assert_eq!(format!("{sign}{}", read.outcome.words()), expected, "{text}");
            if text.contains("tokens") {
                let tokens = (read.tokens_in, read.tokens_out);
                assert_eq!(tokens, (Some(3), Some(4)), "{text}");
                assert_eq!(read.model, Some(Untrusted::new("m")), "{text}");
            }
        }
        // Embeddings tell what was read only.
        let read = line(
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"usage":{"prompt_tokens":7,"total_tokens":7}}}}"#,
        );
        assert_eq!((read.tokens_in, read.tokens_out), (Some(7), None));
    }

    /// Hazards of operations 26 and 29: lines that are none.
    #[test]
    fn what_is_no_line_of_a_batch_is_told_apart() {
        for (text, expected) in [
            ("", Meaning::Blank),
            (" \r", Meaning::Blank),
            ("[1,2]", Meaning::NoObject),
            ("12", Meaning::NoObject),
            ("null", Meaning::NoObject),
            ("plain words", Meaning::Broken),
            ("{\"custom_id\":", Meaning::Broken),
            ("{\"a\":1}{", Meaning::Broken),
            (r#"{"a":1}"#, Meaning::Object),
            (r#"{"type":"x","error":"y"}"#, Meaning::Object),
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(
            line("\u{feff}{\"custom_id\":\"a\",\"status\":\"succeeded\"}\r").outcome,
            Ending::Good(None)
        );
        for odd in ["7", "null", "[\"a\"]", "{}"] {
            let text = format!(r#"{{"custom_id":{odd},"response":{{"status_code":200}}}}"#);
            assert_eq!(line(&text).custom_id, None, "{odd}");
        }
        let long =
            format!(r#"{{"custom_id":"{}\u001b[31m\n|","status":"expired"}}"#, "x".repeat(200_000));
        assert_eq!(line(&long).custom_id.unwrap().raw().len(), MOST_OF_A_NAME);
        let deep = format!(
            "{{\"custom_id\":\"a\",\"response\":{}{}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(line(&deep).outcome, Ending::Unclear);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&text);
        }

        #[test]
        fn a_line_that_is_cut_is_no_line(at in 1_usize..60) {
            let text = r#"{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}"#;
            prop_assert_eq!(read(&text.as_bytes()[..at]), Meaning::Broken);
        }
    }
}
