//! The corpus is what it says it is.

use panveil_corpus::card::{Card, with_check_digit};
use panveil_corpus::chance::Chance;
use panveil_corpus::dump;
use panveil_corpus::identifier::{ean, iban, iccid, imei};
use panveil_corpus::line::Line;
use panveil_corpus::log::Log;
use panveil_corpus::moment::Moment;
use panveil_corpus::negatives::{self, Negatives};
use panveil_corpus::positives::{self, Group, Positives};

const GROUPS: [Group; 3] = [Group::Text, Group::Encoded, Group::Hard];

#[test]
fn the_same_seed_makes_the_same_lines() {
    for group in GROUPS {
        let texts = |seed| {
            let mut source = Positives::new(seed, group);
            (0..500).map(|_| source.line().text).collect::<Vec<_>>()
        };
        assert_eq!(texts(1), texts(1));
        assert_ne!(texts(1), texts(2));
    }
    assert_eq!(Log::new(3).text(100_000), Log::new(3).text(100_000));
}

#[test]
fn every_line_of_the_positives_says_what_is_in_it() {
    for group in GROUPS {
        let mut source = Positives::new(4, group);
        for _ in 0..5_000 {
            let line = source.line();
            assert!(!line.truths.is_empty(), "{}", line.row);
            for piece in line.truths.iter().flat_map(|truth| &truth.pieces) {
                assert!(piece.start < piece.end && piece.end <= line.text.len(), "{}", line.row);
            }
            assert!(!line.row.is_empty());
        }
        assert!(positives::shares(group).count() > 3);
    }
    let mut source = Negatives::new(4).unwrap();
    assert!((0..5_000).all(|_| source.line().truths.is_empty()));
}

#[test]
fn the_shares_of_the_lines_add_up() {
    let shares: Vec<(&str, u32)> = negatives::shares().collect();
    assert_eq!(shares.iter().map(|(_, share)| share).sum::<u32>(), 1_000);
    let mut source = Negatives::new(5).unwrap();
    let count = 100_000_usize;
    let mut rows = std::collections::BTreeMap::<&str, usize>::new();
    for _ in 0..count {
        *rows.entry(source.line().row).or_default() += 1;
    }
    for (row, share) in shares {
        let expected = count * share as usize / 1_000;
        assert!(rows[row].abs_diff(expected) < 200 + expected / 10, "{row}: {}", rows[row]);
    }
}

#[test]
fn cards_have_their_check_digit_and_their_brand() {
    assert_eq!(with_check_digit("411111111111111"), "4111111111111111");
    assert_eq!(with_check_digit("37828224631000"), "378282246310005");
    let mut chance = Chance::new(6);
    let mut lengths = std::collections::BTreeSet::new();
    let rare: Vec<_> = Card::rare_kinds().collect();
    let rare =
        rare.into_iter().map(|(brand, length)| Card::of_kind(&mut Chance::new(length as u64), brand, length));
    let issued: Vec<Card> = (0..20_000).map(|_| Card::issued(&mut chance)).collect();
    for card in issued.into_iter().chain(rare) {
        lengths.insert(card.digits.len());
        assert_eq!(
            panveil::card::Brand::of_digits(card.digits.as_bytes()),
            Some(card.brand),
            "{:?}",
            card.brand
        );
        let (payload, _) = card.digits.split_at(card.digits.len() - 1);
        assert_eq!(with_check_digit(payload), card.digits);
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), (12..=19).collect::<Vec<_>>());
}

#[test]
fn identifiers_have_their_check_digits() {
    let mut chance = Chance::new(7);
    for _ in 0..200 {
        let iban = iban(&mut chance).replace(' ', "");
        let moved = format!("{}{}", &iban[4..], &iban[..4]);
        let rest = moved.chars().fold(0, |rest, character| {
            let value = character.to_digit(36).unwrap();
            (if value > 9 { rest * 100 } else { rest * 10 } + value) % 97
        });
        assert_eq!(rest, 1, "{iban}");
        let ean = ean(&mut chance);
        let sum: u32 =
            ean.chars().enumerate().map(|(at, digit)| digit.to_digit(10).unwrap() * [1, 3][at % 2]).sum();
        assert_eq!((sum % 10, ean.len()), (0, 13), "{ean}");
        for number in [imei(&mut chance).replace('-', ""), iccid(&mut chance)] {
            assert_eq!(with_check_digit(&number[..number.len() - 1]), number);
        }
    }
}

#[test]
fn moments_count_from_1970() {
    let mut chance = Chance::new(8);
    let mut moments: Vec<Moment> = (0..1_000).map(|_| Moment::any(&mut chance)).collect();
    moments.sort_by_key(Moment::iso);
    assert!(moments.windows(2).all(|two| two[0].epoch() <= two[1].epoch()));
    // 2024-01-01 to 2027-01-01.
    assert!(moments.iter().all(|moment| (1_704_067_200..1_798_761_600).contains(&moment.epoch())));
    for moment in moments {
        let read = panveil::clock::Timestamp::from_rfc3339(&moment.iso()).unwrap();
        assert_eq!(read.as_millis() as u64, moment.milliseconds());
    }
}

#[test]
fn dumps_are_those_of_the_programs() {
    let mut line = Line::default();
    line.put("abc").secret(panveil::scan::Kind::Pan, "4111111111111111").put("z\n");
    let text = |line: Line| String::from_utf8(line.text).unwrap();
    assert_eq!(
        text(dump::hexdump(&line)),
        "00000000  61 62 63 34 31 31 31 31  31 31 31 31 31 31 31 31  |abc4111111111111|\n\
         00000010  31 31 31 7a 0a                                    |111z.|"
    );
    assert_eq!(
        text(dump::xxd(&line)),
        "00000000: 6162 6334 3131 3131 3131 3131 3131 3131  abc4111111111111\n\
         00000010: 3131 317a 0a                             111z."
    );
    let pieces: Vec<String> = dump::hexdump(&line)
        .truths
        .iter()
        .flat_map(|truth| truth.pieces.clone())
        .map(|piece| text(dump::hexdump(&line))[piece].to_owned())
        .collect();
    assert_eq!(pieces, ["34 31 31 31 31  31 31 31 31 31 31 31 31", "31 31 31", "4111111111111", "111"]);
    assert_eq!(text(dump::base64(&line)), "YWJjNDExMTExMTExMTExMTExMXoK");
    assert_eq!(dump::base64(&line).truths[0].pieces, vec![4..26; 1]);
}

#[test]
fn lines_in_utf_16_hold_the_same() {
    let mut source = Positives::new(10, Group::Text);
    for line in std::iter::repeat_with(|| source.line()).take(2_000) {
        let Some(wide) = line.in_utf16() else { continue };
        let narrow = |bytes: &[u8]| {
            let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
            char::decode_utf16(units).collect::<Result<String, _>>().unwrap().into_bytes()
        };
        assert_eq!(narrow(&wide.text), line.text);
        for (truth, same) in wide.truths.iter().zip(&line.truths) {
            assert_eq!(narrow(&wide.text[truth.pieces[0].clone()]), line.text[same.pieces[0].clone()]);
        }
    }
}

#[test]
fn the_log_is_heavy_in_digits_and_poor_in_cards() {
    let (text, cards) = Log::new(9).text(4_000_000);
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let share = digits as f64 / text.len() as f64;
    assert!((0.27..0.33).contains(&share), "{share}");
    assert!((350..=400).contains(&cards), "{cards}");
}
