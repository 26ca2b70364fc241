//! What makes the tokens of `panveil protect`.

use std::cell::RefCell;
use std::collections::VecDeque;

use panveil::card::id::Application;
use panveil::card::{Pan, PanRules};
use panveil::protect::{
    LayoutChoice, RandomLayout, RandomOptions, RandomShape, RandomTokenizer, Sameness, Token, Tokenizer,
};
use panveil::vault::Vault;
use panveil::{Error, Result as Protection};

use crate::failure::Failure;
use crate::table::Ahead;

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

    /// The token of one card: random ones were made ahead, with those of the rows around it.
    pub(crate) fn token(&self, pan: &Pan) -> Protection<Token> {
        match self {
            Self::Ff1(tokenizer, layout) => tokenizer.tokenize(pan, *layout),
            Self::Random(tokenizer, options) => {
                made_ahead(pan).unwrap_or_else(|| tokenizer.tokenize(pan, options))
            }
        }
    }

    /// Random tokens are written many at a time: one alone would wait for the disk.
    pub(crate) fn ahead(&self, rules: PanRules) -> Option<Box<dyn Ahead + '_>> {
        match self {
            Self::Ff1(..) => None,
            Self::Random(tokenizer, options) => {
                Some(Box::new(Many { tokenizer, options, rules, pans: Vec::new() }))
            }
        }
    }
}

/// The cards of a batch of rows.
struct Many<'a> {
    tokenizer: &'a RandomTokenizer,
    options: &'a RandomOptions,
    rules: PanRules,
    pans: Vec<Pan>,
}

impl Ahead for Many<'_> {
    fn card(&mut self, pan_cell: &[u8]) {
        // A cell that is no card number is refused when its row is.
        if let Ok(pan) = self.rules.parse_normalized(pan_cell) {
            self.pans.push(pan);
        }
    }

    fn done(self: Box<Self>) -> Result<(), Error> {
        let tokens = self.tokenizer.tokenize_all(&self.pans, self.options);
        let made = self.pans.into_iter().zip(tokens).collect();
        MADE.with_borrow_mut(|queue| *queue = made);
        Ok(())
    }
}

thread_local! {
    /// The cards of the batch that this thread works on, in the order of their rows, with their tokens.
    static MADE: RefCell<VecDeque<(Pan, Protection<Token>)>> = const { RefCell::new(VecDeque::new()) };
}

/// The token that was made for this card; those before it belong to rows that were refused.
fn made_ahead(pan: &Pan) -> Option<Protection<Token>> {
    MADE.with_borrow_mut(|queue| {
        while let Some((made_for, token)) = queue.pop_front() {
            if made_for.ct_eq(pan) {
                return Some(token);
            }
        }
        None
    })
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
