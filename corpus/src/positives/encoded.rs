//! Numbers in hexadecimal digits and base64.

use super::fields::name;
use crate::card::Card;
use crate::chance::Chance;
use crate::dump;
use crate::line::Line;
use crate::writing::separated;

/// A record to encode: the number somewhere in it.
fn record(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = if chance.once_in(4) { separated(&card.digits, " ", chance) } else { card.digits.clone() };
    let mut line = Line::default();
    match chance.below(3) {
        0 => line.put(&format!("{{\"{name}\":\"")).card(&card, written).put("\",\"exp\":\"12/29\"}"),
        1 => line.put(&format!("id={}&{name}=", chance.number(5))).card(&card, written).put("&x=1"),
        _ => line.card(&card, written),
    };
    line
}

pub(super) fn hex(chance: &mut Chance) -> Line {
    let line = dump::hex(&record(chance));
    match chance.below(3) {
        0 => line.between("payload=", ""),
        1 => line.between("0x", ","),
        _ => line.between("[recv] ", " (ok)"),
    }
}

pub(super) fn colons(chance: &mut Chance) -> Line {
    dump::colons(&record(chance)).between("cert bytes ", "")
}

/// Sixteen bytes or fewer, alone in a line of a dump.
fn in_one_line(chance: &mut Chance) -> Line {
    loop {
        let card = Card::issued(chance);
        if card.digits.len() <= 16 {
            let mut line = Line::default();
            line.put(&chance.capitals(16)).card(&card, &card.digits).put(&chance.capitals(20));
            return line;
        }
    }
}

/// Digits that a line of a dump ends within.
fn over_lines(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let before = chance.between(2, 15);
    let mut line = Line::default();
    line.put(&chance.capitals(before)).card(&card, &card.digits).put(&chance.capitals(8));
    line
}

pub(super) fn hexdump_line(chance: &mut Chance) -> Line {
    dump::hexdump(&in_one_line(chance))
}

pub(super) fn hexdump_lines(chance: &mut Chance) -> Line {
    dump::hexdump(&over_lines(chance))
}

pub(super) fn xxd_line(chance: &mut Chance) -> Line {
    dump::xxd(&in_one_line(chance))
}

pub(super) fn xxd_lines(chance: &mut Chance) -> Line {
    dump::xxd(&over_lines(chance))
}

pub(super) fn od_lines(chance: &mut Chance) -> Line {
    dump::od(&over_lines(chance))
}

pub(super) fn base64(chance: &mut Chance) -> Line {
    let mut line = record(chance);
    // Encoders see more than a number alone.
    let id = chance.between(6, 9);
    let before = format!("{{\"id\":\"{}\",\"data\":\"", chance.hex(id));
    line = line.between(&before, "\"}");
    let line = dump::base64(&line);
    match chance.below(3) {
        0 => line.between("payload: ", ""),
        1 => line.between("{\"b64\":\"", "\"}"),
        _ => line,
    }
}
