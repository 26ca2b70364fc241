//! `protect --tokens random` and `opaque`: what stands in the table comes out through `reveal` alone.

use std::collections::HashSet;

use crate::support::{Place, run};

const CARDS: [&str; 3] = ["4111111111111111", "378282246310005", "4012888888881881"];

/// Some rows, in which a card comes twice, with one that is refused in between.
const ROWS: &str = "id,card_number,memo
C1,4111111111111111,first
C2,4111111111111111,he said 4012-8888-8888-1881
C3,378282246310005,second
C4,4111111111111112,wrong check digit
C5,4111111111111111,again
C6,,none
C7,4012888888881881,third
";

/// Token, format and mask of each row that was taken.
fn tokens(place: &Place, name: &str) -> Vec<(String, String)> {
    let text = place.read(name);
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[1].to_owned(), cells[2].to_owned())
    });
    rows.filter(|(token, _)| !token.is_empty()).collect()
}

#[test]
fn random_tokens_join_as_cards_did_and_a_second_run_makes_no_others() {
    let place = Place::new();
    place.write("legacy.csv", ROWS);
    let ran = run(place.protect("legacy.csv", "out.csv", &["--tokens", "random"])).ends(1);
    assert!(
        ran.stdout.contains("4 protected") && ran.stdout.contains("PanElsewhere 1, PanLuhn 1"),
        "{ran:?}"
    );
    let made = tokens(&place, "out.csv");
    let formats: Vec<&str> = made.iter().map(|(_, format)| format.as_str()).collect();
    assert_eq!(formats, ["r1.6-4", "r1.0-4", "r1.6-4", "r1.6-4"]);
    assert_eq!(made[0], made[2], "one card, one token");
    assert!(made[0].0.starts_with("411111") && made[0].0.ends_with("1111"));
    let identity = place.identity("alice");
    for ((token, format), card) in made.iter().zip([CARDS[0], CARDS[1], CARDS[0], CARDS[2]]) {
        let ran = run(place.reveal(&format!("{format}:{token}"), &identity, &[])).ends(0);
        assert_eq!(ran.stdout, format!("{card}\n"));
    }
    run(place.protect("legacy.csv", "again.csv", &["--tokens", "random"])).ends(1);
    assert_eq!(place.read("again.csv"), place.read("out.csv"));
    // FF1 gives others, and both open.
    run(place.protect("legacy.csv", "ff1.csv", &[])).ends(1);
    assert!(tokens(&place, "ff1.csv").iter().all(|token| !made.contains(token)));
    let eight = ["--tokens", "random", "--layout", "8+4"];
    let ran = run(place.protect("legacy.csv", "eight.csv", &eight)).ends(1);
    assert!(ran.stdout.contains("LayoutRefused 1"), "{ran:?}");
    assert_eq!(tokens(&place, "eight.csv")[0].1, "r1.8-4");
    place.verifies();
}

#[test]
fn opaque_tokens_are_new_in_each_row() {
    let place = Place::new();
    place.write("legacy.csv", ROWS);
    run(place.protect("legacy.csv", "out.csv", &["--tokens", "opaque"])).ends(1);
    let made = tokens(&place, "out.csv");
    assert_eq!(made.iter().collect::<HashSet<_>>().len(), 4);
    assert!(made.iter().all(|(token, format)| format == "o1" && token.len() == 26));
    let identity = place.identity("alice");
    for ((token, _), card) in made.iter().zip([CARDS[0], CARDS[1], CARDS[0], CARDS[2]]) {
        let ran = run(place.reveal(&format!("o1:{token}"), &identity, &[])).ends(0);
        assert_eq!(ran.stdout, format!("{card}\n"));
    }
    run(place.protect("legacy.csv", "no.csv", &["--tokens", "opaque", "--layout", "6+4"])).refused(904);
    run(place.protect("legacy.csv", "no.csv", &["--tokens", "rot13"])).ends(2);
    place.verifies();
}
