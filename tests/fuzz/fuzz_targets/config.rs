//! A configuration, or a theme, of any text: read, or refused with a line of it and safe words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::config::file::read;
use shelflife::time::zone::Zone;
use shelflife::theme::Theme;
use time::UtcOffset;

fuzz_target!(|text: &str| {
    let lines = text.split('\n').count();
    if let Err(error) = read(text, Zone::Fixed(UtcOffset::UTC)) {
        assert!((1..=lines).contains(&error.line), "{error}");
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
    if let Err(error) = Theme::read(text) {
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
});
