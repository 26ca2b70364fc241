//! Card numbers to tokens, beside the `fpe` crate and beside the block cipher alone.
//!
//! After the statistics it prints ratios of one run, in which all take turns, and fails if FF1 has fallen far behind.

use std::hint::black_box;
use std::process::ExitCode;

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Aes256Enc};
use criterion::{BenchmarkId, Criterion, Throughput};
use fpe::ff1::{FF1, FlexibleNumeralString};
use panveil::card::id::Application;
use panveil::card::{Masked, Pan, spot};
use panveil::crypto::secret::Secret;
use panveil::hazmat::Ff1;
use panveil::protect::LayoutChoice;
use panveil::protect::batch::{TOKEN_RECORD, pan_record};
use panveil_benches::lab::{Lab, pan};
use panveil_benches::provider::Failure;
use panveil_benches::{Mode, fastest, say};

const TWEAK: &[u8] = b"4111111111";
const LENGTHS: [usize; 4] = [6, 12, 16, 19];

fn main() -> Result<ExitCode, Failure> {
    let mut criterion = Criterion::default().configure_from_args();
    ff1(&mut criterion)?;
    cards(&mut criterion)?;
    criterion.final_summary();
    ratios(Mode::from_arguments())
}

fn key() -> Result<Secret, panveil::Error> {
    Secret::fill_with(|bytes| {
        bytes.fill(1);
        Ok(())
    })
}

fn digits(length: usize) -> Vec<u8> {
    (1..=9).cycle().take(length).collect()
}

fn ff1(criterion: &mut Criterion) -> Result<(), Failure> {
    let mut group = criterion.benchmark_group("ff1");
    for length in LENGTHS {
        let fixed = Ff1::new(&key()?).for_lengths(length, TWEAK.len())?;
        let mut text = digits(length);
        group.bench_function(BenchmarkId::new("encrypt", length), |b| {
            b.iter(|| fixed.encrypt(TWEAK, black_box(&mut text)));
        });
        group.bench_function(BenchmarkId::new("decrypt", length), |b| {
            b.iter(|| fixed.decrypt(TWEAK, black_box(&mut text)));
        });
    }
    group.finish();
    Ok(())
}

fn cards(criterion: &mut Criterion) -> Result<(), Failure> {
    let lab = Lab::new()?;
    let tokenizer = lab.tokenizer()?;
    let fingerprinter = lab.vault.fingerprinter(Application::new("bench")?)?;
    let mut group = criterion.benchmark_group("card");
    for length in [12, 16, 19] {
        let pans: Vec<Pan> = (0..64).map(|number| pan(length.max(13), number)).collect::<Result<_, _>>()?;
        let mut next = pans.iter().cycle();
        group.bench_function(BenchmarkId::new("tokenize", length.max(13)), |b| {
            b.iter(|| next.next().map(|pan| tokenizer.tokenize(black_box(pan), LayoutChoice::Auto)));
        });
    }
    let cards = (0..4_096).map(|number| Ok::<_, Failure>(pan_record(pan(16, number)?.expose())?));
    let cards: Vec<_> = cards.collect::<Result<_, _>>()?;
    let mut tokens = vec![[0; TOKEN_RECORD]; cards.len()];
    group.throughput(Throughput::Elements(4_096));
    group.bench_function("tokenize 4,096 of 16 digits at once", |b| {
        b.iter(|| tokenizer.tokenize_all(black_box(&cards), LayoutChoice::Auto, &mut tokens));
    });
    group.throughput(Throughput::Elements(1));
    let sixteen = pan(16, 1)?;
    group.bench_function("parse", |b| b.iter(|| Pan::parse(black_box(b"4111111111111111"))));
    group.bench_function("mask", |b| b.iter(|| Masked::last4(black_box(&sixteen))));
    group.bench_function("fingerprint", |b| b.iter(|| fingerprinter.fingerprint(black_box(&sixteen))));
    let text = b"order 20261122-000017 of 4 items, refund for card ending 1111, ticket CB-1042";
    group.bench_function("spot a text without a card", |b| {
        b.iter(|| spot::holds_card_number(black_box(text)))
    });
    group.finish();
    Ok(())
}

/// FF1 alone and in batches, `fpe`, and the block cipher that limits both, in turns.
fn ratios(mode: Mode) -> Result<ExitCode, Failure> {
    let theirs = FF1::<Aes256>::new(key()?.expose(), 10)?;
    let cipher = Aes256Enc::new(key()?.expose().into());
    let rounds = mode.choose(200, 40);
    let (mut blocks, mut block) = (vec![Array::from([7; 16]); 256], Array::from([7; 16]));
    say(&format!(
        "\n{:>6} {:>9} {:>17} {:>25} {:>17} {:>25}",
        "digits", "fpe", "one", "of ten AES in a row", "batch", "of ten AES side by side"
    ));
    let mut slow = Vec::new();
    for length in 6..=19 {
        let fixed = Ff1::new(&key()?).for_lengths(length, TWEAK.len())?;
        let mut text = digits(length);
        let (mut many, tweaks) = (text.repeat(BATCH), TWEAK.repeat(BATCH));
        let numerals =
            FlexibleNumeralString::from(text.iter().map(|digit| u16::from(*digit)).collect::<Vec<_>>());
        let mut best = [f64::INFINITY; 5];
        for _ in 0..rounds {
            let one = || assert!(fixed.encrypt(TWEAK, black_box(&mut text)).is_ok());
            let batch = || assert!(fixed.encrypt_all(&tweaks, black_box(&mut many)).is_ok());
            // Each block waits for the one before it, as FF1's rounds do.
            let in_a_row = || {
                for _ in 0..10 {
                    cipher.encrypt_block(&mut block);
                }
                black_box(&mut block);
            };
            let took = [
                fastest(1, 50, || drop(black_box(theirs.encrypt(TWEAK, black_box(&numerals))))),
                fastest(1, 500, one),
                fastest(1, 2, batch) / BATCH as f64,
                fastest(1, 500, in_a_row),
                fastest(1, 20, || cipher.encrypt_blocks(black_box(&mut blocks))) / 25.6,
            ];
            best = core::array::from_fn(|at| best[at].min(took[at]));
        }
        let [fpe, one, batch, in_a_row, side_by_side] = best;
        say(&format!(
            "{length:>6} {fpe:>6.0} ns {one:>6.0} ns {:>5.1}x {:>16.2}x {in_a_row:>4.0} ns {batch:>6.1} ns {:>5.0}x {:>14.0} % {side_by_side:>4.1} ns",
            fpe / one,
            one / in_a_row,
            fpe / batch,
            100.0 * side_by_side / batch,
        ));
        if fpe / one < FLOOR_ONE || fpe / batch < FLOOR_BATCH {
            slow.push(length);
        }
    }
    if !slow.is_empty() {
        say(&format!(
            "FF1 is below its floors of {FLOOR_ONE}x fpe alone and {FLOOR_BATCH}x in batches: {slow:?} digits"
        ));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Strings of a batch.
const BATCH: usize = 4_096;
/// Half of what is usual, so that a busy machine does not fail it.
const FLOOR_ONE: f64 = 8.0;
/// Likewise, for a processor with VAES; `aes` alone decides what others reach.
const FLOOR_BATCH: f64 = 40.0;
