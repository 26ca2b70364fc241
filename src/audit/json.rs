//! Writes JSON as RFC 8785 would: sorted keys, no white space, integers only, and ASCII only.

use core::fmt::Write as _;

use base64ct::{Base64, Encoding};

/// One JSON object being written; members must come in the order of their names.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    empty: bool,
    #[cfg(test)]
    last: String,
}

impl Object<'_> {
    /// Appends an object with the members that `fill` writes.
    pub(crate) fn write(out: &mut String, fill: impl FnOnce(&mut Object<'_>)) {
        out.push('{');
        fill(&mut Object {
            out,
            empty: true,
            #[cfg(test)]
            last: String::new(),
        });
        out.push('}');
    }

    /// A text member.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        string(self.out, value);
    }

    /// A number member.
    pub(crate) fn number(&mut self, name: &str, value: impl Into<i128>) {
        self.name(name);
        let _ = write!(self.out, "{}", value.into());
    }

    /// Bytes as base64.
    pub(crate) fn base64(&mut self, name: &str, value: &[u8]) {
        self.text(name, &Base64::encode_string(value));
    }

    /// An array of texts.
    pub(crate) fn texts<'t>(&mut self, name: &str, values: impl Iterator<Item = &'t str>) {
        self.name(name);
        self.out.push('[');
        for (i, value) in values.enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            string(self.out, value);
        }
        self.out.push(']');
    }

    /// An object member.
    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        Object::write(self.out, fill);
    }

    fn name(&mut self, name: &str) {
        #[cfg(test)]
        {
            assert!(self.empty || self.last.as_str() < name, "{} before {name}", self.last);
            name.clone_into(&mut self.last);
        }
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        string(self.out, name);
        self.out.push(':');
    }
}

fn string(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn any_text_is_ascii_and_reads_back() {
        let text = "a\"\\\n\0\u{7f}\u{2014}日本\u{1f4b3}";
        let mut out = String::new();
        Object::write(&mut out, |object| {
            object.number("a", i64::MIN);
            object.object("b", |inner| inner.text("x", text));
            object.texts("c", [text, ""].into_iter());
            object.number("d", u64::MAX);
        });
        assert!(out.is_ascii());
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(read["b"]["x"], text);
        assert_eq!(read["c"][0], text);
        assert_eq!((read["a"].as_i64(), read["d"].as_u64()), (Some(i64::MIN), Some(u64::MAX)));
    }
}
