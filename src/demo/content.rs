//! The content of generated files: valid JSONL of exactly the stated size, any part of which can be
//! computed on its own.

use bytes::Bytes;

const LINE: u64 = 256;
const CHUNK: u64 = 64 * 1_024;

/// The bytes `from..to` of a file of `size` bytes, in chunks.
pub(super) fn chunks(size: u64, from: u64, to: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut at = from;
    std::iter::from_fn(move || {
        if at >= to {
            return None;
        }
        let end = to.min((at / CHUNK + 1) * CHUNK);
        let chunk = part(size, at, end);
        at = end;
        Some(Bytes::from(chunk))
    })
}

fn part(size: u64, from: u64, to: u64) -> Vec<u8> {
    let lines = (size / LINE).max(1);
    let mut out = Vec::with_capacity(usize::try_from(to - from).unwrap_or(0));
    let mut number = (from / LINE).min(lines - 1);
    while number < lines {
        let begins = number * LINE;
        if begins >= to {
            break;
        }
        let length = if number + 1 == lines { size - begins } else { LINE };
        let line = line(number, usize::try_from(length).unwrap_or(0));
        let cut =
            |at: u64| usize::try_from(at.clamp(begins, begins + length) - begins).unwrap_or(0);
        out.extend_from_slice(&line[cut(from)..cut(to)]);
        number += 1;
    }
    out
}

/// One line of `length` bytes, line break included where there is room for one.
fn line(number: u64, length: usize) -> Vec<u8> {
    let head = format!(
        "{{\"custom_id\":\"request-{number:07}\",\"response\":{{\"status_code\":200}},\"text\":\""
    );
    let tail = "\"}\n";
    let mut line = match length {
        0 => vec![],
        1 => b"\n".to_vec(),
        2 => b"{}".to_vec(),
        _ if length < head.len() + tail.len() => {
            let mut short = b"{}".to_vec();
            short.resize(length - 1, b' ');
            short.push(b'\n');
            short
        }
        _ => {
            let words = "the quick brown fox jumps over the lazy dog ";
            let room = length - head.len() - tail.len();
            let text: String = words.chars().cycle().take(room).collect();
            format!("{head}{text}{tail}").into_bytes()
        }
    };
    line.truncate(length);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_valid_jsonl_of_the_stated_size() {
        for size in [3, 4, 70, 80, 90, 255, 256, 257, 511, 512, 1_000, 70_000, 200_001] {
            let whole: Vec<u8> = chunks(size, 0, size).flatten().collect();
            assert_eq!(whole.len() as u64, size);
            let text = String::from_utf8(whole).unwrap();
            for line in text.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }

    #[test]
    fn any_part_is_the_same_as_in_the_whole() {
        let size = 70_001;
        let whole: Vec<u8> = chunks(size, 0, size).flatten().collect();
        for (from, to) in [(0, 1), (1, 300), (255, 257), (65_535, 65_537), (69_000, 70_001), (5, 5)]
        {
            let part: Vec<u8> = chunks(size, from, to).flatten().collect();
            let at = |offset: u64| usize::try_from(offset).unwrap();
            assert_eq!(part, whole[at(from)..at(to)]);
        }
    }
}
