//! How the rate of tokens grows with the batch and with the cores: the points of the plots.

use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::time::Instant;

use panveil::protect::LayoutChoice;
use panveil::protect::batch::TOKEN_RECORD;
use panveil_benches::kit::{Kit, cards};
use panveil_benches::provider::Failure;
use panveil_benches::turns::Turns;
use panveil_benches::{Mode, say};
use serde_json::{Value, json};

use crate::cards::BATCH;

/// Cards a second by the size of a batch, for the two layouts that people use most.
pub(crate) fn by_size(mode: Mode) -> Result<Vec<Value>, Failure> {
    let mut turns = Turns::default();
    let mut points = Vec::new();
    for (layout, length) in [("6+4", 16), ("0+4", 16)] {
        for size in (0..).map(|power| 1 << power).take_while(|size| *size <= MOST) {
            // Other cards each time, for the same few would walk as far each time.
            let (kit, pans, mut at) = (Kit::new()?, cards(MOST, length)?, 0);
            let (choice, mut tokens) = (LayoutChoice::Fixed(layout.parse()?), vec![[0; TOKEN_RECORD]; size]);
            let name = format!("tokenize {layout} of {length}, batch of {size}");
            turns.add(&name, size, move || {
                let pans = &pans[at..at + size];
                at = (at + size) % MOST;
                let report = kit.tokenizer.tokenize_all(black_box(pans), choice, black_box(&mut tokens));
                assert_eq!(report.map(|report| report.done), Ok(size));
            });
            points.push((name, layout, size));
        }
    }
    turns.run(std::time::Duration::from_millis(mode.choose(10_000, 1_500)));
    say("\ncards of a batch: ns a card");
    for row in turns.rows() {
        say(&format!("{:<34} {:>8.1}", row.name, row.ns));
    }
    let value = |(name, layout, size)| json!({"layout": layout, "size": size, "ns": turns.ns(name)});
    Ok(points.iter().map(|(name, layout, size)| value((name, layout, size))).collect())
}

/// The largest batch.
const MOST: usize = 8_192;

/// The rate with so many threads, in millions of cards a second.
#[derive(serde::Serialize)]
pub(crate) struct Cores {
    pub(crate) threads: usize,
    pub(crate) own_threads: f64,
    pub(crate) pool: f64,
}

/// Cards a second by the number of cores, `6+4` of 16 digits: each thread with batches of its own, and one large batch on
/// a rayon pool.
pub(crate) fn by_cores(mode: Mode) -> Result<Vec<Cores>, Failure> {
    let most = std::thread::available_parallelism()?.get();
    let rounds = mode.choose(1_000, 100);
    let kit = Kit::new()?;
    let pans = cards(LARGE, 16)?;
    let mut tokens = vec![[0; TOKEN_RECORD]; LARGE];
    let mut all: Vec<Cores> =
        (1..=most).map(|threads| Cores { threads, own_threads: 0.0, pool: 0.0 }).collect();
    // In turns again: one round of each number of cores.
    for _ in 0..rounds / ROUNDS_AT_ONCE {
        for cores in &mut all {
            cores.own_threads = cores.own_threads.max(own_threads(&kit, &pans, cores.threads));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(cores.threads).build()?;
            let fewest = pool.install(|| {
                panveil_benches::fastest(ROUNDS_AT_ONCE, 1, || {
                    let report = kit.tokenizer.tokenize_all_parallel(
                        black_box(&pans),
                        LayoutChoice::Auto,
                        black_box(&mut tokens),
                    );
                    assert_eq!(report.map(|report| report.done), Ok(LARGE));
                })
            });
            cores.pool = cores.pool.max(LARGE as f64 * 1e3 / fewest);
        }
    }
    say("\ncores: M/s, threads with batches of their own, and one batch of 65,536 on a pool");
    for Cores { threads, own_threads, pool } in &all {
        say(&format!("{threads:<34} {own_threads:>8.1} {pool:>8.1}"));
    }
    Ok(all)
}

/// Cards of the batch that goes to a pool: eight times what a thread takes at a time.
const LARGE: usize = 65_536;
/// Rounds between two pools.
const ROUNDS_AT_ONCE: usize = 20;

/// The best rate of some rounds; a round ends when its last thread does.
fn own_threads(kit: &Kit, pans: &[[u8; panveil::protect::batch::PAN_RECORD]], threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let slowest = Mutex::new([0.0_f64; ROUNDS_AT_ONCE]);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut tokens = vec![[0; TOKEN_RECORD]; BATCH];
                for round in 0..ROUNDS_AT_ONCE {
                    barrier.wait();
                    let began = Instant::now();
                    for pans in pans.chunks_exact(BATCH).take(BATCHES) {
                        let report =
                            kit.tokenizer.tokenize_all(black_box(pans), LayoutChoice::Auto, &mut tokens);
                        assert_eq!(report.map(|report| report.done), Ok(BATCH));
                    }
                    let took = began.elapsed().as_secs_f64();
                    let mut slowest = slowest.lock().expect("no thread panics");
                    slowest[round] = slowest[round].max(took);
                }
            });
        }
    });
    let slowest = slowest.into_inner().expect("no thread panics");
    let best = slowest.into_iter().fold(f64::INFINITY, f64::min);
    (threads * BATCHES * BATCH) as f64 / best / 1e6
}

/// Batches a thread does in a round.
const BATCHES: usize = 8;
