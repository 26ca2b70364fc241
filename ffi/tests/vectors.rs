//! `tests/c/vectors.h` holds the shared vectors as C tables, so that the C programs need no JSON.

use std::fmt::Write as _;
use std::path::Path;

use panveil::Error;
use panveil::clock::Timestamp;
use serde_json::Value;

#[test]
fn the_vectors_of_the_c_programs_are_the_shared_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = table(&root.join("../vectors"));
    let path = root.join("tests/c/vectors.h");
    if std::env::var_os("PANVEIL_WRITE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "vectors.h is not up to date; run: PANVEIL_WRITE_DOCS=1 cargo test -p panveil-ffi --test vectors"
    );
}

fn table(vectors: &Path) -> String {
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(vectors.join(name)).unwrap()).unwrap()
    };
    let (vault, cases) = (read("vault_v1.json"), read("pan_cases.json"));
    let mut out = String::from(
        "/* Made from vectors/ by ffi/tests/vectors.rs; do not edit. The numbers are made up or published test numbers. */\n\
         #include <stddef.h>\n#include <stdint.h>\n\n",
    );
    let made_at = Timestamp::from_rfc3339(vault["made_at"].as_str().unwrap()).unwrap();
    let passphrase = quoted(vault["passphrase"].as_str().unwrap());
    writeln!(out, "#define VECTORS_PASSPHRASE {passphrase}").unwrap();
    writeln!(out, "#define VECTORS_MADE_AT_MS INT64_C({})\n", made_at.as_millis()).unwrap();

    out.push_str("struct vector {\n  const char *field, *value, *handle, *record;\n};\n\n");
    out.push_str("static const struct vector vectors[] = {\n");
    for row in vault["protected"].as_array().unwrap() {
        let text = |name: &str| row[name].as_str().map_or("NULL".to_owned(), quoted);
        let (field, value) = (text("field"), text("value"));
        writeln!(out, "    {{{field}, {value},\n     {},\n     {}}},", text("handle"), text("record"))
            .unwrap();
    }
    out.push_str("};\n\nstruct pan_case {\n  const char *text;\n  size_t length;\n");
    out.push_str("  uint32_t strict, with_12, for_sealing, normalized;\n};\n\n");
    out.push_str("static const struct pan_case pan_cases[] = {\n");
    for case in cases["cases"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let status = |name: &str| status(case[name].as_str().unwrap());
        let [strict, with_12, sealing, normalized] =
            ["parse", "with_12", "for_sealing", "normalized"].map(status);
        let (length, text) = (text.len(), quoted(text));
        writeln!(out, "    {{{text}, {length}, {strict}, {with_12}, {sealing}, {normalized}}},").unwrap();
    }
    out.push_str("};\n");
    out
}

fn status(name: &str) -> u32 {
    if name == "ok" {
        return 0;
    }
    Error::ALL.iter().find(|error| error.name() == name).expect("a known error").number()
}

/// A C string literal; octal escapes end after three digits, where hexadecimal ones would go on.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\' | b'?');
    let escape = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("\\{byte:03o}") };
    format!("\"{}\"", text.bytes().map(escape).collect::<String>())
}
