//! Deserializes JSON values without special keys.
//!
//! Used to read requests. `serde_json::Value` interprets objects with certain keys when any dependency enables its
//! feature `raw_value`; this module must not interpret any key.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// A JSON value, deserialized without special keys.
#[derive(Debug)]
pub(in crate::server) struct Plain(pub(in crate::server) Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Self)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Plain(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((key, Plain(value))) = entries.next_entry::<String, Plain>()? {
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_is_what_was_written() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "1.5",
            "1e3",
            r#""a\u0000b""#,
            r#"[1,[],{"a":{"b":null}}]"#,
            r#"{"a":1,"a":2}"#,
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_str::<Plain>(text).unwrap().0, expected, "{text}");
        }
        assert!(serde_json::from_str::<Plain>("[1,]").is_err());
    }

    #[test]
    fn no_key_has_a_meaning() {
        let text = r#"{"$serde_json::private::RawValue":"[1]","$serde_json::private::Number":"1"}"#;
        let expected = [("$serde_json::private::RawValue", json!("[1]")), ("$serde_json::private::Number", json!("1"))];
        let Value::Object(object) = serde_json::from_str::<Plain>(text).unwrap().0 else { panic!("no object") };
        assert_eq!(object.iter().map(|(key, value)| (key.as_str(), value.clone())).collect::<Vec<_>>(), expected);
    }
}
