//! A made-up legacy export that looks like the real thing, for the demo, tests and benchmarks.
//!
//! It has what such tables have: card numbers of all brands and lengths, some with spaces or dashes, some with a
//! wrong check digit, some twice, some missing; security codes that should not be there; Japanese names; memos with
//! quotes, commas and line breaks; and a few memos into which somebody typed a card number. Card numbers begin
//! with BINs that are used for testing; names and addresses are invented. The same seed gives the same bytes.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "it runs on its own small numbers and tables only, for demos, tests and benchmarks"
)]

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::table::{Encoding, Separator};

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Rows besides the header.
    pub rows: u64,
    /// The same seed gives the same table.
    pub seed: u64,
    /// UTF-8 with LF, or anything else with CRLF, as Windows programs write it.
    pub encoding: Encoding,
    /// What stands between cells.
    pub separator: Separator,
}

/// What was planted: what `protect` must find. Each row counts in one of `cards`, `empty`, `wrong_check_digit`
/// and `card_in_memo`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// Rows besides the header.
    pub rows: u64,
    /// Rows with a good card number.
    pub cards: u64,
    /// Rows without a card number.
    pub empty: u64,
    /// Rows whose card number has a wrong check digit.
    pub wrong_check_digit: u64,
    /// Rows with a good card number and a card number in the memo.
    pub card_in_memo: u64,
    /// Rows whose card number stands in an earlier row too.
    pub duplicates: u64,
    /// Rows whose card number has spaces or dashes.
    pub with_separators: u64,
    /// Rows with a security code.
    pub security_codes: u64,
    /// Rows with a good card number, by brand and length.
    pub brands: BTreeMap<String, u64>,
}

/// The header of the table.
pub const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "card_number",
    "expiry",
    "security_code",
    "amount",
    "currency",
    "created_at",
    "email",
    "memo",
];

impl Export {
    /// Writes the table row by row and says what is in it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<Planted> {
        let mut planted = Planted::default();
        self.write_row(out, &COLUMNS.map(str::to_owned))?;
        for row in 0..self.rows {
            let cells = self.row(row, &mut planted);
            self.write_row(out, &cells)?;
        }
        out.flush()?;
        Ok(planted)
    }

    fn row(&self, row: u64, planted: &mut Planted) -> [String; 10] {
        let mut random = Random::new(self.seed, row, 1);
        let kind = random.below(1000);
        let duplicate = row > 0 && random.below(100) < 5;
        let source = if duplicate { random.below(row) } else { row };
        let card = Card::of_row(self.seed, source);

        let mut number = card.number.clone();
        let mut memo = memo(&mut random);
        match kind {
            0..10 => {
                planted.wrong_check_digit += 1;
                number = with_wrong_check_digit(&number, random.below(9) + 1);
            }
            10..30 => {
                planted.empty += 1;
                number.clear();
            }
            30..32 => {
                planted.card_in_memo += 1;
                let other = Card::of_row(self.seed, row + self.rows).number;
                memo = format!("電話受付、{} と聞いた", grouped(&other, "-"));
            }
            _ => planted.cards += 1,
        }
        if kind >= 30 {
            *planted.brands.entry(format!("{} {}", card.brand, card.number.len())).or_default() += 1;
        }
        planted.rows += 1;
        planted.duplicates += u64::from(duplicate && !number.is_empty());
        let joiner = [" ", "-", "", "", "", "", "", ""][random.index(8)];
        if !joiner.is_empty() && !number.is_empty() {
            planted.with_separators += 1;
            number = grouped(&number, joiner);
        }
        let code = match random.below(5) {
            0 => String::new(),
            _ if card.brand == "Amex" => format!("{:04}", random.below(10_000)),
            _ => format!("{:03}", random.below(1000)),
        };
        planted.security_codes += u64::from(!code.is_empty());
        let (currency, amount) = match random.below(10) {
            0 => ("USD", format!("{}.{:02}", random.below(2000), random.below(100))),
            _ => ("JPY", format!("{}", random.below(100_000) + 100)),
        };
        [
            format!("C{:08}", row + 1),
            name(&mut random),
            number,
            format!("{:02}/{:02}", random.below(12) + 1, random.below(8) + 24),
            code,
            amount,
            currency.to_owned(),
            format!(
                "20{:02}-{:02}-{:02} {:02}:{:02}:{:02}",
                random.below(8) + 18,
                random.below(12) + 1,
                random.below(28) + 1,
                random.below(24),
                random.below(60),
                random.below(60)
            ),
            format!("user{}@example.{}", row + 1, ["com", "jp", "net"][random.index(3)]),
            memo,
        ]
    }

    fn write_row(&self, out: &mut dyn Write, cells: &[String; 10]) -> io::Result<()> {
        let mut line = String::with_capacity(160);
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                line.push(char::from(self.separator.byte()));
            }
            if cell.contains(['"', '\n', ',', ';', '\t', '|']) {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push_str(if self.encoding == Encoding::Utf8 { "\n" } else { "\r\n" });
        out.write_all(&self.encoding.encode(&line))
    }
}

/// A good card number.
struct Card {
    brand: &'static str,
    number: String,
}

/// Brand, BIN, length, and how often out of their sum.
const BINS: &[(&str, &str, usize, u64)] = &[
    ("Visa", "411111", 16, 160),
    ("Visa", "424242", 16, 120),
    ("Visa", "40128888", 16, 60),
    ("Visa", "422222", 13, 8),
    ("Visa", "400000", 19, 8),
    ("Mastercard", "555555", 16, 120),
    ("Mastercard", "510510", 16, 60),
    ("Mastercard", "222300", 16, 40),
    ("JCB", "353011", 16, 120),
    ("JCB", "356600", 16, 80),
    ("Amex", "378282", 15, 50),
    ("Amex", "371449", 15, 30),
    ("Diners", "305693", 14, 20),
    ("Diners", "385200", 14, 10),
    ("Discover", "601111", 16, 30),
    ("UnionPay", "622126", 16, 15),
    ("UnionPay", "620500", 19, 20),
    ("Maestro", "675964", 16, 8),
    ("Maestro", "675964", 18, 8),
    ("Maestro", "676770", 19, 8),
    ("RuPay", "652150", 16, 8),
    ("Mir", "220070", 16, 8),
    ("Troy", "979200", 16, 8),
];

impl Card {
    /// The card of a row, known without having made the rows before it.
    fn of_row(seed: u64, row: u64) -> Self {
        let mut random = Random::new(seed, row, 0);
        let all: u64 = BINS.iter().map(|bin| bin.3).sum();
        let mut at = random.below(all);
        for &(brand, bin, length, share) in BINS {
            if at < share {
                let mut number = bin.to_owned();
                while number.len() < length - 1 {
                    number.push(random.digit());
                }
                let check = (0..10).find(|check| luhn_sum(&format!("{number}{check}")).is_multiple_of(10));
                number.push_str(&check.unwrap_or(0).to_string());
                return Self { brand, number };
            }
            at -= share;
        }
        unreachable!("`at` is below the sum of all shares")
    }
}

/// ISO/IEC 7812-1, annex B: every second digit from the right doubled.
fn luhn_sum(number: &str) -> u32 {
    let digits = number.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate();
    digits.map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum()
}

fn with_wrong_check_digit(number: &str, by: u64) -> String {
    let (rest, check) = number.split_at(number.len() - 1);
    let check: u64 = check.parse().unwrap_or(0);
    format!("{rest}{}", (check + by) % 10)
}

/// In fours, as cards print it.
fn grouped(number: &str, joiner: &str) -> String {
    let groups: Vec<&str> =
        (0..number.len()).step_by(4).map(|at| &number[at..number.len().min(at + 4)]).collect();
    groups.join(joiner)
}

/// Names with what breaks careless programs: 表, 十 and ソ end in a backslash in Shift_JIS, ポ in a `|`.
const FAMILIES: [(&str, &str); 12] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡辺", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("五十嵐", "イガラシ"),
    ("能登", "ノト"),
    ("表", "オモテ"),
    ("曽我", "ソガ"),
    ("園田", "ソノダ"),
    ("本間", "ホンマ"),
];
const GIVEN: [(&str, &str); 10] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("翔太", "ショウタ"),
    ("美咲", "ミサキ"),
    ("健一", "ケンイチ"),
    ("陽子", "ヨウコ"),
    ("十和子", "トワコ"),
    ("ポール", "ポール"),
    ("ソフィア", "ソフィア"),
    ("大輔", "ダイスケ"),
];

fn name(random: &mut Random) -> String {
    let (family, family_kana) = FAMILIES[random.index(FAMILIES.len())];
    let (given, given_kana) = GIVEN[random.index(GIVEN.len())];
    match random.below(3) {
        0 => format!("{family}　{given}（{family_kana}　{given_kana}）"),
        1 => format!("{family_kana} {given_kana}"),
        _ => format!("{family} {given}"),
    }
}

fn memo(random: &mut Random) -> String {
    match random.below(12) {
        0 => "ご予約,2名様".to_owned(),
        1 => format!("注文番号 {:08}", random.below(100_000_000)),
        2 => "彼は \"至急\" と言った".to_owned(),
        3 => "1行目\n2行目、続き".to_owned(),
        4 => "返金済み; 要確認|ソート表".to_owned(),
        5 => format!("27\" モニター {}台", random.below(9) + 1),
        _ => String::new(),
    }
}

/// splitmix64: small, and good enough for made-up data.
struct Random(u64);

impl Random {
    fn new(seed: u64, row: u64, purpose: u64) -> Self {
        let mut random = Self(seed ^ row.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (purpose << 56));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end` - 1; 0 if `end` is 0. Slightly uneven, which does not matter here.
    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(u64::try_from(end).unwrap_or(0))).unwrap_or(0)
    }

    fn digit(&mut self) -> char {
        char::from_digit(u32::try_from(self.below(10)).unwrap_or(0), 10).unwrap_or('0')
    }
}

#[cfg(test)]
mod tests {
    use super::{Card, Export, luhn_sum};
    use crate::table::{Encoding, Separator};

    fn export(rows: u64, encoding: Encoding) -> (Vec<u8>, super::Planted) {
        let mut out = Vec::new();
        let planted =
            Export { rows, seed: 7, encoding, separator: Separator::Comma }.write(&mut out).unwrap();
        (out, planted)
    }

    #[test]
    fn the_same_seed_gives_the_same_table_in_every_encoding() {
        let (utf8, planted) = export(3000, Encoding::Utf8);
        assert_eq!(export(3000, Encoding::Utf8), (utf8.clone(), planted.clone()));
        let (sjis, same) = export(3000, Encoding::ShiftJis);
        assert_eq!(same, planted);
        let (text, _, damaged) = encoding_rs::SHIFT_JIS.decode(&sjis);
        assert!(!damaged);
        assert_eq!(text.replace("\r\n", "\n").as_bytes(), utf8);
    }

    #[test]
    fn everything_is_planted() {
        let (_, planted) = export(20_000, Encoding::Utf8);
        let parts = planted.cards + planted.empty + planted.wrong_check_digit + planted.card_in_memo;
        assert_eq!((planted.rows, parts), (20_000, 20_000));
        assert_eq!(planted.brands.values().sum::<u64>(), planted.cards + planted.card_in_memo);
        assert_eq!(planted.brands.len(), 16);
        for (count, low, high) in [
            (planted.wrong_check_digit, 150, 250),
            (planted.empty, 320, 480),
            (planted.card_in_memo, 15, 70),
            (planted.duplicates, 800, 1200),
            (planted.with_separators, 4000, 6000),
            (planted.security_codes, 15_000, 17_000),
        ] {
            assert!((low..high).contains(&count), "{planted:?}");
        }
    }

    #[test]
    fn cards_pass_luhn() {
        assert!((0..1000).all(|row| luhn_sum(&Card::of_row(1, row).number).is_multiple_of(10)));
    }
}
