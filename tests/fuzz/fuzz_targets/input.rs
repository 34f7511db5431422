//! Whatever a terminal sends: once it is quiet nothing is held back, and the next key is heard, alone.

#![no_main]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use libfuzzer_sys::fuzz_target;
use shelflife::runtime::sorter::{Heard, Sorter};

/// Ends a read; twice, and the terminal is silent for a while.
const CUT: u8 = 0xff;

fuzz_target!(|raw: &[u8]| {
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    for read in raw.split(|byte| *byte == CUT) {
        if read.is_empty() && sorter.patience().is_some() {
            sorter.silence(&mut heard);
        }
        sorter.feed(read, &mut heard);
    }
    for _ in 0..3 {
        if sorter.patience().is_some() {
            sorter.silence(&mut heard);
        }
    }
    assert_eq!(sorter.patience(), None);
    heard.clear();
    sorter.feed(b"q", &mut heard);
    assert_eq!(heard, [Heard::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE))]);
});
