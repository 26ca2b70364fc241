//! Whatever the finder can say has a number in the header: its place among all of its kind, from 1.

use panveil::card::Brand;
use panveil::scan::{Confidence, Kind, Reason, Writing};

#[test]
fn every_name_has_its_place_as_its_number() {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let confidences: Vec<&str> = Confidence::ALL.iter().map(|confidence| confidence.name()).collect();
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    let writings: Vec<&str> = Writing::ALL.iter().map(|writing| writing.name()).collect();
    let brands: Vec<&str> = Brand::ALL.iter().map(|brand| brand.name()).collect();
    for (prefix, all) in [
        ("PANVEIL_KIND_", kinds),
        ("PANVEIL_CONFIDENCE_", confidences),
        ("PANVEIL_REASON_", reasons),
        ("PANVEIL_WRITING_", writings),
        ("PANVEIL_BRAND_", brands),
    ] {
        assert!(all.len() >= 3, "{prefix}");
        let wanted: Vec<String> =
            (1..).zip(&all).map(|(number, name)| format!("{} {number}", name.to_ascii_uppercase())).collect();
        assert_eq!(constants(prefix), wanted, "{prefix}");
    }
}

/// The constants of the header that begin with `prefix`, as `NAME NUMBER`, by their numbers.
fn constants(prefix: &str) -> Vec<String> {
    let header = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/include/panveil.h")).unwrap();
    let lines = header.lines().filter_map(|line| line.strip_prefix("#define ")?.strip_prefix(prefix));
    let mut all: Vec<&str> = lines.collect();
    all.sort_by_key(|line| line.split_once(' ').and_then(|(_, number)| number.parse::<u32>().ok()));
    all.into_iter().map(str::to_owned).collect()
}
