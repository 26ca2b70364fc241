#![cfg(feature = "log")]
//! Records on their way to a logger, with the crate `log` as applications use it.

use std::sync::{Arc, Mutex};

use log::kv::{Key, Value, VisitSource};
use log::{Level, Log, Metadata, Record};
use panveil::Error;
use panveil::scan::{Charset, Confidence, Finder, RedactingLog, Redaction, Replacement};

/// What a logger was given, as it would write it, and which values were numbers.
#[derive(Clone, Default)]
struct Capture {
    lines: Arc<Mutex<Vec<String>>>,
    numbers: Arc<Mutex<Vec<String>>>,
}

impl Log for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        let mut line = Line(format!("{} {}: {}", record.level(), record.target(), record.args()), Vec::new());
        record.key_values().visit(&mut line).unwrap();
        self.lines.lock().unwrap().push(line.0);
        self.numbers.lock().unwrap().extend(line.1);
    }

    fn flush(&self) {
        self.lines.lock().unwrap().push("flushed".to_owned());
    }
}

struct Line(String, Vec<String>);

impl<'kvs> VisitSource<'kvs> for Line {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), log::kv::Error> {
        self.0.push_str(&format!(" {key}={value}"));
        if value.to_u64().is_some() {
            self.1.push(key.to_string());
        }
        Ok(())
    }
}

fn logger(redaction: Redaction) -> (RedactingLog<Capture>, Capture) {
    let capture = Capture::default();
    (RedactingLog::new(capture.clone(), redaction).unwrap(), capture)
}

/// One record through the logger, as the macros of `log` make it.
fn line(redaction: Redaction, target: &str, message: &str, pairs: &[(&str, Value<'_>)]) -> String {
    let (logger, capture) = logger(redaction);
    logger.log(
        &Record::builder()
            .level(Level::Info)
            .target(target)
            .args(format_args!("{message}"))
            .key_values(&pairs)
            .build(),
    );
    capture.lines.lock().unwrap().join("\n")
}

#[test]
fn every_part_of_a_record_is_redacted() {
    let text = |text: &'static str| Value::from(text);
    #[expect(clippy::type_complexity, reason = "rows of a table")]
    let rows: &[(&str, &str, &[(&str, Value<'_>)], &str)] = &[
        ("shop", "paid with 4111 1111 1111 1111", &[], "INFO shop: paid with ************1111"),
        ("shop", "paid", &[("pan", text("4111-1111-1111-1111"))], "INFO shop: paid pan=************1111"),
        (
            "shop",
            "paid",
            &[("pan", Value::from(4_111_111_111_111_111_u64))],
            "INFO shop: paid pan=************1111",
        ),
        ("4111111111111111", "paid", &[], "INFO ************1111: paid"),
        ("shop", "paid", &[("4111111111111111", text("x"))], "INFO shop: paid ************1111=x"),
        // A hit only by its name, or by a number in another part: stars.
        ("shop", "paid", &[("pan", text("4222222222222"))], "INFO shop: paid pan=*************"),
        (
            "shop",
            "card 4111111111111111",
            &[("cvv", Value::from(123)), ("n", Value::from(7))],
            "INFO shop: card ************1111 cvv=*** n=7",
        ),
        (
            "shop",
            "cvv=123 of",
            &[("pan", text("4111111111111111"))],
            "INFO shop: cvv=*** of pan=************1111",
        ),
        // No card data: as it came.
        (
            "shop",
            "order 20261126",
            &[("id", Value::from(1764188400123_u64))],
            "INFO shop: order 20261126 id=1764188400123",
        ),
        ("店", "カード４１１１１１１１１１１１１１１１です", &[], "INFO 店: カード************1111です"),
        // Parts do not make a number together.
        ("shop", "4111 1111", &[("a", text("1111 1111"))], "INFO shop: 4111 1111 a=1111 1111"),
    ];
    for (target, message, pairs, wanted) in rows {
        assert_eq!(line(Redaction::mask(Finder::new()), target, message, pairs), *wanted);
    }
}

#[test]
fn track_data_that_spans_parts_is_hidden_in_all_of_them() {
    let pairs = [("a", Value::from("DOE^29121010000000000000"))];
    let line = line(Redaction::mask(Finder::new()), "shop", "%B4111111111111111^JANE", &pairs);
    assert!(!line.contains("4111") && !line.contains("2912"), "{line}");
}

#[test]
fn values_without_a_hit_keep_their_types() {
    let (logger, capture) = logger(Redaction::mask(Finder::new()));
    let pairs = [("pan", Value::from(4_111_111_111_111_111_u64)), ("amount", Value::from(1200_u64))];
    logger.log(&Record::builder().args(format_args!("paid")).key_values(&pairs).build());
    assert_eq!(*capture.numbers.lock().unwrap(), ["amount"]);
}

#[test]
fn replacement_and_threshold_are_those_of_the_redaction() {
    let fixed = Redaction::new(Finder::new(), Replacement::Fixed("[card]".to_owned())).unwrap();
    assert_eq!(line(fixed, "shop", "n 4111111111111111", &[]), "INFO shop: n [card]");
    let message = "order=4111111111111111";
    assert_eq!(line(Redaction::mask(Finder::new()), "s", message, &[]), format!("INFO s: {message}"));
    let strict = Finder::new().at_least(Confidence::Low);
    assert_eq!(line(Redaction::mask(strict), "s", message, &[]), "INFO s: order=************1111");
}

#[test]
fn the_hook_gets_each_hit_and_may_log() {
    let capture = Capture::default();
    let inner = RedactingLog::new(capture.clone(), Redaction::mask(Finder::new())).unwrap();
    let kinds = Arc::new(Mutex::new(Vec::new()));
    let (told, events) = (Arc::clone(&kinds), capture.clone());
    let logger = inner.on_hit(move |hit| {
        told.lock().unwrap().push(hit.kind.name());
        events
            .lines
            .lock()
            .unwrap()
            .push(format!("hit {}", hit.masked.map_or("-".to_owned(), |mask| mask.to_string())));
    });
    logger.log(&Record::builder().args(format_args!("4111111111111111 cvv=123")).build());
    assert_eq!(*kinds.lock().unwrap(), ["pan", "security_code"]);
    assert_eq!(capture.lines.lock().unwrap()[..2], ["hit ************1111", "hit -"]);
}

#[test]
fn levels_and_flush_are_those_of_the_inner_logger() {
    let (logger, capture) = logger(Redaction::mask(Finder::new()));
    assert!(!logger.enabled(&Metadata::builder().level(Level::Debug).build()));
    logger.log(&Record::builder().level(Level::Debug).args(format_args!("4111111111111111")).build());
    logger.flush();
    assert_eq!(*capture.lines.lock().unwrap(), ["flushed"]);
}

#[test]
fn a_charset_in_which_nothing_would_be_found_is_refused() {
    let redaction = Redaction::mask(Finder::new().in_charset(Charset::Utf16Le));
    assert_eq!(RedactingLog::new(Capture::default(), redaction).err(), Some(Error::Argument));
}
