//! Waiting for a moment of the clock that goes on while the machine sleeps.
//!
//! A timer of the async runtime stands still in sleep: on waking it would wait for the rest of its
//! time, while everything on the screen is out of date.

use std::io;
use std::time::Duration;

/// A moment to be waited for.
#[derive(Debug)]
pub(super) struct Alarm {
    #[cfg(target_os = "linux")]
    timer: tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>,
}

#[cfg(target_os = "linux")]
impl Alarm {
    pub(super) fn new() -> io::Result<Self> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Boottime, flags)?;
        #[allow(deprecated, reason = "an owned descriptor stays the one that was registered")]
        let timer = tokio::io::unix::AsyncFd::new(timer)?;
        Ok(Self { timer })
    }

    /// Waits until the clock shows `at`; at once, where that is over. Waiting can be given up.
    pub(super) async fn reached(&self, at: Duration) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        // Zero would mean never.
        let it_value = Timespec::try_from(at.max(Duration::from_nanos(1)))
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::ABSTIME, &once)?;
        loop {
            let mut ready = self.timer.readable().await?;
            // An alarm that was given up may have left its mark: then there is nothing to read.
            match rustix::io::read(self.timer.get_ref(), &mut [0; 8]) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    pub(super) async fn reached(&self, at: Duration) -> io::Result<()> {
        tokio::time::sleep(at.saturating_sub(crate::time::clock::since_boot())).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::clock::since_boot;

    #[test]
    fn an_alarm_comes_when_it_is_time_and_not_before() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let alarm = Alarm::new().unwrap();
            for at in [Duration::ZERO, since_boot(), since_boot() + Duration::from_millis(3)] {
                alarm.reached(at).await.unwrap();
                assert!(since_boot() >= at);
            }
            // One that was given up does not come in place of the next.
            for _ in 0..100 {
                let soon = alarm.reached(since_boot() + Duration::from_micros(50));
                tokio::select! {
                    biased;
                    () = tokio::task::yield_now() => {}
                    _ = soon => {}
                }
                let at = since_boot() + Duration::from_millis(1);
                alarm.reached(at).await.unwrap();
                assert!(since_boot() >= at);
            }
        });
    }
}
