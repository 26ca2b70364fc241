//! The finder and the redactor: what is found, how it is written, and what stands in its place.

use base64ct::Encoding;
use panveil::card::Brand;
use panveil::scan::{Charset, Confidence, Finder, Hit, Kind, Reason, Redaction, Replacement, Writing};

fn all() -> Finder {
    Finder::new().at_least(Confidence::Low)
}

#[test]
fn writings_of_a_number_are_found_whole() {
    let rows: &[(&str, &str, Writing)] = &[
        ("x 4111111111111111 y", "4111111111111111", Writing::Plain),
        ("x 4111 1111 1111 1111 y", "4111 1111 1111 1111", Writing::Separated),
        ("x 4111-1111-1111-1111", "4111-1111-1111-1111", Writing::Separated),
        ("4111.1111.1111.1111.", "4111.1111.1111.1111", Writing::Separated),
        ("4111/1111/1111/1111", "4111/1111/1111/1111", Writing::Separated),
        ("4111_1111_1111_1111", "4111_1111_1111_1111", Writing::Separated),
        ("4111 - 1111 - 1111 - 1111", "4111 - 1111 - 1111 - 1111", Writing::Separated),
        ("3782 822463 10005", "3782 822463 10005", Writing::Separated),
        (
            "カード４１１１１１１１１１１１１１１１です",
            "４１１１１１１１１１１１１１１１",
            Writing::OtherDigits,
        ),
        (
            "４１１１　１１１１　１１１１　１１１１",
            "４１１１　１１１１　１１１１　１１１１",
            Writing::OtherDigits,
        ),
        ("٤١١١١١١١١١١١١١١١", "٤١١١١١١١١١١١١١١١", Writing::OtherDigits),
        (
            "4111\u{2011}1111\u{2011}1111\u{2011}1111",
            "4111\u{2011}1111\u{2011}1111\u{2011}1111",
            Writing::OtherDigits,
        ),
        ("n=4111%201111%201111%201111&x", "4111%201111%201111%201111", Writing::Percent),
        ("n=4111+1111+1111+1111&x", "4111+1111+1111+1111", Writing::Separated),
        ("n=%34%31%31%31111111111111&x", "%34%31%31%31111111111111", Writing::Percent),
        ("n=%EF%BC%94111111111111111&x", "%EF%BC%94111111111111111", Writing::Percent),
        ("{\"pan\":4111111111111111}", "4111111111111111", Writing::Plain),
        ("<pan>4111111111111111</pan>", "4111111111111111", Writing::Plain),
        ("Card{pan=4111111111111111, cvv=x}", "4111111111111111", Writing::Plain),
        ("**4111 1111 1111 1111**", "4111 1111 1111 1111", Writing::Separated),
        ("* 4111111111111111\n* x", "4111111111111111", Writing::Plain),
        ("12 4111 1111 1111 1111 12/29", "4111 1111 1111 1111", Writing::Separated),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", Writing::Separated),
        ("Customer gave 4222 222 222 222 by phone", "4222 222 222 222", Writing::Separated),
        ("msg 41 11 11 11 11 11 11 11", "41 11 11 11 11 11 11 11", Writing::Separated),
        ("\\n4111111111111111", "4111111111111111", Writing::Plain),
    ];
    for (text, number, writing) in rows {
        let hits = all().find(text.as_bytes());
        assert_eq!(hits.len(), 1, "{text}");
        let begin = usize::try_from(hits[0].offset).unwrap();
        assert_eq!(&text.as_bytes()[begin..begin + hits[0].length], number.as_bytes(), "{text}");
        assert_eq!(hits[0].writing, *writing, "{text}");
        assert!(hits[0].brand.is_some() && hits[0].masked.is_some());
    }
}

#[test]
fn other_numbers_are_not_found() {
    let rows = [
        "",
        "4111111111111112",
        "41111111111111111111",
        "1764188400123",
        "4111 1111 1111 1111 1111 1111"[..19].strip_suffix('1').unwrap(),
        "550e8400-e29b-41d4-a716-446655440000",
        "12345678-4111-1111-1111-111111111111",
        "0.4111111111111111",
        "4111111111111111.25",
        "4111 1111-1111 1111",
        "1 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "00 41 11 11 11 11 11 11 11 00",
        "4571-6516-1290\n2024-10-01",
        "card=f1.6-4:4594050694166808\n862",
        "************1111",
        "411111******1111",
        "4111 11** **** 1111",
        "192.168.100.200 2026-11-26 12:34:56.789",
        "+81 90-1234-5678 03-1234-5678",
    ];
    for text in rows {
        assert_eq!(all().find(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn surroundings_decide_how_sure_a_number_is() {
    use Confidence::{High, Low, Medium};
    let rows: &[(&str, Confidence, Reason)] = &[
        ("4111111111111111", Medium, Reason::Number),
        ("4111 1111 1111 1111", High, Reason::Grouped),
        ("4111 1111 1111 1111 5500 0000 0000 0004"[..19].as_ref(), High, Reason::Grouped),
        ("card=4111111111111111", High, Reason::Named),
        ("order=4111111111111111", Low, Reason::OtherName),
        ("order 4111 1111 1111 1111", Medium, Reason::OtherName),
        ("request body: 4111111111111111", Medium, Reason::Number),
        ("\u{1b}[3mpan\u{1b}[0m\u{1b}[2m=\u{1b}[0m4111111111111111", High, Reason::Named),
        ("\u{1b}[1m4111111111111111\u{1b}[0m", Medium, Reason::Number),
        ("x9400 4111 1111 1111 1111 8353 92", Low, Reason::LongerChain),
        ("DE15 4111 1111 1111 1111 11", Low, Reason::LongerChain),
        ("4111 1111 1111 1111 0129 123", High, Reason::Grouped),
        ("5018-0000-0009", Low, Reason::RareLength),
        ("n 4111 1111 1111 1111\n2024-10-01", High, Reason::Grouped),
        ("{\"accountNumber\":\"4111111111111111\"}", High, Reason::Named),
        ("x4111111111111111x", Low, Reason::TouchesLetters),
        ("4222222222222", Low, Reason::RareLength),
        ("card 4222222222222", Medium, Reason::RareLength),
        ("4111111111111111=29121010000012345678", High, Reason::Track),
        ("pay 4111 1111\n1111 1111 ok", Medium, Reason::SplitOverLines),
        ("a card number that was wrapped: 4111111111\n111111 ok", Medium, Reason::SplitOverLines),
        ("this was wrapped: 4111111111\n111111 ok", Low, Reason::SplitOverLines),
    ];
    for (text, confidence, reason) in rows {
        let hits = all().find(text.as_bytes());
        assert_eq!(
            hits.iter().map(|hit| (hit.confidence, hit.reason)).collect::<Vec<_>>(),
            [(*confidence, *reason)],
            "{text}"
        );
    }
}

#[test]
fn a_list_of_cards_is_found_whole() {
    let hits =
        Finder::new().find(b"4111 1111 1111 1111 5500 0000 0000 0004 4111111111111111 378282246310005");
    assert_eq!(hits.len(), 4);
}

#[test]
fn numbers_that_overlap_are_hidden_whole() {
    let groups = |last: [u32; 2]| format!("4111 4111 4111 {:04} {:04}", last[0], last[1]);
    let overlapping = (1000..1100).flat_map(|fourth| (1000..1100).map(move |fifth| groups([fourth, fifth])));
    let mut checked = 0;
    for text in overlapping {
        let hits = all().find(text.as_bytes());
        if hits.len() == 2 {
            let redacted = Redaction::mask(all()).keep_length().redact(text.as_bytes());
            assert_eq!(redacted, b"**** **** **** **** ****".map(|byte| byte), "{text}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn tracks_codes_and_pins_are_found_beside_a_number() {
    let text = b"%B4111111111111111^DOE/JANE^29121010000000000000?;4111111111111111=29121010000012345678? cvv=123 <pin>1234</pin> \"security_code\" : \"9876\"";
    let kinds: Vec<Kind> = all().find(text).iter().map(|hit| hit.kind).collect();
    assert_eq!(kinds, [Kind::Track1, Kind::Track2, Kind::SecurityCode, Kind::Pin, Kind::SecurityCode]);
    // Before a number too; but not far from one, and not without one.
    let kinds: Vec<Kind> = all().find(b"cvc2: 321, n: 5500000000000004").iter().map(|hit| hit.kind).collect();
    assert_eq!(kinds, [Kind::SecurityCode, Kind::Pan]);
    assert_eq!(all().find(b"cvv=123 pin=1234"), []);
    let far = [b"4111111111111111".as_slice(), &[b' '; 300], b"cvv=123"].concat();
    assert_eq!(all().find(&far).len(), 1);
}

#[test]
fn brands_are_named() {
    let rows: &[(&str, Brand)] = &[
        ("5500000000000004", Brand::Mastercard),
        ("378282246310005", Brand::Amex),
        ("3530111333300000", Brand::Jcb),
        ("30569309025904", Brand::Diners),
        ("6212341111111111231", Brand::UnionPay),
    ];
    for (text, brand) in rows {
        assert_eq!(all().find(text.as_bytes())[0].brand, Some(*brand), "{text}");
    }
}

#[test]
fn pieces_make_no_difference() {
    let text = "a 4111 1111 1111 1111, b %34%31%31%31111111111111 cvv=123 ４１１１　１１１１　１１１１　１１１１ \
                5500000000000004 4111 1111 1111 1111 1111 1111 %B4111111111111111^DOE/JANE^29121010000000000000? "
        .repeat(20);
    let whole: Vec<Hit> = all().find(text.as_bytes());
    assert!(whole.len() > 100);
    for size in [1, 2, 3, 7, 64, 511, 1000, 1500, 4096] {
        let mut hits = Vec::new();
        let mut stream = all().stream();
        for piece in text.as_bytes().chunks(size) {
            stream.push(piece, &mut |hit| hits.push(*hit));
        }
        stream.finish(&mut |hit| hits.push(*hit));
        assert_eq!(hits, whole, "{size}");
        let redaction = Redaction::mask(all());
        let mut out = Vec::new();
        let mut stream = redaction.stream();
        for piece in text.as_bytes().chunks(size) {
            stream.push(piece, &mut out, &mut |_| {});
        }
        stream.finish(&mut out, &mut |_| {});
        assert_eq!(out, redaction.redact(text.as_bytes()), "{size}");
        assert_eq!(all().find(&out), []);
        assert_eq!(redaction.redact(&out), out);
    }
}

#[test]
fn utf_16_is_found_and_redacted_in_place() {
    let text =
        "日本 card 4111 1111 1111 1111, cvv=123 ４１１１　１１１１　１１１１　１１１１ 𠮷 5500000000000004.";
    for (charset, to_bytes) in
        [(Charset::Utf16Le, u16::to_le_bytes as fn(u16) -> [u8; 2]), (Charset::Utf16Be, u16::to_be_bytes)]
    {
        let wide = |text: &str| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        let finder = Finder::new().in_charset(charset);
        let bytes = wide(text);
        let hits = finder.find(&bytes);
        let found: Vec<&[u8]> =
            hits.iter().map(|hit| &bytes[usize::try_from(hit.offset).unwrap()..][..hit.length]).collect();
        let expected =
            ["4111 1111 1111 1111", "123", "４１１１　１１１１　１１１１　１１１１", "5500000000000004"]
                .map(wide);
        assert_eq!(found, expected);
        let redaction = Redaction::mask(finder);
        let redacted = wide("日本 card ************1111, cvv=*** ************1111 𠮷 ************0004.");
        assert_eq!(redaction.redact(&bytes), redacted);
        // Pieces may end within a unit, and so may the text.
        for size in [1, 3, 50] {
            let mut out = Vec::new();
            let mut stream = redaction.stream();
            for piece in [bytes.as_slice(), b"x"].concat().chunks(size) {
                stream.push(piece, &mut out, &mut |_| {});
            }
            stream.finish(&mut out, &mut |_| {});
            assert_eq!(out, [redacted.as_slice(), b"x"].concat());
        }
    }
}

#[test]
fn hex_and_base64_are_decoded() {
    let hex = |text: &str, between: &str| {
        let pairs: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(between)
    };
    for between in ["", " ", "-", ":"] {
        for text in ["4111111111111111", "4111 1111 1111 1111"] {
            let line = format!("body {} end", hex(&format!("\"{text}\","), between));
            let hits = Finder::new().find(line.as_bytes());
            assert_eq!(hits.len(), 1, "{line}");
            assert_eq!(hits[0].writing, Writing::Hex, "{line}");
            let redacted = Redaction::mask(Finder::new()).redact(line.as_bytes());
            assert_eq!(redacted.len(), line.len());
            assert_eq!(Finder::new().find(&redacted), [], "{line}");
        }
    }
    let xxd = "00000010: 3431 3131 3131 3131 3131 3131 3131 3131  ................";
    assert_eq!(Finder::new().find(xxd.as_bytes()).len(), 1);
    let finder = Finder::new().with_base64();
    for before in ["", ":", "a:", "{\"user\":\"x\",\"pan\":\"", "abcdefghijklm "] {
        for number in ["4111111111111111", "4111-1111-1111-1111", "378282246310005"] {
            let text = base64ct::Base64::encode_string(format!("{before}{number}, and more").as_bytes());
            let line = format!("Authorization: Basic {text}; x");
            let hits = finder.find(line.as_bytes());
            assert_eq!(hits.len(), 1, "{before}{number}");
            assert_eq!(hits[0].writing, Writing::Base64);
            assert_eq!(&hits[0].masked.unwrap().as_str()[12..], &number.replace('-', "")[12..]);
            let redacted = Redaction::mask(finder).redact(line.as_bytes());
            assert_eq!(redacted.len(), line.len());
            assert_eq!(finder.find(&redacted), [], "{line}");
            assert_eq!(Finder::new().find(line.as_bytes()), []);
        }
    }
}

/// A number over the lines of dumps as three programs print them, and the same with its pairs and characters taken out.
const DUMPS: [(&str, &str); 4] = [
    (
        "00000000: 7061 6e3d 2234 3131 3131 3131 3131 3131  pan=\"4111111111\n\
         00000010: 3131 3131 3122 2c20 6f6b 2069 6e20 6974  11111\", ok in it\n\
         00000020: 2e0a                                     ..\n",
        "00000000: 7061 6e3d aa2a 2a2a 2a2a 2a2a 2a2a 2a2a  pan=\"**********\n\
         00000010: 2a2a 2a2a 2a2a 2c20 6f6b 2069 6e20 6974  *****\", ok in it\n\
         00000020: 2e0a                                     ..\n",
    ),
    (
        "00000000  63 61 72 64 3a 34 31 31  31 20 31 31 31 31 20 31  |card:4111 1111 1|\n\
         00000010  31 31 31 20 31 31 31 31  2e                       |111 1111.|\n\
         00000019\n",
        "00000000  63 61 72 64 3a 2a 2a 2a  2a 2a 2a 2a 2a 2a 2a 2a  |card:**** **** *|\n\
         00000010  2a 2a 2a 2a 2a 2a 2a 2a  2e                       |*** ****.|\n\
         00000019\n",
    ),
    (
        "000000 78 78 78 34 31 31 31 31 31 31 31 31 31 31 31 31\n\
         000010 31 31 31 2c 0a\n\
         000015\n",
        "000000 78 78 78 aa 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a 2a\n\
         000010 2a 2a 2a 2c 0a\n\
         000015\n",
    ),
    (
        "00000000: 7878 7834 3131 3131 3131 3131 3131 3131  xxx4111111111111\r\n\
         00000010: 3131 3178 7878 7878 7878 7878 7878 7878  111xxxxxxxxxxxxx\r\n",
        "00000000: 7878 aa2a 2a2a 2a2a 2a2a 2a2a 2a2a 2a2a  xxx*************\r\n\
         00000010: 2a2a 2a2a 7878 7878 7878 7878 7878 7878  ***xxxxxxxxxxxxx\r\n",
    ),
];

#[test]
fn numbers_over_the_lines_of_a_dump_are_taken_out_of_both_columns() {
    for (text, expected) in DUMPS {
        let redacted = Redaction::mask(Finder::new()).redact(text.as_bytes());
        assert_eq!(String::from_utf8(redacted).unwrap(), expected);
        // Neither a mask nor a fixed text may move the columns.
        let fixed = Redaction::new(Finder::new(), Replacement::Fixed("[card]".into())).unwrap();
        assert_eq!(String::from_utf8(fixed.redact(text.as_bytes())).unwrap(), expected);
        let hits = Finder::new().find(text.as_bytes());
        assert!(hits.iter().all(|hit| hit.writing == Writing::Hex && hit.confidence == Confidence::High));
        // In pieces of any length.
        for size in [1, 7, 60, 100] {
            let mut pieces = Vec::new();
            let mut stream = Finder::new().stream();
            for piece in text.as_bytes().chunks(size) {
                stream.push(piece, &mut |hit| pieces.push(*hit));
            }
            stream.finish(&mut |hit| pieces.push(*hit));
            assert_eq!(pieces, hits);
        }
    }
}

#[test]
fn lines_whose_addresses_do_not_go_on_are_no_dump() {
    for (text, _) in DUMPS {
        let broken = text.replace("\n00000010", "\n00000030").replace("\n000010", "\n000030");
        let hits = Finder::new().find(broken.as_bytes());
        assert!(hits.iter().all(|hit| hit.offset > 100 || hit.length < 70), "{broken}");
    }
}

#[test]
fn what_is_left_beside_a_hit_is_no_surer_than_before() {
    // Each was found only once its neighbour was gone. More stand in fuzz/regressions/scan.
    let rows = [
        "4306 3669 186934iI0MTExMTExMTExMTExMTEx",
        "4111 1111 1100 3431 3131 3131 3131 3131 3131 3131 3131",
        "4111 1111\n1100 3431 3131 3131 3131 3131 3131 3131 3131",
        "34313131313131313131313131313131 3431 3131 3131 3131 3131 3131 3131 3131",
        "4111%201111%201111%201111cvv123 134313131313131313131313131313131",
        "pin1234 3431 3131 3131 3131 3131 3131 3131 3131|4111111111111111",
        "B4111111111111111^^2912171%34111111111111111",
        "NDExMTExMTExMTExMTExMQ=iI0MTExMTExMTExMTExMTEx",
        "4iI0MTExMTExMTExMTExMTExIn0iOiI0MTExMTExMTExMTExMTEx",
        "OiI0MTExMI0MTExMTExMTExMTExMTExINDExMTExMTExMTExMTExMQ==",
    ];
    for text in rows {
        for least in [Confidence::Low, Confidence::Medium, Confidence::High] {
            for finder in [Finder::new(), Finder::new().with_base64(), Finder::new().ascii_only()] {
                let finder = finder.at_least(least);
                let fixed = Redaction::new(finder, Replacement::Fixed("[card]".into())).unwrap();
                let masks = Redaction::mask(finder);
                for redaction in [masks.clone(), masks.keep_length(), fixed] {
                    let out = redaction.redact(text.as_bytes());
                    assert_eq!(finder.find(&out), [], "{text}");
                    assert_eq!(redaction.redact(&out), out, "{text}");
                }
            }
        }
    }
}
