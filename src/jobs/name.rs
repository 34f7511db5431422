//! The name under which a file is saved: one safe component, whatever the service calls it.
//!
//! It knows no disk: whether a name is taken already is for whoever writes there to find out.

use std::fmt::Write as _;

use crate::text::{UntrustedRef, composed, is_seen};

/// Bytes of a name at most: with what a number, `~`, eight bytes of an id and `.part.json` add to it,
/// it stays below the 255 that file systems take.
const MOST_BYTES: usize = 220;
/// Bytes of what counts as the ending of a name.
const MOST_ENDING: usize = 16;
/// Bytes of an id that tell two files of one name apart.
const TAIL: usize = 8;
/// What ends the name of a file that is not whole yet.
pub const PART: &str = ".part";
/// What ends the name of what is known about such a file.
pub const SIDECAR: &str = ".part.json";

/// Names that are devices on some systems, with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name under which a file of this filename is saved: one component that lies in its folder and
/// nowhere else, is no hidden file, no option and no device, and cannot be taken for a file that is not
/// whole. The filename as it is where it is harmless; a byte that is not stands as `%XX`. A file without
/// a filename is saved by its id.
///
/// Two filenames have two names, but for such that are longer than a name may be: those are cut in the
/// middle, and a sum of the whole stands there.
///
/// ```
/// use shelflife::jobs::name::safe_name;
/// use shelflife::text::UntrustedRef;
///
/// let name = |filename: &str| safe_name(UntrustedRef::new(filename.as_bytes()));
/// assert_eq!(name("batch-0412.jsonl"), "batch-0412.jsonl");
/// assert_eq!(name("../../.ssh/authorized_keys"), "%2E.%2F..%2F.ssh%2Fauthorized_keys");
/// assert_eq!(name("-rf"), "%2Drf");
/// ```
#[must_use]
pub fn safe_name(filename: UntrustedRef<'_>) -> String {
    let mut name = String::with_capacity(filename.raw().len());
    let mut rest = filename.raw();
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
        };
        for (at, c) in valid.char_indices() {
            push(&mut name, c, &valid[at + c.len_utf8()..]);
        }
        rest = &rest[valid.len()..];
        if let Some((byte, after)) = rest.split_first() {
            push_byte(&mut name, *byte);
            rest = after;
        }
    }
    cut(with_safe_ends(name))
}

/// The name under which a file is saved for which somebody chose one: as it was typed, be it hidden or like an
/// option; a [`safe_name`] where it is no one component, cannot be seen whole, is too long or reads as that of a
/// file that is not whole.
///
/// ```
/// use shelflife::jobs::name::chosen_name;
///
/// assert_eq!(chosen_name(".results"), ".results");
/// assert_eq!(chosen_name("%2E.%2Fx"), "%2E.%2Fx");
/// assert_eq!(chosen_name(".."), "%2E%2E");
/// assert_eq!(chosen_name("a.part"), "a%2Epart");
/// ```
#[must_use]
pub fn chosen_name(typed: &str) -> String {
    let is_seen = |c: char| c == ' ' || !matches!(c, '/' | '\\') && is_seen(c);
    let is_component = !matches!(typed, "" | "." | "..") && typed.len() <= MOST_BYTES;
    let lower = typed.to_ascii_lowercase();
    let is_taken = [PART, SIDECAR].iter().any(|ending| lower.ends_with(ending));
    if is_component && !is_taken && typed.chars().all(is_seen) {
        return typed.to_owned();
    }
    safe_name(UntrustedRef::new(typed.as_bytes()))
}

/// The name of a file whose [`safe_name`] another file has: the end of its id stands before its ending,
/// and from the second try on a number.
#[must_use]
pub fn told_apart(name: &str, id: UntrustedRef<'_>, nth: u32) -> String {
    let id = safe_name(id);
    let from = id.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
    let (stem, ending) = name.split_at(ending_of(name));
    let number = if nth > 1 { format!("~{nth}") } else { String::new() };
    format!("{stem}~{}{number}{ending}", &id[from..])
}

/// What two names have in common that are one name on some disks: those that know neither case nor
/// spelling.
#[must_use]
pub fn folded(name: &str) -> String {
    let composed = composed(name.as_bytes());
    String::from_utf8_lossy(&composed).to_lowercase()
}

/// Appends a character as it is, or spelt out; `after` is what follows.
fn push(name: &mut String, c: char, after: &str) {
    let harmless = match c {
        '/' | '\\' => false,
        // What follows would make it read as a byte that is spelt out.
        '%' => {
            let mut next = after.bytes();
            !(next.next().is_some_and(|b| b.is_ascii_hexdigit())
                && next.next().is_some_and(|b| b.is_ascii_hexdigit()))
        }
        ' ' => true,
        c => is_seen(c),
    };
    if harmless {
        return name.push(c);
    }
    let mut bytes = [0; 4];
    for byte in c.encode_utf8(&mut bytes).bytes() {
        push_byte(name, byte);
    }
}

fn push_byte(name: &mut String, byte: u8) {
    let _ = write!(name, "%{byte:02X}");
}

/// Spells out what is harmful at the ends of a name only.
fn with_safe_ends(mut name: String) -> String {
    match name.as_str() {
        "" => return "%".to_owned(),
        "%" => return "%25".to_owned(),
        _ => {}
    }
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default().trim_end();
    let is_port = |stem: &str| {
        let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
        number.is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    let starts_badly = name.starts_with(['.', '-', '~', ' ']);
    if starts_badly || DEVICES.contains(&stem) || is_port(stem) {
        let first = name.remove(0);
        name.insert_str(0, &format!("%{:02X}", u32::from(first)));
    }
    // Not to be taken for a file that is not whole, nor for what is known of one.
    for ending in [SIDECAR, PART] {
        let at = name.len().saturating_sub(ending.len());
        if name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(ending) {
            name.replace_range(at..=at, "%2E");
            break;
        }
    }
    if let Some(last @ (' ' | '.')) = name.chars().last() {
        name.pop();
        push_byte(&mut name, u8::try_from(last).unwrap_or(b' '));
    }
    name
}

/// Shortens a name that is too long in the middle; its ending stays.
fn cut(name: String) -> String {
    if name.len() <= MOST_BYTES {
        return name;
    }
    // FNV-1a, 64 bits: it need not withstand anybody, since no name is ever overwritten.
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let (stem, ending) = name.split_at(ending_of(&name));
    let mut at = MOST_BYTES - ending.len() - 18;
    while !stem.is_char_boundary(at) {
        at -= 1;
    }
    // Half of a byte that is spelt out would read as something else.
    let spelt = stem[..at].rfind('%').filter(|from| at - from < 3);
    format!("{}~{sum:016x}~{ending}", &stem[..spelt.unwrap_or(at)])
}

/// Where the ending of a name begins: at its last dot, unless that is its first character or far from
/// its end.
fn ending_of(name: &str) -> usize {
    name.rfind('.').filter(|at| *at > 0 && name.len() - at <= MOST_ENDING).unwrap_or(name.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(filename: &[u8]) -> String {
        safe_name(UntrustedRef::new(filename))
    }

    #[test]
    fn what_is_harmless_stays_and_what_is_not_is_spelt_out() {
        for (filename, expected) in [
            ("batch-0412-output.jsonl", "batch-0412-output.jsonl"),
            ("mit Leerzeichen ä.txt", "mit Leerzeichen ä.txt"),
            ("/etc/passwd", "%2Fetc%2Fpasswd"),
            ("a\\b", "a%5Cb"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            (".bashrc", "%2Ebashrc"),
            ("~", "%7E"),
            ("-rf", "%2Drf"),
            ("", "%"),
            ("CON", "%43ON"),
            ("nul.txt", "%6Eul.txt"),
            ("com1", "%63om1"),
            ("com10", "com10"),
            ("console", "console"),
            ("a\0b\nc", "a%00b%0Ac"),
            ("exe.\u{202e}lnosj", "exe.%E2%80%AElnosj"),
            ("100 %", "100 %"),
            ("a%2Fb", "a%252Fb"),
            ("ends. ", "ends.%20"),
            ("ends.", "ends%2E"),
            ("a.jsonl.part", "a.jsonl%2Epart"),
            ("a.PART.json", "a%2EPART.json"),
        ] {
            assert_eq!(name(filename.as_bytes()), expected, "{filename:?}");
        }
        assert_eq!(name(b"a\xffb"), "a%FFb");
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_has_room_for_what_is_added() {
        let long = |last: &str| name(format!("{}{last}.jsonl", "ä".repeat(300)).as_bytes());
        assert!(long("1").len() <= MOST_BYTES && long("1").ends_with("~.jsonl"));
        assert_ne!(long("1"), long("2"));
        let told = told_apart(&long("1"), UntrustedRef::new("ä".repeat(40).as_bytes()), 99);
        assert!(told.len() + SIDECAR.len() <= 255, "{}", told.len());
    }

    #[test]
    fn the_end_of_the_id_tells_files_of_one_name_apart() {
        let told = |name, id: &str, nth| told_apart(name, UntrustedRef::new(id.as_bytes()), nth);
        assert_eq!(told("a.jsonl", "file_0123456789", 1), "a~23456789.jsonl");
        assert_eq!(told("a.jsonl", "file_0123456789", 2), "a~23456789~2.jsonl");
        assert_eq!(told("a", "f1", 1), "a~f1");
        assert_eq!(told("%2Ebashrc", "f1", 1), "%2Ebashrc~f1");
        assert_eq!(
            told("v1.2 of something that is long", "f", 1),
            "v1.2 of something that is long~f"
        );
    }

    #[test]
    fn one_name_on_some_disks_is_folded_to_one() {
        assert_eq!(folded("A.jsonl"), folded("a.JSONL"));
        assert_eq!(folded("cafe\u{301}"), folded("CAFÉ"));
        assert_ne!(folded("a"), folded("b"));
    }

    /// Hazards A 10.
    fn is_one_component(name: &str) -> bool {
        let path = std::path::Path::new(name);
        let normal = |part| matches!(part, std::path::Component::Normal(_));
        path.components().count() == 1
            && path.components().all(normal)
            && !name.starts_with(['.', '-', '~'])
            && !name.contains(['/', '\\', '\0', '\n', '\x1b'])
            && name.len() <= MOST_BYTES
            && !name.to_lowercase().ends_with(PART)
            && !name.to_lowercase().ends_with(SIDECAR)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_give_one_component(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(is_one_component(&name(&bytes)), "{}", name(&bytes));
        }

        /// Also the one that is offered, where it is taken as it stands.
        #[test]
        fn what_is_typed_is_one_component_and_stays_where_it_is_safe(
            text in "[./\\\\~%a-zA-Z0-9 \u{0}-\u{1f}\u{80}-\u{2ff}-]{0,40}(\\.part|\\.json)*",
        ) {
            let chosen = chosen_name(&text);
            prop_assert!(!chosen.contains(['/', '\0']) && !matches!(&*chosen, "" | "." | ".."));
            prop_assert!(chosen.len() <= MOST_BYTES && !chosen.to_ascii_lowercase().ends_with(PART));
            prop_assert_eq!(&chosen_name(&chosen), &chosen);
            let safe = name(text.as_bytes());
            prop_assert_eq!(chosen_name(&safe), safe);
        }

        #[test]
        fn any_text_gives_one_component(text in "[./\\\\~%a-zA-Z0-9 \u{0}-\u{1f}\u{80}-\u{2ff}\u{2000}-\u{206f}-]{0,40}(\\.part|\\.json)*") {
            prop_assert!(is_one_component(&name(text.as_bytes())), "{}", name(text.as_bytes()));
        }

        #[test]
        fn two_filenames_have_two_names(
            one in "[./\\\\~%25EF a\u{0}\u{202e}-]{1,6}(\\.part)?(\\.json)?",
            other in "[./\\\\~%25EF a\u{0}\u{202e}-]{1,6}(\\.part)?(\\.json)?",
        ) {
            prop_assert!(one == other || name(one.as_bytes()) != name(other.as_bytes()));
        }
    }
}
