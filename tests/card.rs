//! Card numbers, masks and truncations, as a caller uses them.

use panveil::Error;
use panveil::card::pan::MAX_DIGITS;
use panveil::card::{Brand, Masked, Pan, PanRules, Shown, Truncated, luhn};
use proptest::prelude::*;

/// A card number of `length` digits that begins with `prefix`.
fn number(prefix: &str, length: usize) -> String {
    let payload = format!("{prefix:7<width$}", width = length - 1);
    format!("{payload}{}", luhn::check_digit(payload.as_bytes()))
}

fn pan(digits: &str) -> Pan {
    PanRules::new().allow_12_digits().parse(digits.as_bytes()).unwrap()
}

#[test]
fn ac_01_the_parser_takes_what_the_table_says() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../vectors/pan_cases.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 200);
    let outcome = |result: Result<Pan, Error>| result.map_or_else(|error| error.name(), |_| "ok");
    for (line, case) in cases.iter().enumerate() {
        let text = case["text"].as_str().unwrap().as_bytes();
        let rules = PanRules::new();
        for (column, result) in [
            ("parse", Pan::parse(text)),
            ("with_12", rules.allow_12_digits().parse(text)),
            ("for_sealing", rules.allow_wrong_check_digit().parse(text)),
            ("normalized", rules.parse_normalized(text)),
        ] {
            assert_eq!(outcome(result), case[column], "case {line}, {}, {column}", case["why"]);
        }
    }
}

#[test]
fn ac_01_both_parsers_give_the_same_digits() {
    let plain = Pan::parse(b"4111111111111111").unwrap();
    for text in ["4111111111111111", "4111 1111 1111 1111", "４１１１－１１１１－１１１１－１１１１"]
    {
        let pan = PanRules::new().parse_normalized(text.as_bytes()).unwrap();
        assert!(pan.ct_eq(&plain));
        assert_eq!(pan.expose(), b"4111111111111111");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Whatever comes in, the parsers give an error of the hundred of cards, or digits that pass Luhn.
    #[test]
    fn ac_01_any_bytes_are_parsed_or_refused(text in prop::collection::vec(any::<u8>(), 0..64)) {
        let rules = PanRules::new().allow_12_digits();
        for result in [Pan::parse(&text), rules.parse(&text), rules.parse_normalized(&text)] {
            match result {
                Ok(pan) => {
                    prop_assert!((12..=19).contains(&pan.length()));
                    prop_assert_eq!(luhn::residue(pan.expose()), 0);
                }
                Err(error) => prop_assert!((101..=104).contains(&error.number())),
            }
        }
    }

    /// Every string of digits is taken exactly if its length and check digit are right.
    #[test]
    fn ac_01_digits_are_taken_by_length_and_check_digit(text in "[0-9]{10,21}") {
        let expected = if !(13..=19).contains(&text.len()) {
            Err(Error::PanLength)
        } else if luhn::residue(text.as_bytes()) != 0 {
            Err(Error::PanLuhn)
        } else {
            Ok(text.clone().into_bytes())
        };
        prop_assert_eq!(Pan::parse(text.as_bytes()).map(|pan| pan.expose().to_vec()), expected.clone());
        prop_assert_eq!(PanRules::new().parse_normalized(text.as_bytes()).map(|pan| pan.expose().to_vec()), expected);
    }

    /// Single separators of one kind, wherever they stand, change nothing.
    #[test]
    fn ac_01_single_separators_change_nothing(
        payload in "[0-9]{12,18}",
        separator in prop_oneof!["[ \u{a0}\u{3000}]", "[-\u{2010}\u{ff0d}\u{30fc}]"],
        mask: u32,
    ) {
        let digits = format!("{payload}{}", luhn::check_digit(payload.as_bytes()));
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && mask >> place & 1 == 1 {
                text.push_str(&separator);
            }
            text.push(digit);
        }
        let pan = PanRules::new().parse_normalized(text.as_bytes()).unwrap();
        prop_assert_eq!(pan.expose(), digits.as_bytes());
    }
}

/// What a mask or truncation of `bin` and `last` digits looks like.
fn starred(digits: &str, bin: usize, last: usize) -> String {
    let stars = "*".repeat(digits.len() - bin - last);
    format!("{}{stars}{}", &digits[..bin], &digits[digits.len() - last..])
}

#[test]
fn ac_06_masks_by_length_and_rule() {
    for length in 12..=19 {
        let digits = number("4", length);
        let pan = pan(&digits);
        assert_eq!(Masked::last4(&pan).as_str(), starred(&digits, 0, 4));
        for (shown, shortest) in [
            (Shown::LAST4, 12),
            (Shown::BIN6_LAST4, 13),
            (Shown::BIN8_LAST4, 16),
            (Shown::new(6, 0).unwrap(), 13),
            (Shown::new(8, 0).unwrap(), 16),
            (Shown::new(0, 0).unwrap(), 12),
            (Shown::new(0, 2).unwrap(), 12),
        ] {
            let expected = if length < shortest {
                Err(Error::MaskRefused)
            } else {
                Ok(starred(&digits, shown.bin(), shown.last()))
            };
            assert_eq!(Masked::of(&pan, shown).map(|mask| mask.to_string()), expected, "{shown} of {length}");
        }
    }
}

#[test]
fn ac_06_asking_for_more_is_an_error() {
    for (bin, last) in [(6, 5), (8, 5), (7, 4), (9, 4), (10, 0), (0, 5), (0, 16), (16, 0), (usize::MAX, 0)] {
        assert_eq!(Shown::new(bin, last), Err(Error::MaskRefused), "{bin}+{last}");
    }
}

#[test]
fn ac_07_truncation_follows_the_table() {
    // Prefix, lengths, the longest BIN that may be stored beside the last four.
    for (prefix, lengths, longest) in [
        ("4", 13..=15, 6),
        ("4", 16..=16, 8),
        ("4", 17..=19, 6),
        ("51", 16..=16, 8),
        ("2221", 16..=16, 8),
        ("3528", 16..=16, 8),
        ("3528", 17..=19, 6),
        ("62", 16..=16, 8),
        ("62", 17..=19, 6),
        ("6011", 16..=16, 8),
        ("37", 15..=15, 6),
        ("36", 14..=14, 6),
        ("9792", 16..=16, 6),
        ("2200", 16..=16, 6),
        ("508500", 16..=16, 6),
        ("5018", 12..=12, 0),
        ("5018", 13..=19, 6),
        ("1", 16..=16, 6),
    ] {
        for length in lengths {
            let digits = number(prefix, length);
            let pan = pan(&digits);
            for bin in [0, 6, 8] {
                for last in 0..=4 {
                    let shown = Shown::new(bin, last).unwrap();
                    let expected = if bin <= longest {
                        Ok(starred(&digits, bin, last))
                    } else {
                        Err(Error::TruncationRefused)
                    };
                    let truncated = Truncated::of(&pan, shown).map(|truncated| truncated.to_string());
                    assert_eq!(truncated, expected, "{prefix}, {length} digits, {shown}");
                }
            }
        }
    }
}

#[test]
fn no_mask_or_truncation_shows_more_than_it_says() {
    for length in 12..=MAX_DIGITS {
        let pan = pan(&number("4", length));
        for shown in [Shown::LAST4, Shown::BIN6_LAST4, Shown::BIN8_LAST4] {
            let masks = [
                Masked::of(&pan, shown).map(|mask| mask.to_string()),
                Truncated::of(&pan, shown).map(|truncated| truncated.to_string()),
            ];
            for mask in masks.into_iter().flatten() {
                assert_eq!(mask.len(), length);
                assert_eq!(mask.bytes().filter(u8::is_ascii_digit).count(), shown.bin() + shown.last());
                assert!(format!("{mask:>30}").ends_with(&mask));
            }
        }
    }
}

#[test]
fn brands_of_card_numbers() {
    for (prefix, length, brand) in [
        ("4", 16, Some(Brand::Visa)),
        ("2720", 16, Some(Brand::Mastercard)),
        ("37", 15, Some(Brand::Amex)),
        ("3589", 19, Some(Brand::Jcb)),
        ("5018", 12, Some(Brand::Maestro)),
        ("1", 16, None),
    ] {
        assert_eq!(Brand::of(&pan(&number(prefix, length))), brand, "{prefix}");
    }
}
