//! A JSON object as the list of its fields, in the order of the source.
//!
//! A map would lose the order, and would silently drop the first of two fields with the same name; so the object is read by hand.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::Value;

/// Fields of a record: names and values.
pub(super) type Fields = Vec<(String, Value)>;

/// Maximum number of values in a record. An empty list takes three bytes in the source and ten times as many in memory, so without
/// this limit a record within the size limit could fill the memory. No article has so many values.
const MAX_VALUES: usize = 1 << 20;

/// Parses a text that is one JSON object.
///
/// # Errors
/// If it is not JSON, is no object or more than one, has too many values, or two fields of one name: the mistake and its position.
pub(super) fn parse(text: &str) -> Result<Fields, String> {
    let opens_value = |byte: &u8| matches!(byte, b',' | b'[' | b'{');
    // Every value needs a byte, so a shorter text cannot exceed the limit and is not counted.
    if text.len() > MAX_VALUES && text.bytes().filter(opens_value).count() > MAX_VALUES {
        return Err(format!("more than {MAX_VALUES} values (commas and brackets) in one record; split it"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // `end` refuses a second object on the line, which would otherwise be lost without a word.
    let fields = deserializer.deserialize_map(ObjectVisitor).and_then(|fields| deserializer.end().map(|()| fields));
    fields.map_err(|error| format!("not a JSON object: {error}"))
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields: Fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        let mut names = BTreeSet::new();
        match fields.iter().find(|(name, _)| !names.insert(name.as_str())) {
            Some((name, _)) => Err(A::Error::custom(format_args!("the field {name:?} occurs twice"))),
            None => Ok(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order() {
        let fields = parse(r#"{"z":1,"a":{"b":[true]},"م":"نص"}"#).expect("an object");
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["z", "a", "م"]);
    }

    #[test]
    fn values_are_bounded_and_long_texts_are_not() {
        let lists = format!("{{\"a\":[{}[]]}}", "[],".repeat(MAX_VALUES / 2));
        assert!(parse(&lists).is_err_and(|error| error.contains("values")));
        let text = format!("{{\"a\":\"{}\"}}", "نص، ".repeat(MAX_VALUES));
        assert_eq!(parse(&text).map(|fields| fields.len()), Ok(1));
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for (text, expected) in [
            ("[1]", "expected a JSON object"),
            ("{} {}", "trailing characters"),
            (r#"{"a":1,"b":2,"a":3}"#, "\"a\" occurs twice"),
            (r#"{"a":"#, "EOF"),
            (r#"{"a":"\ud800x"}"#, "hex escape"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
