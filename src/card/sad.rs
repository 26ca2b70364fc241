//! Column names that say sensitive authentication data: security codes, PINs, track data.
//!
//! Such data may not be kept after authorization, however well protected (PCI DSS 3.3.1): a column of such a name is
//! dropped, a field of such a name is not sealed.
//! Names are compared by whole words: `securityCode`, `CARD-SECURITY-CODE` and `Security code` are the same words,
//! and `pin` is none of those of `shipping`. `cid` alone is mostly a customer id and does not match; `card_cid`
//! does. Japanese and Chinese are written without gaps, so there the term may stand anywhere in the name.

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sad {
    /// The name has no other usual meaning: the column cannot be allowed.
    Certain,
    /// The name may mean something else (a postal PIN code): dropped, unless the caller allows it.
    Likely,
}

/// What the column name `name` says, if it says sensitive authentication data.
pub fn named(name: &str) -> Option<Sad> {
    let folded: String = name.chars().map(fold).collect();
    let words = words(&folded);
    let has = |terms: &[&str]| terms.iter().any(|term| holds(&words, term));
    let joined = words.concat();
    let compact: String = folded.chars().filter(|character| character.is_alphanumeric()).collect();
    if has(CERTAIN)
        || JOINED.contains(&joined.as_str())
        || WITHOUT_GAPS.iter().any(|term| compact.contains(term))
    {
        return Some(Sad::Certain);
    }
    has(LIKELY).then_some(Sad::Likely)
}

/// Whether a field of this name may not be sealed, because it says, or may say, sensitive authentication data.
pub fn denotes_sad(name: &str) -> bool {
    named(name).is_some()
}

/// Whether a value holds the data of a magnetic stripe (ISO/IEC 7813): track 1, `%B` digits `^`, or track 2, `;` digits
/// `=`, with 12 to 19 digits.
pub fn holds_track_data(value: &[u8]) -> bool {
    let after = |end: u8, rest: &[u8]| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b' ').count();
        (12..=23).contains(&digits) && rest.get(digits) == Some(&end)
    };
    value.iter().enumerate().any(|(at, byte)| match byte {
        b'%' => {
            let rest = value.get(at.saturating_add(2)..).unwrap_or_default();
            value.get(at.saturating_add(1)).is_some_and(|format| format.eq_ignore_ascii_case(&b'B'))
                && after(b'^', rest)
        }
        b';' => {
            let rest = value.get(at.saturating_add(1)..).unwrap_or_default();
            after(b'=', rest) || after(b'D', rest)
        }
        _ => false,
    })
}

/// Every term, for tests of quicker looks.
#[cfg(test)]
pub(crate) fn terms() -> impl Iterator<Item = &'static str> {
    CERTAIN.iter().chain(LIKELY).chain(JOINED).chain(WITHOUT_GAPS).copied()
}

/// Words and phrases without another usual meaning. A gap in a phrase is any boundary between words.
const CERTAIN: &[&str] = &[
    "cvv",
    "cvv1",
    "cvv2",
    "icvv",
    "dcvv",
    "cvc",
    "cvc1",
    "cvc2",
    "cvc3",
    "csc",
    "3csc",
    "4csc",
    "cvn",
    "cvn2",
    "cvd",
    "cvd2",
    "cav",
    "cav2",
    "cve",
    "cid2",
    "cid4",
    "4dbc",
    "cvvcvc",
    "cvv 2",
    "cvc 2",
    "cav 2",
    "cvn 2",
    "card cid",
    "cc cid",
    "amex cid",
    "cid code",
    "security code",
    "securitycode",
    "card verification",
    "verification value",
    "cc verification",
    "signature panel code",
    "track1",
    "track2",
    "track3",
    "track 1",
    "track 2",
    "track 3",
    "track data",
    "trackdata",
    "track1data",
    "track2data",
    "track equivalent",
    "magstripe",
    "magstrip",
    "mag stripe",
    "mag strip",
    "magnetic stripe",
    "magnetic strip",
    "magnetic track",
    "stripe data",
    "pin block",
    "pinblock",
    "encrypted pin",
    "card pin",
    "pin data",
    "pin offset",
    "pin verification",
    "pvv", // PIN verification value
    "cryptogramme",
    "code de securite",
    "codigo de seguridad",
    "codigo de seguranca",
    "codice di sicurezza",
    "sicherheitscode",
    "kartenprufnummer",
    "prufnummer",
    "kartenprufziffer",
    "beveiligingscode",
    "sakerhetskod",
    "kod bezpieczenstwa",
    "guvenlik kodu",
    "код безопасности",
    "보안코드",
    "보안 코드",
];

/// Words that now and then mean something else.
const LIKELY: &[&str] = &["pin", "pin1", "pin2", "pins", "pincode", "pinnumber"];

/// Whole names that are written without any boundary.
const JOINED: &[&str] = &[
    "cardsecuritycode",
    "cardcvv",
    "cardcvv2",
    "cardcvc",
    "cardcvc2",
    "cardcsc",
    "cardcid",
    "cccvv",
    "cccvc",
    "ccsecuritycode",
    "ccid4",
    "cvvcode",
    "cvv2code",
    "cvccode",
    "cvc2code",
    "cvvnumber",
    "cvcnumber",
    "cvvno",
    "cvcno",
    "cardverificationvalue",
    "cardverificationcode",
    "cardverificationnumber",
    "creditcardcvv",
    "creditcardcvc",
    "creditcardsecuritycode",
    "cardpin",
    "magneticstripe",
    "magstripedata",
    "encryptedpin",
    "codigoseguridad",
    "codigoseguranca",
];

/// Terms of languages written without gaps between words, and of their half-width forms.
const WITHOUT_GAPS: &[&str] = &[
    "セキュリティコード",
    "セキュリティーコード",
    "セキュリティ番号",
    "セキュリティーナンバー",
    "セキュリティナンバー",
    "ｾｷｭﾘﾃｨｺｰﾄﾞ",
    "ｾｷｭﾘﾃｨｰｺｰﾄﾞ",
    "ｾｷｭﾘﾃｨ番号",
    "カード確認番号",
    "カード検証番号",
    "カード検証コード",
    "カード確認コード",
    "券面認証番号",
    "暗証番号",
    "暗証コード",
    "暗証ｺｰﾄﾞ",
    "アンショウバンゴウ",
    "ｱﾝｼｮｳﾊﾞﾝｺﾞｳ",
    "ピンブロック",
    "ﾋﾟﾝﾌﾞﾛｯｸ",
    "トラックデータ",
    "ﾄﾗｯｸﾃﾞｰﾀ",
    "トラック1",
    "トラック2",
    "ﾄﾗｯｸ1",
    "ﾄﾗｯｸ2",
    "磁気ストライプ",
    "磁気ｽﾄﾗｲﾌﾟ",
    "磁気データ",
    "磁気ﾃﾞｰﾀ",
    "磁気情報",
    "安全码",
    "安全碼",
    "卡片验证码",
    "卡片驗證碼",
    "磁条",
    "磁條",
];

/// Full-width letters and digits to ASCII, accents away; the case is kept for the boundaries of words.
fn fold(character: char) -> char {
    match character {
        '！'..='～' => {
            let ascii = u32::from(character).saturating_sub(u32::from('！')).saturating_add(u32::from('!'));
            char::from_u32(ascii).unwrap_or(character)
        }
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' => 'e',
        'í' | 'ì' | 'î' | 'Í' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' | 'ń' => 'n',
        _ => character,
    }
}

/// Lower-case words: split at what is no letter or digit, where ASCII meets another script, and at the humps of
/// camelCase (`CVVCode` is `cvv code`, `track2Data` is `track2 data`).
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &this) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or(' ');
        let after = characters.get(at.saturating_add(1)).copied().unwrap_or(' ');
        let hump = this.is_uppercase()
            && (before.is_lowercase()
                || before.is_ascii_digit()
                || (before.is_uppercase() && after.is_lowercase()));
        let script = before.is_alphanumeric() && before.is_ascii() != this.is_ascii();
        if (hump || script || !this.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if this.is_alphanumeric() {
            word.extend(this.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether the words of `term` stand in `words`, side by side.
fn holds(words: &[String], term: &str) -> bool {
    let term: Vec<&str> = term.split(' ').collect();
    words.windows(term.len()).any(|window| window.iter().zip(&term).all(|(word, other)| word == other))
}

#[cfg(test)]
mod tests {
    use super::{Sad, holds_track_data, named};

    #[test]
    fn ac_03_track_data_is_known_by_its_form() {
        let rows: [(&[u8], bool); 7] = [
            (b"%B4111111111111111^TARO/YAMADA^30121010000000000000?", true),
            (b"x %b4111 1111 1111 1111^TARO/YAMADA^3012", true),
            (b";4111111111111111=30121010000012300000?", true),
            (b";4111111111111111D3012101", true),
            (b"a;123=4", false),
            (b"100%Better;now", false),
            (b"", false),
        ];
        for (value, holds) in rows {
            assert_eq!(holds_track_data(value), holds);
        }
    }

    #[test]
    fn names_of_codes_pins_and_tracks_match_and_others_do_not() {
        let certain = [
            "cvv",
            "CVV2",
            "cvc",
            "CVC_2",
            "card_cvv",
            "cardCVV",
            "CVVCode",
            "cardcvc",
            "security_code",
            "securityCode",
            "SecurityCode",
            "SECURITY-CODE",
            "card security code",
            "securitycode",
            "Card Verification Value",
            "card_cid",
            "csc",
            "cav2",
            "track1",
            "Track 2",
            "track_data",
            "track2Data",
            "magstripe",
            "mag_stripe",
            "pin_block",
            "PINBlock",
            "pinblock",
            "ＣＶＶ",
            "セキュリティコード",
            "セキュリティ・コード",
            "カードセキュリティコード",
            "ｾｷｭﾘﾃｨｺｰﾄﾞ",
            "暗証番号",
            "磁気ストライプ",
            "CVV番号",
            "Prüfnummer",
            "Código de seguridad",
            "código_de_segurança",
            "code de sécurité",
            "安全码",
            "cvv_encrypted",
            "billing.cvv",
        ];
        for name in certain {
            assert_eq!(named(name), Some(Sad::Certain), "{name}");
        }
        for name in ["pin", "PIN", "user_pin", "pin_code", "PIN番号", "userPin"] {
            assert_eq!(named(name), Some(Sad::Likely), "{name}");
        }
        let others = [
            "shipping",
            "shipping_address",
            "pinned",
            "opinion",
            "spin",
            "cid",
            "customer_cid",
            "code",
            "postal_code",
            "country_code",
            "security",
            "card_number",
            "track",
            "tracking_number",
            "track_id",
            "verification",
            "expiry",
            "id",
            "name",
            "memo",
            "created_at",
            "カード番号",
            "郵便番号",
            "暗号",
            "セキュリティ",
            "",
            "score",
            "cvs",
            "description",
            "excvv",
            "パスワード",
            "トラック台数",
        ];
        for name in others {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
