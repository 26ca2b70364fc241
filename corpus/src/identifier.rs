//! Numbers that are none of a card, made as their issuers make them, check digits included.

use crate::card::with_check_digit;
use crate::chance::Chance;
use crate::moment::Moment;

/// An order number of some shop.
pub fn order(chance: &mut Chance) -> String {
    match chance.below(10) {
        0 => chance.number(8),
        1 => chance.number(10),
        2 => chance.number(12),
        3 => chance.number(16),
        4 => format!("{}-{}-{}", chance.number(3), chance.digits(7), chance.digits(7)),
        5 => format!("{}{}", &Moment::any(chance).compact()[..8], chance.digits(8)),
        6 => format!("{}-{}-{}", &Moment::any(chance).compact()[..8], chance.digits(4), chance.digits(4)),
        7 => format!("{}{}", chance.capitals(2), chance.number(9)),
        8 => format!("SO-{}-{}", Moment::any(chance).date(), chance.digits(6)),
        // A snowflake: milliseconds since 2010, machine and sequence.
        _ => (((Moment::any(chance).milliseconds() - 1_288_834_974_657) << 22)
            | chance.below(1 << 22) as u64)
            .to_string(),
    }
}

/// An invoice or booking number.
pub fn invoice(chance: &mut Chance) -> String {
    match chance.below(6) {
        0 => format!("INV-{}-{}", chance.between(2020, 2026), chance.digits(6)),
        1 => format!("{}/{}", chance.between(2020, 2026), chance.digits(5)),
        2 => chance.number(10),
        3 => format!("RE{}", chance.number(12)),
        4 => format!("{}-{}-{}", chance.number(4), chance.digits(6), chance.digits(4)),
        _ => format!("{} {} {}", chance.number(3), chance.digits(3), chance.digits(4)),
    }
}

/// A tracking number of a parcel service.
pub fn tracking(chance: &mut Chance) -> String {
    match chance.below(12) {
        0 => format!("1Z{}{}", chance.capitals(2), chance.digits(14)),
        1 => chance.number(12), // FedEx Express
        2 => chance.number(15), // FedEx Ground
        3 => format!("{} {} {}", chance.number(4), chance.digits(4), chance.digits(4)), // as FedEx prints it
        4 => chance.number(10), // DHL Express
        5 => format!("JJD{}", chance.digits(18)),
        6 => format!("9400{}", chance.digits(18)), // USPS
        7 => format!(
            "9400 {} {} {} {} {}",
            chance.digits(4),
            chance.digits(4),
            chance.digits(4),
            chance.digits(4),
            chance.digits(2)
        ),
        8 => yamato(chance),
        9 => {
            let number = yamato(chance);
            format!("{}-{}-{}", &number[..4], &number[4..8], &number[8..])
        }
        10 => format!("{}{}JP", chance.capitals(2), chance.digits(9)), // UPU S10
        _ => format!("00{}", gs1(&chance.number(17))),                 // SSCC
    }
}

/// Eleven digits and their remainder by seven, as Japanese parcel services have it.
fn yamato(chance: &mut Chance) -> String {
    let digits = chance.number(11);
    let rest = digits.parse::<u64>().expect("eleven digits") % 7;
    format!("{digits}{rest}")
}

/// Digits and their GS1 check digit: weights three and one.
fn gs1(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// An article number (EAN-13) with the prefix of some country.
pub fn ean(chance: &mut Chance) -> String {
    let prefix = *chance.pick(&[
        "45", "49", "40", "41", "50", "76", "87", "30", "31", "54", "57", "60", "61", "00", "80", "84", "93",
    ]);
    gs1(&format!("{prefix}{}", chance.digits(10)))
}

/// An ISBN-13, with its dashes or without.
pub fn isbn(chance: &mut Chance) -> String {
    let number = gs1(&format!("978{}", chance.digits(9)));
    if chance.once_in(2) {
        return number;
    }
    format!("{}-{}-{}-{}-{}", &number[..3], &number[3..4], &number[4..8], &number[8..12], &number[12..])
}

/// An IMEI: it has the check digit of card numbers.
pub fn imei(chance: &mut Chance) -> String {
    let number = with_check_digit(&format!(
        "{}{}",
        chance.pick(&["35", "35", "35", "86", "01", "99"]),
        chance.digits(12)
    ));
    if chance.once_in(3) {
        return format!("{}-{}-{}-{}", &number[..2], &number[2..8], &number[8..14], &number[14..]);
    }
    number
}

/// The number of a SIM (ITU-T E.118), with its check digit.
pub fn iccid(chance: &mut Chance) -> String {
    with_check_digit(&format!(
        "89{}{}",
        chance.pick(&["81", "44", "49", "01", "86", "33"]),
        chance.digits(14)
    ))
}

/// An IBAN with its check digits, in one string or in groups of four.
pub fn iban(chance: &mut Chance) -> String {
    let (country, bank, rest) = *chance.pick(IBANS);
    let account = format!("{bank}{}", chance.digits(rest));
    // ISO 13616: the account, the country and 00 as one number; letters count from ten.
    let value = format!("{account}{country}00").bytes().fold(0u64, |value, byte| match byte {
        b'0'..=b'9' => (value * 10 + u64::from(byte - b'0')) % 97,
        _ => (value * 100 + u64::from(byte - b'A' + 10)) % 97,
    });
    let iban = format!("{country}{:02}{account}", 98 - value);
    if chance.once_in(2) {
        return iban;
    }
    let groups: Vec<&str> =
        iban.as_bytes().chunks(4).map(|group| core::str::from_utf8(group).expect("ASCII")).collect();
    groups.join(" ")
}

/// Country, how its bank numbers begin, and how many digits follow.
const IBANS: &[(&str, &str, usize)] = &[
    ("DE", "3704", 14),
    ("DE", "1001", 14),
    ("DE", "5001", 14),
    ("DE", "4306", 14),
    ("DE", "7005", 14),
    ("DE", "2005", 14),
    ("FR", "30006", 18),
    ("FR", "20041", 18),
    ("ES", "2100", 16),
    ("ES", "0049", 16),
    ("AT", "12000", 11),
    ("BE", "539", 9),
    ("GB", "NWBK6016", 10),
    ("NL", "ABNA0417", 6),
    ("CH", "00762", 12),
    ("IT", "X05428", 17),
    ("PL", "1090", 20),
    ("SE", "500", 17),
];

/// An IPv4 or IPv6 address, a version, or a MAC address.
pub fn address(chance: &mut Chance) -> String {
    match chance.below(6) {
        0..=2 => ip(chance),
        3 => (0..8).map(|_| chance.hex(4)).collect::<Vec<_>>().join(":"),
        4 => format!(
            "{}.{}.{}-build.{}",
            chance.below(30),
            chance.below(30),
            chance.below(100),
            chance.number(5)
        ),
        _ => {
            (0..6).map(|_| chance.hex(2)).collect::<Vec<_>>().join(if chance.once_in(2) { ":" } else { "-" })
        }
    }
}

/// An IPv4 address.
pub fn ip(chance: &mut Chance) -> String {
    format!(
        "{}.{}.{}.{}",
        chance.between(1, 223),
        chance.below(256),
        chance.below(256),
        chance.between(1, 254)
    )
}
