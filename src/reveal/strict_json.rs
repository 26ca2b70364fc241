//! A JSON object that means the same to every reader: no member twice, no deep nesting, nothing after it.

use std::collections::HashSet;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The members of the one object that `bytes` hold, or `None`.
///
/// RFC 7515, section 4, and RFC 7519, section 4, leave a reader the choice between refusing a member that stands
/// twice and taking the last. Two readers that choose differently see two tokens in one, so it is refused here,
/// at every depth.
pub(crate) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    // Two passes: the first only looks, so the second may use serde_json's own value, whose numbers stay right
    // whatever features of serde_json the host's build has switched on.
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Unambiguous { depth: MAX_DEPTH }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    serde_json::from_slice(bytes).ok()
}

const MAX_DEPTH: u8 = 16;

/// Reads one value and refuses it if an object in it holds a member twice.
#[derive(Clone, Copy)]
struct Unambiguous {
    depth: u8,
}

impl Unambiguous {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = ();

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a member stands twice"));
            }
            members.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn only_unambiguous_objects_are_read() {
        let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let rows: &[(&str, String, bool)] = &[
            ("empty object", "{}".into(), true),
            ("members", r#"{"a":1,"b":[true,null,"x",1.5,-2]}"#.into(), true),
            ("the same name in two objects", r#"{"a":{"x":1},"b":{"x":1}}"#.into(), true),
            ("member twice", r#"{"a":1,"a":1}"#.into(), false),
            ("member twice, once escaped", r#"{"a":1,"\u0061":2}"#.into(), false),
            ("member twice, inside", r#"{"a":[{"b":1,"b":2}]}"#.into(), false),
            ("fifteen levels inside", deep(15), true),
            ("sixteen levels inside", deep(16), false),
            ("text after it", "{} {}".into(), false),
            ("array", "[]".into(), false),
            ("byte order mark", "\u{feff}{}".into(), false),
            ("nothing", String::new(), false),
        ];
        for (name, text, good) in rows {
            assert_eq!(object(text.as_bytes()).is_some(), *good, "{name}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none(), "not UTF-8");
    }
}
