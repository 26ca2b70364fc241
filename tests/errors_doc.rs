//! `docs/errors.md` is made from the one table in `src/error.rs`.

use panveil::Error;

#[test]
fn the_document_lists_every_error_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    let wanted = document();
    if std::env::var_os("PANVEIL_WRITE_DOCS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/errors.md is not up to date; run: PANVEIL_WRITE_DOCS=1 cargo test --test errors_doc"
    );
}

fn document() -> String {
    let mut text = String::from(
        "# Errors\n\nOne table for Rust, C and Java. Numbers are never reused. The text is all that an error carries.\n\n\
         | number | name | text |\n|---|---|---|\n",
    );
    for error in Error::ALL {
        text.push_str(&format!("| {} | `{}` | {error} |\n", error.number(), error.name()));
    }
    text
}
