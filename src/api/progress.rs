//! How far an answer has come, for whoever wants to be told.

use std::sync::Arc;

/// Whoever is told how many bytes of an answer have come, as they come.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn Fn(u64) + Send + Sync>>);

impl Progress {
    /// Has `tell` told, with each piece of an answer, how many bytes have come of it so far.
    pub fn new(tell: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, received: usize) {
        if let Some(tell) = &self.0 {
            tell(u64::try_from(received).unwrap_or(u64::MAX));
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Progress(told)" } else { "Progress" })
    }
}
