//! Time against size for inputs that give the finder the most to do.

use std::hint::black_box;
use std::time::Instant;

use panveil::scan::{Confidence, Finder, Redaction};
use panveil_benches::{Mode, say};
use panveil_corpus::chance::Chance;
use rustix::time::{ClockId, clock_gettime};

/// Bytes of each input: each four times the one before.
const SIZES: [usize; 4] = [64 << 10, 256 << 10, 1 << 20, 4 << 20];
const MORE: [usize; 2] = [16 << 20, 64 << 20];
/// A byte of the longest input takes at most so many times that of the shortest. Caches and other work make up to twice of it;
/// quadratic time would make 64 times of it.
const GROWTH: f64 = 8.0;

/// Inputs that repeat one thing.
const REPEATED: &[(&str, &[u8])] = &[
    ("card numbers in fours", b"4111 1111 1111 1111 "),
    ("fours that are none", b"4111 1111 1111 1112 "),
    ("fours without an end", b"4111 "),
    ("single digits", b"4 "),
    ("single digits, dashed", b"4-1-"),
    ("pairs of digits", b"41 11 "),
    ("one string of digits", b"4111111111111111"),
    ("nineteen digits", b"4111111111111111111 "),
    ("URL-encoded digits", b"%34"),
    ("URL-encoded full width", b"%EF%BC%94"),
    ("half a URL-encoded byte", b"%3"),
    ("full-width digits", b"\xef\xbc\x94"),
    ("half a full-width digit", b"\xef\xbc"),
    ("track 1 that never ends", b"B4111111111111111^A"),
    ("track 2 that never ends", b"4111111111111111="),
    ("codes beside numbers", b"4111111111111111 cvv=123 "),
    ("codes only, one number", b"cvv=123 "),
    ("names before numbers", b"cardcardcardcardcardcardcardcard 4222222222222 "),
    ("equals signs and colons", b"=:"),
    ("stars and digits", b"4111 **** "),
    ("hex of digits", b"34"),
    ("hex of digits, spaced", b"34 31 "),
    ("hex of digits, colons", b"34:31:"),
    ("base64 of digits", b"NDExMTEx"),
    ("numbers over lines", b"4111 1111\n1111 1111\n"),
    ("line ends and digits", b"4\n"),
];

/// Prints nanoseconds a byte by size for each input; says whether time grows with the input and not faster.
pub(crate) fn measure(mode: Mode) -> bool {
    let mut sizes = SIZES.to_vec();
    if mode == Mode::Full {
        sizes.extend(MORE);
    }
    let heads: Vec<String> =
        sizes.iter().map(|size| format!("{:>9}", format!("{} KiB", size >> 10))).collect();
    say("\nns a byte of redacting the worst inputs, everything looked for at low confidence");
    say(&format!("{:<28}{}", "input", heads.join("")));
    let mut linear = true;
    for (name, unit) in REPEATED.iter().chain([&("random digits, gaps, percents", RANDOM)]) {
        let costs: Vec<f64> = sizes.iter().map(|size| cost(&text(unit, *size))).collect();
        let shown: String = costs.iter().map(|ns| format!("{ns:>10.2}")).collect();
        say(&format!("{name:<28}{shown}"));
        let (first, last) = (costs.first().copied().unwrap_or(0.0), costs.last().copied().unwrap_or(0.0));
        if last > first * GROWTH {
            say(&format!("{name}: a byte costs {:.1} times as much in the longest input", last / first));
            linear = false;
        }
    }
    linear
}

/// Instead of a unit: characters of [`SIGNS`] at random.
const RANDOM: &[u8] = b"";

/// Whatever card numbers are written with.
const SIGNS: &[u8] = b"0123456789012345678901234567890123456789 -./_%=^*\n+ABDabd";

/// A card number, so that what is looked for behind one is looked for, and then the unit again and again.
fn text(unit: &'static [u8], size: usize) -> Vec<u8> {
    if unit.is_empty() {
        let mut chance = Chance::new(7);
        return (0..size).map(|_| *chance.pick(SIGNS)).collect();
    }
    b"4111111111111111 ".iter().chain(unit.iter().cycle()).take(size).copied().collect()
}

fn redaction() -> Redaction {
    Redaction::mask(Finder::new().with_base64().at_least(Confidence::Low)).keep_length()
}

/// Nanoseconds of this thread, whatever else the machine does, for a byte of a text that comes in pieces.
fn cost(text: &[u8]) -> f64 {
    let (redaction, mut out) = (redaction(), Vec::with_capacity(PIECE));
    // As many rounds for each size as make the same number of bytes, but two at least.
    let rounds = (SIZES[3] / text.len()).clamp(2, 16);
    let round = |_| {
        let began = thread_time();
        let (mut stream, mut length) = (redaction.stream(), 0);
        for piece in text.chunks(PIECE) {
            out.clear();
            stream.push(black_box(piece), &mut out, &mut |_| {});
            length += out.len();
        }
        out.clear();
        stream.finish(&mut out, &mut |_| {});
        assert_eq!(length + out.len(), text.len());
        thread_time() - began
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min) / text.len() as f64
}

const PIECE: usize = 64 << 10;

fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Reads 10^9 random bytes in pieces, all of which have the same length.
pub(crate) fn random() {
    let (mut chance, mut hits) = (Chance::new(9), 0);
    let mut stream = Finder::new().with_base64().at_least(Confidence::Low).stream();
    let began = Instant::now();
    for _ in 0..1_000_000_000_usize.div_ceil(PIECE) {
        let piece: Vec<u8> = (0..PIECE / 8).flat_map(|_| chance.bits().to_le_bytes()).collect();
        stream.push(&piece, &mut |_| hits += 1);
    }
    stream.finish(&mut |_| hits += 1);
    say(&format!(
        "10^9 random bytes: {hits} hits at low confidence, {:.0} s with their making",
        began.elapsed().as_secs_f64()
    ));
}
