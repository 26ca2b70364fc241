//! The budget clock: time that no setting of the wall clock can hurry.

use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::store::{Fields, Table, Transaction};

/// A disagreement of wall clock and time since boot beyond this is reported.
const STEP_MS: i64 = 60_000;

const FORMAT: u8 = 1;
const KEY: &[u8] = b"budget";

/// The wall clock was set: between two readings it moved otherwise than the time since boot.
///
/// To be recorded and alerted by the caller. Budgets moved by the lesser of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// How far the wall clock moved, in milliseconds; negative if it was set back.
    pub wall_ms: i64,
    /// How far the time since boot moved, in milliseconds; `None` if the machine was started in between.
    pub since_boot_ms: Option<i64>,
}

/// The clock that budget windows move by, in milliseconds since the store began to count.
///
/// Within one boot it moves by the lesser of wall and since-boot progress. A restart leaves only the wall clock
/// to ask how long it took: then the clock moves by what the wall shows beyond the latest time it ever showed,
/// so that time gained once by a wrong clock cannot be gained again. It never moves back.
pub(super) struct BudgetClock {
    time_ms: u64,
    last: Now,
    latest_wall: Timestamp,
}

impl BudgetClock {
    /// Moves the stored clock to `now`; gives its time, and a step of the wall clock if there was one.
    pub(super) fn advance(tx: &mut dyn Transaction, now: Now) -> Result<(u64, Option<ClockStep>)> {
        let (clock, step) = match tx.get(Table::Clock, KEY)? {
            Some(row) => Self::decode(&row)?.moved_to(now),
            None => (Self { time_ms: 0, last: now, latest_wall: now.wall }, None),
        };
        tx.put(Table::Clock, KEY, &clock.encode())?;
        Ok((clock.time_ms, step))
    }

    fn moved_to(self, now: Now) -> (Self, Option<ClockStep>) {
        let wall_ms = now.wall.as_millis().saturating_sub(self.last.wall.as_millis());
        let (progress, since_boot_ms) = if now.boot == self.last.boot {
            let Some(since_boot) = now.since_boot_ms.checked_sub(self.last.since_boot_ms) else {
                // A reading older than the last: its caller waited for the store while another went ahead.
                return (self, None);
            };
            let since_boot = i64::try_from(since_boot).unwrap_or(i64::MAX);
            (wall_ms.min(since_boot), Some(since_boot))
        } else {
            (now.wall.as_millis().saturating_sub(self.latest_wall.as_millis()), None)
        };
        let step = match since_boot_ms {
            Some(since_boot) => wall_ms.abs_diff(since_boot) > STEP_MS.unsigned_abs(),
            None => wall_ms < STEP_MS.saturating_neg(),
        };
        let moved = Self {
            time_ms: self.time_ms.saturating_add(u64::try_from(progress).unwrap_or(0)),
            last: now,
            latest_wall: self.latest_wall.max(now.wall),
        };
        (moved, step.then_some(ClockStep { wall_ms, since_boot_ms }))
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        bytes.extend_from_slice(&self.last.wall.as_millis().to_be_bytes());
        bytes.extend_from_slice(&self.last.since_boot_ms.to_be_bytes());
        bytes.extend_from_slice(&self.last.boot);
        bytes.extend_from_slice(&self.latest_wall.as_millis().to_be_bytes());
        bytes
    }

    fn decode(row: &[u8]) -> Result<Self> {
        let mut fields = Fields::new(row);
        fields.version(FORMAT)?;
        let clock = Self {
            time_ms: fields.u64()?,
            last: Now {
                wall: Timestamp::from_millis(fields.i64()?),
                since_boot_ms: fields.u64()?,
                boot: fields.bytes()?,
            },
            latest_wall: Timestamp::from_millis(fields.i64()?),
        };
        fields.end()?;
        Ok(clock)
    }
}

#[cfg(test)]
mod tests {
    use super::{BudgetClock, ClockStep};
    use crate::clock::{Now, Timestamp};

    fn at(wall_s: i64, since_boot_s: u64, boot: u8) -> Now {
        Now { wall: Timestamp::from_seconds(wall_s), since_boot_ms: since_boot_s * 1000, boot: [boot; 16] }
    }

    #[test]
    fn ac_36_no_setting_of_the_clock_hurries_a_window() {
        // name, readings from (1000 s wall, 100 s since boot, boot 0) on, budget time in the end, steps reported
        let table: &[(&str, &[Now], u64, usize)] = &[
            ("honest", &[at(1010, 110, 0), at(1020, 120, 0)], 20, 0),
            ("set forward", &[at(9010, 110, 0), at(9020, 120, 0)], 20, 1),
            ("set back", &[at(10, 110, 0), at(20, 120, 0)], 10, 1),
            ("forth and back", &[at(9000, 101, 0), at(1002, 102, 0), at(9003, 103, 0)], 2, 3),
            ("suspended wall", &[at(1000, 130, 0), at(1000, 150, 0)], 0, 0),
            ("older reading", &[at(1010, 110, 0), at(1009, 109, 0), at(1011, 111, 0)], 11, 0),
            ("restart", &[at(1300, 5, 1), at(1310, 15, 1)], 310, 0),
            ("restart, set back", &[at(500, 5, 1), at(510, 15, 1)], 10, 1),
            ("restarts, set forward twice", &[at(2000, 5, 1), at(1000, 6, 1), at(2000, 5, 2)], 1000, 1),
            (
                "two hosts, one five seconds ahead",
                &[at(1005, 5, 1), at(1001, 101, 0), at(1006, 6, 1), at(1002, 102, 0)],
                6,
                0,
            ),
        ];
        for (name, readings, time_s, steps) in table {
            let first = at(1000, 100, 0);
            let mut clock = BudgetClock { time_ms: 0, last: first, latest_wall: first.wall };
            let mut reported = Vec::new();
            for now in *readings {
                let before = clock.time_ms;
                let (moved, step) = BudgetClock::decode(&clock.encode()).unwrap().moved_to(*now);
                assert!(moved.time_ms >= before, "{name}");
                reported.extend(step);
                clock = moved;
            }
            assert_eq!(clock.time_ms, time_s * 1000, "{name}");
            assert_eq!(reported.len(), *steps, "{name}: {reported:?}");
        }
    }

    #[test]
    fn a_step_says_how_far() {
        let first = at(1000, 100, 0);
        let clock = BudgetClock { time_ms: 0, last: first, latest_wall: first.wall };
        let (_, step) = clock.moved_to(at(900, 101, 0));
        assert_eq!(step, Some(ClockStep { wall_ms: -100_000, since_boot_ms: Some(1000) }));
    }
}
