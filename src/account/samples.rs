//! Small stores, for the tests of what is told from one.

use crate::api::{File, HasMore, Page, Reading};
use crate::store::{Extent, Origin, Store};
use crate::text::Untrusted;
use crate::time::expiry::Stated;

/// Files with these expiries, and as many bytes as `bytes` says for the number of each.
pub(super) fn expiring(
    expiries: impl IntoIterator<Item = Stated<i64>>,
    bytes: impl Fn(u64) -> Stated<u64>,
) -> Store {
    let readings = (0..).zip(expiries).map(|(n, expires_at)| {
        Reading::File(File {
            id: Untrusted::new(format!("file_{n}")),
            filename: None,
            bytes: bytes(n),
            created_at: Stated::Nothing,
            expires_at,
            purpose: None,
            extra: None,
        })
    });
    let page = Page { readings: readings.collect(), has_more: HasMore::No };
    let mut store = Store::default();
    let origin = Origin { after: None, pass: 0, at_s: 1, extent: Extent::Open };
    store.take_in(page, origin).unwrap();
    store
}
