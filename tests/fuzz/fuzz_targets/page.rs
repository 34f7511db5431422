//! A page of any bytes: it is read or refused, and what is read can be held, counted and shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::api::Reading;
use shelflife::api::wire::{NotAPage, read_error_message, read_page, read_single_file};
use shelflife::store::{Extent, Origin, Store};

fuzz_target!(|body: &[u8]| {
    if let Some(message) = read_error_message(body) {
        assert!(!message.borrow().printable_within(200).contains(char::is_control));
    }
    if let Some(file) = read_single_file(body) {
        assert!(file.id.raw().len() <= body.len());
    }
    let page = match read_page(body) {
        Ok(page) => page,
        Err(NotAPage::TooManyFiles) => return,
        Err(NotAPage::BrokenJson(broken)) => return assert!(broken.byte <= body.len() * 3),
        Err(NotAPage::NotAFilesList { beginning, .. }) => {
            let shown = beginning.borrow().printable_within(80);
            return assert!(!shown.contains(char::is_control));
        }
    };
    let files = page.readings.len();
    let unreadable =
        page.readings.iter().filter(|reading| matches!(reading, Reading::Unreadable(_))).count();
    assert!(page.last_id().is_some() || unreadable == files);
    let again = page.clone();
    let mut store = Store::default();
    let origin = |pass| Origin { after: None, pass, at_s: pass, extent: Extent::Open };
    store.take_in(page, origin(1)).expect("there is room");
    assert!(store.len() <= files && store.unreadable_count() <= unreadable);
    for server_ms in [i64::MIN, 0, 1_795_442_400_000, i64::MAX] {
        let c = store.expiry_counts(server_ms);
        let dated = c.expired + c.within_hour + c.within_day + c.within_week + c.later;
        assert_eq!(dated + c.never + c.unknown, store.len());
    }
    for no in store.numbers() {
        assert!(!store.file(no).name_to_show().contains(char::is_control));
    }
    // The same page again changes nothing, unless one id is in it with several contents.
    let held = store.len();
    let intake = store.take_in(again, origin(2)).expect("there is room");
    assert!(intake.added.is_empty() && store.len() == held, "{:?}", intake.added);
});
