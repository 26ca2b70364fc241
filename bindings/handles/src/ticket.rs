//! What a ticket says: which kind of object, which slot, and which of the objects that lay in that slot.

/// `kind 8 | generation 32 | slot 24`, from the highest bit down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) kind: u8,
    /// Never 0, so that no ticket is 0.
    pub(crate) generation: u32,
    pub(crate) slot: u32,
}

/// How many slots a ticket can name.
pub(crate) const MAX_SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 24;
const GENERATION_BITS: u32 = 32;

impl Ticket {
    pub(crate) fn from_number(number: u64) -> Self {
        let [kind, g0, g1, g2, g3, s0, s1, s2] = number.to_be_bytes();
        Self {
            kind,
            generation: u32::from_be_bytes([g0, g1, g2, g3]),
            slot: u32::from_be_bytes([0, s0, s1, s2]),
        }
    }

    pub(crate) fn number(self) -> u64 {
        u64::from(self.kind) << (GENERATION_BITS + SLOT_BITS)
            | u64::from(self.generation) << SLOT_BITS
            | u64::from(self.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SLOTS, Ticket};

    #[test]
    fn a_ticket_goes_there_and_back() {
        for (kind, generation, slot) in
            [(0, 1, 0), (7, 0xdead_beef, 0x00ab_cdef), (255, u32::MAX, MAX_SLOTS as u32 - 1)]
        {
            let ticket = Ticket { kind, generation, slot };
            assert_ne!(ticket.number(), 0);
            assert_eq!(Ticket::from_number(ticket.number()), ticket);
        }
    }
}
