//! Layouts, token formats and handles, as a caller writes them.

use panveil::Error;
use panveil::protect::{Layout, LayoutChoice, Token, TokenFormat};

#[test]
fn ac_13_small_domains_are_refused() {
    for (length, bin, last, outcome) in [
        (16, 8, 4, Err(Error::LayoutRefused)),
        (15, 6, 4, Err(Error::LayoutRefused)),
        (14, 6, 4, Err(Error::LayoutRefused)),
        (13, 6, 4, Err(Error::LayoutRefused)),
        (12, 6, 4, Err(Error::LayoutRefused)),
        (19, 8, 4, Err(Error::LayoutRefused)),
        (15, 8, 0, Err(Error::LayoutRefused)),
        (17, 8, 0, Err(Error::LayoutRefused)),
        (19, 8, 0, Err(Error::LayoutRefused)),
        (16, 6, 4, Ok(Layout::Bin6Last4)),
        (17, 6, 4, Ok(Layout::Bin6Last4)),
        (18, 6, 4, Ok(Layout::Bin6Last4)),
        (19, 6, 4, Ok(Layout::Bin6Last4)),
        (16, 8, 0, Ok(Layout::Bin8)),
        (12, 0, 4, Ok(Layout::Last4)),
        (15, 0, 4, Ok(Layout::Last4)),
        (19, 0, 4, Ok(Layout::Last4)),
        (16, 7, 4, Err(Error::LayoutUnknown)),
        (16, 6, 6, Err(Error::LayoutUnknown)),
        (16, 0, 0, Err(Error::LayoutUnknown)),
        (16, usize::MAX, usize::MAX, Err(Error::LayoutUnknown)),
        (11, 0, 4, Err(Error::PanLength)),
        (20, 0, 4, Err(Error::PanLength)),
    ] {
        assert_eq!(Layout::check(length, bin, last), outcome, "({length}, {bin}, {last})");
    }
}

/// No request of any size gives a layout with fewer than a million hidden values.
#[test]
fn ac_13_every_layout_hides_six_digits_or_more() {
    for length in 0..=40 {
        for bin in 0..=40 {
            for last in 0..=40 {
                if let Ok(layout) = Layout::check(length, bin, last) {
                    let hidden = layout.hidden(length).unwrap();
                    assert!(hidden >= 6 && hidden == length - bin - last, "({length}, {bin}, {last})");
                    assert_eq!((layout.bin(), layout.last()), (bin, last));
                }
            }
        }
    }
}

#[test]
fn ac_13_the_refusal_says_what_works() {
    let text = Error::LayoutRefused.to_string();
    assert!(text.contains("auto") && text.contains("0+4"), "{text}");
}

#[test]
fn layouts_as_configuration_writes_them() {
    for (text, outcome) in [
        ("auto", Ok(LayoutChoice::Auto)),
        ("0+4", Ok(LayoutChoice::Fixed(Layout::Last4))),
        ("6+4", Ok(LayoutChoice::Fixed(Layout::Bin6Last4))),
        ("8+0", Ok(LayoutChoice::Fixed(Layout::Bin8))),
        ("8+4", Err(Error::LayoutRefused)),
        ("", Err(Error::LayoutUnknown)),
        ("Auto", Err(Error::LayoutUnknown)),
        ("6-4", Err(Error::LayoutUnknown)),
        ("6+0", Err(Error::LayoutUnknown)),
        ("06+4", Err(Error::LayoutUnknown)),
        (" 6+4", Err(Error::LayoutUnknown)),
    ] {
        assert_eq!(text.parse::<LayoutChoice>(), outcome, "{text:?}");
        if let Ok(choice) = outcome {
            assert_eq!(choice.to_string(), text);
        }
    }
}

#[test]
fn auto_is_six_and_four_from_16_digits() {
    for length in 0..=25 {
        let expected = match length {
            12..=15 => Ok(Layout::Last4),
            16..=19 => Ok(Layout::Bin6Last4),
            _ => Err(Error::PanLength),
        };
        assert_eq!(LayoutChoice::Auto.resolve(length), expected, "{length}");
    }
}

#[test]
fn token_formats_are_read_strictly() {
    let known = ["f1.6-4", "f1.0-4", "f1.8-0", "f42.6-4", "f4294967295.0-4"];
    let random = ["r1.0-4", "r1.6-4", "r1.8-0", "r1.8-4", "r4294967295.6-4", "o1", "o4294967295"];
    for text in known.into_iter().chain(random) {
        assert_eq!(text.parse::<TokenFormat>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "f",
        "f1",
        "f1.",
        "1.6-4",
        "F1.6-4",
        "f0.6-4",
        "f01.6-4",
        "f+1.6-4",
        "f-1.6-4",
        "f 1.6-4",
        "f.6-4",
        "f4294967296.6-4",
        "f99999999999999999999.6-4",
        "f1.6+4",
        "f1.8-4",
        "f1.6-0",
        "f1.7-4",
        "f1.6-4 ",
        " f1.6-4",
        "f1.6-4.",
        "f1.06-4",
        "ff1.6-4",
        "f１.6-4",
        "r0.6-4",
        "r1",
        "r01.6-4",
        "r1.6-0",
        "R1.6-4",
        "o",
        "o0",
        "o01",
        "o1.",
        "o1.6-4",
        "é1.6-4",
    ] {
        assert_eq!(text.parse::<TokenFormat>(), Err(Error::TokenFormat), "{text:?}");
    }
    assert_eq!(TokenFormat::new(0, Layout::Last4), Err(Error::TokenFormat));
}

#[test]
fn handles_are_read_strictly() {
    for text in [
        "f1.6-4:4111110394821112",
        "f7.0-4:000000000001",
        "f1.6-4:0000000000000000001",
        "r1.6-4:4111117350161111",
        "r2.6-4:371449000000003",
        "r1.8-4:4111111100021111",
        "o1:obqw45tfnfwca33qmfyxkzjage",
    ] {
        assert_eq!(text.parse::<Token>().unwrap().to_string(), text);
    }
    for (text, error) in [
        ("", Error::NotAHandle),
        ("4111110394821112", Error::NotAHandle),
        ("f1.6-4", Error::NotAHandle),
        ("UFYBAQ", Error::NotAHandle),
        ("411111******1111", Error::NotAHandle),
        (":4111110394821112", Error::TokenFormat),
        ("f0.6-4:4111110394821112", Error::TokenFormat),
        ("f1.8-4:4111110394821112", Error::TokenFormat),
        ("f1.6-4:", Error::NotAToken),
        ("f1.6-4::4111110394821112", Error::NotAToken),
        ("f1.6-4:4111110394821112 ", Error::NotAToken),
        ("f1.6-4:411111******1112", Error::NotAToken),
        ("f1.6-4:411111******1111", Error::NotAToken),
        ("f1.6-4:411111039482111", Error::NotAToken),
        ("f1.8-0:41111103948211121", Error::NotAToken),
        ("f1.0-4:41111111111", Error::NotAToken),
        ("f1.0-4:41111111111111111111", Error::NotAToken),
        ("f1.6-4:４１１１１１０３９４８２１１１２", Error::NotAToken),
        ("f1.6-4:371449000000003", Error::NotAToken),
        ("r1.6-4:4111111111111111", Error::NotAToken),
        ("r1.6-4:4111111111117", Error::NotAToken),
        ("r1.8-4:41111111000211112", Error::NotAToken),
        ("r1.6-4:obqw45tfnfwca33qmfyxkzjage", Error::NotAToken),
        ("o1:4111117350161111", Error::NotAToken),
        ("o1:obqw45tfnfwca33qmfyxkzjagf", Error::NotAToken),
        ("o1:OBQW45TFNFWCA33QMFYXKZJAGE", Error::NotAToken),
        // Sixteen digits among the letters that are a card number.
        ("o1:aaaaaaaaa5555555555554444a", Error::NotAToken),
    ] {
        assert_eq!(text.parse::<Token>(), Err(error), "{text:?}");
    }
}

#[test]
fn ac_15_what_passes_luhn_is_no_handle() {
    for digits in ["4111111111111111", "5105105105105100", "0000000000000000"] {
        for format in ["f1.6-4", "f1.0-4", "f1.8-0"] {
            assert_eq!(format!("{format}:{digits}").parse::<Token>(), Err(Error::NotAToken), "{format}");
        }
    }
}

#[test]
fn tokens_are_equal_with_their_format_only() {
    let token = |text: &str| text.parse::<Token>().unwrap();
    assert_eq!(token("f1.6-4:4111110394821112"), token("f1.6-4:4111110394821112"));
    for other in ["f2.6-4:4111110394821112", "f1.0-4:4111110394821112", "f1.6-4:4111110394821113"] {
        assert_ne!(token("f1.6-4:4111110394821112"), token(other));
    }
}
