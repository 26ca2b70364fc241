//! What lines of several kinds have in common: names of fields, and sentences.

use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;
use crate::moment::Moment;
use crate::writing::separated;

/// Names of a field with a card number.
pub(super) const NAMES: &[&str] = &[
    "pan",
    "PAN",
    "card",
    "cardNumber",
    "card_number",
    "CARD_NO",
    "cardNo",
    "cc",
    "ccNumber",
    "cc_num",
    "creditCard",
    "credit_card_number",
    "accountNumber",
    "acctNum",
    "primaryAccountNumber",
    "number",
    "num",
    "value",
    "data",
];

/// A word that says card, or one that does not.
pub(super) fn name(chance: &mut Chance) -> &'static str {
    *chance.pick(NAMES)
}

/// In any of the usual writings.
pub(super) fn usual(card: &Card, chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => separated(&card.digits, " ", chance),
        1 => separated(&card.digits, "-", chance),
        _ => card.digits.clone(),
    }
}

/// A sentence or record around a number as `written`.
pub(super) fn sentence(chance: &mut Chance, card: &Card, written: impl AsRef<[u8]>) -> Line {
    let (moment, mut line) = (Moment::any(chance), Line::default());
    match chance.below(10) {
        0 => line
            .put(&moment.spaced())
            .put(" ERROR charge failed for ")
            .card(card, written)
            .put(": insufficient funds"),
        1 => line.put("Customer gave ").card(card, written).put(" by phone."),
        2 => line.put(&moment.iso()).put(" DEBUG [exec-7] request body: ").card(card, written),
        3 => line.card(card, written),
        4 => line.put("> please use ").card(card, written).put(&format!(
            " exp {:02}/{}",
            chance.between(1, 12),
            chance.between(26, 32)
        )),
        5 => line.put("note=").card(card, written).put(&format!(
            "; amount={}.{}",
            chance.number(3),
            chance.digits(2)
        )),
        6 => line.put("[").card(card, written).put("]"),
        7 => line.put("Refunded (").card(card, written).put(&format!(
            ") {} JPY on {}",
            chance.number(5),
            moment.date()
        )),
        8 => line.put(&format!("{} ", chance.number(6))).card(card, written).put(" ok"),
        _ => line.put("Paid with ").card(card, written).put(", thank you"),
    };
    line
}
