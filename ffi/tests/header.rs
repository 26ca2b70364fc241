//! `include/panveil.h` is made from the sources of this crate.

use std::path::Path;

#[test]
fn the_header_is_that_of_the_sources() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    cbindgen::generate_with_config(crate_dir, config).unwrap().write(&mut header);
    let path = crate_dir.join("include/panveil.h");
    if std::env::var_os("PANVEIL_WRITE_DOCS").is_some() {
        std::fs::write(&path, &header).unwrap();
    }
    let found = std::fs::read(&path).unwrap_or_default();
    assert!(
        found == header,
        "panveil.h is not up to date; run: PANVEIL_WRITE_DOCS=1 cargo test -p panveil-ffi --test header"
    );
}
