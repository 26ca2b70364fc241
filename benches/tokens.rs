//! Card numbers to tokens, with criterion's statistics. The program `table` compares them with peers and limits.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use panveil::card::id::Application;
use panveil::card::{Masked, Pan, spot};
use panveil::crypto::secret::Secret;
use panveil::hazmat::Ff1;
use panveil::protect::LayoutChoice;
use panveil::protect::batch::{TOKEN_RECORD, pan_record};
use panveil_benches::lab::{Lab, pan};
use panveil_benches::provider::Failure;

const TWEAK: &[u8] = b"4111111111";
const LENGTHS: [usize; 4] = [6, 12, 16, 19];

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().configure_from_args();
    ff1(&mut criterion)?;
    cards(&mut criterion)?;
    criterion.final_summary();
    Ok(())
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
