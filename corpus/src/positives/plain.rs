//! Numbers in text, with and without gaps.

use super::fields::{NAMES, sentence};
use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;
use crate::moment::Moment;
use crate::writing::{self, separated};

pub(super) fn named(chance: &mut Chance) -> Line {
    let (card, mut line) = (Card::issued(chance), Line::default());
    let moment = Moment::any(chance);
    let name = *chance.pick(&NAMES[..15]);
    match chance.below(5) {
        0 => line
            .put(&moment.spaced())
            .put(&format!(" INFO  {name}="))
            .card(&card, &card.digits)
            .put(" accepted"),
        1 => line.put(&format!("{name}: ")).card(&card, &card.digits),
        2 => line
            .put("level=warn msg=\"declined\" ")
            .put(&format!("{name}="))
            .card(&card, &card.digits)
            .put(" code=51"),
        3 => line.put("My card number is ").card(&card, &card.digits).put(", valid until 12/29"),
        _ => line.put("  \"").put(name).put("\" => \"").card(&card, &card.digits).put("\","),
    };
    line
}

pub(super) fn unnamed(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let digits = card.digits.clone();
    sentence(chance, &card, digits)
}

pub(super) fn spaced(chance: &mut Chance) -> Line {
    with_gap(chance, " ")
}

pub(super) fn dashed(chance: &mut Chance) -> Line {
    let gap = *chance.pick(&["-", "-", "-", " - "]);
    with_gap(chance, gap)
}

pub(super) fn other_gaps(chance: &mut Chance) -> Line {
    let gap = *chance.pick(&[".", "/", "_", "  "]);
    with_gap(chance, gap)
}

pub(super) fn typographic(chance: &mut Chance) -> Line {
    let gap =
        *chance.pick(&["\u{a0}", "\u{202f}", "\u{2009}", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2212}"]);
    with_gap(chance, gap)
}

fn with_gap(chance: &mut Chance, gap: &str) -> Line {
    let card = Card::issued(chance);
    let written = separated(&card.digits, gap, chance);
    sentence(chance, &card, written)
}

pub(super) fn two_lines(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let groups = writing::groups(&card.digits, chance);
    let cut = chance.between(1, groups.len() - 1);
    let gap = *chance.pick(&[" ", "-"]);
    let end = *chance.pick(&["\n", "\r\n", "\n "]);
    let written = format!("{}{end}{}", groups[..cut].join(gap), groups[cut..].join(gap));
    let mut line = Line::default();
    line.put("the customer says that the payment was refused twice, card ")
        .card(&card, written)
        .put(" please check");
    line
}
