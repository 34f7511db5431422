//! How far an answer has come, told now and then.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

use crate::jobs::Told;

/// From one telling of how far a job is to the next: ten times a second at most.
const BETWEEN: Duration = Duration::from_millis(100);

/// How far it is.
pub(super) struct Flow {
    total: Option<u64>,
    received: u64,
    told: Instant,
    is_untold: bool,
}

impl Flow {
    /// So many bytes are there, of so many where that is known; that was told.
    pub(super) fn new(received: u64, total: Option<u64>) -> Self {
        Self { total, received, told: Instant::now(), is_untold: false }
    }

    /// Bytes in all, where that is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Counts a piece.
    pub(super) fn count(&mut self, piece: &Bytes, tell: &mut impl FnMut(Told)) {
        self.received += piece.len() as u64;
        self.is_untold = true;
        if self.told.elapsed() >= BETWEEN {
            self.tell(tell);
        }
    }

    /// Waits for the next piece, and counts it; what came before is told meanwhile.
    pub(super) async fn wait<E>(
        &mut self,
        next: impl Future<Output = Result<Option<Bytes>, E>>,
        tell: &mut impl FnMut(Told),
    ) -> Result<Option<Bytes>, E> {
        let mut next = pin!(next);
        let piece = loop {
            tokio::select! {
                biased;
                piece = &mut next => break piece?,
                () = sleep_until(self.told + BETWEEN), if self.is_untold => self.tell(tell),
            }
        };
        if let Some(piece) = &piece {
            self.count(piece, tell);
        }
        Ok(piece)
    }

    fn tell(&mut self, tell: &mut impl FnMut(Told)) {
        (self.told, self.is_untold) = (Instant::now(), false);
        tell(Told::Received(self.received, self.total));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::pending;

    use tokio::time::{sleep, timeout};

    use super::*;

    /// A burst, and then nothing: what came is told all the same, once; a stream is told of now and then.
    #[tokio::test(start_paused = true)]
    async fn what_came_is_told_though_nothing_follows() {
        let mut told = vec![];
        let mut tell = |what| match what {
            Told::Received(received, total) => told.push((received, total)),
            _ => panic!("something else"),
        };
        let mut flow = Flow::new(50, Some(1_000));
        for _ in 0..3 {
            flow.count(&Bytes::from_static(&[0; 100]), &mut tell);
        }
        let nothing = pending::<Result<Option<Bytes>, Infallible>>();
        let waited = timeout(Duration::from_secs(60), flow.wait(nothing, &mut tell)).await;
        assert!(waited.is_err());
        for _ in 0..35 {
            let slow = async {
                sleep(Duration::from_millis(10)).await;
                Ok::<_, Infallible>(Some(Bytes::from_static(&[0; 10])))
            };
            flow.wait(slow, &mut tell).await.unwrap();
        }
        assert_eq!(flow.received, 700);
        assert_eq!(told[0], (350, Some(1_000)));
        assert!((4..=6).contains(&told.len()), "{told:?}");
    }
}
