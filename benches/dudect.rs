//! Whether time says anything of digits or tags: Welch's t-test between two classes of inputs, after dudect
//! (Reparaz, Balasch and Verbauwhede, 2017).
//!
//! `dudect [SAMPLES]`, 1,000,000 for each subject unless told otherwise. It fails if some |t| reaches 4.5, or if the
//! control, a comparison that stops at the first difference, is not found out.
//!
//! The classes come in random order, and their inputs are written before the clock is read. Interrupts only ever add
//! time: so besides all samples, those below some percentiles are tested. The percentiles are taken from the first
//! samples of both classes together and hold for the rest.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use panveil::crypto::aead::{CommittingAead, KeyId};
use panveil::crypto::secret::Secret;
use panveil::hazmat::Ff1;
use panveil::protect::{Token, TokenFormat};
use panveil_benches::provider::Failure;
use panveil_benches::say;

/// |t| from which on time is taken to depend on the class.
const THRESHOLD: f64 = 4.5;
/// Percent of the samples that a crop keeps.
const CROPS: [usize; 5] = [50, 75, 90, 99, 100];
/// Inputs that are written before any of them is measured, as many of a class as chance gives.
const BLOCK: usize = 500;

fn main() -> Result<ExitCode, Failure> {
    let samples = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say(&format!("{samples} samples a subject, load average {}", load.split(' ').next().unwrap_or("?")));
    say(&format!(
        "{:<46} {:>8} {}   largest |t|",
        "subject: first class, second class",
        "ns",
        CROPS.map(|percent| format!("{:>8}", format!("t {percent}%"))).concat()
    ));
    let mut random = Random::new()?;
    let mut leaks = Vec::new();
    for subject in subjects()? {
        let name = subject.name.clone();
        let worst = subject.measure(samples, &mut random);
        if worst >= THRESHOLD {
            leaks.push(name);
        }
    }
    let control = control().measure(samples, &mut random);
    say("");
    if control < THRESHOLD {
        say("the control was not found out: these samples say nothing");
        return Ok(ExitCode::FAILURE);
    }
    if leaks.is_empty() {
        say(&format!("every |t| is below {THRESHOLD}; the control's is {control:.0}"));
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("|t| of {THRESHOLD} or more: {}", leaks.join("; ")));
    Ok(ExitCode::FAILURE)
}

/// What is timed, and how the inputs of its two classes come about.
struct Subject {
    name: String,
    /// Bytes of an input.
    size: usize,
    /// How often the work is done in one sample: enough for the clock.
    times: u32,
    fill: Fill,
    work: Work,
}

/// Writes an input of the second class, or else of the first.
type Fill = Box<dyn FnMut(bool, &mut [u8], &mut Random)>;
/// What is timed, on one input.
type Work = Box<dyn FnMut(&mut [u8])>;

impl Subject {
    /// Prints its line; the largest |t| of all crops.
    fn measure(mut self, samples: usize, random: &mut Random) -> f64 {
        let mut inputs = vec![0; self.size * BLOCK];
        // Warm, and where to crop.
        let mut first: Vec<f64> =
            (0..20).flat_map(|_| self.block(&mut inputs, random)).map(|(_, ns)| ns).collect();
        first.sort_unstable_by(f64::total_cmp);
        let cuts = CROPS.map(|percent| match percent {
            100 => f64::INFINITY,
            _ => first[first.len() * percent / 100],
        });
        let mut welch = CROPS.map(|_| [Moments::default(); 2]);
        for _ in 0..samples / BLOCK {
            for (class, ns) in self.block(&mut inputs, random) {
                for (cut, moments) in cuts.iter().zip(&mut welch) {
                    if ns <= *cut {
                        moments[usize::from(class)].push(ns);
                    }
                }
            }
        }
        let t = welch.map(|[a, b]| Moments::t(&a, &b));
        let worst = t.into_iter().map(f64::abs).fold(0.0, f64::max);
        let columns = t.map(|t| format!("{t:>8.2}")).concat();
        let median = first[first.len() / 2] / f64::from(self.times);
        say(&format!("{:<46} {median:>8.1} {columns}   {worst:>8.2}", self.name));
        worst
    }

    /// The class and the nanoseconds of each sample of a block.
    fn block(&mut self, inputs: &mut [u8], random: &mut Random) -> Vec<(bool, f64)> {
        let classes: Vec<bool> = (0..BLOCK).map(|_| random.next() & 1 == 1).collect();
        for (class, input) in classes.iter().zip(inputs.chunks_exact_mut(self.size)) {
            (self.fill)(*class, input, random);
        }
        // One buffer for all, for an address may be quick or slow by itself.
        let mut buffer = vec![0; self.size];
        let one = |(class, input): (bool, &mut [u8])| {
            buffer.copy_from_slice(input);
            let began = Instant::now();
            for _ in 0..self.times {
                (self.work)(black_box(&mut buffer));
            }
            (class, began.elapsed().as_nanos() as f64)
        };
        classes.into_iter().zip(inputs.chunks_exact_mut(self.size)).map(one).collect()
    }
}

/// FF1, one at a time and in lanes, by digits: fixed or random. The walk is left out: how often a card goes round is
/// decided by its token, which is public.
fn subjects() -> Result<Vec<Subject>, Failure> {
    const TWEAK: &[u8] = b"4111111111";
    let mut subjects = compares()?;
    for length in [6, 12, 16, 19] {
        for (class, digit, lanes) in [("zeros", 0, &[8, 128][..]), ("nines", 9, &[8])] {
            let fill = move |random: bool, input: &mut [u8], numbers: &mut Random| {
                if random {
                    input.fill_with(|| numbers.digit());
                } else {
                    input.fill(digit);
                }
            };
            let ff1 = Ff1::new(&Secret::random()?).for_lengths(length, TWEAK.len())?;
            subjects.push(Subject {
                name: format!("FF1, {length} digits: {class}, random"),
                size: length,
                times: 1,
                fill: Box::new(fill),
                work: Box::new(move |digits| assert!(ff1.encrypt(TWEAK, digits).is_ok())),
            });
            for &count in lanes {
                let ff1 = Ff1::new(&Secret::random()?).for_lengths(length, TWEAK.len())?;
                let tweaks = TWEAK.repeat(count);
                subjects.push(Subject {
                    name: format!("FF1, {length} digits, lanes of {count}: {class}, random"),
                    size: length * count,
                    times: 1,
                    fill: Box::new(fill),
                    work: Box::new(move |digits| assert!(ff1.encrypt_all(&tweaks, digits).is_ok())),
                });
            }
        }
    }
    Ok(subjects)
}

/// Comparisons: the two sides differ at the end, or from the beginning on.
fn compares() -> Result<Vec<Subject>, Failure> {
    let format: TokenFormat = "f1.0-4".parse()?;
    let own = *b"4111111111111112";
    let token = Token::new(format, &own)?;
    let mut subjects = vec![Subject {
        name: "token ==: last digit differs, random digits".into(),
        size: 16,
        times: 16,
        fill: Box::new(move |random, input, numbers| {
            input.fill_with(|| b'0' + numbers.digit());
            if !random {
                input.copy_from_slice(&own);
                input[15] = b'3';
            } else if Token::new(format, input).is_err() {
                // It passes Luhn, as no token does.
                input[15] = b'0' + (input[15] - b'0' + 1) % 10;
            }
        }),
        // Both classes are parsed, which looks at every digit alike.
        work: Box::new(move |digits| {
            let other = Token::new(format, digits).expect("a token");
            assert!(black_box(&other) != black_box(&token));
        }),
    }];
    let own = [7; 32];
    let differing = move |random: bool, input: &mut [u8], numbers: &mut Random| {
        input.fill_with(|| numbers.next() as u8);
        if !random {
            input.fill(7);
            *input.last_mut().expect("not empty") = 8;
        }
    };
    let id = KeyId::from_bytes(own);
    subjects.push(Subject {
        name: "key id: last byte differs, random bytes".into(),
        size: 32,
        times: 16,
        fill: Box::new(differing),
        work: Box::new(move |bytes| {
            let other = KeyId::from_bytes(*bytes.first_chunk().expect("32 bytes"));
            assert!(!black_box(&other).ct_eq(black_box(&id)));
        }),
    });
    let aead = CommittingAead::new(&Secret::random()?)?;
    let mut sealed = [3; 20];
    let tag = aead.encrypt(&[1; 12], b"associated", &mut sealed)?;
    subjects.push(Subject {
        name: "tag of a record: last byte differs, random".into(),
        size: 16,
        times: 1,
        fill: Box::new(move |random, input, numbers| {
            input.fill_with(|| numbers.next() as u8);
            if !random {
                input.copy_from_slice(&tag);
                input[15] ^= 1;
            }
        }),
        work: Box::new(move |tag| {
            let tag = tag.first_chunk().expect("16 bytes");
            assert!(aead.decrypt(&[1; 12], b"associated", &mut sealed.clone(), tag).is_err());
        }),
    });
    Ok(subjects)
}

/// A comparison that stops at the first difference: what must be found out.
fn control() -> Subject {
    Subject {
        name: "control, stops early: last byte, random".into(),
        size: 32,
        times: 16,
        fill: Box::new(|random, input, numbers| {
            input.fill_with(|| numbers.next() as u8);
            if !random {
                input.fill(7);
                input[31] = 8;
            }
        }),
        work: Box::new(|bytes| {
            let differs = bytes.iter().any(|byte| *black_box(byte) != 7);
            assert!(black_box(differs));
        }),
    }
}

/// Count, mean and sum of squared distances (Welford).
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn push(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (value - self.mean);
    }

    /// Welch's t of the two classes.
    fn t(a: &Self, b: &Self) -> f64 {
        let error = |class: &Self| class.squares / (class.count - 1.0) / class.count;
        let deviation = (error(a) + error(b)).sqrt();
        if deviation > 0.0 { (a.mean - b.mean) / deviation } else { 0.0 }
    }
}

/// SplitMix64 from a random seed.
struct Random(u64);

impl Random {
    fn new() -> Result<Self, panveil::Error> {
        let seed = Secret::random()?;
        Ok(Self(seed.expose().iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn digit(&mut self) -> u8 {
        (self.next() % 10) as u8
    }
}
