//! Tracks, security codes and PINs.

use panveil::scan::Kind;

use super::fields::{name, usual};
use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;

/// Expiry, service code and discretionary data.
fn additional(chance: &mut Chance) -> String {
    format!(
        "{}{:02}{}{}",
        chance.between(26, 32),
        chance.between(1, 12),
        chance.pick(&["101", "201", "221"]),
        chance.digits(12)
    )
}

pub(super) fn track1(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let name = *chance.pick(&["YAMADA/TARO", "DOE/JANE Q", "O'NEIL/SEAN", "MUELLER/K.MR", "/"]);
    let data = additional(chance);
    let track = format!("%B{}^{name}^{data}?", card.digits);
    let mut line = Line::default();
    line.put(*chance.pick(&["swipe: ", "{\"track1\":\"", "", "T1="])).secret(Kind::Track1, track).put(" end");
    line
}

pub(super) fn track2(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let data = additional(chance);
    let mut line = Line::default();
    line.put(*chance.pick(&["swipe: ", "{\"track2\":\"", "", "tag57="]));
    match chance.below(3) {
        0 => line.secret(Kind::Track2, format!(";{}={data}?", card.digits)),
        1 => line.secret(Kind::Track2, format!("{}={data}", card.digits)),
        _ => line.secret(Kind::Track2, format!("{}D{data}", card.digits)),
    };
    line.put(" end");
    line
}

pub(super) fn with_code(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let code = chance.digits(if card.digits.len() == 15 { 4 } else { 3 });
    let written = usual(&card, chance);
    let mut line = Line::default();
    let field =
        *chance.pick(&["cvv", "cvc", "CVV2", "cvc2", "securityCode", "security_code", "csc", "cvn", "cid2"]);
    match chance.below(6) {
        0 => line
            .put(&format!("{name}="))
            .card(&card, written)
            .put(&format!("&exp=1229&{field}="))
            .secret(Kind::SecurityCode, code),
        1 => line
            .put(&format!("{{\"{name}\":\""))
            .card(&card, written)
            .put(&format!("\",\"{field}\":\""))
            .secret(Kind::SecurityCode, code)
            .put("\"}"),
        2 => line
            .put(&format!("<{name}>"))
            .card(&card, written)
            .put(&format!("</{name}><{field}>"))
            .secret(Kind::SecurityCode, code)
            .put(&format!("</{field}>")),
        3 => line
            .put(&format!("Card{{{name}="))
            .card(&card, written)
            .put(&format!(", expiry=12/29, {field}="))
            .secret(Kind::SecurityCode, code)
            .put("}"),
        4 => line
            .put("カード番号：")
            .card(&card, written)
            .put("　セキュリティコード：")
            .secret(Kind::SecurityCode, code),
        _ => line
            .put(&format!("{{\"{field}\":"))
            .secret(Kind::SecurityCode, code)
            .put(&format!(",\"{name}\":\""))
            .card(&card, written)
            .put("\"}"),
    };
    line
}

pub(super) fn with_pin(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let pin = chance.digits(4);
    let written = usual(&card, chance);
    let mut line = Line::default();
    match chance.below(4) {
        0 => line.put(&format!("{name}=")).card(&card, written).put(" pin=").secret(Kind::Pin, pin),
        1 => line
            .put(&format!("{{\"{name}\":\""))
            .card(&card, written)
            .put("\",\"pin\":\"")
            .secret(Kind::Pin, pin)
            .put("\"}"),
        2 => line.put("カード番号：").card(&card, written).put("　暗証番号：").secret(Kind::Pin, pin),
        _ => line
            .put(&format!("<{name}>"))
            .card(&card, written)
            .put(&format!("</{name}><pin>"))
            .secret(Kind::Pin, pin)
            .put("</pin>"),
    };
    line
}
