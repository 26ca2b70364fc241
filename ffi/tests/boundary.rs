//! Every exported function is one `boundary`, says under `# Safety` what the caller owes, and what it returns.

use std::path::Path;

/// The functions that cannot panic and return no status: their whole bodies.
const CONSTANT: [(&str, &str); 2] = [
    ("panveil_abi_version", "PANVEIL_ABI_VERSION"),
    ("panveil_status_text", "let text: &'static CStr = status::text(status); text.as_ptr()"),
];

struct Function {
    name: String,
    documentation: String,
    is_unsafe: bool,
    body: String,
}

#[test]
fn every_exported_function_is_one_boundary() {
    let functions = exported();
    assert!(functions.len() >= 30, "{}", functions.len());
    for Function { name, body, .. } in &functions {
        if name == "panveil_fault_next" {
            continue;
        }
        match CONSTANT.iter().find(|(constant, _)| constant == name) {
            Some((_, wanted)) => assert_eq!(words(body), words(wanted), "{name}"),
            None => assert!(
                body.trim().starts_with("boundary(|| {") && body.trim().ends_with("})"),
                "{name} does work outside its boundary"
            ),
        }
    }
}

#[test]
fn every_function_says_what_it_returns_and_what_its_caller_owes() {
    for Function { name, documentation, is_unsafe, .. } in exported() {
        if name == "panveil_fault_next" {
            continue;
        }
        assert!(documentation.contains("Returns "), "{name}");
        assert_eq!(documentation.contains("# Safety"), is_unsafe, "{name}");
    }
}

#[test]
fn pointers_are_followed_in_one_file_only() {
    for (file, text) in sources() {
        for word in ["from_raw_parts", "copy_to_nonoverlapping", "copy_from_nonoverlapping", "assume_init"] {
            assert!(file == "ptr.rs" || !text.contains(word), "{word} in {file}");
        }
    }
}

fn exported() -> Vec<Function> {
    let mut functions = Vec::new();
    for (_, text) in sources() {
        for part in text.split("#[unsafe(no_mangle)]").skip(1).zip(text.split("#[unsafe(no_mangle)]")) {
            let (after, before) = part;
            let documentation = before.rsplit("\n}\n").next().unwrap_or_default().to_owned();
            let (signature, rest) = after.split_once(" {\n").unwrap();
            let end = rest.find("\n}\n").unwrap();
            let name = signature.split("fn ").nth(1).unwrap().split('(').next().unwrap().to_owned();
            let is_unsafe = signature.contains("unsafe extern");
            functions.push(Function { name, documentation, is_unsafe, body: rest[..end].to_owned() });
        }
    }
    functions
}

fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
