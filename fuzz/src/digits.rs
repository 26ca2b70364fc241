//! Looks for card digits where none may be.

/// Panics if `text` holds eight digits in a row, single separators aside: what the library says about an input must
/// not repeat a card number from it.
pub fn assert_no_long_number(text: &str) {
    let (mut digits, mut between) = (0, 0);
    for character in text.chars() {
        match character {
            _ if character.is_numeric() => (digits, between) = (digits + 1, 0),
            ' ' | '-' | '.' | '\u{3000}' if between == 0 => between = 1,
            _ => digits = 0,
        }
        assert!(digits < 8, "a message repeats a long number of its input");
    }
}

/// The check digit rule of ISO/IEC 7812-1, written down a second time.
pub fn passes_luhn(digits: &[u8]) -> bool {
    let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let values = digits.iter().rev().map(|digit| usize::from(digit - b'0')).enumerate();
    values.map(|(place, value)| if place % 2 == 1 { doubled[value] } else { value }).sum::<usize>() % 10 == 0
}
