//! Numbers in the formats that systems write.

use super::fields::{name, usual};
use crate::card::Card;
use crate::chance::Chance;
use crate::line::Line;
use crate::moment::Moment;
use crate::phone;
use crate::writing::{self, separated};

pub(super) fn percent(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let written = match chance.below(6) {
        0 => writing::percent(&card.digits),
        1 => writing::form(&separated(&card.digits, " ", chance)),
        2 => separated(&card.digits, "%2D", chance),
        3 => writing::form(&writing::in_script(&card.digits, '０')),
        4 => separated(&card.digits, "%C2%A0", chance),
        _ => separated(&card.digits, "+", chance),
    };
    let mut line = Line::default();
    let name = name(chance);
    match chance.below(3) {
        0 => line.put(&format!("POST /pay?{name}=")).card(&card, written).put("&lang=en HTTP/1.1"),
        1 => line.put(&format!("body: amount={}&{name}=", chance.number(4))).card(&card, written),
        _ => line.put("GET /find?q=").card(&card, written).put(" 404"),
    };
    line
}

pub(super) fn query(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = if chance.once_in(3) { separated(&card.digits, "-", chance) } else { card.digits.clone() };
    let mut line = Line::default();
    match chance.below(3) {
        0 => line
            .put(&format!("https://shop.example/pay?order={}&{name}=", chance.number(8)))
            .card(&card, written)
            .put("&step=2"),
        1 => line
            .put("\"GET /cards/")
            .card(&card, written)
            .put(&format!("/status HTTP/1.1\" 200 {}", chance.number(4))),
        _ => line.put(&format!("{name}=")).card(&card, written).put(&format!(
            "&exp={:02}{}&amount={}",
            chance.between(1, 12),
            chance.between(26, 32),
            chance.number(4)
        )),
    };
    line
}

pub(super) fn json_string(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = usual(&card, chance);
    let mut line = Line::default();
    let id = chance.number(9);
    match chance.below(3) {
        0 => line
            .put(&format!("{{\"id\":{id},\"{name}\":\""))
            .card(&card, written)
            .put("\",\"exp\":\"12/29\"}"),
        1 => line
            .put(&format!("{{\"payment\": {{\"{name}\": \""))
            .card(&card, written)
            .put(&format!("\", \"amount\": {}}}}}", chance.number(4))),
        _ => line
            .put(&format!("{{\"ts\":{},\"{name}\":\"", Moment::any(chance).milliseconds()))
            .card(&card, written)
            .put("\"}"),
    };
    line
}

pub(super) fn json_number(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let mut line = Line::default();
    let id = chance.number(9);
    match chance.below(3) {
        0 => {
            line.put(&format!("{{\"id\":{id},\"{name}\":")).card(&card, &card.digits).put(",\"cur\":\"JPY\"}")
        }
        1 => line.put(&format!("{{\"{name}\" : ")).card(&card, &card.digits).put("}"),
        _ => line.put("[").card(&card, &card.digits).put(&format!(",{},\"x\"]", chance.number(3))),
    };
    line
}

pub(super) fn json_in_json(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = usual(&card, chance);
    let mut line = Line::default();
    let slashes = *chance.pick(&["\\", "\\\\\\"]);
    line.put(&format!(
        "{{\"ts\":\"{}\",\"body\":\"{{{slashes}\"{name}{slashes}\":{slashes}\"",
        Moment::any(chance).iso()
    ));
    line.card(&card, written).put(&format!("{slashes}\"}}\"}}"));
    line
}

pub(super) fn xml(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = usual(&card, chance);
    let mut line = Line::default();
    match chance.below(4) {
        0 => line.put(&format!("<{name}>")).card(&card, written).put(&format!("</{name}>")),
        1 => line
            .put(&format!("<pay:{name} type=\"card\">"))
            .card(&card, written)
            .put(&format!("</pay:{name}>")),
        2 => line.put(&format!("<Payment {name}=\"")).card(&card, written).put("\" expiry=\"2912\"/>"),
        _ => line.put("<Data><![CDATA[").card(&card, written).put("]]></Data>"),
    };
    line
}

pub(super) fn java(chance: &mut Chance) -> Line {
    let (card, name) = (Card::issued(chance), name(chance));
    let written = usual(&card, chance);
    let mut line = Line::default();
    match chance.below(3) {
        0 => line
            .put(&format!("PaymentRequest{{id={}, {name}=", chance.number(6)))
            .card(&card, written)
            .put(", amount=100}"),
        1 => line.put(&format!("Card({name}=")).card(&card, written).put(", expiry=12/29, holder=YAMADA)"),
        _ => line.put(&format!("Optional[Card[{name}=\'")).card(&card, written).put("\']]"),
    };
    line
}

pub(super) fn sql(chance: &mut Chance) -> Line {
    let mut line = Line::default();
    line.put("INSERT INTO `payments` VALUES ");
    for row in 0..chance.between(1, 4) {
        let card = Card::issued(chance);
        let before = if row == 0 { "" } else { "," };
        line.put(&format!("{before}({},'", chance.number(6))).card(&card, &card.digits);
        line.put(&format!(
            "','{}',{}.{},NULL)",
            Moment::any(chance).spaced(),
            chance.number(3),
            chance.digits(2)
        ));
    }
    line.put(";");
    line
}

pub(super) fn csv(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let written = usual(&card, chance);
    let (id, phone) = (chance.number(7), phone::any(chance));
    let mut line = Line::default();
    match chance.below(4) {
        0 => line.put(&format!("{id},")).card(&card, written).put(&format!(
            ",{},{}",
            Moment::any(chance).date(),
            chance.number(4)
        )),
        1 => {
            line.put(&format!("\"{id}\",\"Tanaka\",\"")).card(&card, written).put(&format!("\",\"{phone}\""))
        }
        2 => line.put(&format!("{phone};")).card(&card, written).put(";12/29"),
        _ => line.put(&format!("{id}\t")).card(&card, written).put("\tYAMADA TARO"),
    };
    line
}
