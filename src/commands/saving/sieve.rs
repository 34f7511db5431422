//! Sifts files by what is saved, beside whatever else is done.

use tokio::sync::mpsc::{self, Sender};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::commands::progress::Telling;
use crate::jobs::Pinned;
use crate::runtime::ledger::{Eye, Index, Ledger};
use crate::text::cause;

/// Pages of files that may wait to be sifted: the list is not held up while a long ledger is read.
const WAITING: usize = 4_096;

/// Where files go of which is to be known whether they are saved.
pub(in crate::commands) struct Sieve {
    pages: Sender<Vec<Pinned>>,
    sifted: JoinHandle<Sifted>,
}

/// What is known of the files.
#[derive(Debug, Default)]
pub(in crate::commands) struct Sifted {
    /// Those that are not saved, in the order in which they came.
    pub(in crate::commands) wanted: Vec<Pinned>,
    /// Those that are, where they are wanted.
    pub(in crate::commands) saved: Vec<Pinned>,
    /// How many they are.
    pub(in crate::commands) saved_files: u64,
    /// What is saved.
    pub(in crate::commands) index: Index,
}

/// How files are sifted.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// Whether all are wanted, saved or not.
    pub(super) again: bool,
    /// Whether those that are saved are told one by one.
    pub(super) keeps_saved: bool,
}

impl Sieve {
    /// Reads the ledger, then looks for each file at what lies on the disk.
    pub(super) fn start(ledger: Ledger, how: How, telling: Telling) -> Self {
        let (pages, mut receiver) = mpsc::channel::<Vec<Pinned>>(WAITING);
        let sifted = spawn_blocking(move || {
            let index: Index = ledger.read().unwrap_or_else(|error| {
                telling.trouble(&format!(
                    "the ledger cannot be read: {}; what is saved already is not known",
                    cause(&error)
                ));
                Index::default()
            });
            let mut sifted = Sifted { index, ..Sifted::default() };
            let mut eye = Eye::default();
            while let Some(page) = receiver.blocking_recv() {
                let saved = if how.again {
                    vec![false; page.len()]
                } else {
                    sifted.index.are_seen_saved(&page, &mut eye)
                };
                for (file, is_saved) in page.into_iter().zip(saved) {
                    if !is_saved {
                        sifted.wanted.push(file);
                        continue;
                    }
                    sifted.saved_files += 1;
                    if how.keeps_saved {
                        sifted.saved.push(file);
                    }
                }
            }
            sifted
        });
        Self { pages, sifted }
    }

    /// Hands some files over.
    pub(in crate::commands) async fn sift(&self, files: Vec<Pinned>) {
        if !files.is_empty() {
            // Whoever took them has panicked, which the end tells.
            let _ = self.pages.send(files).await;
        }
    }

    /// What became of all of them.
    pub(in crate::commands) async fn end(self) -> Sifted {
        drop(self.pages);
        self.sifted.await.unwrap_or_default()
    }
}
