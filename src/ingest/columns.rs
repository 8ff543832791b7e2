//! Which column of a record is what: the text, a known field, the key, or none of these.
//!
//! Invariant: no column is lost. Each is the text, one of the known fields, the key, or is kept in `extra` in the order of the
//! source; only null and empty ones are left out.

use serde_json::Value;

use super::column_name::same_name;
use super::dates::parse_date;
use super::fields::ArticleFields;
use super::settings::FieldNames;

/// Separates the names in a list of authors.
const LIST_SEPARATOR: &str = "، ";

impl FieldNames {
    /// The fields of a record.
    ///
    /// # Errors
    /// If no column that may hold the text does: what was expected and what was found.
    pub(super) fn map_record(&self, columns: &[(String, Value)]) -> Result<ArticleFields, String> {
        let mut remaining: Vec<&(String, Value)> = columns.iter().collect();
        let Some(text) = take(&mut remaining, &self.text, paragraphs) else {
            return Err(no_text(columns, self));
        };
        Ok(ArticleFields { text: Some(text), ..self.map(remaining) })
    }

    /// The fields of a sidecar. Its article's text is another file, so no column is taken for the text.
    pub(super) fn map_sidecar(&self, columns: &[(String, Value)]) -> ArticleFields {
        self.map(columns.iter().collect())
    }

    /// Whether a column may hold the key.
    pub(super) fn is_key(&self, column: &str) -> bool {
        self.id.iter().any(|id| same_name(id, column))
    }

    fn map(&self, mut remaining: Vec<&(String, Value)>) -> ArticleFields {
        ArticleFields {
            text: None,
            title: take(&mut remaining, &self.title, line),
            // A date that is no day stays among the other fields, under its own name.
            published: take(&mut remaining, &self.published, day),
            section: take(&mut remaining, &self.section, line),
            byline: take(&mut remaining, &self.byline, line),
            key: take(&mut remaining, &self.id, key),
            // Must stay last: fields are evaluated in the order written, and this is what the others have not taken.
            extra: remaining.into_iter().filter_map(|(name, value)| Some((name.clone(), verbatim(value)?))).collect(),
        }
    }
}

/// Takes the first column with one of the names whose value can be read as wanted.
fn take(remaining: &mut Vec<&(String, Value)>, names: &[String], read: impl Fn(&Value) -> Option<String>) -> Option<String> {
    names.iter().find_map(|name| {
        let mut found = remaining.iter().enumerate().filter(|(_, (field, _))| same_name(field, name));
        // A column whose value cannot be read is passed over, not removed: it ends up in `extra`.
        let (index, text) = found.find_map(|(index, (_, value))| Some((index, read(value)?)))?;
        remaining.remove(index);
        Some(text)
    })
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

/// The key of a record: a text or a number. A number with more digits than a float keeps is no key, because different records
/// would get the same one.
fn key(value: &Value) -> Option<String> {
    // A double keeps every decimal number of 15 digits, but not every one of 16 or more.
    const DIGITS_KEPT: usize = 15;
    match value {
        Value::Number(number) if number.is_f64() => {
            let written = number.to_string();
            // The digits of the exponent are not those that rounding can lose.
            let significand = written.split('e').next().unwrap_or_default();
            let digits = significand.chars().filter(char::is_ascii_digit).count();
            (digits <= DIGITS_KEPT).then_some(written)
        }
        other => line(other),
    }
}

/// A date that can be read as a day, as written.
fn day(value: &Value) -> Option<String> {
    line(value).filter(|written| parse_date(written).is_some())
}

/// The strings of an array, if it holds nothing else.
fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// A field that is kept as it is; `None` if it is null or empty.
fn verbatim(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        other => Some(other.to_string()),
    }
}

/// A text column that is empty is a different mistake from a text column with an unknown name, and is fixed elsewhere.
fn no_text(fields: &[(String, Value)], names: &FieldNames) -> String {
    let may_hold_it = |name: &str| names.text.iter().any(|text| same_name(name, text));
    let wrong = fields.iter().filter(|(name, _)| may_hold_it(name));
    let wrong: Vec<String> = wrong.map(|(name, value)| format!("{name} is {}", shown_kind(value))).collect();
    let found: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let (expected, found) = (names.text.join(", "), if found.is_empty() { "none".to_owned() } else { found.join(", ") });
    if wrong.is_empty() {
        return format!(
            "no text in any of the columns that may hold it ({expected}); columns found: {found}; \
             name the column with the text in fields.text, or leave the record out"
        );
    }
    format!(
        "no text: {}; expected a text or a list of its paragraphs; add one or leave the record out, or, if another column \
         holds the text, name it in fields.text (currently {expected}; columns found: {found})",
        wrong.join(", ")
    )
}

/// The kind of a value that is no text, for messages.
fn shown_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Object(_) => "an object",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(_) => "only white space",
        Value::Array(_) if strings(value).is_none() => "a list of values that are not all texts",
        Value::Array(_) => "a list without text",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::ingest::markup::Markup;

    fn names() -> FieldNames {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        FieldNames {
            text: list(&["text", "body"]),
            title: list(&["title", "headline"]),
            published: list(&["date"]),
            section: list(&["section"]),
            byline: list(&["authors"]),
            id: list(&["id"]),
            markup: Markup::Auto,
        }
    }

    fn fields(value: &Value) -> Vec<(String, Value)> {
        // Serde's own map is sorted; these tests name their fields in that order.
        value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    #[test]
    fn a_number_that_was_rounded_is_no_key() {
        let record = |id: &str| -> ArticleFields {
            let fields = serde_json::from_str(&format!("{{\"id\": {id}, \"text\": \"نص\"}}"));
            names().map_record(&self::fields(&fields.expect("JSON"))).expect("has a text")
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
        let record = names().map_record(&fields(&source)).expect("has a text");
        let extra = [("a", "{\"b\":1}"), ("headline", "عنوان"), ("text", "  ")];
        let expected = ArticleFields {
            text: Some("نص".to_owned()),
            title: Some("أصل".to_owned()),
            byline: Some("سلمى، زيد".to_owned()),
            key: Some("7".to_owned()),
            extra: extra.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            ..ArticleFields::default()
        };
        assert_eq!(record, expected, "the empty text gives way to the body, and what is not chosen is kept");
    }

    #[test]
    fn a_record_without_text_names_the_columns() {
        let message = names().map_record(&fields(&json!({"content": "نص", "title": "ع"}))).expect_err("no text");
        let said =
            "no text in any of the columns that may hold it (text, body); columns found: content, title; name the column";
        assert!(message.starts_with(said), "{message}");
    }

    #[test]
    fn a_column_that_holds_no_text_is_told_with_what_it_holds() {
        for (record, said) in [
            (json!({"text": ""}), "no text: text is empty; expected a text"),
            (json!({"text": " \n", "body": null}), "no text: body is null, text is only white space; expected"),
            (json!({"TEXT": 123, "title": "ع"}), "no text: TEXT is a number; expected"),
            (json!({"text": true}), "no text: text is true or false; expected"),
            (json!({"text": {"ar": "نص"}}), "no text: text is an object; expected"),
            (json!({"text": []}), "no text: text is a list without text; expected"),
            (json!({"text": [" ", ""]}), "no text: text is a list without text; expected"),
            (json!({"text": ["نص", 1]}), "no text: text is a list of values that are not all texts; expected"),
        ] {
            let message = names().map_record(&fields(&record)).expect_err("no text");
            assert!(message.starts_with(said), "{record}: {message}");
            assert!(message.contains("currently text, body; columns found: "), "{message}");
        }
    }

    #[test]
    fn a_date_that_is_no_day_stays_where_it_was_under_its_own_name() {
        let names = FieldNames { published: vec!["published".to_owned(), "date".to_owned()], ..names() };
        let kept = |record: &ArticleFields| record.extra.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let source = json!({"a": 1, "date": "أمس", "k": 2, "text": "نص"});
        let record = names.map_record(&fields(&source)).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (None, ["a", "date", "k"].map(str::to_owned).to_vec()));
        let source = json!({"date": "2016-03-07", "published": "قريبا", "text": "نص"});
        let record = names.map_record(&fields(&source)).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (Some("2016-03-07"), vec!["published".to_owned()]));
    }

    #[test]
    fn a_sidecar_has_no_text() {
        let sidecar = names().map_sidecar(&fields(&json!({"id": "ا", "text": "نص", "title": "عنوان"})));
        assert_eq!((sidecar.text, sidecar.key.as_deref(), sidecar.title.as_deref()), (None, Some("ا"), Some("عنوان")));
        assert_eq!(sidecar.extra, [("text".to_owned(), "نص".to_owned())]);
    }

    proptest! {
        #[test]
        fn no_field_is_lost(values in proptest::collection::vec(("[a-e]|title|Headline|authors", "[ا-ي]{1,4}"), 0..8)) {
            let mut fields = vec![("text".to_owned(), json!("نص"))];
            fields.extend(values.iter().map(|(name, value)| (name.clone(), json!(value))));
            let record = names().map_record(&fields).expect("has a text");
            let mut kept: Vec<&str> = record.extra.iter().map(|(_, value)| value.as_str()).collect();
            kept.extend([&record.title, &record.byline].into_iter().filter_map(|value| value.as_deref()));
            let mut expected: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
            kept.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
