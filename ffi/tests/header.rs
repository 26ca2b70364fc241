//! `include/panveil.h` is made from the sources of this crate.

use std::path::Path;

use panveil_ffi::{batch, card, clock, create, finder, fingerprinter, gate, hit, kek, keys, lock, ptr};
use panveil_ffi::{redactor, reveal, sink, test_identity, tokenizer, vault};

#[test]
fn the_header_is_that_of_the_sources() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml")).unwrap();
    config.trailer = Some(sizes());
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

/// A compiler that lays a struct out in another way than this library refuses the header.
fn sizes() -> String {
    macro_rules! sizes {
        ($($module:ident::$name:ident)*) => { [$((stringify!($name), size_of::<$module::$name>())),*] };
    }
    let all = sizes!(
        ptr::panveil_bytes batch::panveil_batch_report card::panveil_masked clock::panveil_now
        clock::panveil_clock create::panveil_create_options finder::panveil_find_options
        fingerprinter::panveil_fingerprint gate::panveil_decision hit::panveil_hit kek::panveil_wrap_context
        kek::panveil_kek keys::panveil_key lock::panveil_lock redactor::panveil_redactor_options reveal::panveil_reveal_request sink::panveil_sink test_identity::panveil_test_identity
        tokenizer::panveil_token vault::panveil_open_options
    );
    let mut text = String::from(
        "#ifdef __cplusplus\n#define PANVEIL_SIZE(type_, size_) static_assert(sizeof(type_) == size_, \"size of \" #type_)\n\
         #else\n#define PANVEIL_SIZE(type_, size_) _Static_assert(sizeof(type_) == size_, \"size of \" #type_)\n#endif\n",
    );
    for (name, size) in all {
        text.push_str(&format!("PANVEIL_SIZE({name}, {size});\n"));
    }
    text + "#undef PANVEIL_SIZE"
}
