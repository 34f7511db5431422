//! A file of any bytes: any cut of it gives the same findings, and none can command a terminal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::text::UntrustedRef;
use shelflife::validation::{LIMITS, MOST_SHOWN, Use, Validator, document, lines};

fuzz_target!(|input: &[u8]| {
    let Some((first, content)) = input.split_first() else { return };
    let (size, limits) = (usize::from(*first) + 1, &LIMITS[usize::from(*first) % LIMITS.len()]);
    let mut whole = Validator::new(limits, Use::Batch, Some(content));
    whole.feed(content);
    let mut in_pieces = Validator::new(limits, Use::Batch, Some(content));
    content.chunks(size).for_each(|piece| in_pieces.feed(piece));
    let report = whole.finish();
    assert_eq!(report, in_pieces.finish());
    let findings = &report.findings;
    let all: u64 = findings.counts().map(|(_, count)| count).sum();
    assert_eq!(all, findings.errors() + findings.warnings());
    assert!(findings.shown().len() <= MOST_SHOWN && report.bytes == content.len() as u64);
    let name = UntrustedRef::new(content);
    for line in lines(name, &report).into_iter().chain([document([(name, &report)])]) {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
});
