//! The clocks of the operating system.

use rustix::time::{ClockId, clock_gettime};

use crate::clock::{Clock, Now, Timestamp};

/// The machine's wall clock and the time since it started.
#[derive(Debug)]
pub struct SystemClock {
    boot: [u8; 16],
}

impl SystemClock {
    /// Reads which start of the machine this is.
    pub fn new() -> Self {
        // Linux names each start by a random UUID. Without it every opening counts as another start, which only
        // makes budget windows move by the wall clock alone.
        let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let mut digits = name.bytes().filter_map(|byte| char::from(byte).to_digit(16));
        let mut boot = [0u8; 16];
        for byte in &mut boot {
            let (high, low) = (digits.next().unwrap_or(0), digits.next().unwrap_or(0));
            *byte = u8::try_from((high << 4) | low).unwrap_or(0);
        }
        Self { boot }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let millis = |clock| {
            let time = clock_gettime(clock);
            time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)
        };
        Now {
            wall: Timestamp::from_millis(millis(ClockId::Realtime)),
            since_boot_ms: u64::try_from(millis(ClockId::Boottime)).unwrap_or(0),
            boot: self.boot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SystemClock;
    use crate::clock::Clock;

    #[test]
    fn the_clocks_run_and_name_their_boot() {
        let (a, b) = (SystemClock::new().now(), SystemClock::new().now());
        assert!(b.since_boot_ms >= a.since_boot_ms && a.since_boot_ms > 0);
        assert_eq!(a.boot, b.boot);
        assert!(a.wall.as_seconds() > 1_700_000_000);
    }
}
