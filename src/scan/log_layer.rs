//! A logger that takes card data out of records before another one sees them.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::ops::Range;

use log::kv::{self, Key, Source, Value, VisitSource};
use log::{Log, Metadata, Record};
use zeroize::Zeroizing;

use super::finder::Charset;
use super::hit::Hit;
use super::redaction::Redaction;
use crate::error::{Error, Result};

/// Gives records to the logger `L` without card data: target, message, and keys and values.
///
/// The parts of a record are looked at together, so a security code in one value is found by the card number in another.
/// A value with a hit becomes a text; all others keep their types. What is a hit only by what stands beside it, such as
/// that code, becomes stars.
///
/// ```
/// use panveil::scan::{Finder, RedactingLog, Redaction};
/// # struct Stderr;
/// # impl log::Log for Stderr {
/// #     fn enabled(&self, _: &log::Metadata<'_>) -> bool { true }
/// #     fn log(&self, record: &log::Record<'_>) {
/// #         assert_eq!(record.args().to_string(), "paid with ************1111");
/// #     }
/// #     fn flush(&self) {}
/// # }
/// # let logger = Stderr;
/// let redacting = RedactingLog::new(logger, Redaction::mask(Finder::new()))?
///     .on_hit(|hit| eprintln!("{} in the log, {} confidence", hit.kind.name(), hit.confidence.name()));
/// log::set_boxed_logger(Box::new(redacting)).expect("the first logger");
/// log::set_max_level(log::LevelFilter::Info);
/// log::info!("paid with {}", "4111 1111 1111 1111"); // paid with ************1111
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct RedactingLog<L> {
    inner: L,
    redaction: Redaction,
    on_hit: Box<dyn Fn(&Hit) + Send + Sync>,
}

impl<L: Log> RedactingLog<L> {
    /// Redacts what goes to `inner`.
    ///
    /// # Errors
    /// [`Error::Argument`] for a finder of another charset than [`Charset::AsciiBased`]: records are UTF-8, and nothing
    /// would be found in them.
    pub fn new(inner: L, redaction: Redaction) -> Result<Self> {
        if redaction.finder().charset != Charset::AsciiBased {
            return Err(Error::Argument);
        }
        Ok(Self { inner, redaction, on_hit: Box::new(|_| {}) })
    }

    /// Calls `hook` for each hit: what and how sure, never the value (PCI DSS 12.10.7); offsets count through the parts of
    /// the record, one after the other. It runs on the thread that logs, and may log.
    #[must_use]
    pub fn on_hit(mut self, hook: impl Fn(&Hit) + Send + Sync + 'static) -> Self {
        self.on_hit = Box::new(hook);
        self
    }
}

impl<L: Log> Log for RedactingLog<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.inner.enabled(record.metadata()) {
            return;
        }
        let mut parts = Parts::new();
        let target = parts.add("", &record.target());
        let message = parts.add(NEXT, record.args());
        let mut pairs = Pairs { parts: &mut parts, all: Vec::new() };
        // A source that fails shows the inner logger what it showed here.
        let _ = record.key_values().visit(&mut pairs);
        let pairs = pairs.all;
        let hits = self.redaction.finder().find(parts.text.as_bytes());
        for hit in &hits {
            (self.on_hit)(hit);
        }
        let parts = Redacted { redaction: &self.redaction, text: &parts.text, hits: &hits };
        let (target, message) = (parts.part(&target), parts.part(&message));
        let pairs = RedactedPairs(pairs.into_iter().map(|pair| parts.pair(pair)).collect());
        let mut record = record.to_builder();
        let record = record.target(&target).key_values(&pairs);
        self.inner.log(&record.args(format_args!("{message}")).build());
    }

    fn flush(&self) {
        self.inner.flush();
    }
}

impl<L> fmt::Debug for RedactingLog<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingLog").field("redaction", &self.redaction).finish_non_exhaustive()
    }
}

/// The texts of a record, one after the other.
struct Parts {
    text: Zeroizing<String>,
}

/// Stands between two parts, so that no number and no name goes from one into the next.
const NEXT: &str = ", ";

impl Parts {
    fn new() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(USUAL)) }
    }

    /// Adds a part after a separator, and returns where it lies.
    fn add(&mut self, separator: &str, part: &dyn Display) -> Range<usize> {
        self.text.push_str(separator);
        let begin = self.text.len();
        // A text that fails half-way goes on as far as it came.
        let _ = write!(*self.text, "{part}");
        begin..self.text.len()
    }
}

/// Room for the texts of most records, in bytes.
const USUAL: usize = 1024;

/// A key and value of the record, and where their texts lie.
struct Pair<'kvs> {
    key: Range<usize>,
    value: Range<usize>,
    typed: Value<'kvs>,
}

struct Pairs<'a, 'kvs> {
    parts: &'a mut Parts,
    all: Vec<Pair<'kvs>>,
}

impl<'kvs> VisitSource<'kvs> for Pairs<'_, 'kvs> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> std::result::Result<(), kv::Error> {
        let key = self.parts.add(NEXT, &key);
        let place = self.parts.add("=", &value);
        self.all.push(Pair { key, value: place, typed: value });
        Ok(())
    }
}

/// The texts of a record, and the hits in them.
struct Redacted<'a> {
    redaction: &'a Redaction,
    text: &'a str,
    hits: &'a [Hit],
}

impl<'a> Redacted<'a> {
    /// A part without card data.
    fn part(&self, part: &Range<usize>) -> Cow<'a, str> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let hits: Vec<Range<usize>> =
            self.hits.iter().map(|hit| within(part, hit)).filter(|hit| !hit.is_empty()).collect();
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        let whole = 0..text.len();
        let alone: Vec<Range<usize>> =
            self.redaction.finder().find(text.as_bytes()).iter().map(|hit| within(&whole, hit)).collect();
        let seen = |hit: &Range<usize>| alone.iter().any(|own| own.start <= hit.start && hit.end <= own.end);
        if hits.iter().all(seen) {
            return Cow::Owned(String::from_utf8_lossy(&self.redaction.redact(text.as_bytes())).into_owned());
        }
        let hidden = |at: usize| hits.iter().any(|hit| hit.contains(&at));
        Cow::Owned(text.char_indices().map(|(at, letter)| if hidden(at) { '*' } else { letter }).collect())
    }

    fn pair<'kvs>(&self, pair: Pair<'kvs>) -> RedactedPair<'a, 'kvs> {
        let value = match self.part(&pair.value) {
            Cow::Borrowed(_) => RedactedValue::Typed(pair.typed),
            Cow::Owned(text) => RedactedValue::Text(text),
        };
        RedactedPair { key: self.part(&pair.key), value }
    }
}

/// Which bytes of a part a hit takes up.
fn within(part: &Range<usize>, hit: &Hit) -> Range<usize> {
    let start = usize::try_from(hit.offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(hit.length).min(part.end).saturating_sub(part.start);
    start.max(part.start).saturating_sub(part.start).min(end)..end
}

struct RedactedPair<'a, 'kvs> {
    key: Cow<'a, str>,
    value: RedactedValue<'kvs>,
}

enum RedactedValue<'kvs> {
    Typed(Value<'kvs>),
    Text(String),
}

struct RedactedPairs<'a, 'kvs>(Vec<RedactedPair<'a, 'kvs>>);

impl Source for RedactedPairs<'_, '_> {
    fn visit<'own>(&'own self, visitor: &mut dyn VisitSource<'own>) -> std::result::Result<(), kv::Error> {
        for RedactedPair { key, value } in &self.0 {
            let value = match value {
                RedactedValue::Typed(value) => value.clone(),
                RedactedValue::Text(text) => Value::from(text.as_str()),
            };
            visitor.visit_pair(Key::from_str(key), value)?;
        }
        Ok(())
    }
}
