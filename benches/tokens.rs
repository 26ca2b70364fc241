//! Card numbers to tokens, beside the `fpe` crate and beside the block cipher alone.
//!
//! After the statistics it prints ratios of one run, in which all take turns, and fails if FF1 has fallen far behind.

use std::hint::black_box;
use std::process::ExitCode;

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Aes256Enc};
use criterion::{BenchmarkId, Criterion};
use fpe::ff1::{FF1, FlexibleNumeralString};
use panveil::card::id::Application;
use panveil::card::{Masked, Pan, spot};
use panveil::crypto::secret::Secret;
use panveil::hazmat::Ff1;
use panveil::protect::LayoutChoice;
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

/// FF1, `fpe` and ten block encryptions that depend on each other, in turns.
fn ratios(mode: Mode) -> Result<ExitCode, Failure> {
    let theirs = FF1::<Aes256>::new(key()?.expose(), 10)?;
    let cipher = Aes256Enc::new(key()?.expose().into());
    let rounds = mode.choose(200, 40);
    say("");
    let mut slow = false;
    for length in LENGTHS {
        let fixed = Ff1::new(&key()?).for_lengths(length, TWEAK.len())?;
        let mut text = digits(length);
        let numerals =
            FlexibleNumeralString::from(text.iter().map(|digit| u16::from(*digit)).collect::<Vec<_>>());
        let mut block = Array::from([7; 16]);
        let (mut a, mut b, mut c) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        for _ in 0..rounds {
            a = a.min(fastest(1, 1_000, || assert!(fixed.encrypt(TWEAK, black_box(&mut text)).is_ok())));
            b = b.min(fastest(1, 100, || drop(black_box(theirs.encrypt(TWEAK, black_box(&numerals))))));
            // Each block waits for the one before it, as FF1's rounds do.
            let mut ten = || {
                let mut chained = block;
                for _ in 0..10 {
                    cipher.encrypt_block(&mut chained);
                }
                block = black_box(chained);
            };
            c = c.min(fastest(1, 1_000, &mut ten));
        }
        say(&format!(
            "ff1 n={length}: {a:.0} ns, {:.1}x fpe ({b:.0} ns), {:.2}x ten AES-256 blocks ({c:.0} ns)",
            b / a,
            a / c
        ));
        slow |= (length == 12 || length == 16) && b / a < FLOOR;
    }
    if slow {
        say(&format!("ff1 is less than {FLOOR}x as fast as fpe"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Half of what is usual, so that a busy machine does not fail it.
const FLOOR: f64 = 8.0;
