//! Card numbers of every brand and length.

use panveil::card::Brand;

use crate::chance::Chance;

/// A card number that a bank could have issued.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its digits.
    pub digits: String,
    /// Whose it is.
    pub brand: Brand,
}

impl Card {
    /// One as cards are issued: brands by their weight, usual lengths but for one card in 200.
    pub fn issued(chance: &mut Chance) -> Self {
        let issuer = chance.weighed(ISSUERS);
        let rare = !issuer.rare.is_empty() && chance.once_in(RARE);
        let (lengths, prefixes) =
            if rare { (issuer.rare, issuer.rare_prefixes) } else { (issuer.usual, issuer.prefixes) };
        let prefix = prefix_of(chance, prefixes);
        Self::of(chance, issuer.brand, prefix, lengths)
    }

    fn of(chance: &mut Chance, brand: Brand, prefix: String, lengths: &[usize]) -> Self {
        let length = *chance.pick(lengths);
        let digits = with_check_digit(&format!("{prefix}{}", chance.digits(length - 1 - prefix.len())));
        Self { digits, brand }
    }

    /// Every brand in every length that it allows and nearly no bank issues.
    pub fn rare_kinds() -> impl Iterator<Item = (Brand, usize)> {
        ISSUERS.iter().flat_map(|(_, issuer)| issuer.rare.iter().map(|length| (issuer.brand, *length)))
    }

    /// One of this brand and length.
    pub fn of_kind(chance: &mut Chance, brand: Brand, length: usize) -> Self {
        let issuers: Vec<&Issuer> =
            ISSUERS.iter().map(|(_, issuer)| issuer).filter(|issuer| issuer.brand == brand).collect();
        let issuer = issuers.first().expect("every brand issues");
        let prefixes = if issuer.usual.contains(&length) { issuer.prefixes } else { issuer.rare_prefixes };
        let prefix = prefix_of(chance, prefixes);
        Self::of(chance, brand, prefix, &[length])
    }
}

/// One card in so many has a length that its brand allows and nearly no bank issues.
const RARE: usize = 200;

/// A brand, its first digits (low to high), and its lengths.
#[derive(Debug)]
struct Issuer {
    brand: Brand,
    prefixes: &'static [(u32, u32)],
    usual: &'static [usize],
    rare: &'static [usize],
    rare_prefixes: &'static [(u32, u32)],
}

const fn issuer(
    brand: Brand,
    prefixes: &'static [(u32, u32)],
    usual: &'static [usize],
    rare: &'static [usize],
) -> Issuer {
    Issuer { brand, prefixes, usual, rare, rare_prefixes: prefixes }
}

/// Brands by weight: about as their cards are spread in the books of a shop in Japan that sells abroad.
const ISSUERS: &[(u32, Issuer)] = &[
    (38, issuer(Brand::Visa, &[(4, 4)], &[16, 16, 16, 16, 16, 16, 16, 16, 16, 19], &[13])),
    (24, issuer(Brand::Mastercard, &[(51, 55), (2221, 2720)], &[16], &[])),
    (8, issuer(Brand::Amex, &[(34, 34), (37, 37)], &[15], &[])),
    (9, issuer(Brand::Jcb, &[(3528, 3589)], &[16], &[17, 18, 19])),
    (8, issuer(Brand::UnionPay, &[(62, 62), (8100, 8171)], &[16, 17, 18, 19], &[])),
    (
        3,
        Issuer {
            rare_prefixes: &[(36, 36)],
            ..issuer(
                Brand::Diners,
                &[(300, 305), (3095, 3095), (36, 36), (38, 39)],
                &[14, 14, 16],
                &[15, 17, 18, 19],
            )
        },
    ),
    (
        4,
        issuer(
            Brand::Discover,
            &[(6011, 6011), (644, 649), (6500, 6520), (6532, 6599)],
            &[16],
            &[17, 18, 19],
        ),
    ),
    (
        3,
        issuer(
            Brand::Maestro,
            &[(5018, 5018), (5020, 5020), (5038, 5038), (56, 58), (63, 63), (67, 67)],
            &[16, 18, 19],
            &[12, 13, 14, 15, 17],
        ),
    ),
    (
        1,
        issuer(Brand::RuPay, &[(6070, 6078), (6081, 6084), (6522, 6530), (5086, 5088), (82, 82)], &[16], &[]),
    ),
    (1, issuer(Brand::Mir, &[(2200, 2204)], &[16], &[17, 18, 19])),
    (1, issuer(Brand::Troy, &[(9792, 9792)], &[16], &[])),
];

fn prefix_of(chance: &mut Chance, prefixes: &[(u32, u32)]) -> String {
    let (low, high) = chance.pick(prefixes);
    chance.between(*low as usize, *high as usize).to_string()
}

/// The digits and their check digit (ISO/IEC 7812-1, annex B), by the book and not by panveil.
pub fn with_check_digit(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
