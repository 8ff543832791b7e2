//! From the fields of a record to what an article needs.
//!
//! Invariant: no field is lost. Each is the text, one of the known metadata, the key, or stands in `extra` in the order of the
//! source; only null and empty ones are left out.

use serde_json::Value;

use crate::ingest::FieldNames;
use crate::ingest::dates::parse_date;

/// What parts the names in a list of authors.
const LIST_SEPARATOR: &str = "، ";

/// A record as an article needs it; `None` where the record says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedRecord {
    /// The text.
    pub text: String,
    /// The headline.
    pub title: Option<String>,
    /// When it was published, as the source writes it.
    pub published: Option<String>,
    /// The section.
    pub section: Option<String>,
    /// The authors, several parted by an Arabic comma.
    pub byline: Option<String>,
    /// What names the record in its source.
    pub key: Option<String>,
    /// Every other field that holds something, in order: strings as they are, all else as compact JSON.
    pub extra: Vec<(String, String)>,
}

/// Why no article can be made of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingFault {
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
}

impl MappedRecord {
    /// Maps the fields of a record.
    ///
    /// # Errors
    /// Where no column that may hold the text does.
    pub fn new(fields: &[(String, Value)], names: &FieldNames) -> Result<Self, MappingFault> {
        let mut remaining: Vec<&(String, Value)> = fields.iter().collect();
        let Some(text) = take(&mut remaining, &names.text, paragraphs) else {
            return Err(no_text(fields, names));
        };
        let record = Self::without_text(remaining, names);
        Ok(Self { text, ..record })
    }

    /// Lays the fields of a sidecar over the record: they win for title, date, section and byline, and over further fields of
    /// the same name; the text and the key, if the record has one, stay.
    pub fn overlay(&mut self, sidecar: &[(String, Value)], names: &FieldNames) {
        let other = Self::without_text(sidecar.iter().collect(), names);
        for (own, new) in [
            (&mut self.title, other.title),
            (&mut self.published, other.published),
            (&mut self.section, other.section),
            (&mut self.byline, other.byline),
        ] {
            *own = new.or_else(|| own.take());
        }
        self.key = self.key.take().or(other.key);
        for (name, value) in other.extra {
            match self.extra.iter_mut().find(|(own, _)| *own == name) {
                Some(own) => own.1 = value,
                None => self.extra.push((name, value)),
            }
        }
    }

    fn without_text(mut remaining: Vec<&(String, Value)>, names: &FieldNames) -> Self {
        Self {
            text: String::new(),
            title: take(&mut remaining, &names.title, line),
            // What is no day stays with the other fields, under its own name.
            published: take(&mut remaining, &names.published, day),
            section: take(&mut remaining, &names.section, line),
            byline: take(&mut remaining, &names.byline, line),
            key: take(&mut remaining, &names.id, key),
            extra: remaining.into_iter().filter_map(|(name, value)| Some((name.clone(), verbatim(value)?))).collect(),
        }
    }
}

/// Takes the first field of the names that reads as what is wanted.
fn take(remaining: &mut Vec<&(String, Value)>, names: &[String], read: impl Fn(&Value) -> Option<String>) -> Option<String> {
    names.iter().find_map(|name| {
        let mut found = remaining.iter().enumerate().filter(|(_, (field, _))| same_name(field, name));
        let (index, text) = found.find_map(|(index, (_, value))| Some((index, read(value)?)))?;
        remaining.remove(index);
        Some(text)
    })
}

/// Whether two names of columns are the same.
pub(in crate::ingest) fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// A text, or a list of its paragraphs.
fn paragraphs(value: &Value) -> Option<String> {
    match value {
        Value::Array(_) => strings(value).map(|parts| parts.join("\n")),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
    .filter(|text| !text.trim().is_empty())
}

/// A short text, a number, or a list of names.
fn line(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) => strings(value).map(|names| names.join(LIST_SEPARATOR)),
        _ => None,
    }
    .filter(|text| !text.trim().is_empty())
}

/// What names a record: a text, or a number that was read as it is written. One of more digits than a float keeps would be the same for
/// records that differ.
fn key(value: &Value) -> Option<String> {
    const DIGITS_KEPT: usize = 15;
    match value {
        Value::Number(number) if number.is_f64() => {
            let written = number.to_string();
            let significand = written.split('e').next().unwrap_or_default();
            let digits = significand.chars().filter(char::is_ascii_digit).count();
            (digits <= DIGITS_KEPT).then_some(written)
        }
        other => line(other),
    }
}

/// What reads as a day, as written.
fn day(value: &Value) -> Option<String> {
    line(value).filter(|written| parse_date(written).is_some())
}

/// The strings of an array that holds nothing else.
fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// A field that nothing is known of.
fn verbatim(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        other => Some(other.to_string()),
    }
}

/// A column that is there and holds no text is another fault than one of another name, and mended elsewhere.
fn no_text(fields: &[(String, Value)], names: &FieldNames) -> MappingFault {
    let may_hold_it = |name: &str| names.text.iter().any(|text| same_name(name, text));
    let wrong = fields.iter().filter(|(name, _)| may_hold_it(name));
    let wrong: Vec<String> = wrong.map(|(name, value)| format!("{name} is {}", shown_kind(value))).collect();
    let found: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let (expected, found) = (names.text.join(", "), if found.is_empty() { "none".to_owned() } else { found.join(", ") });
    let message = if wrong.is_empty() {
        format!(
            "no text in any of the columns that may hold it ({expected}); columns found: {found}; \
             name the one that holds the text in fields.text, or leave the record out"
        )
    } else {
        format!(
            "no text: {}; expected a text, or a list of its paragraphs; put one there or leave the record out, or, where another \
             column holds the text, name it in fields.text (it says {expected}; columns found: {found})",
            wrong.join(", ")
        )
    };
    MappingFault { code: "no_text", message }
}

/// What a value that is no text is, for messages.
fn shown_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Object(_) => "an object",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(_) => "nothing but white space",
        Value::Array(_) if strings(value).is_none() => "a list of other things than texts",
        Value::Array(_) => "a list without a text",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn names() -> FieldNames {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        FieldNames {
            text: list(&["text", "body"]),
            title: list(&["title", "headline"]),
            published: list(&["date"]),
            section: list(&["section"]),
            byline: list(&["authors"]),
            id: list(&["id"]),
        }
    }

    fn fields(value: &Value) -> Vec<(String, Value)> {
        // Serde's own map is sorted; these tests name their fields in that order.
        value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    #[test]
    fn a_number_that_was_rounded_is_no_key() {
        let record = |id: &str| -> MappedRecord {
            let fields = serde_json::from_str(&format!("{{\"id\": {id}, \"text\": \"نص\"}}"));
            MappedRecord::new(&self::fields(&fields.expect("JSON")), &names()).expect("has a text")
        };
        for (id, expected) in [
            ("18446744073709551615", Some("18446744073709551615")),
            ("-7", Some("-7")),
            ("12.5", Some("12.5")),
            ("202603071234567890123450", None),
            ("0.123456789012345678", None),
        ] {
            assert_eq!(record(id).key.as_deref(), expected);
        }
        assert!(!record("202603071234567890123450").extra.is_empty(), "it is kept besides");
    }

    #[test]
    fn fields_are_mapped() {
        let source = json!({
            "Authors ": ["سلمى", "زيد"], "BODY": "نص", "a": {"b": 1}, "empty": "", "headline": "عنوان", "id": 7,
            "none": null, "text": "  ", "title": "أصل"
        });
        let record = MappedRecord::new(&fields(&source), &names()).expect("has a text");
        let extra = [("a", "{\"b\":1}"), ("headline", "عنوان"), ("text", "  ")];
        let expected = MappedRecord {
            text: "نص".to_owned(),
            title: Some("أصل".to_owned()),
            byline: Some("سلمى، زيد".to_owned()),
            key: Some("7".to_owned()),
            extra: extra.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            ..MappedRecord::default()
        };
        assert_eq!(record, expected, "the empty text gives way to the body, and what is not chosen is kept");
    }

    #[test]
    fn a_record_without_text_names_the_columns() {
        let fault = MappedRecord::new(&fields(&json!({"content": "نص", "title": "ع"})), &names()).expect_err("no text");
        assert_eq!(fault.code, "no_text");
        let said =
            "no text in any of the columns that may hold it (text, body); columns found: content, title; name the one";
        assert!(fault.message.starts_with(said), "{}", fault.message);
    }

    #[test]
    fn a_column_that_holds_no_text_is_told_with_what_it_holds() {
        for (record, said) in [
            (json!({"text": ""}), "no text: text is empty; expected a text"),
            (json!({"text": " \n", "body": null}), "no text: body is null, text is nothing but white space; expected"),
            (json!({"TEXT": 123, "title": "ع"}), "no text: TEXT is a number; expected"),
            (json!({"text": true}), "no text: text is true or false; expected"),
            (json!({"text": {"ar": "نص"}}), "no text: text is an object; expected"),
            (json!({"text": []}), "no text: text is a list without a text; expected"),
            (json!({"text": [" ", ""]}), "no text: text is a list without a text; expected"),
            (json!({"text": ["نص", 1]}), "no text: text is a list of other things than texts; expected"),
        ] {
            let fault = MappedRecord::new(&fields(&record), &names()).expect_err("no text");
            assert_eq!(fault.code, "no_text");
            assert!(fault.message.starts_with(said), "{record}: {}", fault.message);
            assert!(fault.message.contains("it says text, body; columns found: "), "{}", fault.message);
        }
    }

    #[test]
    fn what_is_no_day_stays_where_it_stood_under_its_own_name() {
        let names = FieldNames { published: vec!["published".to_owned(), "date".to_owned()], ..names() };
        let kept = |record: &MappedRecord| record.extra.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let source = json!({"a": 1, "date": "أمس", "k": 2, "text": "نص"});
        let mut record = MappedRecord::new(&fields(&source), &names).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (None, ["a", "date", "k"].map(str::to_owned).to_vec()));
        record.overlay(&fields(&json!({"date": "2016-03-07"})), &names);
        assert_eq!((record.published.as_deref(), kept(&record).len()), (Some("2016-03-07"), 3));
        let source = json!({"date": "2016-03-07", "published": "قريبا", "text": "نص"});
        let record = MappedRecord::new(&fields(&source), &names).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (Some("2016-03-07"), vec!["published".to_owned()]));
    }

    #[test]
    fn a_sidecar_wins_where_it_says_something() {
        let own = json!({"date": "2010-03-07", "id": "ا", "k": "قديم", "section": "رياضة", "text": "نص"});
        let mut record = MappedRecord::new(&fields(&own), &names()).expect("has a text");
        let sidecar = json!({"date": "", "id": "ب", "k": "جديد", "n": 1, "section": "اقتصاد"});
        record.overlay(&fields(&sidecar), &names());
        assert_eq!(record.section.as_deref(), Some("اقتصاد"));
        assert_eq!(record.published.as_deref(), Some("2010-03-07"), "an empty field says nothing");
        assert_eq!(record.key.as_deref(), Some("ا"), "the record's own key stays");
        let extra = [("k".to_owned(), "جديد".to_owned()), ("n".to_owned(), "1".to_owned())];
        assert_eq!(record.extra, extra);
    }

    proptest! {
        #[test]
        fn no_field_is_lost(values in proptest::collection::vec(("[a-e]|title|Headline|authors", "[ا-ي]{1,4}"), 0..8)) {
            let mut fields = vec![("text".to_owned(), json!("نص"))];
            fields.extend(values.iter().map(|(name, value)| (name.clone(), json!(value))));
            let record = MappedRecord::new(&fields, &names()).expect("has a text");
            let mut kept: Vec<&str> = record.extra.iter().map(|(_, value)| value.as_str()).collect();
            kept.extend([&record.title, &record.byline].into_iter().filter_map(|value| value.as_deref()));
            let mut expected: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
            kept.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
