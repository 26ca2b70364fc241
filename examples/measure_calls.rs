//! What single calls and batches cost in Rust, to compare Java with: `make bench-java` runs it beside JMH.
//!
//! Prints a line for each: a name and nanoseconds for each card, the best of many short samples.

#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use panveil::card::id::{Application, FieldName, RecordId};
use panveil::card::{Masked, Pan, Shown};
use panveil::keys::keyring::Environment;
use panveil::protect::batch::{self, FINGERPRINT_RECORD, MASK_RECORD, SEALED_RECORD, TOKEN_RECORD};
use panveil::protect::{Layout, LayoutChoice};
use panveil::vault::{CreateOptions, OpenOptions, Unlock, Vault, create};

const COUNT: usize = 1_000;
const SAMPLES: usize = 200;
const ROUNDS: usize = 4;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("a directory that does not exist")?;
    let directory = Path::new(&directory);
    let unlock = || Unlock::passphrase("a bench in the garden");
    create(directory, unlock(), &CreateOptions { environment: Environment::Dev, configuration: None })?;
    let vault = Vault::open(directory, unlock(), OpenOptions::application("bench")?)?;
    let caller = || Application::new("bench");
    let tokenizer = vault.tokenizer(caller()?)?;
    let fingerprinter = vault.fingerprinter(caller()?)?;
    let sealer = vault.sealer(caller()?, FieldName::new("pan")?)?;
    let texts: Vec<[u8; 16]> = (0..COUNT as u64).map(card).collect();
    let record = RecordId::new("C00000001")?;
    let six = LayoutChoice::Fixed(Layout::Bin6Last4);
    let four = LayoutChoice::Fixed(Layout::Last4);

    single("tokenize6Plus4", &texts, |text| Ok(black_box(tokenizer.tokenize(&Pan::parse(text)?, six)?)));
    single("tokenize0Plus4", &texts, |text| Ok(black_box(tokenizer.tokenize(&Pan::parse(text)?, four)?)));
    single("maskLast4", &texts, |text| Ok(black_box(Masked::last4(&Pan::parse(text)?))));
    single("fingerprint", &texts, |text| Ok(black_box(fingerprinter.fingerprint(&Pan::parse(text)?)?)));
    single("sealPan", &texts, |text| Ok(black_box(sealer.seal_pan(&Pan::parse(text)?, &record)?)));

    let pans = texts.iter().map(|text| batch::pan_record(text)).collect::<panveil::Result<Vec<_>>>()?;
    let ids: Vec<u8> = texts.iter().flat_map(|_| *b"\x09C00000001").collect();
    let mut tokens = vec![[0; TOKEN_RECORD]; COUNT];
    let mut masks = vec![[0; MASK_RECORD]; COUNT];
    let mut prints = vec![[0; FINGERPRINT_RECORD]; COUNT];
    let mut sealed = vec![[0; SEALED_RECORD]; COUNT];
    sample("tokenizeAll", || tokenizer.tokenize_all(&pans, six, &mut tokens).map(|_| ()));
    sample("maskAll", || batch::mask_all(&pans, Shown::LAST4, &mut masks).map(|_| ()));
    sample("fingerprintAll", || fingerprinter.fingerprint_all(&pans, &mut prints).map(|_| ()));
    sample("sealAll", || sealer.seal_all(&pans, &ids, &mut sealed).map(|_| ()));
    drop((tokenizer, fingerprinter, sealer));
    vault.close()?;
    Ok(())
}

fn single<T>(name: &str, texts: &[[u8; 16]], call: impl Fn(&[u8]) -> panveil::Result<T>) {
    sample(name, || texts.iter().try_for_each(|text| call(text).map(|_| ())));
}

/// Runs `work`, which is for [`COUNT`] cards, again and again. What the machine does besides only ever adds to the time.
fn sample(name: &str, mut work: impl FnMut() -> panveil::Result<()>) {
    let mut best = f64::INFINITY;
    for _ in 0..SAMPLES {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            work().expect("the cards are good");
        }
        best = best.min(began.elapsed().as_nanos() as f64 / (ROUNDS * COUNT) as f64);
    }
    println!("{name} {best:.1}");
}

/// A card of a range that no bank issues.
fn card(number: u64) -> [u8; 16] {
    let mut digits = [0u8; 16];
    digits.copy_from_slice(format!("400000{:09}0", number * 7_919 % 1_000_000_000).as_bytes());
    let sum: u32 = digits[..15].iter().enumerate().fold(0, |sum, (place, digit)| {
        let doubled = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        sum + if doubled > 9 { doubled - 9 } else { doubled }
    });
    digits[15] = b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or_default();
    digits
}
