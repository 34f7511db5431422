//! A filter of any text: read or refused with a place in it; what is read prints as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::time::zone::Zone;
use shelflife::store::filter::Filter;
use time::UtcOffset;

fuzz_target!(|text: &str| {
    let zone = Zone::Fixed(UtcOffset::UTC);
    match Filter::parse(text, zone) {
        Err(error) => {
            assert!(text.get(error.at.clone()).is_some(), "{:?} of {text:?}", error.at);
            assert!(!error.to_string().contains(char::is_control));
        }
        Ok(None) => assert!(text.trim().is_empty()),
        Ok(Some(filter)) => {
            let printed = filter.expr().to_string();
            let again = Filter::parse(&printed, zone).expect(&printed).expect(&printed);
            assert_eq!(again.expr(), filter.expr(), "{printed}");
            for range in filter.highlights(text) {
                assert!(text.get(range).is_some());
            }
        }
    }
});
