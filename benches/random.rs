//! Random tokens in a store on the disk of the working directory: how many a second, in batches and one by one, beside a
//! million others; look-ups; and what a million rows cost the opening of the vault.

use std::time::Instant;

use panveil::card::Pan;
use panveil::card::id::Application;
use panveil::crypto::secret::SecretBytes;
use panveil::protect::{RandomOptions, RandomShape, RandomTokenizer, Sameness, Token};
use panveil::vault::{OpenOptions, Unlock, Vault};
use panveil_benches::lab::{Lab, pan};
use panveil_benches::provider::Failure;
use panveil_benches::{Mode, Samples, head, row, say};

fn main() -> Result<(), Failure> {
    let mode = Mode::from_arguments();
    let rows = mode.choose(1_000_000, 10_000);
    let batch = mode.choose(100_000, 2_000);
    let lab = Lab::new()?;
    let tokenizer = lab.vault.random_tokenizer(Application::new("bench")?)?;
    let mut cards = Cards(0);
    let options = RandomOptions::default();

    head("random tokens");
    opening(&lab, "opening the vault, empty store")?;
    let mut last = Vec::new();
    let began = Began::now();
    for _ in 0..rows / batch {
        last = made(&tokenizer, &cards.next(batch)?, &options)?;
    }
    began.rate(&format!("filling an empty store with {rows}, batches of {batch}"), rows);
    let count = mode.choose(100, 5);
    let batches = (0..count).map(|_| cards.next(1_000)).collect::<Result<Vec<_>, _>>()?;
    let began = Began::now();
    for pans in &batches {
        made(&tokenizer, pans, &options)?;
    }
    began.rate("batches of 1,000", 1_000 * count);
    let count = mode.choose(3, 1);
    let batches = (0..count).map(|_| cards.next(batch)).collect::<Result<Vec<_>, _>>()?;
    let began = Began::now();
    for pans in &batches {
        made(&tokenizer, pans, &options)?;
    }
    began.rate(&format!("batches of {batch}"), batch * count);
    for (what, options) in [
        ("opaque, batches of 1,000", RandomOptions { shape: RandomShape::Opaque, ..options }),
        ("one for each card, batches of 1,000", RandomOptions { sameness: Sameness::PerCard, ..options }),
    ] {
        let count = mode.choose(20, 2);
        let batches = (0..count).map(|_| cards.next(1_000)).collect::<Result<Vec<_>, _>>()?;
        let began = Began::now();
        for pans in &batches {
            made(&tokenizer, pans, &options)?;
        }
        began.rate(what, 1_000 * count);
    }

    let rounds = mode.choose(10, 1);
    let look = |tokens: &[Token], size: usize| -> Result<(), Failure> {
        for part in tokens.chunks(size) {
            for outcome in tokenizer.check_all(part)? {
                outcome?;
            }
        }
        Ok(())
    };
    look(&last, 1_000)?;
    for size in [1_000, 1] {
        let began = Began::now();
        for _ in 0..rounds {
            look(&last, size)?;
        }
        began.rate(&format!("look-ups, {size} at a time, warm"), last.len() * rounds);
    }

    let singles = cards.next(mode.choose(500, 50))?;
    let mut next = singles.iter();
    row(
        "one token, durable",
        &Samples::take(singles.len(), || {
            let _ = next.next().map(|pan| tokenizer.tokenize(pan, &options));
        }),
    );
    let size = std::fs::metadata(lab.directory().join("state.db"))?.len() >> 20;
    opening(&lab, &format!("opening the vault, store of {size} MiB"))?;
    let checking = Instant::now();
    lab.vault.check_store()?;
    say(&format!("checking every row of the store: {:.2} s", checking.elapsed().as_secs_f64()));
    Ok(())
}

/// Card numbers that were not used before.
struct Cards(u32);

impl Cards {
    fn next(&mut self, count: usize) -> Result<Vec<Pan>, Failure> {
        let first = self.0;
        self.0 = first.saturating_add(u32::try_from(count)?);
        (first..self.0).map(|number| pan(16, number)).collect()
    }
}

fn made(tokenizer: &RandomTokenizer, pans: &[Pan], options: &RandomOptions) -> Result<Vec<Token>, Failure> {
    Ok(tokenizer.tokenize_all(pans, options).into_iter().collect::<Result<_, _>>()?)
}

/// When something began, by the clock and in seconds of this thread's work.
struct Began(Instant, f64);

impl Began {
    fn now() -> Self {
        Self(Instant::now(), worked())
    }

    /// Prints how many a second there were; and how many a second of work, without the waiting for disk and processor.
    fn rate(&self, what: &str, tokens: usize) {
        let (passed, worked) = (self.0.elapsed().as_secs_f64(), worked() - self.1);
        let tokens = tokens as f64;
        say(&format!("{what:<52} {:>9.0}/s {:>9.0}/s of work", tokens / passed, tokens / worked));
    }
}

/// Seconds for which this thread had a processor (Linux).
fn worked() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|text| text.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns / 1e9)
}

fn opening(lab: &Lab, what: &str) -> Result<(), Failure> {
    let mut failed = None;
    let samples = Samples::take(5, || {
        let unlock = Unlock::Passphrase(SecretBytes::from(&b"a passphrase"[..]));
        let opened = OpenOptions::command().map_err(Failure::from);
        let opened = opened.and_then(|options| Ok(Vault::open(&lab.directory(), unlock, options)?));
        failed = opened.err();
    });
    row(what, &samples);
    failed.map_or(Ok(()), Err)
}
