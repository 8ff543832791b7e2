//! A JSON object as the list of its fields, in the order of the source.
//!
//! A map would lose the order, and would silently drop the first of two fields with the same name; so the object is read by hand. Python
//! writes numbers that are none as `NaN` and `Infinity`, which JSON does not have: they are read as null.

use std::borrow::Cow;
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

/// Characters of the text that a message shows.
const SHOWN: usize = 20;

/// Where a text is no JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonFault {
    /// What was expected, and what was found.
    what: String,
    /// Bytes of the text before it.
    offset: usize,
    /// Lines of the text before it.
    lines: u64,
}

impl JsonFault {
    /// The message for a text that begins at a line (from 1) and a byte of its file.
    pub(super) fn message(&self, line: u64, offset: u64) -> String {
        let (line, byte) = (line + self.lines, offset + self.offset as u64);
        format!("line {line}, byte {byte}: not a JSON object: {}", self.what)
    }
}

/// Parses a text that is one JSON object.
///
/// # Errors
/// If it is not JSON, is no object or more than one, has too many values, or two fields of one name.
pub(super) fn parse(text: &str) -> Result<Fields, JsonFault> {
    let opens_value = |byte: &u8| matches!(byte, b',' | b'[' | b'{');
    // Every value needs a byte, so a shorter text cannot exceed the limit and is not counted.
    if text.len() > MAX_VALUES && text.bytes().filter(opens_value).count() > MAX_VALUES {
        let what = format!("more than {MAX_VALUES} values (commas and brackets) in one record; split it");
        return Err(JsonFault { what, offset: 0, lines: 0 });
    }
    let (json, grown) = without_nan(text);
    let mut deserializer = serde_json::Deserializer::from_str(&json);
    // `end` refuses a second object on the line, which would otherwise be lost without a word.
    let fields = deserializer.deserialize_map(ObjectVisitor).and_then(|fields| deserializer.end().map(|()| fields));
    fields.map_err(|error| fault(text, &json, &grown, &error))
}

/// The text with null for each `NaN` and `Infinity` outside strings, and the places in it before which it is a byte longer.
fn without_nan(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return (Cow::Borrowed(text), Vec::new());
    }
    let (mut json, mut grown) = (String::with_capacity(text.len() + 8), Vec::new());
    let (mut rest, mut in_string) = (text, false);
    while let Some(at) = rest.find(['"', '\\', 'N', 'I', '-']) {
        let (before, from) = rest.split_at(at);
        json.push_str(before);
        let number = ["NaN", "-Infinity", "Infinity"].into_iter().find(|name| !in_string && from.starts_with(name));
        let taken = if let Some(name) = number {
            json.push_str("null");
            json.push_str(&" ".repeat(name.len().saturating_sub(4)));
            grown.extend((name.len() < 4).then_some(json.len()));
            name.len()
        } else {
            in_string ^= from.starts_with('"');
            // What a backslash escapes is taken with it, so that an escaped quote ends no string.
            let escaped = from.strip_prefix('\\').and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            json.push_str(&from[..=escaped]);
            1 + escaped
        };
        rest = &from[taken..];
    }
    json.push_str(rest);
    (Cow::Owned(json), grown)
}

/// The fault for an error in `json`, which is `text` but for the places where it has grown.
fn fault(text: &str, json: &str, grown: &[usize], error: &serde_json::Error) -> JsonFault {
    let before: usize = json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // A column counts the bytes up to and with the one at fault.
    let at = (before + error.column().saturating_sub(1)).min(json.len());
    let offset = at - grown.iter().filter(|place| **place <= at).count();
    let rest = text.get(offset..).unwrap_or_default();
    let found: String = rest.chars().take(SHOWN).collect();
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let what = match found.trim() {
        "" => format!("{said}; it ends here"),
        found => format!("{said}; found {found:?}"),
    };
    JsonFault { what, offset, lines: text.get(..offset).unwrap_or(text).matches('\n').count() as u64 }
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
        assert!(parse(&lists).is_err_and(|fault| fault.what.contains("values")));
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
            let fault = parse(text).expect_err(text);
            assert!(fault.what.contains(expected), "{text}: {fault:?}");
        }
    }

    #[test]
    fn a_fault_names_its_line_its_byte_and_what_was_found() {
        let fault = parse("{\"a\": NaN,\n \"b\": nope}").expect_err("no value");
        assert_eq!(fault.message(3, 100), "line 4, byte 118: not a JSON object: expected ident; found \"ope}\"");
        let fault = parse("{\"a\": 'x'}").expect_err("single quotes");
        assert_eq!(fault.message(1, 0), "line 1, byte 6: not a JSON object: expected value; found \"'x'}\"");
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        let text = r#"{"a":NaN,"b":[Infinity,-Infinity,1],"c":"NaN \"Infinity","d":{"e":NaN}}"#;
        let fields = parse(text).expect("as Python writes it");
        let shown: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["a=null", "b=[null,null,1]", r#"c="NaN \"Infinity""#, r#"d={"e":null}"#]);
        assert!(parse(r#"{"a":NaNa}"#).is_err());
    }
}
