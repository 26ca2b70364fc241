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
        Self { boot: boot_of(&name).unwrap_or_else(another_boot) }
    }
}

/// The 16 bytes of a UUID, `None` if the text is none.
fn boot_of(name: &str) -> Option<[u8; 16]> {
    let digits: Vec<u32> = name.chars().filter_map(|character| character.to_digit(16)).collect();
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes = pairs.iter().map(|[high, low]| u8::try_from((high << 4) | low).ok());
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// A start of the machine that is like no other.
fn another_boot() -> [u8; 16] {
    let mut boot = [0u8; 16];
    if getrandom::fill(&mut boot).is_err() {
        // Then nothing else works either; a fixed name only makes windows stand still.
        boot = [0; 16];
    }
    boot
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
    use super::{SystemClock, another_boot, boot_of};
    use crate::clock::Clock;

    #[test]
    fn a_boot_without_a_name_is_like_no_other() {
        let name = "0c5a2b1e-9f00-4c1d-8a7b-00112233ffee\n";
        assert_eq!(boot_of(name).unwrap()[..4], [0x0c, 0x5a, 0x2b, 0x1e]);
        for none in ["", "0c5a", "0c5a2b1e-9f00-4c1d-8a7b-00112233ffee00"] {
            assert_eq!(boot_of(none), None);
        }
        assert_ne!(another_boot(), another_boot());
    }

    #[test]
    fn the_clocks_run_and_name_their_boot() {
        let (a, b) = (SystemClock::new().now(), SystemClock::new().now());
        assert!(b.since_boot_ms >= a.since_boot_ms && a.since_boot_ms > 0);
        assert_eq!(a.boot, b.boot);
        assert!(a.wall.as_seconds() > 1_700_000_000);
    }
}
