//! What the figures of one run must be to each other.

use std::process::ExitCode;

use panveil_benches::say;
use panveil_benches::turns::Turns;

use crate::cards;
use crate::ff1::{BOTH_WAYS, LENGTHS, batch, decrypt, fpe, single};
use crate::series::Cores;

/// Half of what is usual, so that a busy machine does not fail it.
const FLOOR_SINGLE: f64 = 8.0;
/// Likewise, for a processor with VAES; `aes` alone decides what others reach.
const FLOOR_BATCH: f64 = 40.0;

/// Decryption does what encryption does: more than this over it, and a part of it was compiled for another processor.
const MOST_OVER_ENCRYPTION: f64 = 1.3;

/// Fails if FF1 of any length is below its floor, or decrypts slower than it encrypts.
pub(crate) fn check(turns: &Turns) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for length in LENGTHS {
        for (name, floor) in [(single(length), FLOOR_SINGLE), (batch(length), FLOOR_BATCH)] {
            let ratio = turns.ns(&fpe(length)) / turns.ns(&name);
            if ratio < floor {
                say(&format!("{name} is {ratio:.1}x fpe, below its floor of {floor}x"));
                code = ExitCode::FAILURE;
            }
        }
    }
    for name in BOTH_WAYS.into_iter().flat_map(|length| [single(length), batch(length)]) {
        let ratio = turns.ns(&decrypt(&name)) / turns.ns(&name);
        if ratio > MOST_OVER_ENCRYPTION {
            say(&format!("{} takes {ratio:.2} times as long as encryption", decrypt(&name)));
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Ratios that are not in the table.
pub(crate) fn relations(turns: &Turns, cores: &[Cores]) -> Vec<(String, f64)> {
    let mut relations = Vec::new();
    for (layout, length) in cards::layouts() {
        let hidden = layout.hidden(length).expect("a layout for this length");
        let over = turns.ns(&cards::batch(layout, length)) / turns.ns(&batch(hidden));
        relations.push((format!("tokenize {layout} of {length} over FF1 of {hidden} digits, batches"), over));
    }
    if let (Some(one), Some(two)) = (cores.first(), cores.get(1)) {
        relations
            .push(("two threads over one, batches of their own".into(), two.own_threads / one.own_threads));
        relations.push(("two threads over one, one batch on a pool".into(), two.pool / one.pool));
    }
    relations
}
