//! What one scope has used of one window: loaded, asked, spent, stored.

use super::budget::{Budget, Measure, Usage};
use super::handles::{HandleTag, Slot, Spread};
use super::tally::{Span, Tally};
use crate::error::{Error, Result};
use crate::store::{Fields, Table, Transaction};

const FORMAT: u8 = 1;

/// How many neighbours of a new row are looked at for windows long past.
const SWEEP: usize = 4;

/// The state of one window for one request.
pub(super) struct Window {
    key: [u8; 32],
    span: Span,
    window_ms: u64,
    time_ms: u64,
    is_new: bool,
    calls: Tally,
    handles: Tally,
    spread: Spread,
    /// The handles among which that of the request is found: all of them, or those of its row.
    slot: Slot,
    /// The handle of the request, if the actor spends handles.
    tag: Option<HandleTag>,
}

impl Window {
    /// Loads the window stored under `key`.
    pub(super) fn load(
        tx: &mut dyn Transaction,
        key: [u8; 32],
        window_ms: u64,
        time_ms: u64,
        tag: Option<HandleTag>,
    ) -> Result<Self> {
        let row = tx.get(Table::Window, &key)?;
        let mut window = Self {
            key,
            span: Span::new(window_ms),
            window_ms,
            time_ms,
            is_new: row.is_none(),
            calls: Tally::EMPTY,
            handles: Tally::EMPTY,
            spread: Spread::INLINE,
            slot: Slot::EMPTY,
            tag,
        };
        if let Some(row) = row {
            window.decode(&row)?;
            window.calls.forget(window.span, time_ms);
            window.handles.forget(window.span, time_ms);
        }
        if let (Some(tag), true) = (&window.tag, window.spread != Spread::INLINE) {
            window.slot = Slot::load(tx, &window.key, window.spread.row_of(tag))?;
        }
        window.slot.forget(window.span, time_ms);
        Ok(window)
    }

    /// How far `budget` is used.
    pub(super) fn usages(&self, budget: &Budget) -> Vec<Usage> {
        let usage = |measure, used, limit| Usage {
            scope: budget.scope.clone(),
            measure,
            used,
            limit,
            window: budget.window,
        };
        let mut usages = vec![usage(Measure::Calls, self.calls.total(), budget.calls)];
        if let (Some(_), Some(limit)) = (self.tag, budget.handles) {
            usages.insert(0, usage(Measure::Handles, self.handles.total(), limit));
        }
        usages
    }

    /// How far the request would go beyond `budget`. A handle that is in the window already asks for nothing more.
    pub(super) fn breach(&self, budget: &Budget) -> Option<Usage> {
        let is_first = self.tag.is_some_and(|tag| self.slot.find(&tag).is_none());
        let asked = self.usages(budget).into_iter().filter(|usage| match usage.measure {
            Measure::Handles => is_first,
            Measure::Calls => true,
        });
        let wanted = asked.map(|usage| Usage { used: usage.used.saturating_add(1), ..usage });
        wanted.into_iter().find(|usage| usage.used > usage.limit)
    }

    /// Counts the request and stores the window.
    pub(super) fn spend(&mut self, tx: &mut dyn Transaction) -> Result<()> {
        let part = self.span.part(self.time_ms);
        self.calls.add(part);
        if let Some(tag) = self.tag {
            // Seen again, a handle stays in the set for a whole window from now: else the window that begins
            // after its first reveal and holds its second would miss it.
            if let Some(last) = self.slot.find(&tag) {
                self.handles.remove(last);
            }
            self.handles.add(part);
            self.slot.set(&tag, part);
            if self.spread != Spread::INLINE {
                self.slot.store(tx, &self.key, self.spread.row_of(&tag))?;
            }
            let wanted = Spread::for_count(self.handles.total());
            if wanted > self.spread {
                self.widen(tx, wanted)?;
            }
        }
        let bytes = self.encode()?;
        tx.put(Table::Window, &self.key, &bytes)?;
        if self.is_new {
            sweep(tx, &self.key, self.time_ms)?;
        }
        Ok(())
    }

    /// Spreads the set over more rows, after it has grown.
    fn widen(&mut self, tx: &mut dyn Transaction, wanted: Spread) -> Result<()> {
        let mut all = Slot::EMPTY;
        if self.spread == Spread::INLINE {
            all = core::mem::replace(&mut self.slot, Slot::EMPTY);
        } else {
            for row in self.spread.rows() {
                all.merge(Slot::load(tx, &self.key, row)?);
            }
        }
        all.forget(self.span, self.time_ms);
        for (row, part) in all.cut(wanted) {
            part.store(tx, &self.key, row)?;
        }
        self.spread = wanted;
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&self.window_ms.to_be_bytes());
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        bytes.push(self.spread.to_byte());
        self.calls.encode(&mut bytes)?;
        self.handles.encode(&mut bytes)?;
        if self.spread == Spread::INLINE {
            self.slot.encode(&mut bytes);
        }
        Ok(bytes)
    }

    fn decode(&mut self, row: &[u8]) -> Result<()> {
        let mut fields = Fields::new(row);
        fields.version(FORMAT)?;
        if fields.u64()? != self.window_ms {
            return Err(Error::StoreDamaged);
        }
        fields.u64()?;
        self.spread = Spread::from_byte(fields.u8()?)?;
        self.calls = Tally::decode(&mut fields)?;
        self.handles = Tally::decode(&mut fields)?;
        self.slot = Slot::decode(fields.rest())?;
        Ok(())
    }
}

/// Removes a few windows in which nothing happened for so long that they are empty.
///
/// Keys are pseudo-random, so the neighbours of each new row are a fair sample of all: what is past makes up a
/// quarter of the table at most, in the long run.
fn sweep(tx: &mut dyn Transaction, after: &[u8; 32], time_ms: u64) -> Result<()> {
    for row in tx.scan(Table::Window, after, SWEEP)? {
        let mut fields = Fields::new(&row.value);
        fields.version(FORMAT)?;
        let (window_ms, last_ms) = (fields.u64()?, fields.u64()?);
        let spread = Spread::from_byte(fields.u8()?)?;
        let span = Span::new(window_ms);
        // Windows of many rows stay: they belong to scopes of which there are few.
        if spread == Spread::INLINE && !span.covers(span.part(last_ms), time_ms) {
            tx.delete(Table::Window, &row.key)?;
        }
    }
    Ok(())
}
