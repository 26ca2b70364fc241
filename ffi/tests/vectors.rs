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
         #include <stddef.h>\n#include <stdint.h>\n\n#include <panveil.h>\n\n",
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
    out.push_str("};\n\n");
    roots(&mut out, &read("tokens_v1.json"), &read("sealed_v1.json"));
    out
}

/// The vectors of fixed roots, with the names of the vaults that examples/vector_vaults.rs makes for them.
fn roots(out: &mut String, tokens: &Value, sealed: &Value) {
    let place = |row: &Value| {
        let hex: String = row["tenant"].as_str().unwrap().bytes().map(|byte| format!("{byte:02x}")).collect();
        quoted(&format!("{hex}-{}", row["version"]))
    };
    out.push_str("struct root_token {\n  const char *vault, *pan, *handle;\n  uint32_t layout;\n};\n\n");
    out.push_str("static const struct root_token root_tokens[] = {\n");
    for row in tokens["vectors"].as_array().unwrap() {
        let text = |name: &str| quoted(row[name].as_str().unwrap());
        let layout = match row["layout"].as_str().unwrap() {
            "0+4" => "PANVEIL_LAYOUT_0_4",
            "6+4" => "PANVEIL_LAYOUT_6_4",
            "8+0" => "PANVEIL_LAYOUT_8_0",
            other => panic!("layout {other}"),
        };
        let (place, pan, handle) = (place(row), text("pan"), text("handle"));
        writeln!(out, "    {{{place}, {pan}, {handle}, {layout}}},").unwrap();
    }
    out.push_str(
        "};\n\nstruct root_sealed {\n  const char *vault, *field, *record, *value, *sealed;\n};\n\n",
    );
    out.push_str("static const struct root_sealed root_sealed[] = {\n");
    for row in sealed["vectors"].as_array().unwrap() {
        let text = |name: &str| quoted(row[name].as_str().unwrap());
        let (place, field, record) = (place(row), text("field"), text("record"));
        writeln!(
            out,
            "    {{{place}, {field}, {record},\n     {},\n     {}}},",
            text("value"),
            text("sealed")
        )
        .unwrap();
    }
    out.push_str("};\n");
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
