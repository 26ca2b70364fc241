//! What the name beside a number says.

use super::colour::LONGEST_FIELD;

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
    let text = text.get(text.len().saturating_sub(LONGEST_FIELD)..).unwrap_or_default();
    let mut places = beginnings(text);
    core::iter::from_fn(|| {
        let begin = places.checked_ilog2()?;
        places ^= 1 << begin;
        Some(begin as usize)
    })
    .find_map(|begin| {
        let rest = text.get(begin..).unwrap_or_default();
        let (from, until) = *BY_FIRST_BYTE.get(usize::from(rest.first()?.to_ascii_lowercase()))?;
        let words = WORDS.get(usize::from(from)..usize::from(until))?;
        let (word, says) = words.iter().find(|(word, _)| {
            begins_with(rest, word) && (word.len() > SHORT || stands_alone(text, begin, word.len()))
        })?;
        // Prose goes on: in "request body: 4111..." the request is not the number.
        let behind = rest.get(word.len()..).unwrap_or_default();
        (*says == Says::Card || names_the_next(behind)).then_some(*says)
    })
}

/// Where words may begin: bit n for byte n. Without a branch, because there is none that could be guessed in prose.
fn beginnings(text: &[u8]) -> u64 {
    let mut places = 0;
    for pair in text.windows(2).rev() {
        let [first, second] = *pair else { continue };
        let follows = FOLLOWERS.get(usize::from(first)).copied().unwrap_or_default();
        places = places << 1 | u64::from(follows >> (second % 32) & 1);
    }
    places
}

/// Whether the rest of a name, and what joins it to a number, stand between a word and the number, but no other word than
/// "number" and the like.
fn names_the_next(behind: &[u8]) -> bool {
    let in_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || matches!(byte, b'_' | b'-' | b'.');
    let rest_of_name = behind.iter().take_while(|byte| in_word(byte)).count();
    let mut words = behind
        .get(rest_of_name..)
        .unwrap_or_default()
        .split(|byte| !in_word(byte))
        .filter(|word| !word.is_empty());
    words.all(|word| FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler)))
}

/// Words between a name and its number.
const FILLERS: [&[u8]; 12] =
    [b"no", b"no.", b"nr", b"nr.", b"num", b"number", b"id", b"ref", b"code", b"is", b"was", b"-"];

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

/// By the first byte, and of one first byte the longer words first.
const WORDS: &[(&[u8], Says)] = &[
    (b"account number", Says::Card),
    (b"account_number", Says::Card),
    (b"accountnumber", Says::Card),
    (b"acct", Says::Card),
    (b"amex", Says::Card),
    (b"barcode", Says::Other),
    (b"correlation", Says::Other),
    (b"cardholder", Says::Card),
    (b"creditcard", Says::Card),
    (b"checksum", Says::Other),
    (b"cartao", Says::Card),
    (b"carte", Says::Card),
    (b"ccnum", Says::Card),
    (b"card", Says::Card),
    (b"ccno", Says::Card),
    (b"ccn", Says::Card),
    (b"cc", Says::Card),
    (b"debitcard", Says::Card),
    (b"discover", Says::Card),
    (b"diners", Says::Card),
    (b"epoch", Says::Other),
    (b"ean", Says::Other),
    (b"fax", Says::Other),
    (b"gtin", Says::Other),
    (b"hash", Says::Other),
    (b"invoice", Says::Other),
    (b"iccid", Says::Other),
    (b"imei", Says::Other),
    (b"isbn", Says::Other),
    (b"jcb", Says::Card),
    (b"kreditk", Says::Card),
    (b"kaart", Says::Card),
    (b"karta", Says::Card),
    (b"karte", Says::Card),
    (b"kort", Says::Card),
    (b"mastercard", Says::Card),
    (b"maestro", Says::Card),
    (b"message", Says::Other),
    (b"mobile", Says::Other),
    (b"offset", Says::Other),
    (b"order", Says::Other),
    (b"primaryaccount", Says::Card),
    (b"parcel", Says::Other),
    (b"phone", Says::Other),
    (b"pan", Says::Card),
    (b"receipt", Says::Other),
    (b"request", Says::Other),
    (b"rrn", Says::Other),
    (b"sequence", Says::Other),
    (b"shipment", Says::Other),
    (b"session", Says::Other),
    (b"serial", Says::Other),
    (b"span", Says::Other),
    (b"stan", Says::Other),
    (b"seq", Says::Other),
    (b"sku", Says::Other),
    (b"timestamp", Says::Other),
    (b"tracking", Says::Other),
    (b"tarjeta", Says::Card),
    (b"ticket", Says::Other),
    (b"token", Says::Other),
    (b"trace", Says::Other),
    (b"time", Says::Other),
    (b"tel", Says::Other),
    (b"txn", Says::Other),
    (b"unionpay", Says::Card),
    (b"uuid", Says::Other),
    (b"visa", Says::Card),
    (b"waybill", Says::Other),
    ("карт".as_bytes(), Says::Card),
    ("カード".as_bytes(), Says::Card),
    ("会員番号".as_bytes(), Says::Card),
    ("伝票".as_bytes(), Says::Other),
    ("卡号".as_bytes(), Says::Card),
    ("卡號".as_bytes(), Says::Card),
    ("受付".as_bytes(), Says::Other),
    ("注文".as_bytes(), Says::Other),
    ("订单".as_bytes(), Says::Other),
    ("请求".as_bytes(), Says::Other),
    ("追跡".as_bytes(), Says::Other),
    ("電話".as_bytes(), Says::Other),
    ("카드".as_bytes(), Says::Card),
    ("ｶｰﾄﾞ".as_bytes(), Says::Card),
];

/// For each byte, which bytes follow it at the beginning of a word, as a set of bits by their low five bits, in which capitals
/// and small letters are alike: a quick no for most places of a text.
const FOLLOWERS: [u32; 256] = followers();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn followers() -> [u32; 256] {
    let mut table = [0; 256];
    let mut place = 0;
    while place < WORDS.len() {
        let word = WORDS[place].0;
        table[word[0] as usize] |= 1 << (word[1] % 32);
        table[word[0].to_ascii_uppercase() as usize] |= 1 << (word[1] % 32);
        place += 1;
    }
    table
}

/// For each byte, which of the words begin with it: from, until.
const BY_FIRST_BYTE: [(u8, u8); 256] = by_first_byte();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn by_first_byte() -> [(u8, u8); 256] {
    let mut table = [(0u8, 0u8); 256];
    let mut place = 0;
    while place < WORDS.len() {
        let first = WORDS[place].0[0] as usize;
        if table[first].1 == 0 {
            table[first].0 = place as u8;
        }
        table[first].1 = place as u8 + 1;
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Says, WORDS, of};

    #[test]
    fn words_stand_by_their_first_byte() {
        for pair in WORDS.windows(2) {
            assert!((pair[0].0[0], pair[1].0.len()) <= (pair[1].0[0], pair[0].0.len()));
        }
        for (word, says) in WORDS {
            assert_eq!(of(&[b"x ", *word, b"="].concat()), Some(*says), "{}", String::from_utf8_lossy(word));
        }
    }

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
            ("request body: ", None),
            ("order number is ", Some(Says::Other)),
            ("order no. ", Some(Says::Other)),
            ("order_ref: \"", Some(Says::Other)),
            ("注文番号 ", Some(Says::Other)),
            ("amount=", None),
        ];
        for (text, expected) in rows {
            assert_eq!(of(text.as_bytes()), *expected, "{text}");
        }
    }
}
