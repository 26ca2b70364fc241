//! Lines with card data: a card number at least, now and then track data, a security code or a PIN.

use panveil::scan::Kind;

use crate::card::Card;
use crate::chance::Chance;
use crate::dump;
use crate::line::Line;
use crate::moment::Moment;
use crate::phone;
use crate::writing::{self, separated};

/// Makes lines with card data.
#[derive(Clone, Debug)]
pub struct Positives {
    chance: Chance,
    rows: Vec<(u32, &'static Row)>,
}

impl Positives {
    /// Begins at `seed`, with the rows of this group.
    pub fn new(seed: u64, group: Group) -> Self {
        let rows = ROWS.iter().filter(|row| row.group == group).map(|row| (row.share, row)).collect();
        Self { chance: Chance::new(seed), rows }
    }

    /// The next line.
    pub fn line(&mut self) -> Line {
        let row = *self.chance.weighed(&self.rows);
        Line { row: row.name, ..(row.make)(&mut self.chance) }
    }
}

/// What a kind of lines is in the corpus for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Text as systems write it: found with the default finder.
    Text,
    /// Hexadecimal dumps and base64: found with the finder that looks into both.
    Encoded,
    /// Numbers that look like something else: how many are found is told, and nothing promised.
    Hard,
}

/// The kinds of lines of a group, and their shares of it.
pub fn shares(group: Group) -> impl Iterator<Item = (&'static str, u32)> {
    ROWS.iter().filter(move |row| row.group == group).map(|row| (row.name, row.share))
}

#[derive(Debug)]
struct Row {
    group: Group,
    share: u32,
    name: &'static str,
    make: fn(&mut Chance) -> Line,
}

const fn text(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Text, share, name, make }
}

const fn encoded(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Encoded, share, name, make }
}

const fn hard(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Hard, share, name, make }
}

const ROWS: &[Row] = &[
    text(90, "plain, beside a name", named),
    text(60, "plain, without a name", unnamed),
    text(80, "spaced", spaced),
    text(80, "dashed", dashed),
    text(30, "dots, slashes, underscores", other_gaps),
    text(20, "no-break spaces and long dashes", typographic),
    text(50, "full-width", full_width),
    text(20, "Arabic-Indic", arabic),
    text(60, "URL-encoded", percent),
    text(40, "query string", query),
    text(90, "JSON string", json_string),
    text(40, "JSON number", json_number),
    text(20, "JSON in JSON", json_in_json),
    text(60, "XML", xml),
    text(50, "Java toString", java),
    text(40, "SQL dump", sql),
    text(50, "CSV", csv),
    text(40, "Japanese log", japanese),
    text(20, "Shift_JIS", shift_jis),
    text(20, "over two lines, between groups", two_lines),
    text(30, "track 1", track1),
    text(30, "track 2", track2),
    text(60, "security code beside", with_code),
    text(30, "PIN beside", with_pin),
    encoded(20, "hex of ASCII", hex),
    encoded(20, "hexdump -C, in one line", hexdump_line),
    encoded(20, "xxd, in one line", xxd_line),
    encoded(20, "base64", base64),
    hard(10, "a length nearly no bank issues, named", rare_named),
    hard(10, "a length nearly no bank issues, not named", rare_unnamed),
    hard(10, "letters touch it", touched),
    hard(10, "behind the name of another number", misnamed),
    hard(10, "one digit at a time", single_digits),
    hard(10, "over two lines, wrapped", wrapped),
    hard(10, "hexdump -C, over lines", hexdump_lines),
    hard(10, "xxd, over lines", xxd_lines),
];

/// Names of a field with a card number.
const NAMES: &[&str] = &[
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
fn name(chance: &mut Chance) -> &'static str {
    *chance.pick(NAMES)
}

/// In any of the usual writings.
fn usual(card: &Card, chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => separated(&card.digits, " ", chance),
        1 => separated(&card.digits, "-", chance),
        _ => card.digits.clone(),
    }
}

/// A sentence or record around a number as `written`.
fn sentence(chance: &mut Chance, card: &Card, written: impl AsRef<[u8]>) -> Line {
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

fn named(chance: &mut Chance) -> Line {
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

fn unnamed(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let digits = card.digits.clone();
    sentence(chance, &card, digits)
}

fn spaced(chance: &mut Chance) -> Line {
    with_gap(chance, " ")
}

fn dashed(chance: &mut Chance) -> Line {
    let gap = *chance.pick(&["-", "-", "-", " - "]);
    with_gap(chance, gap)
}

fn other_gaps(chance: &mut Chance) -> Line {
    let gap = *chance.pick(&[".", "/", "_", "  "]);
    with_gap(chance, gap)
}

fn typographic(chance: &mut Chance) -> Line {
    let gap =
        *chance.pick(&["\u{a0}", "\u{202f}", "\u{2009}", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2212}"]);
    with_gap(chance, gap)
}

fn with_gap(chance: &mut Chance, gap: &str) -> Line {
    let card = Card::issued(chance);
    let written = separated(&card.digits, gap, chance);
    sentence(chance, &card, written)
}

fn full_width(chance: &mut Chance) -> Line {
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

fn arabic(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&["", " ", "-"]);
    let zero = *chance.pick(&['\u{660}', '\u{6f0}']);
    let written = writing::in_script(&separated(&card.digits, gap, chance), zero);
    let mut line = Line::default();
    line.put("رقم البطاقة: ").card(&card, written).put(" شكرا");
    line
}

fn percent(chance: &mut Chance) -> Line {
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

fn query(chance: &mut Chance) -> Line {
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

fn json_string(chance: &mut Chance) -> Line {
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

fn json_number(chance: &mut Chance) -> Line {
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

fn json_in_json(chance: &mut Chance) -> Line {
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

fn xml(chance: &mut Chance) -> Line {
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

fn java(chance: &mut Chance) -> Line {
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

fn sql(chance: &mut Chance) -> Line {
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

fn csv(chance: &mut Chance) -> Line {
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

fn japanese(chance: &mut Chance) -> Line {
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

fn shift_jis(chance: &mut Chance) -> Line {
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

fn two_lines(chance: &mut Chance) -> Line {
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

fn wrapped(chance: &mut Chance) -> Line {
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

fn track1(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let name = *chance.pick(&["YAMADA/TARO", "DOE/JANE Q", "O'NEIL/SEAN", "MUELLER/K.MR", "/"]);
    let data = additional(chance);
    let track = format!("%B{}^{name}^{data}?", card.digits);
    let mut line = Line::default();
    line.put(*chance.pick(&["swipe: ", "{\"track1\":\"", "", "T1="])).secret(Kind::Track1, track).put(" end");
    line
}

fn track2(chance: &mut Chance) -> Line {
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

fn with_code(chance: &mut Chance) -> Line {
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

fn with_pin(chance: &mut Chance) -> Line {
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

fn hex(chance: &mut Chance) -> Line {
    let line = dump::hex(&record(chance));
    match chance.below(3) {
        0 => line.between("payload=", ""),
        1 => line.between("0x", ","),
        _ => line.between("[recv] ", " (ok)"),
    }
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

fn hexdump_line(chance: &mut Chance) -> Line {
    dump::hexdump(&in_one_line(chance))
}

fn hexdump_lines(chance: &mut Chance) -> Line {
    dump::hexdump(&over_lines(chance))
}

fn xxd_line(chance: &mut Chance) -> Line {
    dump::xxd(&in_one_line(chance))
}

fn xxd_lines(chance: &mut Chance) -> Line {
    dump::xxd(&over_lines(chance))
}

fn base64(chance: &mut Chance) -> Line {
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

/// A card of a length that is rare for its brand.
fn rare(chance: &mut Chance) -> Card {
    let kinds: Vec<_> = Card::rare_kinds().collect();
    let (brand, length) = *chance.pick(&kinds);
    Card::of_kind(chance, brand, length)
}

fn rare_named(chance: &mut Chance) -> Line {
    let card = rare(chance);
    let mut line = Line::default();
    line.put("card=").card(&card, &card.digits).put(" accepted");
    line
}

fn rare_unnamed(chance: &mut Chance) -> Line {
    let card = rare(chance);
    let digits = card.digits.clone();
    sentence(chance, &card, digits)
}

fn touched(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let mut line = Line::default();
    let (before, after) = *chance.pick(&[("x", ""), ("", "x"), ("ID", "Z"), ("no", ""), ("pay", "jpy")]);
    line.put(before).card(&card, &card.digits).put(after);
    line
}

fn misnamed(chance: &mut Chance) -> Line {
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

fn single_digits(chance: &mut Chance) -> Line {
    let card = Card::issued(chance);
    let gap = *chance.pick(&[" ", "-", " - "]);
    let written: Vec<String> = card.digits.chars().map(String::from).collect();
    let mut line = Line::default();
    line.put("form field: ").card(&card, written.join(gap)).put(" end");
    line
}
