//! Taking card data out of texts.

use std::sync::{Arc, Mutex, PoisonError};

use jni::Env;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use panveil::protect::Tokenizer;
use panveil::scan::{Charset, Confidence, Finder, Hit, Redaction, RedactionStream, Replacement};
use panveil::{Error, Result};
use zeroize::Zeroizing;

use crate::boundary::Outcome;
use crate::fields::{self, Fields};
use crate::objects::{Kind, Loose, OpenVault, REDACTORS, STREAMS, TOKENIZERS, hand_out_loose};
use crate::protect::{layout, shown};
use crate::upcall::read;

/// What a redactor does, and whether Java wants to know of each hit.
pub(crate) struct MadeRedactor {
    redaction: Redaction,
    tells: bool,
}

/// A text that comes in pieces, and what of it Java has not taken yet.
pub(crate) struct Stream(Mutex<(RedactionStream, Made)>);

/// Redacted text, and the hits in it as fields.
struct Made {
    text: Vec<u8>,
    hits: Vec<u8>,
    tells: bool,
}

/// A redactor whose tokens a tokenizer makes. Options: as [`made`].
pub(crate) fn redactor<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    tokenizer: jlong,
    options: JByteArray<'local>,
) -> Outcome<jlong> {
    let tokenizer = TOKENIZERS.get(tokenizer.cast_unsigned())?;
    let made = made(&read(env, &options)?, Some(&tokenizer.it))?;
    Ok(hand_out_loose(Some(&tokenizer.of), Kind::Redactor, &REDACTORS, made)?)
}

/// What options say. Fields: what takes the place of card numbers (`mask`, `fixed` or `token`), what that needs (which digits
/// are shown, a text, a layout), the least confidence, 0 or 1 for whether lengths are kept, which writings are looked for, the
/// charset, and 0 or 1 for whether hits are told.
fn made(options: &[u8], tokenizer: Option<&Arc<Tokenizer>>) -> Result<MadeRedactor> {
    let mut options = Fields::new(options);
    let replacement = match options.text()? {
        "mask" => Replacement::Mask(shown(options.number()?)?),
        "fixed" => Replacement::Fixed(options.text()?.to_owned()),
        "token" => {
            let tokenizer = tokenizer.ok_or(Error::Argument)?;
            Replacement::Token(Arc::clone(tokenizer), layout(options.number()?)?)
        }
        _ => return Err(Error::Argument),
    };
    let finder = Finder::new().at_least(confidence(options.text()?)?);
    let keeps_length = options.number::<u8>()? != 0;
    let finder = match options.text()? {
        "usual" => finder,
        "ascii" => finder.ascii_only(),
        "base64" => finder.with_base64(),
        _ => return Err(Error::Argument),
    };
    let finder = finder.in_charset(match options.text()? {
        "ascii_based" => Charset::AsciiBased,
        "utf16le" => Charset::Utf16Le,
        "utf16be" => Charset::Utf16Be,
        _ => return Err(Error::Argument),
    });
    let redaction = Redaction::new(finder, replacement)?;
    let redaction = if keeps_length { redaction.keep_length() } else { redaction };
    Ok(MadeRedactor { redaction, tells: options.number::<u8>()? != 0 })
}

/// The redactor of a ticket, and its vault; or, where the ticket is 0, one that is made of options. So a redactor without
/// tokens is nothing in native memory that somebody would have to close.
enum Chosen {
    Held(Arc<Loose<MadeRedactor>>),
    Made(MadeRedactor),
}

impl Chosen {
    fn new(env: &Env<'_>, redactor: jlong, options: &JByteArray<'_>) -> Outcome<Self> {
        Ok(match redactor {
            0 => Self::Made(made(&read(env, options)?, None)?),
            ticket => Self::Held(REDACTORS.get(ticket.cast_unsigned())?),
        })
    }

    fn redactor(&self) -> &MadeRedactor {
        match self {
            Self::Held(held) => &held.it,
            Self::Made(made) => made,
        }
    }

    fn vault(&self) -> Option<&Arc<OpenVault>> {
        match self {
            Self::Held(held) => held.of.as_ref(),
            Self::Made(_) => None,
        }
    }
}

fn confidence(name: &str) -> Result<Confidence> {
    let all = [Confidence::Low, Confidence::Medium, Confidence::High];
    all.into_iter().find(|confidence| confidence.name() == name).ok_or(Error::Argument)
}

/// Redacts a whole text, by a redactor or, where that is 0, by options; returns as [`Made::hand_over`].
pub(crate) fn redact<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    redactor: jlong,
    options: JByteArray<'local>,
    text: JByteArray<'local>,
    out: JByteArray<'local>,
) -> Outcome<jlong> {
    let chosen = Chosen::new(env, redactor, &options)?;
    let text = read(env, &text)?;
    let redactor = chosen.redactor();
    let mut stream = redactor.redaction.stream();
    let mut made = Made::new(redactor.tells);
    made.push(&mut stream, &text);
    made.finish(&mut stream);
    Ok(made.hand_over(env, &out)?.0)
}

/// A stream for one text after the other; redactor and options as in [`redact`].
pub(crate) fn stream<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    redactor: jlong,
    options: JByteArray<'local>,
) -> Outcome<jlong> {
    let chosen = Chosen::new(env, redactor, &options)?;
    let redactor = chosen.redactor();
    let stream = Stream(Mutex::new((redactor.redaction.stream(), Made::new(redactor.tells))));
    Ok(hand_out_loose(chosen.vault(), Kind::Stream, &STREAMS, stream)?)
}

/// Pushes bytes of `text`, and ends the text unless `ends` is 0; returns as [`Made::hand_over`]. What had no room in `out` is
/// handed over by a push of nothing.
#[expect(clippy::too_many_arguments, reason = "a piece of an array, and where the result goes")]
pub(crate) fn push<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    stream: jlong,
    text: JByteArray<'local>,
    start: jint,
    length: jint,
    ends: jint,
    out: JByteArray<'local>,
) -> Outcome<jlong> {
    let open = STREAMS.get(stream.cast_unsigned())?;
    let length = usize::try_from(length).map_err(|_| Error::Argument)?;
    let mut piece = Zeroizing::new(vec![0u8; length]);
    text.get_region(env, start, bytemuck::cast_slice_mut(piece.as_mut_slice()))?;
    let mut state = open.it.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (stream, made) = &mut *state;
    made.push(stream, &piece);
    if ends != 0 {
        made.finish(stream);
    }
    let (lengths, taken) = made.hand_over(env, &out)?;
    if taken {
        made.text.clear();
        made.hits.clear();
    }
    Ok(lengths)
}

impl Made {
    fn new(tells: bool) -> Self {
        Self { text: Vec::new(), hits: Vec::new(), tells }
    }

    fn push(&mut self, stream: &mut RedactionStream, piece: &[u8]) {
        let Self { text, hits, tells } = self;
        stream.push(piece, text, &mut |hit| add(hits, *tells, hit));
    }

    fn finish(&mut self, stream: &mut RedactionStream) {
        let Self { text, hits, tells } = self;
        stream.finish(text, &mut |hit| add(hits, *tells, hit));
    }

    /// Writes text and hits to `out` if both have room there, and says whether. The number is the length of the text, and
    /// 2^32 times that of the hits.
    fn hand_over(&self, env: &Env<'_>, out: &JByteArray<'_>) -> Outcome<(jlong, bool)> {
        let text = i32::try_from(self.text.len()).map_err(|_| Error::Argument)?;
        let hits = i32::try_from(self.hits.len()).map_err(|_| Error::Argument)?;
        let taken = self.text.len().saturating_add(self.hits.len()) <= out.len(env)?;
        if taken {
            out.set_region(env, 0, bytemuck::cast_slice(&self.text))?;
            out.set_region(env, text, bytemuck::cast_slice(&self.hits))?;
        }
        Ok((jlong::from(hits) << 32 | jlong::from(text), taken))
    }
}

/// Adds the fields of a hit, in the order in which `Hit.java` reads them.
fn add(to: &mut Vec<u8>, tells: bool, hit: &Hit) {
    if !tells {
        return;
    }
    fields::add(to, &hit.offset.to_string());
    fields::add(to, &hit.length.to_string());
    fields::add(to, hit.kind.name());
    fields::add(to, hit.brand.map_or("", panveil::card::Brand::name));
    fields::add(to, hit.confidence.name());
    fields::add(to, hit.reason.name());
    fields::add(to, hit.writing.name());
    fields::add(to, hit.masked.as_ref().map_or("", panveil::card::Masked::as_str));
}
