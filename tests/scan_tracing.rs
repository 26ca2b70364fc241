#![cfg(feature = "tracing")]
//! Events on their way through `tracing_subscriber::fmt`, in the formats that applications use.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use panveil::Error;
use panveil::scan::{Charset, Finder, RedactingWriter, Redaction};
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::MakeWriter;

/// A writer that keeps each write apart.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<String>>>);

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap().push("flushed".to_owned());
        Ok(())
    }
}

impl Capture {
    fn writes(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn writer(&self) -> RedactingWriter<impl Fn() -> Self + use<>> {
        let capture = self.clone();
        RedactingWriter::new(move || capture.clone(), Redaction::mask(Finder::new())).unwrap()
    }
}

/// What an application may log about a payment.
fn pay() {
    let span = tracing::info_span!("payment", card = "5500 0000 0000 0004", order = 20_261_126);
    let _entered = span.enter();
    tracing::info!(pan = 4_111_111_111_111_111_u64, cvv = "123", "paid with {}", "3782 822463 10005");
    tracing::info!("next");
}

const CARDS: [&str; 4] = ["0000 0000 0004", "4111111111111111", "822463", "123"];

#[test]
fn messages_fields_and_spans_are_redacted_in_every_format() {
    #[expect(clippy::type_complexity, reason = "rows of a table")]
    let formats: [(&str, fn(&Capture)); 4] = [
        ("full", |to| {
            let subscriber =
                tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(to.writer());
            with_default(subscriber.finish(), pay);
        }),
        ("compact", |to| {
            let subscriber = tracing_subscriber::fmt().compact().with_ansi(false).without_time();
            with_default(subscriber.with_writer(to.writer()).finish(), pay);
        }),
        ("pretty", |to| {
            let subscriber = tracing_subscriber::fmt().pretty().with_ansi(false).without_time();
            with_default(subscriber.with_writer(to.writer()).finish(), pay);
        }),
        ("json", |to| {
            let subscriber = tracing_subscriber::fmt().json().without_time().with_writer(to.writer());
            with_default(subscriber.finish(), pay);
        }),
    ];
    for (name, log) in formats {
        let capture = Capture::default();
        log(&capture);
        let writes = capture.writes();
        assert_eq!(writes.len(), 2, "{name}: an event is one write");
        for card in CARDS {
            assert!(!writes[0].contains(card) && !writes[1].contains(card), "{name}: {writes:?}");
        }
        for shown in ["************1111", "***********0005", "************0004", "20261126"] {
            assert!(writes[0].contains(shown), "{name}: {shown} in {writes:?}");
        }
        assert!(writes[1].contains("next") && writes[1].ends_with('\n'), "{name}: {writes:?}");
    }
}

#[test]
fn json_stays_json() {
    let capture = Capture::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(capture.writer());
    with_default(subscriber.finish(), || {
        tracing::info!(pan = "4111111111111111", text = "ä\n4111111111111111\"", "card")
    });
    let event: serde_json::Value = serde_json::from_str(&capture.writes()[0]).unwrap();
    assert_eq!(event["fields"]["pan"], "************1111");
    assert_eq!(event["fields"]["text"], "ä\n************1111\"");
}

#[test]
fn coloured_events_are_redacted() {
    let capture = Capture::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(true).without_time().with_writer(capture.writer());
    with_default(subscriber.finish(), pay);
    let written = capture.writes().concat();
    assert!(written.contains("\u{1b}["), "{written:?}");
    for card in CARDS {
        assert!(!written.contains(card), "{written:?}");
    }
}

#[test]
fn an_event_in_pieces_is_one_text() {
    let text = "card 4111 1111 1111 1111, 4111\n1111\n";
    for size in 1..text.len() {
        let capture = Capture::default();
        let make = capture.writer();
        let mut event = make.make_writer();
        for piece in text.as_bytes().chunks(size) {
            event.write_all(piece).unwrap();
            event.flush().unwrap();
        }
        assert!(capture.writes().is_empty(), "nothing comes out before the event ends");
        drop(event);
        assert_eq!(capture.writes(), ["card ************1111, 4111\n1111\n", "flushed"], "{size}");
    }
}

#[test]
fn events_do_not_make_a_number_together() {
    let capture = Capture::default();
    let make = capture.writer();
    for half in ["4111 1111 ", "1111 1111"] {
        make.make_writer().write_all(half.as_bytes()).unwrap();
    }
    assert_eq!(capture.writes(), ["4111 1111 ", "1111 1111"]);
}

#[test]
fn the_hook_gets_each_hit() {
    let capture = Capture::default();
    let kinds = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&kinds);
    let writer = capture.writer().on_hit(move |hit| told.lock().unwrap().push(hit.kind.name()));
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer);
    with_default(subscriber.finish(), || tracing::info!("4111111111111111 cvv=123"));
    assert_eq!(*kinds.lock().unwrap(), ["pan", "security_code"]);
}

#[test]
fn a_writer_that_fails_is_told_to_the_hook() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let errors = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&errors);
    let writer = RedactingWriter::new(|| Full, Redaction::mask(Finder::new())).unwrap();
    let writer = writer.on_error(move |error| told.lock().unwrap().push(error.kind()));
    writer.make_writer().write_all(b"text").unwrap();
    assert_eq!(*errors.lock().unwrap(), [io::ErrorKind::StorageFull]);
}

#[test]
fn a_charset_in_which_nothing_would_be_found_is_refused() {
    let redaction = Redaction::mask(Finder::new().in_charset(Charset::Utf16Be));
    assert_eq!(RedactingWriter::new(io::stderr, redaction).err(), Some(Error::Argument));
}
