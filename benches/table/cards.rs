//! Complete tokenization, fingerprints, masks and parsing: what an application calls.

use std::hint::black_box;
use std::sync::Arc;

use panveil::card::{Masked, Pan, Shown, spot};
use panveil::protect::batch::{FINGERPRINT_RECORD, MASK_RECORD, TOKEN_RECORD, mask_all};
use panveil::protect::{Layout, LayoutChoice};
use panveil_benches::kit::{Kit, cards};
use panveil_benches::provider::Failure;
use panveil_benches::turns::Turns;

use crate::ff1;

/// Cards of a batch.
pub(crate) const BATCH: usize = 4_096;

/// Cards of a turn of single calls.
const SINGLES: usize = 256;

/// Every layout with every length it is for.
pub(crate) fn layouts() -> impl Iterator<Item = (Layout, usize)> {
    let all = |layout: Layout| (13..=19).map(move |length| (layout, length));
    Layout::ALL.into_iter().flat_map(all).filter(|(layout, length)| layout.hidden(*length).is_ok())
}

/// The name of a row.
pub(crate) fn batch(layout: Layout, length: usize) -> String {
    format!("tokenize {layout} of {length}, batch")
}

/// What one of these takes is parsed, tokenized and formatted; the peer and the limit are of FF1 alone.
pub(crate) fn add(turns: &mut Turns) -> Result<(), Failure> {
    let kit = Arc::new(Kit::new()?);
    for (layout, length) in layouts() {
        let (hidden, choice) = (layout.hidden(length)?, LayoutChoice::Fixed(layout));
        // The same cards in each turn, enough of them for the cycle walks of different keys to come out alike.
        let (pans, own) = (cards(SINGLES, length)?, Arc::clone(&kit));
        let one_by_one = move || {
            for record in &pans {
                let pan = Pan::parse(black_box(&record[..length])).expect("a card number");
                black_box(own.tokenizer.tokenize(&pan, choice).expect("a layout for its length"));
            }
        };
        turns
            .add(format!("tokenize {layout} of {length}"), SINGLES, one_by_one)
            .peer(ff1::fpe(hidden))
            .limit(ff1::IN_A_ROW);
        let (pans, own) = (cards(BATCH, length)?, Arc::clone(&kit));
        let mut tokens = vec![[0; TOKEN_RECORD]; BATCH];
        let all = move || {
            let report = own.tokenizer.tokenize_all(black_box(&pans), choice, black_box(&mut tokens));
            assert_eq!(report.map(|report| report.done), Ok(BATCH));
        };
        turns.add(batch(layout, length), BATCH, all).peer(ff1::fpe(hidden)).limit(ff1::SIDE_BY_SIDE);
    }
    others(turns, &kit)
}

fn others(turns: &mut Turns, kit: &Arc<Kit>) -> Result<(), Failure> {
    let sixteen = Pan::parse(b"4111111111111111")?;
    let own = Arc::clone(kit);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[1; 32]);
    turns.add("ring HMAC-SHA-256", 1, move || {
        black_box(ring::hmac::sign(&key, black_box(b"4111111111111111")));
    });
    let one = move || _ = black_box(own.fingerprinter.fingerprint(black_box(&sixteen)));
    turns.add("fingerprint", 1, one).peer("ring HMAC-SHA-256");
    let (own, pans) = (Arc::clone(kit), cards(BATCH, 16)?);
    let mut prints = vec![[0; FINGERPRINT_RECORD]; BATCH];
    let all = move || {
        assert!(own.fingerprinter.fingerprint_all(black_box(&pans), black_box(&mut prints)).is_ok());
    };
    turns.add("fingerprint, batch", BATCH, all).peer("ring HMAC-SHA-256");
    let sixteen = Pan::parse(b"4111111111111111")?;
    turns.add("mask", 1, move || _ = black_box(Masked::last4(black_box(&sixteen))));
    let pans = cards(BATCH, 16)?;
    let mut masks = vec![[0; MASK_RECORD]; BATCH];
    turns.add("mask, batch", BATCH, move || {
        assert!(mask_all(black_box(&pans), Shown::LAST4, black_box(&mut masks)).is_ok());
    });
    turns.add("parse", 1, || drop(black_box(Pan::parse(black_box(b"4111111111111111")))));
    let text = b"order 20261122-000017 of 4 items, refund for card ending 1111, ticket CB-1042";
    turns.add("spot a text without a card", 1, || {
        black_box(spot::holds_card_number(black_box(text)));
    });
    Ok(())
}
