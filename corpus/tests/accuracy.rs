//! AC-59: card data in text is found, other numbers are not, and nothing that is told holds a value.
//!
//! `PANVEIL_LINES=1000000` for the full count.

use panveil::scan::{Confidence, Finder};
use panveil_corpus::accuracy::Accuracy;
use panveil_corpus::chance::Chance;
use panveil_corpus::line::Line;
use panveil_corpus::negatives::Negatives;
use panveil_corpus::positives::{Group, Positives};

fn lines() -> usize {
    std::env::var("PANVEIL_LINES").map_or(100_000, |count| count.parse().unwrap())
}

/// Tells all confidences, so that the table has those below the default threshold too.
fn all() -> Finder {
    Finder::new().at_least(Confidence::Low)
}

#[expect(clippy::print_stdout, reason = "the table is for whoever reads the test's output")]
fn measure(title: &str, finder: Finder, count: usize, next: impl FnMut() -> Line) -> Accuracy {
    let accuracy = Accuracy::of(finder, count, &mut Chance::new(59), next);
    println!("{title}\n{accuracy}");
    assert_eq!(accuracy.total().lines, count as u64);
    accuracy
}

fn positives(title: &str, finder: Finder, count: usize, group: Group) -> Accuracy {
    let mut source = Positives::new(59, group);
    measure(title, finder, count, || source.line())
}

/// All that is promised at the default threshold.
fn assert_recall(accuracy: &Accuracy) {
    let total = accuracy.total();
    let recall = total.recall(Confidence::Medium);
    assert!(recall >= 0.999, "{:.3} % of the lines were found whole", recall * 100.0);
    // Beside the numbers of such lines there is little else that is taken for one.
    let wrong = total.false_rate(Confidence::Medium);
    assert!(wrong <= 0.001, "false hits in {:.3} % of the lines", wrong * 100.0);
}

#[test]
fn ac_59_card_data_in_text_is_found() {
    assert_recall(&positives("text", all(), lines(), Group::Text));
}

#[test]
fn ac_59_the_path_for_ascii_finds_what_is_ascii() {
    let mut source = Positives::new(60, Group::Text);
    let accuracy = measure("ASCII only", all().ascii_only(), lines() / 4, || {
        loop {
            let line = source.line();
            let other = line.row == "URL-encoded" || !line.text.is_ascii();
            if !other {
                return line;
            }
        }
    });
    assert_recall(&accuracy);
}

/// Of a line of a dump the characters beside the bytes may touch letters; then the least sure hit is of low confidence.
#[test]
fn card_data_in_base64_hex_and_lines_of_dumps_is_found() {
    let encoded = positives("dumps and base64", all().with_base64(), lines() / 4, Group::Encoded);
    for (row, count) in encoded.rows() {
        let is_dump = row.contains("in one line") || row.contains("over lines");
        assert!(!is_dump || count.recall(Confidence::Low) >= 0.999, "{row}");
        assert!(count.recall(Confidence::Medium) >= if is_dump { 0.93 } else { 0.998 }, "{row}");
    }
}

#[test]
fn ac_59_looking_into_base64_loses_nothing_in_text() {
    assert_recall(&positives("text, looking into base64", all().with_base64(), lines() / 4, Group::Text));
}

/// Nothing is promised of these at the default threshold; of most of them the lowest one finds all, and of the others the
/// table says how many.
#[test]
fn numbers_that_look_like_something_else_are_found_with_low_confidence() {
    let hard = positives("hard", all(), lines() / 10, Group::Hard);
    let mut counted = 0;
    for (row, count) in hard.rows() {
        let half_found =
            ["one digit at a time", "over two lines, wrapped", "hexdump -C, over lines", "xxd, over lines"];
        if !half_found.contains(&row) {
            assert!(count.recall(Confidence::Low) >= 0.99, "{row}");
            counted += 1;
        }
    }
    assert_eq!(counted, 4);
}

#[test]
fn ac_59_other_numbers_are_not_taken_for_card_data() {
    for (title, finder) in [("no card data", all()), ("no card data, base64", all().with_base64())] {
        let mut source = Negatives::new(59).unwrap();
        let accuracy = measure(title, finder, lines(), || source.line());
        let wrong = accuracy.total().false_rate(Confidence::Medium);
        assert!(wrong <= 0.001, "false hits in {:.3} % of the lines", wrong * 100.0);
        // The counting would see one.
        assert!(accuracy.total().false_rate(Confidence::Low) > 0.0);
    }
}

#[test]
fn panveil_tokens_are_never_taken_for_card_data() {
    let mut source = Negatives::new(16).unwrap();
    let mut tokens = 0;
    while tokens < 2_000 {
        let line = source.line();
        if line.row == "panveil tokens" {
            tokens += 1;
            assert_eq!(all().with_base64().find(&line.text), []);
        }
    }
}
