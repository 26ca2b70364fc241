//! AC-16 with the finder: it sees no token, in whatever text it stands.
//!
//! `PANVEIL_TOKENS=10000000` for the full count.

use panveil::card::id::{Application, TenantId};
use panveil::card::{Brand, PanRules, luhn};
use panveil::clock::Timestamp;
use panveil::keys::keyring::{Environment, Keyring};
use panveil::protect::{Layout, LayoutChoice, Tokenizer};
use panveil::scan::{Confidence, Finder};

/// The first digits of every brand.
const PREFIXES: [&str; 14] =
    ["4", "51", "2221", "37", "3528", "62", "81", "36", "305", "6011", "5018", "508500", "2200", "9792"];

/// What a token stands between: alone, beside the name of a card number, in JSON, in a list.
const TEXTS: [(&str, &str); 5] =
    [("", "\n"), ("card=", "\n"), ("{\"pan\":", "}\n"), ("PAN ", ", cvv=123\n"), ("f1.6-4:", "\n")];

#[test]
fn ac_16_the_finder_sees_no_token_of_any_length_and_layout() {
    let wanted: u64 = std::env::var("PANVEIL_TOKENS").map_or(300_000, |count| count.parse().unwrap());
    let now = Timestamp::from_seconds(1_795_334_400);
    let keyring = Keyring::generate(Environment::Dev, now).unwrap();
    let (tenant, caller) = (TenantId::new("shop").unwrap(), Application::new("test").unwrap());
    let tokenizer = Tokenizer::from_keyring(&keyring, tenant, caller, now).unwrap();
    let kinds: Vec<(usize, Layout)> = (12..=19)
        .flat_map(|length| Layout::ALL.map(|layout| (length, layout)))
        .filter(|(length, layout)| layout.hidden(*length).is_ok())
        .collect();
    let rules = PanRules::new().allow_12_digits();
    // One text of all tokens: neighbours must not make a number either.
    let mut all = Finder::new().with_base64().at_least(Confidence::Low).stream();
    let alone = Finder::new().with_base64().at_least(Confidence::Low);
    let (mut hits, mut cards_seen) = (0u64, 0u64);
    for number in 0..wanted {
        let place = usize::try_from(number).unwrap();
        let (length, layout) = kinds[place % kinds.len()];
        let prefix = PREFIXES[place / kinds.len() % PREFIXES.len()];
        let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 10u64.pow(18);
        let mut digits = format!("{prefix}{random:018}").into_bytes();
        digits.truncate(length - 1);
        digits.push(b'0' + luhn::check_digit(&digits));
        let pan = rules.parse(&digits).unwrap();
        let token = tokenizer.tokenize(&pan, LayoutChoice::Fixed(layout)).unwrap();
        let (before, after) = TEXTS[place % TEXTS.len()];
        let text = format!("{before}{}{after}", token.as_str());
        all.push(text.as_bytes(), &mut |_| hits += 1);
        let plain = format!("\"{}\"", token.as_str());
        assert_eq!(alone.find(plain.as_bytes()), [], "{length} {layout}");
        // The card it stands for would be seen.
        if place % 97 == 0 && Brand::of(&pan).is_some() {
            cards_seen += 1;
            assert_eq!(alone.find(format!("\"{}\"", String::from_utf8_lossy(&digits)).as_bytes()).len(), 1);
        }
    }
    all.finish(&mut |_| hits += 1);
    // Security codes count only beside a number, so there is none either.
    assert_eq!(hits, 0);
    assert!(cards_seen > wanted / 300);
}
