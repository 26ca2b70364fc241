//! Lines without card data, full of numbers.

use std::fmt::Write as _;

use panveil::card::Pan;
use panveil::card::id::{Application, TenantId};
use panveil::clock::Timestamp;
use panveil::keys::keyring::{Environment, Keyring};
use panveil::protect::{LayoutChoice, Tokenizer};

use crate::card::Card;
use crate::chance::Chance;
use crate::identifier::{address, ean, iban, iccid, imei, invoice, isbn, order, tracking};
use crate::line::Line;
use crate::log;
use crate::moment::Moment;
use crate::phone;

/// Makes lines without card data.
#[derive(Debug)]
pub struct Negatives {
    chance: Chance,
    tokenizer: Tokenizer,
}

impl Negatives {
    /// Begins at `seed`. The tokens among the lines are of a new key each time.
    ///
    /// # Errors
    /// If the system has no randomness for the key of the tokens.
    pub fn new(seed: u64) -> panveil::Result<Self> {
        let now = Timestamp::from_seconds(1_795_334_400);
        let keyring = Keyring::generate(Environment::Dev, now)?;
        let tokenizer =
            Tokenizer::from_keyring(&keyring, TenantId::new("shop")?, Application::new("corpus")?, now)?;
        Ok(Self { chance: Chance::new(seed), tokenizer })
    }

    /// The next line.
    pub fn line(&mut self) -> Line {
        let (row, kind) = self.chance.weighed(ROWS);
        let chance = &mut self.chance;
        let text = match kind {
            Made::By(make) => make(chance),
            Made::Token => token(chance, &self.tokenizer),
        };
        Line { text: text.into_bytes(), truths: Vec::new(), row }
    }
}

/// How a line is made.
#[derive(Clone, Copy, Debug)]
enum Made {
    By(fn(&mut Chance) -> String),
    Token,
}

use Made::By;

/// The kinds of lines and their shares in a thousand.
pub fn shares() -> impl Iterator<Item = (&'static str, u32)> {
    ROWS.iter().map(|(share, (row, _))| (*row, *share))
}

const ROWS: &[(u32, (&str, Made))] = &[
    (130, ("application log", By(log::application))),
    (110, ("access log", By(log::access))),
    (120, ("JSON log with epoch and trace ids", By(log::json))),
    (60, ("UUIDs", By(uuids))),
    (90, ("order ids, named", By(orders))),
    (35, ("order ids in CSV, not named", By(order_rows))),
    (40, ("invoices", By(invoices))),
    (50, ("tracking numbers", By(parcels))),
    (80, ("phones", By(phones))),
    (80, ("timestamps", By(timestamps))),
    (40, ("amounts and fractions", By(amounts))),
    (20, ("IBANs", By(ibans))),
    (20, ("EAN and ISBN", By(articles))),
    (15, ("IMEI and ICCID", By(devices))),
    (30, ("addresses and versions", By(addresses))),
    (35, ("stack traces", By(log::stack))),
    (20, ("panveil tokens", Made::Token)),
    (10, ("masks", By(masks))),
    (10, ("bare random numbers of 12, 13, 16 and 19 digits", By(bare))),
    (5, ("lists of small numbers", By(lists))),
];

fn uuids(chance: &mut Chance) -> String {
    let (id, other) = (chance.uuid(), chance.uuid());
    match chance.below(4) {
        0 => format!("{} DEBUG correlation {id} joined {other}", Moment::any(chance).iso()),
        1 => format!("{{\"id\":\"{id}\",\"parent\":\"{other}\",\"attempt\":{}}}", chance.between(1, 9)),
        2 => format!("DELETE /v2/sessions/{id}"),
        _ => format!("idempotency-key: {}", id.to_uppercase()),
    }
}

fn orders(chance: &mut Chance) -> String {
    let id = order(chance);
    let (customer, moment) = (chance.number(7), Moment::any(chance));
    match chance.below(8) {
        0 => format!("{} INFO order {id} shipped to customer {customer}", moment.spaced()),
        1 => format!(
            "{{\"orderId\":\"{id}\",\"status\":\"PAID\",\"total\":{}.{}}}",
            chance.number(4),
            chance.digits(2)
        ),
        2 => format!("order_id={id}&customer={customer}"),
        3 => format!("<Order no=\"{id}\"><Customer>{customer}</Customer></Order>"),
        4 => format!("Your order #{id} was received on {}.", moment.date()),
        5 => format!("ご注文番号：{id}　お届け予定日：{}", moment.date()),
        6 => format!("Order{{id={id}, customerId={customer}, createdAt={}}}", moment.iso()),
        _ => format!("[worker-{}] refund for order no. {id} queued", chance.below(32)),
    }
}

fn order_rows(chance: &mut Chance) -> String {
    let (id, customer, moment) = (order(chance), chance.number(7), Moment::any(chance));
    let amount = format!("{}.{}", chance.number(3), chance.digits(2));
    match chance.below(3) {
        0 => format!("{id},{},{customer},{amount},JPY,shipped", moment.date()),
        1 => format!("\"{customer}\";\"{id}\";\"{}\";\"{amount}\"", moment.spaced()),
        _ => format!("{customer}\t{}\t{id}\t{amount}", moment.date()),
    }
}

fn invoices(chance: &mut Chance) -> String {
    let (id, moment) = (invoice(chance), Moment::any(chance));
    match chance.below(5) {
        0 => format!("Invoice {id} of {} is due in 14 days", moment.date()),
        1 => format!("{{\"invoice\":\"{id}\",\"due\":\"{}\"}}", moment.date()),
        2 => format!("請求書番号 {id} 発行日 {}", moment.date()),
        3 => format!("Rechnung Nr. {id} vom {}", moment.date()),
        _ => format!("{},{id},{}.{},open", moment.date(), chance.number(4), chance.digits(2)),
    }
}

fn parcels(chance: &mut Chance) -> String {
    let (id, moment) = (tracking(chance), Moment::any(chance));
    match chance.below(6) {
        0 => format!("{} INFO parcel {id} out for delivery", moment.iso()),
        1 => format!(
            "{{\"trackingNumber\":\"{id}\",\"carrier\":\"{}\"}}",
            chance.pick(&["UPS", "FDX", "DHL", "YMT"])
        ),
        2 => format!("お問い合わせ番号 {id} 配達完了 {}", moment.date()),
        3 => format!("https://track.example/parcels?number={id}&lang=en"),
        4 => format!("{},{id},delivered,{}", moment.date(), chance.capitals(2)),
        _ => format!("Your shipment with tracking no. {id} has left Osaka"),
    }
}

fn phones(chance: &mut Chance) -> String {
    let (phone, other) = (phone::any(chance), phone::any(chance));
    match chance.below(6) {
        0 => format!("{} INFO sms to {phone} accepted", Moment::any(chance).spaced()),
        1 => format!("{{\"phone\":\"{phone}\",\"mobile\":\"{other}\"}}"),
        2 => format!("Tanaka Yuki\t{phone}\t{other}\tTokyo"),
        3 => format!("call us: {phone} or {other}"),
        4 => format!("電話番号：{phone}"),
        _ => format!("\"{}\",\"{phone}\",\"{other}\",\"{}\"", chance.number(6), Moment::any(chance).date()),
    }
}

fn timestamps(chance: &mut Chance) -> String {
    let (one, two) = (Moment::any(chance), Moment::any(chance));
    let (one, two) = (one.any_form(chance), two.any_form(chance));
    match chance.below(6) {
        0 => format!("{one} {two}"),
        1 => format!("start={one} end={two}"),
        2 => format!("{{\"createdAt\":\"{one}\",\"updatedAt\":\"{two}\"}}"),
        3 => format!("{one},{two},{}", chance.number(5)),
        4 => format!("{one} job {} done in {} ms", chance.number(4), chance.number(3)),
        _ => format!("backup_{two}.tar.gz  {} {one}", chance.number(9)),
    }
}

fn amounts(chance: &mut Chance) -> String {
    match chance.below(6) {
        0 => format!(
            "total {}.{} EUR, tax {}.{}",
            chance.number(6),
            chance.digits(2),
            chance.number(5),
            chance.digits(2)
        ),
        1 => format!(
            "{{\"lat\":{}.{},\"lng\":{}.{}}}",
            chance.below(90),
            chance.digits(14),
            chance.below(180),
            chance.digits(15)
        ),
        2 => format!("rate 0.{} score {}.{}", chance.digits(16), chance.below(10), chance.digits(16)),
        3 => format!("{},{},{}.{}", chance.number(3), chance.digits(3), chance.digits(3), chance.digits(2)),
        4 => format!("残高 {}円 手数料 {}円", chance.number(9), chance.number(3)),
        _ => format!(
            "used {} of {} bytes ({}.{} %)",
            chance.number(12),
            chance.number(13),
            chance.below(100),
            chance.digits(2)
        ),
    }
}

fn ibans(chance: &mut Chance) -> String {
    let iban = iban(chance);
    match chance.below(4) {
        0 => format!("IBAN: {iban}"),
        1 => format!("{{\"iban\":\"{iban}\",\"bic\":\"{}\"}}", chance.capitals(8)),
        2 => format!("transfer to {iban}, reference {}", chance.number(10)),
        _ => format!("{};{iban};{}.{};EUR", Moment::any(chance).date(), chance.number(3), chance.digits(2)),
    }
}

fn articles(chance: &mut Chance) -> String {
    let id = if chance.once_in(2) { ean(chance) } else { isbn(chance) };
    match chance.below(4) {
        0 => format!("{id},Notebook A5,{}.{}", chance.number(2), chance.digits(2)),
        1 => format!("{{\"ean\":\"{id}\",\"stock\":{}}}", chance.number(3)),
        2 => format!("ISBN {id}"),
        _ => format!("scan {id} at till {}", chance.below(20)),
    }
}

fn devices(chance: &mut Chance) -> String {
    let id = if chance.once_in(2) { imei(chance) } else { iccid(chance) };
    match chance.below(3) {
        0 => format!("device {id} registered"),
        1 => format!("{{\"imei\":\"{}\",\"iccid\":\"{}\"}}", imei(chance), iccid(chance)),
        _ => format!("{id};active;{}", Moment::any(chance).date()),
    }
}

fn addresses(chance: &mut Chance) -> String {
    let (one, two) = (address(chance), address(chance));
    match chance.below(3) {
        0 => format!("{one} -> {two} {}", chance.number(5)),
        1 => format!("accepted {one}:{} via {two}", chance.between(1024, 65_535)),
        _ => format!("{one} {two} {}", Moment::any(chance).spaced()),
    }
}

fn token(chance: &mut Chance, tokenizer: &Tokenizer) -> String {
    let card = Card::issued(chance);
    let pan = Pan::parse(card.digits.as_bytes());
    let Ok(token) = pan.and_then(|pan| tokenizer.tokenize(&pan, LayoutChoice::Auto)) else {
        return format!("no token for a card of {} digits", card.digits.len());
    };
    match chance.below(4) {
        0 => format!("card={token}"),
        1 => format!("{{\"pan\":\"{}\"}}", token.as_str()),
        2 => format!("{},{},{}", chance.number(6), token.as_str(), Moment::any(chance).date()),
        _ => format!("{} paid with {}", Moment::any(chance).iso(), token.as_str()),
    }
}

fn masks(chance: &mut Chance) -> String {
    let (first, last) = (chance.number(6), chance.digits(4));
    match chance.below(6) {
        0 => format!("card ************{last}"),
        1 => format!("\"pan\":\"{first}******{last}\""),
        2 => format!("Visa **** **** **** {last}"),
        3 => format!("{} {}XX XXXX {last}", &first[..4], &first[4..]),
        4 => format!("カード番号：{first}＊＊＊＊＊＊{last}"),
        _ => format!("ending in {last}, expires {:02}/{}", chance.between(1, 12), chance.between(26, 32)),
    }
}

fn bare(chance: &mut Chance) -> String {
    let length = *chance.pick(&[12, 13, 16, 19]);
    let number = chance.number(length);
    match chance.below(3) {
        0 => number,
        1 => format!("value {number} accepted"),
        _ => format!("{{\"n\":{number}}}"),
    }
}

fn lists(chance: &mut Chance) -> String {
    let (count, width) = (chance.between(5, 30), chance.between(1, 3));
    let gap = *chance.pick(&[" ", ", ", ",", "  "]);
    let mut line = String::from(*chance.pick(&["sizes ", "[", "latency ms: ", ""]));
    for _ in 0..count {
        let _ = write!(line, "{}{gap}", chance.number(width));
    }
    line
}
