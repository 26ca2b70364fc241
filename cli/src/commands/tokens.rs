//! What makes the tokens of `panveil protect`.

use std::io::Write;

use panveil::card::Pan;
use panveil::card::id::Application;
use panveil::protect::batch::{PAN_RECORD, TOKEN_RECORD, outcome};
use panveil::protect::{
    Layout, LayoutChoice, RandomLayout, RandomOptions, RandomShape, RandomTokenizer, Sameness, Token,
    TokenFormat, Tokenizer,
};
use panveil::vault::Vault;
use panveil::{Error, Result as Protection};

use crate::failure::Failure;

/// Which tokens were asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wanted {
    Ff1(LayoutChoice),
    Random(RandomShape),
}

impl Wanted {
    /// Reads `--tokens` and `--layout`; `usual` is the layout of the vault.
    pub(crate) fn named(
        kind: &str,
        layout: Option<&str>,
        usual: LayoutChoice,
    ) -> core::result::Result<Self, Failure> {
        match (kind, layout) {
            ("random", None) => Ok(Self::Random(match usual {
                LayoutChoice::Auto => RandomShape::Auto,
                LayoutChoice::Fixed(layout) => RandomShape::Layout(layout.into()),
            })),
            ("random", Some("auto")) => Ok(Self::Random(RandomShape::Auto)),
            ("random", Some(text)) => match text.parse::<RandomLayout>() {
                Ok(layout) => Ok(Self::Random(RandomShape::Layout(layout))),
                Err(_) => Err(refused(text, "auto, 0+4, 6+4 (14 to 19 digits), 8+0 or 8+4 (16 digits)")),
            },
            ("opaque", None) => Ok(Self::Random(RandomShape::Opaque)),
            ("opaque", Some(_)) => Err(Failure::of(
                Error::Argument,
                "--layout: opaque tokens hold nothing of the card".to_owned(),
            )),
            (_, None) => Ok(Self::Ff1(usual)),
            (_, Some(text)) => text.parse().map(Self::Ff1).map_err(|error: Error| match error {
                Error::LayoutUnknown if kept(text).is_none() => {
                    Failure::of(error, format!("--layout: {error}"))
                }
                _ => refused(text, "auto, 0+4, 6+4 (16 to 19 digits) or 8+0 (16 digits)"),
            }),
        }
    }
}

/// Makes them.
pub(crate) enum Maker {
    Ff1(Tokenizer, LayoutChoice),
    Random(RandomTokenizer, RandomOptions),
}

impl Maker {
    pub(crate) fn new(vault: &Vault, caller: Application, wanted: Wanted) -> Protection<Self> {
        Ok(match wanted {
            Wanted::Ff1(layout) => Self::Ff1(vault.tokenizer(caller)?, layout),
            Wanted::Random(shape) => {
                // Tables join on tokens as they did on card numbers, and a run that is made again makes no second ones.
                // Nothing of an opaque one may be kept that leads from the card to it.
                let sameness = if shape == RandomShape::Opaque { Sameness::New } else { Sameness::PerCard };
                let options = RandomOptions { shape, expires: None, sameness };
                Self::Random(vault.random_tokenizer(caller)?, options)
            }
        })
    }

    /// Where one thread makes the tokens of many cards.
    pub(crate) fn tokens(&self) -> Tokens<'_> {
        match self {
            Self::Ff1(tokenizer, layout) => Tokens::Ff1 {
                tokenizer,
                layout: *layout,
                formats: Layout::ALL.map(|_| String::new()),
                made: Vec::new(),
            },
            Self::Random(tokenizer, options) => Tokens::Random { tokenizer, options, made: Vec::new() },
        }
    }
}

/// The tokens of the cards of a batch, by their places.
pub(crate) enum Tokens<'a> {
    Ff1 {
        tokenizer: &'a Tokenizer,
        layout: LayoutChoice,
        /// The formats of the layouts, in the order in which records number them; empty until the first batch.
        formats: [String; 3],
        made: Vec<[u8; TOKEN_RECORD]>,
    },
    /// Random tokens are written many at a time: one alone would wait for the disk.
    Random { tokenizer: &'a RandomTokenizer, options: &'a RandomOptions, made: Vec<Protection<Token>> },
}

impl Tokens<'_> {
    pub(crate) fn make(&mut self, pans: &[[u8; PAN_RECORD]]) -> Protection<()> {
        match self {
            Self::Ff1 { tokenizer, layout, formats, made } => {
                for (format, layout) in formats.iter_mut().zip(Layout::ALL) {
                    if format.is_empty() {
                        *format = TokenFormat::new(tokenizer.version(), layout)?.to_string();
                    }
                }
                made.resize(pans.len(), [0; TOKEN_RECORD]);
                tokenizer.tokenize_all(pans, *layout, made).map(|_| ())
            }
            Self::Random { tokenizer, options, made } => {
                let mut cards = Vec::with_capacity(pans.len());
                let mut read = |record: &[u8; PAN_RECORD]| -> Protection<()> {
                    cards.push(Pan::parse(digits(record)?)?);
                    Ok(())
                };
                let read: Vec<Protection<()>> = pans.iter().map(&mut read).collect();
                let mut tokens = tokenizer.tokenize_all(&cards, options).into_iter();
                let mut next = || tokens.next().unwrap_or(Err(Error::Internal));
                made.extend(read.into_iter().map(|read| read.and_then(|()| next())));
                Ok(())
            }
        }
    }

    /// Why the card at this place got no token, if it got none.
    pub(crate) fn refused(&self, at: usize) -> Option<Error> {
        match self {
            Self::Ff1 { made, .. } => {
                made.get(at).map_or(Err(Error::Internal), |record| outcome(record)).err()
            }
            Self::Random { made, .. } => made.get(at).copied().unwrap_or(Err(Error::Internal)).err(),
        }
    }

    /// Adds the token of the card at this place, and its format.
    pub(crate) fn write(&self, at: usize, token: &mut Vec<u8>, format: &mut Vec<u8>) -> Protection<()> {
        match self {
            Self::Ff1 { formats, made, .. } => {
                let record = made.get(at).ok_or(Error::Internal)?;
                token.extend_from_slice(text(record)?);
                let layout = record.get(LAYOUT_AT).copied().map(usize::from).ok_or(Error::Internal)?;
                format.extend_from_slice(formats.get(layout).ok_or(Error::Internal)?.as_bytes());
            }
            Self::Random { made, .. } => {
                let made = made.get(at).copied().unwrap_or(Err(Error::Internal))?;
                token.extend_from_slice(made.as_str().as_bytes());
                write!(format, "{}", made.format()).map_err(|_| Error::Internal)?;
            }
        }
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        match self {
            Self::Ff1 { made, .. } => made.clear(),
            Self::Random { made, .. } => made.clear(),
        }
    }
}

/// Where the records of card numbers, tokens and masks have their length, and those of tokens the layout.
const LENGTH_AT: usize = PAN_RECORD - 1;
const LAYOUT_AT: usize = PAN_RECORD;

/// The text at the beginning of a record of a token or a mask.
///
/// # Errors
/// The one of its status.
pub(super) fn text(record: &[u8; TOKEN_RECORD]) -> Protection<&[u8]> {
    outcome(record)?;
    digits(record)
}

/// As many bytes from the beginning of a record as it says.
fn digits(record: &[u8]) -> Protection<&[u8]> {
    let length = record.get(LENGTH_AT).copied().map(usize::from).ok_or(Error::Internal)?;
    record.get(..length.min(LENGTH_AT)).ok_or(Error::Internal)
}

/// The two numbers of a text that is written like a layout.
fn kept(text: &str) -> Option<(u8, u8)> {
    let (bin, last) = text.split_once('+')?;
    Some((bin.parse().ok()?, last.parse().ok()?))
}

/// Two numbers that are no layout hide too little, and the answer says what works.
fn refused(text: &str, known: &str) -> Failure {
    match kept(text) {
        Some((bin, last)) => Failure::of(
            Error::LayoutRefused,
            format!("--layout {bin}+{last}: this layout hides too little of a card number; use {known}"),
        ),
        None => Failure::of(Error::LayoutUnknown, format!("--layout: {}", Error::LayoutUnknown)),
    }
}

#[cfg(test)]
mod tests {
    use panveil::protect::{Layout, LayoutChoice, RandomLayout, RandomShape};

    use super::Wanted;

    #[test]
    fn layouts_that_hide_too_little_are_told_from_no_layouts() {
        for (kind, text, number) in [
            ("ff1", "8+4", 201),
            ("ff1", "12+4", 201),
            ("ff1", "8-4", 202),
            ("ff1", "all", 202),
            ("ff1", "+4", 202),
            ("random", "12+4", 201),
            ("random", "all", 202),
            ("opaque", "6+4", 904),
        ] {
            let refused = Wanted::named(kind, Some(text), LayoutChoice::Auto);
            assert_eq!(refused.err().map(|failure| failure.number()), Some(number), "{kind} {text}");
        }
    }

    #[test]
    fn kinds_and_layouts_are_what_they_are_called() {
        let fixed = LayoutChoice::Fixed(Layout::Last4);
        for (kind, text, usual, wanted) in [
            ("ff1", None, fixed, Wanted::Ff1(fixed)),
            ("ff1", Some("auto"), fixed, Wanted::Ff1(LayoutChoice::Auto)),
            ("random", None, fixed, Wanted::Random(RandomShape::Layout(RandomLayout::Last4))),
            ("random", None, LayoutChoice::Auto, Wanted::Random(RandomShape::Auto)),
            ("random", Some("8+4"), fixed, Wanted::Random(RandomShape::Layout(RandomLayout::Bin8Last4))),
            ("random", Some("auto"), fixed, Wanted::Random(RandomShape::Auto)),
            ("opaque", None, fixed, Wanted::Random(RandomShape::Opaque)),
        ] {
            assert_eq!(Wanted::named(kind, text, usual).ok(), Some(wanted), "{kind} {text:?}");
        }
    }
}
