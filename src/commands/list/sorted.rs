//! Files that are all held before the first is printed, since they are wanted in an order of their own.

use std::ops::ControlFlow;

use super::columns::ListOrder;
use crate::api::{File, HasMore, Page, Reading};
use crate::lister::Failure;
use crate::store::order::Order;
use crate::store::{Extent, Origin, Store};
use crate::text::Untrusted;

/// Files that are taken into the store together: its order by expiry is moved up once for them all.
const TOGETHER: usize = 10_000;
/// Files that are printed together.
const PRINTED: usize = 100;

/// Files in a store.
#[derive(Default)]
pub(super) struct Gathered {
    store: Store,
    waiting: Vec<Reading>,
    last: Option<Untrusted>,
}

impl Gathered {
    /// Takes files in.
    pub(super) fn add(&mut self, files: Vec<File>) -> Result<(), Failure> {
        self.waiting.extend(files.into_iter().map(Reading::File));
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.settle() }
    }

    fn settle(&mut self) -> Result<(), Failure> {
        let readings = std::mem::take(&mut self.waiting);
        let page = Page { readings, has_more: HasMore::Yes };
        let last = page.last_id().cloned();
        let origin = Origin { after: self.last.as_ref(), pass: 0, at_s: 0, extent: Extent::Open };
        self.store.take_in(page, origin).map_err(|_| Failure::Full)?;
        // Whatever happened is of no interest here.
        drop(self.store.take_delta());
        self.last = last.or(self.last.take());
        Ok(())
    }

    /// Hands on all of them in this order, each once, some at a time, for as long as more are wanted;
    /// tells how many there are.
    pub(super) fn print<E: From<Failure>>(
        mut self,
        order: ListOrder,
        mut print: impl FnMut(&[File]) -> Result<ControlFlow<()>, E>,
    ) -> Result<u64, E> {
        self.settle()?;
        let sorted = Order::sorted(&self.store, order.by.field(), order.descending);
        let mut files = Vec::with_capacity(PRINTED);
        for numbers in sorted.rows().chunks(PRINTED) {
            files.clear();
            files.extend(numbers.iter().map(|no| self.store.file(*no).to_file()));
            if print(&files)?.is_break() {
                break;
            }
        }
        Ok(sorted.rows().len() as u64)
    }
}
