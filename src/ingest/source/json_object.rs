//! A JSON object as the list of its fields, in the order of the source.
//!
//! A map would lose the order, and would silently drop the first of two fields with the same name; so the object is read by hand. Numbers
//! are read as `json_numbers` writes them.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::Value;

use super::json_numbers;

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
    let (json, changes) = json_numbers::rewritten(text);
    let mut deserializer = serde_json::Deserializer::from_str(&json);
    // `end` refuses a second object on the line, which would otherwise be lost without a word.
    let fields = deserializer.deserialize_map(ObjectVisitor).and_then(|fields| deserializer.end().map(|()| fields));
    fields.map_err(|error| fault(text, &json, &changes, &error))
}

/// The fault for an error in `json`, which is `text` but for the numbers that were rewritten.
fn fault(text: &str, json: &str, changes: &json_numbers::Changes, error: &serde_json::Error) -> JsonFault {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let before: usize = json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // A column counts the bytes up to and with the one at fault.
    let at = (before + error.column().saturating_sub(1)).min(json.len());
    let offset = place_of(text, changes.place_before(at), said);
    let found: String = text.get(offset..).unwrap_or_default().chars().take(SHOWN).collect();
    let found = match found.trim() {
        "" => "it ends here".to_owned(),
        found => format!("found {found:?}"),
    };
    let what = format!("{}; {found}", expected(said));
    JsonFault { what, offset, lines: text.get(..offset).unwrap_or(text).matches('\n').count() as u64 }
}

/// Where the fault begins that a parser noticed at `at`.
fn place_of(text: &str, at: usize, said: &str) -> usize {
    let before = text.get(..at).unwrap_or(text);
    match said {
        // Noticed at the second letter of what is no word of JSON.
        "expected ident" => before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len(),
        // Noticed at the end of what is no object.
        _ if said.starts_with("invalid type") => 0,
        _ if said.starts_with("EOF") => text.len(),
        _ => at,
    }
}

/// What a parser says, in words that need no knowledge of parsers.
fn expected(said: &str) -> &str {
    match said {
        "expected ident" | "expected value" => {
            "expected a value: a text in double quotes, a number, a list, an object, true, false or null"
        }
        "key must be a string" => "expected the name of a field in double quotes",
        "trailing characters" => "more follows the end of the object",
        "trailing comma" => "expected another value after the comma",
        _ if said.starts_with("control character") => {
            "a line break or control character within quotes, which JSON writes as \\n"
        }
        _ if said.starts_with("unexpected end of hex") || said.starts_with("lone") => {
            "half of a character (\\ud800 to \\udfff alone)"
        }
        _ if said.starts_with("invalid type") => "expected one object in braces",
        _ if said.starts_with("EOF") => "the object is not closed",
        said => said,
    }
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
            ("[1]", "expected one object in braces; found \"[1]\""),
            ("\"نص طويل\"", "expected one object in braces; found \"\\\"نص"),
            ("{} {}", "more follows the end of the object; found \"{}\""),
            (r#"{"a":1,"b":2,"a":3}"#, "\"a\" occurs twice"),
            (r#"{"a":"#, "the object is not closed; it ends here"),
            (r#"{"a":"\ud800x"}"#, "half of a character"),
            ("{'a':1}", "expected the name of a field in double quotes; found \"'a':1}\""),
            ("{\"a\":\"b\nc\"}", "a line break or control character within quotes"),
            ("{\"a\":1,}", "expected another value after the comma; found \"}\""),
        ] {
            let fault = parse(text).expect_err(text);
            assert!(fault.what.contains(expected), "{text}: {fault:?}");
        }
    }

    #[test]
    fn a_fault_names_its_line_its_byte_and_what_was_found() {
        const VALUE: &str = "expected a value: a text in double quotes, a number, a list, an object, true, false or null";
        let fault = parse("{\"a\": NaN,\n \"b\": nope}").expect_err("no value");
        assert_eq!(fault.message(3, 100), format!("line 4, byte 117: not a JSON object: {VALUE}; found \"nope}}\""));
        let fault = parse("{\"a\": 'x'}").expect_err("single quotes");
        assert_eq!(fault.message(1, 0), format!("line 1, byte 6: not a JSON object: {VALUE}; found \"'x'}}\""));
    }
}
