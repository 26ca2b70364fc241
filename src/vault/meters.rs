//! Counts of what was tokenized and sealed, for the minutes' records of the audit log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::audit::{Event, Kind};
use crate::card::id::{Application, TenantId};
use crate::error::Error;

/// All counters of an open vault.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<Vec<Meter>>);

#[derive(Debug)]
struct Meter {
    kind: Kind,
    caller: Application,
    tenant: TenantId,
    count: Arc<AtomicU64>,
    reported: u64,
}

impl Meters {
    /// Reads this counter of a caller from now on.
    pub(crate) fn add(&self, kind: Kind, caller: Application, tenant: TenantId, count: Arc<AtomicU64>) {
        let meter = Meter { kind, caller, tenant, count, reported: 0 };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(meter);
    }

    /// One event for each counter that moved since the last call.
    pub(crate) fn read(&self) -> Vec<Event> {
        let mut meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = Vec::new();
        for meter in meters.iter_mut() {
            let total = meter.count.load(Ordering::Relaxed);
            let fresh = total.saturating_sub(meter.reported);
            if fresh > 0 {
                meter.reported = total;
                let event = Event::new(meter.kind)
                    .application(&meter.caller)
                    .tenant(&meter.tenant)
                    .detail("count", fresh);
                // The one counter that is an alarm: random tokens that were hard to find.
                let alarm = meter.kind == Kind::Alert;
                events.push(if alarm { event.failed(Error::TokenSpaceFull) } else { event });
            }
        }
        // A counter whose owner is gone and whose last count is told will not move again.
        meters.retain(|meter| {
            Arc::strong_count(&meter.count) > 1 || meter.count.load(Ordering::Relaxed) > meter.reported
        });
        events
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Meters;
    use crate::audit::Kind;
    use crate::card::id::{Application, TenantId};

    #[test]
    fn counts_are_told_once_and_forgotten_with_their_owner() {
        let meters = Meters::default();
        let id = |text| Application::new(text).unwrap();
        let count = Arc::new(AtomicU64::new(0));
        meters.add(Kind::TokenizeCount, id("a"), TenantId::new("t").unwrap(), Arc::clone(&count));
        assert_eq!(meters.read().len(), 0);
        count.fetch_add(3, Ordering::Relaxed);
        assert_eq!(meters.read().len(), 1);
        assert_eq!(meters.read().len(), 0);
        count.fetch_add(1, Ordering::Relaxed);
        drop(count);
        assert_eq!(meters.read().len(), 1);
        assert_eq!(meters.0.lock().unwrap().len(), 0);
    }
}
