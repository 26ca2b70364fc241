//! Card numbers: the strict parser, the normalizing parser, and the finder.

use panveil::Error;
use panveil::card::{Brand, Expiry, Masked, Pan, PanRules, SecurityCode, sad, spot};

use crate::digits::passes_luhn;

/// Whatever a parser takes is a card number by its rules, and it says of everything else what is wrong with it.
pub fn pan(data: &[u8]) {
    strict(data, PanRules::new(), 13, true);
    strict(data, PanRules::new().allow_12_digits(), 12, true);
    strict(data, PanRules::new().allow_wrong_check_digit(), 13, false);
    strict(data, PanRules::new().allow_12_digits().allow_wrong_check_digit(), 12, false);
    normalized(data);
    if let Ok(pan) = Pan::parse(data) {
        let again = PanRules::new().parse_normalized(data).expect("a strict card number is a normalized one");
        assert!(pan.ct_eq(&again));
        found(data, &pan);
    }
    finder(data);
    // What else reads digits at the door.
    let _ = (Expiry::parse(data), Expiry::parse_yymm(data), sad::holds_track_data(data));
    if let Ok(code) = SecurityCode::parse(data) {
        assert_eq!(format!("{code:?}"), "SecurityCode(..)");
        assert_eq!(code.pass_on(<[u8]>::to_vec), data);
    }
}

fn strict(data: &[u8], rules: PanRules, shortest: usize, luhn: bool) {
    let digits = data.iter().all(u8::is_ascii_digit);
    let expected = if !digits {
        Err(Error::PanDigit)
    } else if !(shortest..=19).contains(&data.len()) {
        Err(Error::PanLength)
    } else if luhn && !passes_luhn(data) {
        Err(Error::PanLuhn)
    } else {
        Ok(data)
    };
    let parsed = rules.parse(data);
    assert_eq!(parsed.as_ref().map(Pan::expose).map_err(|error| *error), expected);
    if let Ok(pan) = parsed {
        assert_eq!(pan.length(), data.len());
        assert_eq!(pan.passes_luhn(), passes_luhn(data));
        assert_eq!(format!("{pan:?}"), "Pan(..)");
    }
}

/// The digits are those of the input, in order, and nothing else was in it than digits and separators.
fn normalized(data: &[u8]) {
    match PanRules::new().allow_12_digits().parse_normalized(data) {
        Ok(pan) => {
            let text = core::str::from_utf8(data).expect("only UTF-8 is taken");
            let digits: Vec<u8> = text.chars().filter_map(digit).collect();
            assert_eq!(pan.expose(), digits);
            assert!(passes_luhn(&digits) && (12..=19).contains(&digits.len()));
            assert!(text.chars().next().and_then(digit).is_some());
            assert!(text.chars().last().and_then(digit).is_some());
            found(data, &pan);
        }
        Err(error) => assert!(
            matches!(error, Error::PanDigit | Error::PanLength | Error::PanLuhn | Error::PanSeparator),
            "{error:?}"
        ),
    }
}

fn digit(c: char) -> Option<u8> {
    let ascii = match c {
        '\u{ff10}'..='\u{ff19}' => u32::from(c) - 0xff10 + u32::from('0'),
        _ => u32::from(c),
    };
    u8::try_from(ascii).ok().filter(u8::is_ascii_digit)
}

/// A card number of a known brand that a parser takes is seen where it must not stand, and its mask shows four
/// digits of it.
fn found(data: &[u8], pan: &Pan) {
    assert_eq!(Masked::last4(pan).as_str().bytes().filter(u8::is_ascii_digit).count(), 4);
    if Brand::of(pan).is_none() {
        return;
    }
    assert!(spot::is_card_number(data));
    assert!(spot::holds_card_number(data));
    assert!(spot::holds_card_number(&[b"case ", data, b" x"].concat()));
    assert!(spot::holds_card_number(&[b"{\"n\":\"", data, b"\"}"].concat()));
}

/// What the finder finds has enough digits for a card number, and rewriting does not matter to it.
fn finder(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let digits: Vec<u8> = text.chars().filter_map(digit).collect();
    if spot::holds_card_number(data) {
        assert!(digits.len() >= 12);
        assert!(spot::holds_card_number(&[data, b"\n"].concat()), "a line end hides nothing");
    }
    if spot::is_card_number(data) {
        assert!((12..=19).contains(&digits.len()) && passes_luhn(&digits));
        assert!(spot::is_card_number(&digits));
    }
}
