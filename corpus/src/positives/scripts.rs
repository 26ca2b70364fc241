//! Numbers in other digits than ASCII, and in Japanese text.

use super::fields::usual;
use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;
use crate::moment::Moment;
use crate::writing::{self, separated};

pub(super) fn full_width(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&["", "", "\u{3000}", "－", "ー", " ", "-"]);
    let written = writing::in_script(&separated(&card.digits, gap, chance), '０');
    let moment = Moment::any(chance);
    let mut line = Line::default();
    match chance.below(4) {
        0 => line.put("備考：カードは").card(&card, written).put("です"),
        1 => line.put(&moment.spaced()).put(" 入力値［").card(&card, written).put("］"),
        2 => line.put("番号　").card(&card, written).put("　有効期限　１２／２９"),
        _ => line.put("\"").card(&card, written).put("\",\"山田太郎\""),
    };
    line
}

pub(super) fn arabic(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&["", " ", "-"]);
    let zero = *chance.pick(&['\u{660}', '\u{6f0}']);
    let written = writing::in_script(&separated(&card.digits, gap, chance), zero);
    let mut line = Line::default();
    line.put("رقم البطاقة: ").card(&card, written).put(" شكرا");
    line
}

pub(super) fn japanese(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let written = usual(&card, chance);
    let moment = Moment::any(chance).spaced();
    let mut line = Line::default();
    match chance.below(5) {
        0 => line.put(&format!("{moment} 情報 カード番号：")).card(&card, written).put(" 承認済み"),
        1 => line.put(&format!("{moment} 警告 決済エラー（")).card(&card, written).put("）"),
        2 => line.put("お客様のカード").card(&card, written).put("は使用できません。"),
        3 => line.put("クレジットカード番号は").card(&card, written).put("、有効期限は12月です"),
        _ => line.put("会員番号=").card(&card, written).put("、氏名=山田太郎"),
    };
    line
}

pub(super) fn shift_jis(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&["", " ", "-"]);
    let written = separated(&card.digits, gap, chance);
    let mut line = Line::default();
    // The words for card number and approved, in Shift_JIS.
    line.text.extend_from_slice(b"\x83\x4a\x81\x5b\x83\x68\x94\xd4\x8d\x86\x81\x46");
    if chance.once_in(2) {
        line.card(&card, writing::shift_jis(&written));
    } else {
        line.card(&card, written);
    }
    line.text.extend_from_slice(b" \x8f\xb3\x94\x46");
    line
}
