//! GB/s over a log, beside `regex` and beside what reading alone costs.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use panveil::scan::{Finder, Redaction};
use panveil_benches::turns::Turns;
use panveil_benches::{Mode, say};
use panveil_corpus::log::Log;

use crate::peer::Peer;

/// How much faster than `regex` the redactor is at least, in one thread, ASCII digits and all writings: half of what is usual, with
/// vector instructions that we know and without.
fn floors() -> (f64, f64) {
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    if std::arch::is_x86_feature_detected!("avx2") {
        return (5.0, 3.5);
    }
    (2.5, 1.0)
}

/// Pieces as a reader of files would take them: they stay in the second-level cache.
const PIECE: usize = 256 << 10;

const PEER: &str = "regex: find, decide, redact";
const REDACT_ASCII: &str = "redact, ASCII path";
const REDACT: &str = "redact, all but base64";
const REDACT_BASE64: &str = "redact, everything";
const TWO: &str = "redact, ASCII path, two threads";
const XOR: &str = "limit: xor of all words";

/// Prints the table; says whether the floors hold.
pub(crate) fn measure(mode: Mode) -> bool {
    let bytes = mode.choose(512, 64) << 20;
    let (text, cards) = Log::new(1).text(bytes);
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    say(&format!(
        "a log of {} MiB: {:.1} % digits, {cards} card numbers",
        bytes >> 20,
        digits as f64 * 100.0 / bytes as f64
    ));
    let text: Arc<[u8]> = text.into();
    let ascii = Finder::new().ascii_only();
    let mut turns = Turns::default();
    add_peer(&mut turns, &text);
    for (name, finder) in
        [(REDACT_ASCII, ascii), (REDACT, Finder::new()), (REDACT_BASE64, Finder::new().with_base64())]
    {
        add_redaction(&mut turns, name, finder, &text, 1);
    }
    add_redaction(&mut turns, TWO, ascii, &text, 2);
    for (name, finder) in [("find, ASCII path", ascii), ("find, all but base64", Finder::new())] {
        add_finder(&mut turns, name, finder, &text);
    }
    add_limits(&mut turns, &text);
    turns.run(Duration::from_secs(mode.choose(60, 4)));
    tell(&turns);
    let ratio = |name| turns.ns(PEER) / turns.ns(name);
    let mut holds = true;
    let (ascii, all) = floors();
    for (name, floor) in [(REDACT_ASCII, ascii), (REDACT, all), (REDACT_BASE64, all)] {
        if ratio(name) < floor {
            say(&format!("{name} is {:.1}x regex, below its floor of {floor}x", ratio(name)));
            holds = false;
        }
    }
    holds
}

fn tell(turns: &Turns) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say(&format!("the fewest ns of all turns (load average {})", load.split(' ').next().unwrap_or("?")));
    say(&format!("{:<34} {:>7} {:>10} {:>12}", "operation", "GB/s", "x regex", "of the limit"));
    for row in turns.rows() {
        let (rate, over, limit) = (1.0 / row.ns, turns.ns(PEER) / row.ns, turns.ns(XOR) / row.ns);
        say(&format!("{:<34} {rate:>7.2} {over:>9.1}x {:>10.0} %", row.name, limit * 100.0));
    }
    say(&format!("two threads over one: {:.2}x", turns.ns(REDACT_ASCII) / turns.ns(TWO)));
}

fn add_peer(turns: &mut Turns, text: &Arc<[u8]>) {
    let (peer, text, mut out) = (Peer::new(), text.clone(), Vec::new());
    turns.add(PEER, text.len(), move || {
        let mut count = 0;
        for piece in text.chunks(PIECE) {
            out.clear();
            count += peer.redact(black_box(piece), &mut out);
        }
        assert!(black_box(count) > 0);
    });
}

/// The text in as many parts as threads, each redacted into a buffer that is used again.
fn add_redaction(turns: &mut Turns, name: &str, finder: Finder, text: &Arc<[u8]>, threads: usize) {
    let (redaction, text) = (Redaction::mask(finder).keep_length(), text.clone());
    let mut outs = vec![Vec::new(); threads];
    turns.add(name, text.len(), move || {
        let part = |part: &[u8], out: &mut Vec<u8>| {
            let (mut stream, mut count) = (redaction.stream(), 0);
            for piece in part.chunks(PIECE) {
                out.clear();
                stream.push(black_box(piece), out, &mut |_| count += 1);
            }
            stream.finish(out, &mut |_| count += 1);
            assert!(black_box(count) > 0);
        };
        let parts = text.chunks(text.len().div_ceil(threads)).zip(&mut outs);
        if threads == 1 {
            parts.for_each(|(text, out)| part(text, out));
        } else {
            std::thread::scope(|scope| {
                for (text, out) in parts {
                    let part = &part;
                    scope.spawn(move || part(text, out));
                }
            });
        }
    });
}

fn add_finder(turns: &mut Turns, name: &str, finder: Finder, text: &Arc<[u8]>) {
    let text = text.clone();
    turns.add(name, text.len(), move || {
        let (mut stream, mut count) = (finder.stream(), 0);
        for piece in text.chunks(PIECE) {
            stream.push(black_box(piece), &mut |_| count += 1);
        }
        stream.finish(&mut |_| count += 1);
        assert!(black_box(count) > 0);
    });
}

fn add_limits(turns: &mut Turns, text: &Arc<[u8]>) {
    let all = text.clone();
    turns.add("limit: newlines by memchr", all.len(), move || {
        let count: usize =
            all.chunks(PIECE).map(|piece| memchr::memchr_iter(b'\n', black_box(piece)).count()).sum();
        assert!(black_box(count) > 0);
    });
    let all = text.clone();
    turns.add(XOR, all.len(), move || {
        let mut sum = [0u64; 8];
        let (blocks, _) = all.as_chunks::<64>();
        for block in blocks {
            for (sum, word) in sum.iter_mut().zip(block.as_chunks::<8>().0) {
                *sum ^= u64::from_le_bytes(*word);
            }
        }
        black_box(sum);
    });
}
