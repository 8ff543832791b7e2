//! Which column of a record is what: the text, a known field, the key, or none of these.
//!
//! Invariant: no column is lost. Each is the text, one of the known fields, the key, or is kept in `extra` in the order of the
//! source; only null and empty ones are left out.

use std::cell::RefCell;

use jiff::civil::Date;
use serde_json::Value;

use super::column_name::same_name;
use super::dates::{Reading, read_value};
use super::field_path::{Columns, paths_to_text, take};
use super::fields::ArticleFields;
use super::settings::FieldNames;

/// Decides which day a date is, by the name of its column and what its value says.
pub(super) type ChooseDay<'c> = dyn Fn(&str, Reading) -> Option<Date> + 'c;

/// Fields of an object that a message names.
const SHOWN_FIELDS: usize = 8;

/// Separates the names in a list of authors.
const LIST_SEPARATOR: &str = "، ";

impl FieldNames {
    /// The fields of a record.
    ///
    /// # Errors
    /// If no column that may hold the text does: what was expected and what was found.
    pub(super) fn map_record(&self, mut columns: Columns, choose_day: &ChooseDay<'_>) -> Result<ArticleFields, String> {
        match self.take(&mut columns, &self.text, paragraphs) {
            Some(text) => Ok(ArticleFields { text: Some(text), ..self.map(columns, choose_day) }),
            None => Err(no_text(&columns, self)),
        }
    }

    /// The fields of a sidecar. Its article's text is another file, so no column is taken for the text.
    pub(super) fn map_sidecar(&self, columns: &[(String, Value)], choose_day: &ChooseDay<'_>) -> ArticleFields {
        self.map(columns.to_vec(), choose_day)
    }

    /// Whether a record has a text.
    pub(super) fn have_text(&self, columns: &[(String, Value)]) -> bool {
        self.take(&mut named(columns, &self.text), &self.text, paragraphs).is_some()
    }

    /// Whether a column may hold the key.
    pub(super) fn is_key(&self, column: &str) -> bool {
        self.id.iter().any(|id| same_name(id, column))
    }

    /// Whether a column may hold the date.
    pub(super) fn is_published(&self, column: &str) -> bool {
        self.published.iter().any(|published| same_name(published, column))
    }

    /// Everything in the place of the date, with the name of that place.
    pub(super) fn dates(&self, columns: &[(String, Value)]) -> Vec<(&str, Reading)> {
        let dates = RefCell::new(Vec::new());
        for name in &self.published {
            let look = |value: &Value| {
                dates.borrow_mut().push((name.as_str(), read_value(value)));
                None
            };
            take(&mut named(columns, std::slice::from_ref(name)), name, look);
        }
        dates.into_inner()
    }

    fn map(&self, mut columns: Columns, choose_day: &ChooseDay<'_>) -> ArticleFields {
        let day = |name: &String, value: &Value| choose_day(name, read_value(value)).map(|day| day.to_string());
        ArticleFields {
            text: None,
            title: self.take(&mut columns, &self.title, line),
            // A date that is no day, or either of two, stays among the other fields, under its own name.
            published: self.published.iter().find_map(|name| take(&mut columns, name, |value| day(name, value))),
            section: self.take(&mut columns, &self.section, line),
            byline: self.take(&mut columns, &self.byline, line),
            key: self.take(&mut columns, &self.id, key),
            // Must stay last: fields are evaluated in the order written, and this is what the others have not taken.
            extra: self.others(columns),
        }
    }

    /// Takes the first column with one of the names whose value can be read as wanted.
    fn take(&self, columns: &mut Columns, names: &[String], read: fn(&Value) -> Option<String>) -> Option<String> {
        let present = |value: &Value| read(value).filter(|text| !self.is_missing(text));
        names.iter().find_map(|name| take(columns, name, present))
    }

    /// Whether a text stands for no value.
    fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|missing| same_name(missing, text))
    }

    /// The columns that no field has taken. One that a field could have, and that stands for no value, is left out.
    fn others(&self, columns: Columns) -> Vec<(String, String)> {
        let of_fields = [&self.text, &self.title, &self.published, &self.section, &self.byline, &self.id];
        let is_field = |name: &str| of_fields.iter().any(|names| names.iter().any(|own| same_name(own, name)));
        let kept = columns.into_iter().filter_map(|(name, value)| Some((verbatim(value)?, name)));
        kept.filter(|(text, name)| !(self.is_missing(text) && is_field(name))).map(|(text, name)| (name, text)).collect()
    }
}

/// The columns in which fields of these names can be.
fn named(columns: &[(String, Value)], names: &[String]) -> Columns {
    let is_first =
        |column: &str, name: &str| same_name(column, name) || same_name(column, name.split('.').next().unwrap_or(name));
    columns.iter().filter(|(column, _)| names.iter().any(|name| is_first(column, name))).cloned().collect()
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
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) => {
            strings(value).map(|names| names.into_iter().map(str::trim).collect::<Vec<_>>().join(LIST_SEPARATOR))
        }
        _ => None,
    }
    .filter(|text| !text.is_empty())
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

/// The strings of an array, if it holds nothing else.
fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// A field that is kept as it is; `None` if it is null or empty.
fn verbatim(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// A text column that is empty is a different mistake from a text column with an unknown name, and is fixed elsewhere.
fn no_text(fields: &[(String, Value)], names: &FieldNames) -> String {
    let may_hold_it = |name: &str| names.text.iter().any(|text| same_name(name, text));
    let wrong = fields.iter().filter(|(name, _)| may_hold_it(name));
    let wrong: Vec<String> = wrong.map(|(name, value)| format!("{name} is {}", shown_kind(value))).collect();
    if let Some(path) = fields.iter().flat_map(|(name, value)| paths_to_text(name, value, &names.text)).next() {
        return told_inside(&path);
    }
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

/// A text that is further inside a record, at a path.
fn told_inside(path: &str) -> String {
    let whole = path.replace("[]", "");
    match path.rsplit_once("[].") {
        Some((_, item)) => format!(
            "no text in the record itself, but in {path}; set fields.text = [{item:?}] to read each item of the list as an article, or \
             [{whole:?}] to join them"
        ),
        None => format!(
            "no text in the record itself, but in {path}; set fields.text = [{whole:?}], and so for the other fields"
        ),
    }
}

/// The kind of a value that is no text, for messages.
fn shown_kind(value: &Value) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Object(members) if is_column(members) => {
            "a whole column, as pandas writes a data frame by default (write it with orient=\"records\")"
        }
        Value::Object(members) => return object_with(members),
        Value::String(text) if text.is_empty() => "empty",
        Value::String(text) if text.trim().is_empty() => "only white space",
        Value::String(_) => "a word that stands for no value (fields.missing)",
        Value::Array(items) if is_bytes(items) => "binary, and no UTF-8 (decode it, and write the column as text)",
        Value::Array(_) if strings(value).is_none() => "a list of values that are not all texts",
        Value::Array(_) => "a list without text",
    };
    kind.to_owned()
}

/// An object with the names of its fields, of which one may be the text.
fn object_with(members: &serde_json::Map<String, Value>) -> String {
    let names: Vec<&str> = members.keys().take(SHOWN_FIELDS).map(String::as_str).collect();
    match names.first() {
        Some(first) => format!("an object with the fields {} (named \"….{first}\" in fields.text)", names.join(", ")),
        None => "an empty object".to_owned(),
    }
}

/// Whether a list holds the bytes of a binary column.
fn is_bytes(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.as_u64().is_some_and(|byte| byte < 256))
}

/// Whether an object has the numbers of rows as its names.
fn is_column(members: &serde_json::Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The day of a date that leaves no choice.
    fn certain(_: &str, reading: Reading) -> Option<Date> {
        reading.day(|| None)
    }
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
            missing: list(&["None", "nan", "\\N"]),
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
            names().map_record(self::fields(&fields.expect("JSON")), &certain).expect("has a text")
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
        let record = names().map_record(fields(&source), &certain).expect("has a text");
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
    fn what_stands_for_no_value_is_none() {
        let source =
            json!({"authors": "NaN", "headline": "عنوان", "id": " none", "k": "nan", "text": "نص", "title": "None"});
        let record = names().map_record(fields(&source), &certain).expect("has a text");
        assert_eq!((record.title.as_deref(), record.byline, record.key), (Some("عنوان"), None, None));
        assert_eq!(
            record.extra,
            [("k".to_owned(), "nan".to_owned())],
            "of an unknown field, nobody knows what it stands for"
        );
        let message = names().map_record(fields(&json!({"text": "nan"})), &certain).expect_err("no text");
        assert!(message.starts_with("no text: text is a word that stands for no value"), "{message}");
    }

    #[test]
    fn fields_inside_fields_have_paths() {
        let path = |path: &str| vec![path.to_owned()];
        let names = FieldNames { text: path("article.body"), title: path("article.title"), id: path("_id.$oid"), ..names() };
        let source = json!({"_id": {"$oid": "5f"}, "article": {"body": ["أ", "ب"], "lang": "ar", "title": "ع"}});
        assert!(names.have_text(&fields(&source)));
        let record = names.map_record(fields(&source), &certain).expect("has a text");
        assert_eq!((record.text.as_deref(), record.title.as_deref()), (Some("أ\nب"), Some("ع")));
        assert_eq!(record.key.as_deref(), Some("5f"));
        assert_eq!(record.extra, [("article".to_owned(), r#"{"lang":"ar"}"#.to_owned())]);
    }

    #[test]
    fn short_fields_have_no_space_around_them() {
        let source =
            json!({"authors": [" سلمى", "زيد "], "headline": " عنوان\u{a0}", "section": "\tمحليات ", "text": " نص"});
        let record = names().map_record(fields(&source), &certain).expect("has a text");
        let short = [record.title, record.section, record.byline].map(Option::unwrap_or_default);
        assert_eq!(short, ["عنوان", "محليات", "سلمى، زيد"]);
    }

    #[test]
    fn what_wordpress_gives_is_read_as_it_is() {
        let source = json!({
            "authors": [{"id": 1, "name": "سلمى"}, {"name": "زيد"}], "content": {"protected": false, "rendered": "<p>نص</p>"},
            "title": {"rendered": "عنوان"}
        });
        let record = FieldNames::default().map_record(fields(&source), &certain).expect("has a text");
        assert_eq!((record.text.as_deref(), record.title.as_deref()), (Some("<p>نص</p>"), Some("عنوان")));
        assert_eq!(record.byline.as_deref(), Some("سلمى، زيد"));
        let extra = [("authors", r#"[{"id":1},{}]"#), ("content", r#"{"protected":false}"#)];
        assert_eq!(record.extra, extra.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_text_further_inside_is_told_with_its_path() {
        let feature = json!({"properties": {"name": "ع", "text": "نص"}, "type": "Feature"});
        let message = names().map_record(fields(&feature), &certain).expect_err("no text");
        assert!(message.starts_with("no text in the record itself, but in properties.text; set fields.text"), "{message}");
        let frame = json!({"text": {"0": "نص", "1": "نص"}});
        let message = names().map_record(fields(&frame), &certain).expect_err("no text");
        assert!(message.contains("orient=\"records\""), "{message}");
    }

    #[test]
    fn a_record_without_text_names_the_columns() {
        let message = names().map_record(fields(&json!({"content": "نص", "title": "ع"})), &certain).expect_err("no text");
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
            (
                json!({"text": {"ar": "نص"}}),
                "no text: text is an object with the fields ar (named \"….ar\" in fields.text); expected",
            ),
            (json!({"text": {}}), "no text: text is an empty object; expected"),
            (json!({"text": []}), "no text: text is a list without text; expected"),
            (json!({"text": [" ", ""]}), "no text: text is a list without text; expected"),
            (json!({"text": ["نص", 1]}), "no text: text is a list of values that are not all texts; expected"),
        ] {
            let message = names().map_record(fields(&record), &certain).expect_err("no text");
            assert!(message.starts_with(said), "{record}: {message}");
            assert!(message.contains("currently text, body; columns found: "), "{message}");
        }
    }

    #[test]
    fn a_date_that_is_no_day_stays_where_it_was_under_its_own_name() {
        let names = FieldNames { published: vec!["published".to_owned(), "date".to_owned()], ..names() };
        let kept = |record: &ArticleFields| record.extra.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let source = json!({"a": 1, "date": "أمس", "k": 2, "text": "نص"});
        let record = names.map_record(fields(&source), &certain).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (None, ["a", "date", "k"].map(str::to_owned).to_vec()));
        let source = json!({"date": "2016-03-07", "published": "قريبا", "text": "نص"});
        let record = names.map_record(fields(&source), &certain).expect("has a text");
        assert_eq!((record.published.as_deref(), kept(&record)), (Some("2016-03-07"), vec!["published".to_owned()]));
    }

    #[test]
    fn a_sidecar_has_no_text() {
        let sidecar = names().map_sidecar(&fields(&json!({"id": "ا", "text": "نص", "title": "عنوان"})), &certain);
        assert_eq!((sidecar.text, sidecar.key.as_deref(), sidecar.title.as_deref()), (None, Some("ا"), Some("عنوان")));
        assert_eq!(sidecar.extra, [("text".to_owned(), "نص".to_owned())]);
    }

    proptest! {
        #[test]
        fn no_field_is_lost(values in proptest::collection::vec(("[a-e]|title|Headline|authors", "[ا-ي]{1,4}"), 0..8)) {
            let mut fields = vec![("text".to_owned(), json!("نص"))];
            fields.extend(values.iter().map(|(name, value)| (name.clone(), json!(value))));
            let record = names().map_record(fields, &certain).expect("has a text");
            let mut kept: Vec<&str> = record.extra.iter().map(|(_, value)| value.as_str()).collect();
            kept.extend([&record.title, &record.byline].into_iter().filter_map(|value| value.as_deref()));
            let mut expected: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
            kept.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
