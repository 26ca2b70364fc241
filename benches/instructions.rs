//! Does one operation so many times, for `scripts/instructions.sh` to count its instructions.
//!
//! `instructions NAME TIMES`, or `instructions` alone for the names. Two counts, of TIMES and of twice as many, differ by
//! the operation and nothing else.

use std::hint::black_box;

use panveil::card::id::RecordId;
use panveil::card::{Masked, Pan};
use panveil::crypto::secret::Secret;
use panveil::hazmat::{Ff1, FixedFf1};
use panveil::protect::LayoutChoice;
use panveil::protect::batch::TOKEN_RECORD;
use panveil_benches::kit::{Kit, cards};
use panveil_benches::lab::pan;
use panveil_benches::provider::Failure;
use panveil_benches::say;

/// Names, and how often each is done: enough for the cycle walks of different keys to come out alike.
const OPERATIONS: [(&str, u32); 10] = [
    ("ff1_6", 4_000),
    ("ff1_16", 4_000),
    ("ff1_16_batch_of_8", 500),
    ("ff1_16_batch_of_1024", 8),
    ("tokenize", 12_000),
    ("tokenize_all_1024", 12),
    ("seal", 500),
    ("fingerprint", 2_000),
    ("mask", 10_000),
    ("parse", 10_000),
];

const TWEAK: &[u8] = b"4111111111";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = arguments.as_slice() else {
        for (name, times) in OPERATIONS {
            say(&format!("{name} {times}"));
        }
        return Ok(());
    };
    let times: u32 = times.parse()?;
    match name.as_str() {
        "ff1_6" => single(6, times),
        "ff1_16" => single(16, times),
        "ff1_16_batch_of_8" => batch(8, times),
        "ff1_16_batch_of_1024" => batch(1_024, times),
        "tokenize" => tokenize(times),
        "tokenize_all_1024" => tokenize_all(times),
        "seal" => seal(times),
        "fingerprint" => {
            let (kit, pan) = (Kit::outside_time()?, pan(16, 1)?);
            repeat(times, || kit.fingerprinter.fingerprint(black_box(&pan)));
            Ok(())
        }
        "mask" => {
            let pan = pan(16, 1)?;
            repeat(times, || Masked::last4(black_box(&pan)));
            Ok(())
        }
        "parse" => {
            repeat(times, || Pan::parse(black_box(b"4111111111111111")));
            Ok(())
        }
        _ => Err(format!("no operation is called {name}").into()),
    }
}

fn repeat<T>(times: u32, mut work: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(work());
    }
}

fn ff1(length: usize) -> Result<FixedFf1, panveil::Error> {
    Ff1::new(&Secret::random()?).for_lengths(length, TWEAK.len())
}

fn single(length: usize, times: u32) -> Result<(), Failure> {
    let (ff1, mut text) = (ff1(length)?, vec![1; length]);
    repeat(times, || ff1.encrypt(TWEAK, black_box(&mut text)));
    Ok(())
}

fn batch(count: usize, times: u32) -> Result<(), Failure> {
    let (ff1, mut texts, tweaks) = (ff1(16)?, vec![1; 16 * count], TWEAK.repeat(count));
    repeat(times, || ff1.encrypt_all(&tweaks, black_box(&mut texts)));
    Ok(())
}

/// Different cards, for one card would walk as far each time, and under another key differently. They are all made in
/// both runs, so that their making cancels.
fn tokenize(times: u32) -> Result<(), Failure> {
    let kit = Kit::outside_time()?;
    let pans = (0..24_000).map(|number| pan(16, number)).collect::<Result<Vec<_>, _>>()?;
    let mut next = pans.iter().cycle();
    repeat(times, || next.next().map(|pan| kit.tokenizer.tokenize(black_box(pan), LayoutChoice::Auto)));
    Ok(())
}

fn tokenize_all(times: u32) -> Result<(), Failure> {
    let (kit, pans) = (Kit::outside_time()?, cards(24 * 1_024, 16)?);
    let mut tokens = vec![[0; TOKEN_RECORD]; 1_024];
    let mut next = pans.chunks_exact(1_024).cycle();
    repeat(times, || {
        let pans = next.next().unwrap_or_default();
        kit.tokenizer.tokenize_all(black_box(pans), LayoutChoice::Auto, black_box(&mut tokens))
    });
    Ok(())
}

fn seal(times: u32) -> Result<(), Failure> {
    let (kit, pan, record) = (Kit::outside_time()?, pan(16, 1)?, RecordId::new("C00000017")?);
    repeat(times, || kit.sealer.seal_pan(black_box(&pan), &record));
    Ok(())
}
