//! Which brand a card number belongs to, by issuer identification number and length.

use super::pan::Pan;

/// A card brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Brand {
    /// Visa.
    Visa,
    /// Mastercard, the 2-series included.
    Mastercard,
    /// American Express.
    Amex,
    /// JCB.
    Jcb,
    /// UnionPay.
    UnionPay,
    /// Diners Club International.
    Diners,
    /// Discover.
    Discover,
    /// Maestro.
    Maestro,
    /// RuPay.
    RuPay,
    /// Mir.
    Mir,
    /// Troy.
    Troy,
}

impl Brand {
    /// Every brand; new ones come at the end.
    pub const ALL: &'static [Self] = &[
        Self::Visa,
        Self::Mastercard,
        Self::Amex,
        Self::Jcb,
        Self::UnionPay,
        Self::Diners,
        Self::Discover,
        Self::Maestro,
        Self::RuPay,
        Self::Mir,
        Self::Troy,
    ];

    /// The stable name, in small letters: `visa`, `mastercard`, `amex`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Jcb => "jcb",
            Self::UnionPay => "unionpay",
            Self::Diners => "diners",
            Self::Discover => "discover",
            Self::Maestro => "maestro",
            Self::RuPay => "rupay",
            Self::Mir => "mir",
            Self::Troy => "troy",
        }
    }

    /// The brand of a card number; `None` where no range with its length is known.
    ///
    /// Where ranges overlap the longer prefix wins, and of co-branded cards the network named by the prefix.
    ///
    /// ```
    /// use panveil::card::{Brand, Pan};
    /// let pan = Pan::parse(b"4111111111111111")?;
    /// assert_eq!(Brand::of(&pan), Some(Brand::Visa));
    /// # Ok::<(), panveil::Error>(())
    /// ```
    pub fn of(pan: &Pan) -> Option<Brand> {
        Self::of_digits(pan.expose())
    }

    /// The brand whose range and lengths fit `digits` (ASCII, or values 0 to 9); the check digit is not looked at.
    pub fn of_digits(digits: &[u8]) -> Option<Brand> {
        let iin = digits
            .get(..6)?
            .iter()
            .fold(0u32, |iin, digit| iin.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0f)));
        let length = 1u32.checked_shl(u32::try_from(digits.len()).ok()?)?;
        RANGES
            .iter()
            .find(|range| (range.low..=range.high).contains(&iin) && range.lengths & length != 0)
            .map(|range| range.brand)
    }
}

/// Whether any card number begins with this digit, a value from 0 to 9: none does with 0, 1 or 7.
#[inline]
pub(crate) const fn begins_with(digit: u8) -> bool {
    matches!(digit, 2..=6 | 8 | 9)
}

/// The lengths of card numbers that begin with these two ASCII digits, as a set of bits: bit n for n digits.
#[inline]
pub(crate) fn lengths_beginning(first: u8, second: u8) -> u32 {
    let place = usize::from(first & 0x0f).wrapping_mul(10).wrapping_add(usize::from(second & 0x0f));
    LENGTHS.get(place).copied().unwrap_or_default()
}

/// For each two digits, the lengths of the numbers that begin with them.
const LENGTHS: [u32; 100] = lengths();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn lengths() -> [u32; 100] {
    let mut lengths = [0; 100];
    let mut range = 0;
    while range < RANGES.len() {
        let mut two = RANGES[range].low / 10_000;
        while two <= RANGES[range].high / 10_000 {
            lengths[two as usize] |= RANGES[range].lengths;
            two += 1;
        }
        range += 1;
    }
    lengths
}

/// Card numbers of one brand: those whose first six digits are `low` to `high`, in these lengths.
struct Range {
    low: u32,
    high: u32,
    lengths: u32, // bit n: n digits
    brand: Brand,
}

/// A row of the table, from the prefixes as the brands publish them: 35 to 35 covers 350000 to 359999.
const fn row(low: u32, high: u32, lengths: u32, brand: Brand) -> Range {
    let (mut bottom, mut top) = (low, high);
    while bottom < 100_000 {
        bottom = bottom.wrapping_mul(10);
        top = top.wrapping_mul(10).wrapping_add(9);
    }
    Range { low: bottom, high: top, lengths, brand }
}

/// The lengths `shortest` to `longest` as a set of bits.
const fn digits(shortest: u32, longest: u32) -> u32 {
    let mut set = 0;
    let mut length = shortest;
    while length <= longest {
        set |= 1 << length;
        length = length.wrapping_add(1);
    }
    set
}

const ONLY_16: u32 = digits(16, 16);
const FROM_16: u32 = digits(16, 19);
const MAESTRO: u32 = digits(12, 19);
const DINERS: u32 = digits(14, 14) | FROM_16;
const VISA: u32 = digits(13, 13) | ONLY_16 | digits(19, 19);

/// Longer prefixes first: the first row whose range and length both fit decides.
///
/// Co-branded numbers go with the network of their prefix: RuPay on JCB's 353 and 356, Troy on Discover's 65.
const RANGES: &[Range] = &[
    // six digits
    row(508_500, 508_999, ONLY_16, Brand::RuPay),
    row(606_985, 607_984, ONLY_16, Brand::RuPay),
    row(608_001, 608_500, ONLY_16, Brand::RuPay),
    row(652_150, 653_149, ONLY_16, Brand::RuPay),
    // four digits
    row(2200, 2204, FROM_16, Brand::Mir),
    row(2221, 2720, ONLY_16, Brand::Mastercard),
    row(3095, 3095, DINERS, Brand::Diners),
    row(3528, 3589, FROM_16, Brand::Jcb),
    row(6011, 6011, FROM_16, Brand::Discover),
    row(9792, 9792, ONLY_16, Brand::Troy),
    // three digits
    row(300, 305, DINERS, Brand::Diners),
    row(644, 649, FROM_16, Brand::Discover),
    // two digits
    row(34, 34, digits(15, 15), Brand::Amex),
    row(37, 37, digits(15, 15), Brand::Amex),
    row(36, 36, digits(14, 19), Brand::Diners),
    row(38, 39, DINERS, Brand::Diners),
    row(50, 50, MAESTRO, Brand::Maestro),
    row(51, 55, ONLY_16, Brand::Mastercard),
    row(56, 58, MAESTRO, Brand::Maestro),
    row(62, 62, FROM_16, Brand::UnionPay),
    row(63, 63, MAESTRO, Brand::Maestro),
    row(65, 65, FROM_16, Brand::Discover),
    row(67, 67, MAESTRO, Brand::Maestro),
    row(81, 81, FROM_16, Brand::UnionPay),
    row(82, 82, ONLY_16, Brand::RuPay),
    // one digit
    row(4, 4, VISA, Brand::Visa),
];

#[cfg(test)]
mod tests {
    use super::{Brand, RANGES};

    #[test]
    fn prefixes_and_lengths_give_the_brand() {
        // First digits, number of digits (the rest is zeros), brand.
        let cases: &[(&str, usize, Option<Brand>)] = &[
            ("4", 13, Some(Brand::Visa)),
            ("4", 14, None),
            ("4", 15, None),
            ("4999999", 16, Some(Brand::Visa)),
            ("4", 17, None),
            ("4", 19, Some(Brand::Visa)),
            ("51", 16, Some(Brand::Mastercard)),
            ("559999", 16, Some(Brand::Mastercard)),
            ("51", 15, None),
            ("2220999", 16, None),
            ("2221", 16, Some(Brand::Mastercard)),
            ("2720999", 16, Some(Brand::Mastercard)),
            ("2721", 16, None),
            ("34", 15, Some(Brand::Amex)),
            ("37", 15, Some(Brand::Amex)),
            ("37", 16, None),
            ("35", 16, None),
            ("3527999", 16, None),
            ("3528", 16, Some(Brand::Jcb)),
            ("3589999", 19, Some(Brand::Jcb)),
            ("3590", 16, None),
            ("62", 16, Some(Brand::UnionPay)),
            ("62", 19, Some(Brand::UnionPay)),
            ("62", 15, None),
            ("81", 17, Some(Brand::UnionPay)),
            ("30", 14, Some(Brand::Diners)),
            ("305", 14, Some(Brand::Diners)),
            ("306", 14, None),
            ("3095", 14, Some(Brand::Diners)),
            ("3095", 15, None),
            ("36", 14, Some(Brand::Diners)),
            ("36", 15, Some(Brand::Diners)),
            ("38", 14, Some(Brand::Diners)),
            ("39", 19, Some(Brand::Diners)),
            ("6011", 16, Some(Brand::Discover)),
            ("644", 16, Some(Brand::Discover)),
            ("643", 16, None),
            ("65", 19, Some(Brand::Discover)),
            ("5018", 12, Some(Brand::Maestro)),
            ("6304", 19, Some(Brand::Maestro)),
            ("6759", 13, Some(Brand::Maestro)),
            ("508499", 16, Some(Brand::Maestro)),
            ("508500", 16, Some(Brand::RuPay)),
            ("508500", 19, Some(Brand::Maestro)),
            ("652149", 16, Some(Brand::Discover)),
            ("652150", 16, Some(Brand::RuPay)),
            ("652150", 17, Some(Brand::Discover)),
            ("606985", 16, Some(Brand::RuPay)),
            ("82", 16, Some(Brand::RuPay)),
            ("2200", 16, Some(Brand::Mir)),
            ("2204999", 19, Some(Brand::Mir)),
            ("2205", 16, None),
            ("9792", 16, Some(Brand::Troy)),
            ("9793", 16, None),
            ("1", 16, None),
            ("0", 16, None),
            ("4", 5, None),
            ("", 0, None),
        ];
        for (prefix, length, brand) in cases {
            let number = format!("{prefix:0<length$}", length = *length);
            assert_eq!(Brand::of_digits(number.as_bytes()), *brand, "{prefix} in {length} digits");
        }
    }

    #[test]
    fn where_ranges_overlap_the_narrower_stands_first() {
        for (place, row) in RANGES.iter().enumerate() {
            assert!(row.low <= row.high && (100_000..1_000_000).contains(&row.low), "{}", row.low);
            for later in &RANGES[place + 1..] {
                let overlap = row.low <= later.high && later.low <= row.high;
                let narrower = row.high - row.low <= later.high - later.low;
                assert!(!overlap || narrower, "{} before {}", row.low, later.low);
            }
        }
    }
}
