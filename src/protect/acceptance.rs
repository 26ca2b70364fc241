//! Tokens against the acceptance criteria, with the keys of both roads at hand.

use std::collections::HashSet;

use super::fingerprint::fingerprint_key;
use super::layout::{Layout, LayoutChoice};
use super::token::{Token, TokenFormat, TokenKind};
use super::token_keys::{TokenKeys, slot_key};
use super::tokenizer::Tokenizer;
use crate::card::id::{Application, TenantId};
use crate::card::{Pan, PanRules, luhn, spot};
use crate::crypto::kdf::Label;
use crate::crypto::secret::Secret;
use crate::error::Error;

/// Every length with every layout that is for it.
fn permitted() -> impl Iterator<Item = (usize, Layout)> {
    let pairs = (12..=19).flat_map(|length| Layout::ALL.map(|layout| (length, layout)));
    pairs.filter(|(length, layout)| layout.hidden(*length).is_ok())
}

fn root(byte: u8) -> Secret {
    Secret::fill_with(|bytes| {
        bytes.fill(byte);
        Ok(())
    })
    .unwrap()
}

fn keys(byte: u8, version: u32, tenant: &str) -> TokenKeys {
    TokenKeys::derive(&root(byte), version, &TenantId::new(tenant).unwrap()).unwrap()
}

/// Repeatable numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn digits(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| b'0' + u8::try_from(self.next() % 10).unwrap()).collect()
    }

    /// Digits of a card number of `length` digits that begins with `prefix`.
    fn card(&mut self, prefix: &str, length: usize) -> Vec<u8> {
        let mut number = prefix.as_bytes().to_vec();
        number.extend(self.digits(length - 1 - prefix.len()));
        number.push(b'0' + luhn::check_digit(&number));
        number
    }
}

fn pan(digits: &[u8]) -> Pan {
    PanRules::new().allow_12_digits().parse(digits).unwrap()
}

fn hidden(token: &Token) -> &str {
    let TokenKind::Ff1(layout) = token.format().kind() else { panic!("an FF1 token") };
    &token.as_str()[layout.bin()..token.as_str().len() - layout.last()]
}

/// The token as the design words it, from an independent FF1 and the HKDF of the `hkdf` crate.
fn by_the_book(root: &[u8; 32], version: u32, tenant: &str, number: &[u8], layout: Layout) -> String {
    use fpe::ff1::{FF1, FlexibleNumeralString};
    let (bin, tail) = (layout.bin(), number.len() - layout.last());
    let mut key = [0; 32];
    let info = Label::new("panveil/v1/token")
        .number(version)
        .text(tenant.as_bytes())
        .number(u32::try_from(number.len()).unwrap())
        .text(layout.to_string().as_bytes());
    hkdf::Hkdf::<sha2::Sha256>::new(None, root).expand(info.as_bytes(), &mut key).unwrap();
    let ff1 = FF1::<aes::Aes256>::new(&key, 10).unwrap();
    let tweak = [&number[..bin], &number[tail..]].concat();
    let mut middle: Vec<u16> = number[bin..tail].iter().map(|digit| u16::from(digit - b'0')).collect();
    *middle.last_mut().unwrap() = (middle.last().unwrap() + 1) % 10;
    loop {
        middle = ff1.encrypt(&tweak, &FlexibleNumeralString::from(middle)).unwrap().into();
        let text: String = middle.iter().map(ToString::to_string).collect();
        let kept = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
        let token = format!("{}{text}{}", kept(&number[..bin]), kept(&number[tail..]));
        if luhn::residue(token.as_bytes()) != 0 {
            return token;
        }
    }
}

#[test]
fn tokens_are_what_the_design_says() {
    let mut numbers = Numbers(1);
    for (length, layout) in permitted() {
        let keys = keys(0x17, 2, "shop 1");
        for _ in 0..60 {
            let number = numbers.card("", length);
            let token = keys.tokenize(&pan(&number), layout).unwrap();
            assert_eq!(token.as_str(), by_the_book(&[0x17; 32], 2, "shop 1", &number, layout));
            assert_eq!(keys.detokenize(&token).unwrap().expose(), number);
        }
    }
}

#[test]
fn ac_28_tokens_of_version_1_open_for_ever() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../vectors/tokens_v1.json")).unwrap();
    let byte = |name: &str| u8::try_from(file[name].as_u64().unwrap()).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let version = u32::try_from(vector["version"].as_u64().unwrap()).unwrap();
        let keys = keys(byte("root_byte"), version, text("tenant"));
        let handle = text("handle");
        let token = keys.tokenize(&pan(text("pan").as_bytes()), text("layout").parse().unwrap()).unwrap();
        assert_eq!(token.to_string(), handle);
        let opened = keys.detokenize(&handle.parse().unwrap()).unwrap();
        assert_eq!(opened.expose(), text("pan").as_bytes(), "{handle}");
    }
    assert_eq!(vectors.len(), 2 * permitted().count());
}

#[test]
fn ac_10_sub_keys_differ_pairwise() {
    let mut all = HashSet::new();
    let mut count = 0;
    for byte in [1, 2] {
        for version in [1, 2, 0x0100_0000] {
            for tenant in ["a", "b", "ab", "a1"] {
                let tenant = TenantId::new(tenant).unwrap();
                for (length, layout) in permitted() {
                    all.insert(*slot_key(&root(byte), version, &tenant, length, layout).unwrap().expose());
                    count += 1;
                }
                all.insert(*fingerprint_key(&root(byte), version, &tenant).unwrap().expose());
                count += 1;
            }
        }
    }
    assert_eq!(all.len(), count);
}

#[test]
fn ac_13_small_domains_are_refused_at_the_call() {
    let mut numbers = Numbers(2);
    let keys = keys(1, 1, "shop");
    for length in 12..=19 {
        let pan = pan(&numbers.card("4", length));
        for layout in Layout::ALL {
            let expected = match (length, layout) {
                (_, Layout::Last4) | (16..=19, Layout::Bin6Last4) | (16, Layout::Bin8) => None,
                _ => Some(Error::LayoutRefused),
            };
            assert_eq!(keys.tokenize(&pan, layout).err(), expected, "{layout} of {length}");
        }
    }
}

#[test]
fn ac_14_everything_bound_changes_the_hidden_digits() {
    const TOKENS: usize = 100_000;
    let [base, tenant, version, other_root] =
        [keys(1, 1, "shop"), keys(1, 1, "shop2"), keys(1, 2, "shop"), keys(2, 1, "shop")];
    let mut numbers = Numbers(3);
    let mut changed = [0usize; 6];
    for _ in 0..TOKENS {
        let number = numbers.card("4", 16);
        let token = base.tokenize(&pan(&number), Layout::Bin6Last4).unwrap();
        // The same card number under another tenant, version and root.
        for (count, keys) in changed.iter_mut().zip([&tenant, &version, &other_root]) {
            let other = keys.tokenize(&pan(&number), Layout::Bin6Last4).unwrap();
            *count += usize::from(hidden(&other) != hidden(&token));
        }
        // Another layout: the six digits that both hide.
        let other = base.tokenize(&pan(&number), Layout::Last4).unwrap();
        changed[3] += usize::from(other.as_str()[6..12] != token.as_str()[6..12]);
        // Another length, the middle digits the same: a zero in front, which Luhn does not see.
        let longer = [b"0", number.as_slice()].concat();
        let other = base.tokenize(&pan(&longer), Layout::Bin6Last4).unwrap();
        changed[4] += usize::from(other.as_str()[7..13] != token.as_str()[6..12]);
        // One clear digit, and the check digit with it, the hidden digits the same.
        let mut other = number.clone();
        let place = usize::try_from(numbers.next() % 6).unwrap();
        other[place] = b'0' + (other[place] - b'0' + 1) % 10;
        other[15] = b'0' + luhn::check_digit(&other[..15]);
        let other = base.tokenize(&pan(&other), Layout::Bin6Last4).unwrap();
        changed[5] += usize::from(hidden(&other) != hidden(&token));
    }
    for count in changed {
        assert!(count * 1000 >= TOKENS * 999, "{changed:?}");
    }
}

#[test]
fn ac_15_all_cards_of_one_bin_and_last_four() {
    let keys = keys(9, 1, "shop");
    let format = TokenFormat::new(1, Layout::Bin6Last4).unwrap();
    let (mut cards, mut passing, mut made_up, mut opened) = (0, 0, 0, 0);
    let mut tokens = HashSet::new();
    for middle in 0..1_000_000u32 {
        let text = format!("411111{middle:06}1111");
        if let Ok(pan) = Pan::parse(text.as_bytes()) {
            cards += 1;
            let token = keys.tokenize(&pan, Layout::Bin6Last4).unwrap();
            let digits = token.as_str();
            assert!(digits.len() == 16 && digits.starts_with("411111") && digits.ends_with("1111"));
            assert_ne!(luhn::residue(digits.as_bytes()), 0);
            assert!(keys.detokenize(&token).unwrap().ct_eq(&pan));
            assert!(tokens.insert(digits.to_owned()), "two cards, one token");
        }
        // The same string as a handle.
        match Token::new(format, text.as_bytes()) {
            Err(error) => {
                assert_eq!((luhn::residue(text.as_bytes()), error), (0, Error::NotAToken));
                passing += 1;
            }
            Ok(token) => {
                made_up += 1;
                match keys.detokenize(&token) {
                    Ok(_) => opened += 1,
                    Err(error) => assert_eq!(error, Error::NotAToken),
                }
            }
        }
    }
    // One string in nine opens, which is as many as there are cards: exactly the tokens.
    assert_eq!((cards, tokens.len()), (100_000, 100_000));
    assert_eq!((passing, made_up, opened), (100_000, 900_000, 100_000));
}

#[test]
fn ac_15_made_up_tokens_of_every_layout_are_refused_eight_times_in_nine() {
    let keys = keys(9, 1, "shop");
    let mut numbers = Numbers(5);
    for (length, layout) in permitted() {
        let format = TokenFormat::new(1, layout).unwrap();
        let (mut tried, mut opened) = (0u32, 0u32);
        while tried < 9_000 {
            let Ok(token) = Token::new(format, &numbers.digits(length)) else { continue };
            tried += 1;
            opened += u32::from(keys.detokenize(&token).is_ok());
        }
        // 1000 expected; six standard deviations are 179.
        assert!((821..=1179).contains(&opened), "{layout} of {length}: {opened}");
    }
}

/// PANVEIL_TEST_TOKENS=10000000 for the full count.
#[test]
fn ac_16_no_token_is_a_card_number() {
    let wanted = std::env::var("PANVEIL_TEST_TOKENS").ok().and_then(|count| count.parse().ok());
    let wanted: usize = wanted.unwrap_or(1_000_000);
    let keys = keys(7, 1, "shop");
    let kinds: Vec<_> = permitted().collect();
    let prefixes = ["4", "51", "2221", "37", "3528", "62", "36", "6011", "5018", "508500", "2200", "9792"];
    let rules = PanRules::new().allow_12_digits();
    let mut numbers = Numbers(6);
    for made in 0..wanted {
        let (length, layout) = kinds[made % kinds.len()];
        let prefix = prefixes[made / kinds.len() % prefixes.len()];
        let token = keys.tokenize(&pan(&numbers.card(prefix, length)), layout).unwrap();
        let digits = token.as_str().as_bytes();
        assert!(rules.parse(digits).is_err() && rules.parse_normalized(digits).is_err(), "{token}");
        assert!(!spot::is_card_number(digits) && !spot::holds_card_number(digits), "{token}");
        assert!(!spot::holds_card_number(token.to_string().as_bytes()), "{token}");
    }
}

#[test]
fn a_token_of_another_version_tenant_or_root_does_not_open_to_its_card() {
    let mut numbers = Numbers(8);
    let base = keys(1, 1, "shop");
    let mut opened = 0;
    for _ in 0..900 {
        let pan = pan(&numbers.card("4", 16));
        let token = base.tokenize(&pan, Layout::Last4).unwrap();
        assert_eq!(keys(1, 2, "shop").detokenize(&token).err(), Some(Error::NoSuchKey));
        for other in [keys(1, 1, "shop2"), keys(2, 1, "shop")] {
            match other.detokenize(&token) {
                Ok(wrong) => {
                    assert!(!wrong.ct_eq(&pan));
                    opened += 1;
                }
                Err(error) => assert_eq!(error, Error::NotAToken),
            }
        }
    }
    assert!((120..=280).contains(&opened), "{opened} of 1800, one in nine expected");
}

#[test]
fn a_wrong_check_digit_is_never_tokenized() {
    let pan = PanRules::new().allow_wrong_check_digit().parse(b"4111111111111112").unwrap();
    assert_eq!(keys(1, 1, "shop").tokenize(&pan, Layout::Last4).err(), Some(Error::PanLuhn));
}

fn tokenizer(versions: &[u32], current: u32) -> Result<Tokenizer, Error> {
    let (tenant, caller) = (TenantId::new("shop").unwrap(), Application::new("checkout").unwrap());
    let roots: Vec<_> = versions.iter().map(|version| (*version, root(*version as u8))).collect();
    let versions = roots.iter().map(|(version, root)| (*version, root)).collect();
    Tokenizer::new(tenant, caller, versions, current)
}

#[test]
fn the_current_version_makes_tokens_and_all_are_at_hand() {
    let tokenizer = tokenizer(&[1, 3, 2], 2).unwrap();
    let count = tokenizer.count();
    let pan = pan(b"4111111111111111");
    let token = tokenizer.tokenize(&pan, LayoutChoice::Auto).unwrap();
    assert_eq!(token.format().to_string(), "f2.6-4");
    let all = tokenizer.tokenize_all_versions(&pan, LayoutChoice::Auto).unwrap();
    let formats: Vec<_> = all.iter().map(|token| token.format().version()).collect();
    assert_eq!(formats, [2, 3, 1]);
    assert_eq!(all[0], token);
    let refused = tokenizer.tokenize(&pan, LayoutChoice::Fixed(Layout::Bin8)).map(|token| token.to_string());
    assert!(refused.unwrap().starts_with("f2.8-0:41111111"));
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 3);
    assert_eq!(
        format!("{tokenizer:?}"),
        "Tokenizer { tenant: TenantId(\"shop\"), caller: Application(\"checkout\"), .. }"
    );
}

#[test]
fn versions_are_checked() {
    for (versions, current, error) in [
        (&[1, 2][..], 3, Error::NoSuchKey),
        (&[], 1, Error::NoSuchKey),
        (&[1, 1], 1, Error::Argument),
        (&[0], 0, Error::TokenFormat),
    ] {
        assert_eq!(tokenizer(versions, current).err(), Some(error), "{versions:?}");
    }
}

#[test]
fn a_tokenizer_may_be_shared_between_threads() {
    let tokenizer = tokenizer(&[1], 1).unwrap();
    let pan = pan(b"4111111111111111");
    let expected = tokenizer.tokenize(&pan, LayoutChoice::Auto).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(tokenizer.tokenize(&pan, LayoutChoice::Auto).unwrap(), expected);
                }
            });
        }
    });
    assert_eq!(tokenizer.count().load(std::sync::atomic::Ordering::Relaxed), 4001);
}
