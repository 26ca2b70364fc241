//! The statuses of Rust, C and Java are one table, `src/error.rs` of the library. This writes and compares the others.

use std::path::PathBuf;

use panveil::Error;

#[test]
fn the_statuses_of_c_are_those_of_the_table() {
    compare("ffi/src/status.rs", &rust());
}

#[test]
fn the_statuses_of_java_are_those_of_the_table() {
    compare("bindings/java/src/main/java/io/panveil/Status.java", &java());
}

fn compare(path: &str, wanted: &str) {
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
    if std::env::var_os("PANVEIL_WRITE_DOCS").is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not up to date; run: PANVEIL_WRITE_DOCS=1 cargo test -p panveil-ffi --test statuses"
    );
}

/// The enum from which the C header's is made.
fn rust() -> String {
    let mut variants = String::new();
    let mut arms = String::new();
    for error in Error::ALL {
        let (number, name) = (error.number(), upper_snake(error.name()));
        variants.push_str(&format!("    /// {error}.\n    PANVEIL_{name} = {number},\n"));
        arms.push_str(&format!("            Error::{} => Self::PANVEIL_{name},\n", error.name()));
    }
    format!(
        "//! What every call returns. {MADE}\n\n\
         use panveil::Error;\n\n\
         /// What a call returns: 0 if it was done, else why not.\n\
         ///\n\
         /// The numbers are the same in Rust, C and Java and are never reused; later releases add some, so a caller\n\
         /// treats a number it does not know as a failure. panveil_status_text gives the text of any of them.\n\
         #[repr(u32)]\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq)]\n\
         #[expect(non_camel_case_types, reason = \"the names of the C header\")]\n\
         pub enum panveil_status {{\n    /// done.\n    PANVEIL_OK = 0,\n{variants}}}\n\n\
         impl From<Error> for panveil_status {{\n    fn from(error: Error) -> Self {{\n        match error {{\n{arms}\
         {unknown}        }}\n    }}\n}}\n",
        unknown = "            // Only a defect of the build, which the test that made this file would have found.\n            \
                   _ => Self::PANVEIL_INTERNAL,\n",
    )
}

fn java() -> String {
    let mut constants = String::from("    /** Done. */\n    OK(0, \"done\"),\n");
    for error in Error::ALL {
        let (number, name) = (error.number(), upper_snake(error.name()));
        constants.push_str(&format!(
            "    /** {}. */\n    {name}({number}, \"{}\"),\n",
            sentence(&error.to_string()),
            error.to_string().replace('"', "\\\"")
        ));
    }
    JAVA.replace("@MADE@", MADE).replace("@CONSTANTS@", &constants)
}

const MADE: &str = "Made from `src/error.rs` by ffi/tests/statuses.rs; do not edit.";

const JAVA: &str = r#"// @MADE@
package io.panveil;

/**
 * Why a call was refused or failed: a number and a fixed text, the same in Rust, C and Java.
 *
 * <p>It carries no payload, so it never carries card data: it is safe to log, to print and to send. Numbers are never
 * reused; later releases add some.
 */
public enum Status {
@CONSTANTS@    /** A number that this release does not know. */
    UNKNOWN(-1, "a status of a later release");

    private final int number;
    private final String text;

    Status(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /**
     * The stable number.
     *
     * @return the number, -1 for {@link #UNKNOWN}
     */
    public int number() {
        return number;
    }

    /**
     * The fixed text.
     *
     * @return the text, without a full stop
     */
    public String text() {
        return text;
    }

    /**
     * The status of a number.
     *
     * @param number a number from this library
     * @return its status, {@link #UNKNOWN} if this release does not know it
     */
    public static Status of(int number) {
        for (Status status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        return UNKNOWN;
    }
}
"#;

/// `PanLength` as `PAN_LENGTH`.
fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    for (index, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
    }
    out
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[test]
fn names_become_constants() {
    for (name, constant) in [("PanLength", "PAN_LENGTH"), ("Ff1Length", "FF1_LENGTH"), ("NotAToken", "NOT_A_TOKEN")]
    {
        assert_eq!(upper_snake(name), constant);
    }
}

#[test]
fn every_error_has_its_own_number_in_c() {
    for error in Error::ALL {
        assert_eq!(panveil_ffi::panveil_status::from(*error) as u32, error.number(), "{error:?}");
    }
}
