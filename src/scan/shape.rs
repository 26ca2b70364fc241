//! The groups in which card numbers are written.

/// How the digits of a number are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One string of digits.
    One,
    /// The groups in which people write such numbers.
    Grouped,
    /// Digits one by one or in pairs, as in forms and dumps of packed decimals.
    Even,
    /// Thirteen digits of an old kind, as they were embossed: 4 3 3 3.
    Threes,
}

/// The shape of groups of these lengths, if card numbers are written so.
///
/// Every shape but `Even` begins with four digits and more: `hints.rs` looks for that.
pub(super) fn of(groups: &[u8]) -> Option<Shape> {
    match *groups {
        [_] => Some(Shape::One),
        [4, 4, 4]
        | [4, 4, 4, 1..=4]
        | [4, 4, 4, 4, 1..=3]
        | [4, 6, 4 | 5]
        | [6, 4, 4 | 5]
        | [6, 6, 4]
        | [6, 13]
        | [8, 8]
        | [4, 12]
        | [4, 4, 5] => Some(Shape::Grouped),
        [first @ 1..=2, ref rest @ ..] if rest.iter().all(|length| *length == first) => Some(Shape::Even),
        [4, 3, 3, 3] => Some(Shape::Threes),
        _ => None,
    }
}

/// Whether more groups may follow these.
pub(super) fn may_go_on(groups: &[u8]) -> bool {
    match *groups {
        [4] | [4, 3 | 4 | 6] | [4, 3, 3] | [4, 4, 4] | [4, 4, 4, 4] | [6] | [6, 4 | 6] | [8] => true,
        [first @ 1..=2, ref rest @ ..] => rest.iter().all(|length| *length == first),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, may_go_on, of};

    #[test]
    fn every_shape_can_be_reached_group_by_group() {
        let shapes: &[&[u8]] = &[
            &[16],
            &[4, 4, 4],
            &[4, 4, 4, 4],
            &[4, 4, 4, 4, 3],
            &[4, 6, 5],
            &[4, 6, 4],
            &[6, 4, 5],
            &[6, 6, 4],
            &[6, 13],
            &[8, 8],
            &[4, 12],
            &[4, 3, 3, 3],
            &[4, 4, 5],
            &[1; 16],
            &[2; 8],
        ];
        for shape in shapes {
            assert!(of(shape).is_some(), "{shape:?}");
            for known in 1..shape.len() {
                assert!(may_go_on(&shape[..known]), "{shape:?} {known}");
            }
        }
        assert_eq!(of(&[1; 15]), Some(Shape::Even));
        for shape in [&[4, 4, 2, 4][..], &[3, 4, 4, 4], &[2, 4, 4, 4], &[4, 4, 4, 4, 4], &[2, 2, 1]] {
            assert_eq!(of(shape), None, "{shape:?}");
        }
    }
}
