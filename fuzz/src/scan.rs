//! The finder and the redactor.

use std::io::Write;
use std::sync::{Arc, LazyLock};

use panveil::card::Shown;
use panveil::card::id::{Application, TenantId};
use panveil::clock::Timestamp;
use panveil::keys::keyring::WrappedKeyring;
use panveil::protect::{LayoutChoice, Tokenizer};
use panveil::scan::{Confidence, Finder, Hit, Kind, Redaction, Redactor, Replacement};

use crate::keyring::{FixedKek, GENUINE};
use crate::mutate::Chance;
use crate::provider::NOW;

/// The first three bytes say what is looked for, what is put in place, and where the text is cut; the rest is the text.
///
/// Hits lie in the text, in order, and tell no digits; pieces make no difference; what is redacted holds no hit, and
/// redacting it again changes nothing.
pub fn scan(data: &[u8]) {
    let [looked_for, put_in, seed, text @ ..] = data else { return };
    let finder = finder(*looked_for);
    let hits = finder.find(text);
    well_formed(&hits, text, finder);
    let cuts = cuts(text, *seed);
    assert_eq!(hits_in_pieces(finder, text, &cuts), hits, "pieces change what is found");
    let redaction = redaction(finder, *put_in);
    let out = redaction.redact(text);
    let written = in_pieces(&redaction, text, &cuts, &hits);
    assert!(written == out, "pieces change what is written");
    let left = finder.find(&out);
    assert!(left.is_empty(), "a hit is left: {left:?}");
    assert!(redaction.redact(&out) == out, "redacting again changes something");
    if keeps_length(*put_in) {
        same_but_for(&hits, text, &out);
    }
    if core::str::from_utf8(text).is_ok() {
        assert!(core::str::from_utf8(&out).is_ok(), "a character was split");
    }
}

fn finder(choice: u8) -> Finder {
    let finder = Finder::new();
    let finder = match choice / 3 % 3 {
        0 => finder,
        1 => finder.ascii_only(),
        _ => finder.with_base64(),
    };
    finder.at_least([Confidence::Low, Confidence::Medium, Confidence::High][usize::from(choice % 3)])
}

fn redaction(finder: Finder, choice: u8) -> Redaction {
    let redaction = match choice % 5 {
        0 => Ok(Redaction::mask(finder)),
        1 => Redaction::new(finder, Replacement::Mask(Shown::BIN6_LAST4)),
        2 => Redaction::new(finder, Replacement::Fixed("[card]".into())),
        3 => Redaction::new(finder, Replacement::Fixed("[カード番号を消した]".into())),
        _ => Redaction::new(finder, Replacement::Token(TOKENIZER.clone(), LayoutChoice::Auto)),
    };
    let redaction = redaction.expect("a good replacement");
    if keeps_length(choice) { redaction.keep_length() } else { redaction }
}

fn keeps_length(choice: u8) -> bool {
    choice / 5 % 2 == 1
}

static TOKENIZER: LazyLock<Arc<Tokenizer>> = LazyLock::new(|| {
    let wrapped = WrappedKeyring::parse(GENUINE).expect("the keyring of the fixture");
    let keyring = wrapped.unwrap_with(&FixedKek::new()).expect("its key");
    let (tenant, caller) = (TenantId::new("shop"), Application::new("fuzz"));
    let (tenant, caller) = (tenant.expect("a name"), caller.expect("a name"));
    let tokenizer = Tokenizer::from_keyring(&keyring, tenant, caller, Timestamp::from_seconds(NOW));
    Arc::new(tokenizer.expect("a token key"))
});

fn well_formed(hits: &[Hit], text: &[u8], finder: Finder) {
    let mut before = 0;
    for hit in hits {
        assert!(hit.length > 0 && hit.offset >= before, "hits overlap or are out of order");
        before = hit.offset + hit.length as u64;
        assert!(before <= text.len() as u64, "a hit lies outside of the text");
        let is_number = !matches!(hit.kind, Kind::SecurityCode | Kind::Pin);
        assert_eq!(hit.brand.is_some(), is_number);
        let mut shown = *hit;
        (shown.offset, shown.length) = (0, 0);
        let shown = format!("{shown:?}");
        assert!(!shown.as_bytes().windows(5).any(|five| five.iter().all(u8::is_ascii_digit)), "{shown}");
    }
    // A higher threshold finds nothing that a lower one leaves in the text.
    let all = finder.at_least(Confidence::Low).find(text);
    for hit in hits {
        let covered = all.iter().any(|low| {
            low.offset < hit.offset + hit.length as u64 && low.offset + low.length as u64 > hit.offset
        });
        assert!(covered, "the lowest threshold finds less");
    }
}

/// Lengths of pieces: each as the seed has it, short ones among them.
fn cuts(text: &[u8], seed: u8) -> Vec<usize> {
    let mut chance = Chance::new(u64::from(seed));
    let mut cuts = Vec::new();
    let mut left = text.len();
    while left > 0 {
        let most = [1, 3, 20, 300, 4_000][chance.below(5)];
        let length = (1 + chance.below(most)).min(left);
        cuts.push(length);
        left -= length;
    }
    cuts
}

fn pieces<'a>(text: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = text;
    let mut piece = |length: &usize| {
        let (piece, after) = rest.split_at(*length);
        rest = after;
        piece
    };
    cuts.iter().map(&mut piece).collect()
}

fn hits_in_pieces(finder: Finder, text: &[u8], cuts: &[usize]) -> Vec<Hit> {
    let (mut hits, mut stream) = (Vec::new(), finder.stream());
    for piece in pieces(text, cuts) {
        stream.push(piece, &mut |hit| hits.push(*hit));
    }
    stream.finish(&mut |hit| hits.push(*hit));
    hits
}

fn in_pieces(redaction: &Redaction, text: &[u8], cuts: &[usize], hits: &[Hit]) -> Vec<u8> {
    let (mut out, mut told, mut stream) = (Vec::new(), Vec::new(), redaction.stream());
    let mut writer = Redactor::new(Vec::new(), redaction.clone());
    for piece in pieces(text, cuts) {
        stream.push(piece, &mut out, &mut |hit| told.push(*hit));
        writer.write_all(piece).expect("a vector takes all");
    }
    stream.finish(&mut out, &mut |hit| told.push(*hit));
    assert_eq!(told, hits, "the redactor finds something else");
    assert!(writer.finish().expect("a vector takes all") == out, "the writer writes something else");
    out
}

/// Only what was hit is changed, and it stays as long as it was.
fn same_but_for(hits: &[Hit], text: &[u8], out: &[u8]) {
    assert_eq!(text.len(), out.len(), "the length changed");
    let mut at = 0;
    for hit in hits {
        let begin = usize::try_from(hit.offset).expect("it lies in the text");
        assert!(text[at..begin] == out[at..begin], "text beside a hit changed");
        at = begin + hit.length;
    }
    assert!(text[at..] == out[at..], "text behind the last hit changed");
}
