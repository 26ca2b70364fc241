//! Numbers that look like something else.

use super::fields::sentence;
use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;
use crate::moment::Moment;

/// A card of a length that is rare for its brand.
fn rare(chance: &mut Chance) -> Card {
    let kinds: Vec<_> = Card::rare_kinds().collect();
    let (brand, length) = *chance.pick(&kinds);
    Card::of_kind(chance, brand, length)
}

pub(super) fn rare_named(chance: &mut Chance) -> Line {
    let card = rare(chance);
    let mut line = Line::default();
    line.put("card=").card(&card, &card.digits).put(" accepted");
    line
}

pub(super) fn rare_unnamed(chance: &mut Chance) -> Line {
    let card = rare(chance);
    let digits = card.digits.clone();
    sentence(chance, &card, digits)
}

pub(super) fn touched(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let mut line = Line::default();
    let (before, after) = *chance.pick(&[("x", ""), ("", "x"), ("ID", "Z"), ("no", ""), ("pay", "jpy")]);
    line.put(before).card(&card, &card.digits).put(after);
    line
}

pub(super) fn misnamed(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let mut line = Line::default();
    let before = *chance.pick(&[
        "order=",
        "phone: ",
        "\"sessionId\":\"",
        "ref of request ",
        "invoice no. ",
        "注文番号：",
    ]);
    line.put(before).card(&card, &card.digits).put(" ");
    line
}

pub(super) fn single_digits(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&[" ", "-", " - "]);
    let written: Vec<String> = card.digits.chars().map(String::from).collect();
    let mut line = Line::default();
    line.put("form field: ").card(&card, written.join(gap)).put(" end");
    line
}

pub(super) fn wrapped(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let cut = chance.between(1, card.digits.len() - 1);
    let (head, tail) = card.digits.split_at(cut);
    let end = *chance.pick(&["\n", "\r\n"]);
    // As a terminal or a mail program breaks lines at 80 columns.
    let mut before =
        format!("{} INFO request refused by the gateway with code 51 ", Moment::any(chance).spaced());
    while before.len() + cut < 79 {
        before.push('.');
    }
    let mut line = Line::default();
    line.put(&before).put(" ").card(&card, format!("{head}{end}{tail}")).put(" retry=1");
    line
}
