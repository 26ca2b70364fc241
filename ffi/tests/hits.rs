//! Whatever the finder can say has a number in the header.

use std::path::Path;

/// The enums of the core, and what their constants in the header begin with.
const ENUMS: [(&str, &str, &str); 5] = [
    ("src/scan/hit.rs", "Kind", "PANVEIL_KIND_"),
    ("src/scan/hit.rs", "Confidence", "PANVEIL_CONFIDENCE_"),
    ("src/scan/hit.rs", "Reason", "PANVEIL_REASON_"),
    ("src/scan/hit.rs", "Writing", "PANVEIL_WRITING_"),
    ("src/card/brand.rs", "Brand", "PANVEIL_BRAND_"),
];

#[test]
fn every_variant_has_a_number_of_its_own() {
    let table = read("ffi/src/hit.rs");
    let header = read("ffi/include/panveil.h");
    for (file, name, prefix) in ENUMS {
        let variants = variants(&read(file), name);
        assert!(variants.len() >= 3, "{name}");
        for variant in &variants {
            let row = format!("({name}::{variant}, {prefix}{})", upper_snake(variant));
            assert!(table.contains(&row), "ffi/src/hit.rs lacks {row}");
        }
        let mut numbers: Vec<u32> = header
            .lines()
            .filter_map(|line| line.strip_prefix("#define ")?.strip_prefix(prefix)?.split_once(' '))
            .map(|(_, number)| number.trim().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        let wanted: Vec<u32> = (1..).take(variants.len()).collect();
        assert_eq!(numbers, wanted, "{prefix}");
    }
}

/// The names between the braces of `pub enum NAME`.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (_, rest) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = rest.split_once("\n}\n").unwrap();
    let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.filter_map(|line| line.strip_suffix(',')).map(str::to_owned).collect()
}

/// `BesideNumber` as `BESIDE_NUMBER`; brands as they write themselves.
fn upper_snake(variant: &str) -> String {
    if matches!(variant, "UnionPay" | "RuPay") {
        return variant.to_ascii_uppercase();
    }
    let mut name = String::new();
    for (index, letter) in variant.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(file)).unwrap()
}
