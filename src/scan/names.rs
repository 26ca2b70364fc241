//! What the name beside a number says.

/// What a name says of the number after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// A card number.
    Card,
    /// Some other number.
    Other,
}

/// What the last telling word of `text` says; ASCII letters in any case.
///
/// The text is what stands before a number in its field: `card number is `, `"pan":"`, `orderId=`.
pub(super) fn of(text: &[u8]) -> Option<Says> {
    // The later word decides: "card declined, order 4000...".
    let mut told = None;
    for begin in 0..text.len() {
        let rest = text.get(begin..).unwrap_or_default();
        for (word, says) in WORDS {
            if begins_with(rest, word) && (word.len() > SHORT || stands_alone(text, begin, word.len())) {
                told = Some(*says);
                break;
            }
        }
    }
    told
}

/// Words this short count only where no letter touches them: `pan` is none of `company`.
const SHORT: usize = 4;

fn begins_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Whether a word stands apart from its neighbours: by another character, or by a capital after a small letter
/// (`cardNo`, `userPan`).
fn stands_alone(text: &[u8], begin: usize, length: usize) -> bool {
    let end = begin.saturating_add(length);
    let first = text.get(begin).copied().unwrap_or_default();
    let last = text.get(end.saturating_sub(1)).copied().unwrap_or_default();
    let before = begin.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or_default();
    let after = text.get(end).copied().unwrap_or_default();
    let apart_before =
        !before.is_ascii_alphabetic() || (first.is_ascii_uppercase() && before.is_ascii_lowercase());
    let apart_after =
        !after.is_ascii_alphabetic() || (after.is_ascii_uppercase() && last.is_ascii_lowercase());
    apart_before && apart_after
}

/// Longer words before the shorter ones they begin with.
const WORDS: &[(&[u8], Says)] = &[
    (b"primaryaccount", Says::Card),
    (b"creditcard", Says::Card),
    (b"debitcard", Says::Card),
    (b"cardholder", Says::Card),
    (b"card", Says::Card),
    (b"karte", Says::Card),
    (b"carte", Says::Card),
    (b"tarjeta", Says::Card),
    (b"cartao", Says::Card),
    (b"kreditk", Says::Card),
    (b"kaart", Says::Card),
    (b"kort", Says::Card),
    (b"karta", Says::Card),
    (b"pan", Says::Card),
    (b"ccn", Says::Card),
    (b"ccno", Says::Card),
    (b"ccnum", Says::Card),
    (b"cc", Says::Card),
    (b"acct", Says::Card),
    (b"account", Says::Card),
    (b"visa", Says::Card),
    (b"mastercard", Says::Card),
    (b"amex", Says::Card),
    (b"jcb", Says::Card),
    (b"diners", Says::Card),
    (b"discover", Says::Card),
    (b"unionpay", Says::Card),
    (b"maestro", Says::Card),
    ("カード".as_bytes(), Says::Card),
    ("ｶｰﾄﾞ".as_bytes(), Says::Card),
    ("会員番号".as_bytes(), Says::Card),
    ("卡号".as_bytes(), Says::Card),
    ("卡號".as_bytes(), Says::Card),
    ("카드".as_bytes(), Says::Card),
    ("карт".as_bytes(), Says::Card),
    (b"order", Says::Other),
    (b"invoice", Says::Other),
    (b"tracking", Says::Other),
    (b"trace", Says::Other),
    (b"span", Says::Other),
    (b"request", Says::Other),
    (b"session", Says::Other),
    (b"correlation", Says::Other),
    (b"message", Says::Other),
    (b"ticket", Says::Other),
    (b"receipt", Says::Other),
    (b"shipment", Says::Other),
    (b"parcel", Says::Other),
    (b"waybill", Says::Other),
    (b"phone", Says::Other),
    (b"mobile", Says::Other),
    (b"tel", Says::Other),
    (b"fax", Says::Other),
    (b"imei", Says::Other),
    (b"iccid", Says::Other),
    (b"serial", Says::Other),
    (b"barcode", Says::Other),
    (b"isbn", Says::Other),
    (b"ean", Says::Other),
    (b"gtin", Says::Other),
    (b"sku", Says::Other),
    (b"timestamp", Says::Other),
    (b"epoch", Says::Other),
    (b"time", Says::Other),
    (b"offset", Says::Other),
    (b"sequence", Says::Other),
    (b"seq", Says::Other),
    (b"checksum", Says::Other),
    (b"hash", Says::Other),
    (b"token", Says::Other),
    (b"uuid", Says::Other),
    (b"txn", Says::Other),
    (b"rrn", Says::Other),
    (b"stan", Says::Other),
    ("注文".as_bytes(), Says::Other),
    ("伝票".as_bytes(), Says::Other),
    ("電話".as_bytes(), Says::Other),
    ("追跡".as_bytes(), Says::Other),
    ("受付".as_bytes(), Says::Other),
    ("请求".as_bytes(), Says::Other),
    ("订单".as_bytes(), Says::Other),
];

#[cfg(test)]
mod tests {
    use super::{Says, of};

    #[test]
    fn the_last_telling_word_decides() {
        let rows: &[(&str, Option<Says>)] = &[
            ("", None),
            ("\"pan\":\"", Some(Says::Card)),
            ("cardNumber=", Some(Says::Card)),
            ("userPan: ", Some(Says::Card)),
            ("CARD_NO ", Some(Says::Card)),
            ("カード番号：", Some(Says::Card)),
            ("company ", None),
            ("japan: ", None),
            ("spanId=", Some(Says::Other)),
            ("orderNo=", Some(Says::Other)),
            ("card declined for order ", Some(Says::Other)),
            ("order paid with card ", Some(Says::Card)),
            ("hotel ", None),
            ("注文番号 ", Some(Says::Other)),
            ("amount=", None),
        ];
        for (text, expected) in rows {
            assert_eq!(of(text.as_bytes()), *expected, "{text}");
        }
    }
}
