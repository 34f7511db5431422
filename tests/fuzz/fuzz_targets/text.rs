//! Text of any bytes: what is printed commands no terminal and reads back as just those bytes, so
//! that no two texts look the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::text::{UntrustedRef, shorten_end, shorten_middle, width};

/// Undoes `printable`.
fn read_back(printed: &str) -> Vec<u8> {
    let mut raw = vec![];
    let mut rest = printed;
    while let Some(c) = rest.chars().next() {
        if c != '\\' {
            raw.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let simple = [("\\\\", b'\\'), ("\\n", b'\n'), ("\\r", b'\r'), ("\\t", b'\t')];
        if let Some((spelling, byte)) = simple.iter().find(|(spelt, _)| rest.starts_with(spelt)) {
            raw.push(*byte);
            rest = &rest[spelling.len()..];
        } else if let Some(hex) = rest.strip_prefix("\\x") {
            raw.push(u8::from_str_radix(&hex[..2], 16).expect("two digits"));
            rest = &hex[2..];
        } else {
            let (hex, tail) = rest["\\u{".len()..].split_once('}').expect("an end");
            let number = u32::from_str_radix(hex, 16).expect("digits");
            match char::from_u32(number) {
                Some(c) => raw.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => raw.extend([
                    0xED,
                    0x80 | u8::try_from(number >> 6 & 0x3F).expect("six bits"),
                    0x80 | u8::try_from(number & 0x3F).expect("six bits"),
                ]),
            }
            rest = tail;
        }
    }
    raw
}

fuzz_target!(|raw: &[u8]| {
    let text = UntrustedRef::new(raw);
    let printed = text.printable();
    assert_eq!(read_back(&printed), raw, "{printed:?}");
    let commands =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    assert!(!printed.contains(commands), "{printed:?}");
    assert!(!printed.starts_with(' ') && !printed.ends_with(' '));
    for cells in [0, 1, 7, 255] {
        assert!(width(&text.printable_within(cells)) <= cells);
        assert!(width(&shorten_end(&printed, cells)) <= cells);
        assert!(width(&shorten_middle(&printed, cells)) <= cells);
    }
    let json = text.json();
    assert!(!json.contains(char::is_control));
});
