//! Rows of Arrow record batches as records: a table that a program holds, instead of a file.
//!
//! Invariant: every row comes out once, as a record or as a reject. If the rows count as those of a file (`source_path`), each
//! gets the key, the fields and the day that `run` gives it in that file.

use std::collections::BTreeSet;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use engine::document::{Encoding, Neighbours, Origin};
use engine::tables::{ColumnError, Reject};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::column_name::same_name;
use super::columns::ChooseDay;
use super::date_orders::{DateOrders, DatePlace};
use super::dates::Reading;
use super::fields::ArticleFields;
use super::input_survey::InputSurvey;
use super::path_fields::PathReader;
use super::reader::Ingested;
use super::record::{Body, Record};
use super::record_keys::{RecordKeys, text_name, text_tag};
use super::reject::reject;
use super::settings::IngestSettings;
use super::source::row_fields;

/// Which columns of a table hold what.
#[derive(Clone, Debug, Default)]
pub struct TableColumns {
    /// The text; otherwise the first of `fields.text` that has one.
    pub text: Option<String>,
    /// The id; otherwise the first of `fields.id` that has one. A row without any is named by its text.
    pub id: Option<String>,
    /// The file that the rows count as records of. Without one, an article's id takes the place of its path.
    pub source_path: Option<String>,
}

/// Reads the rows of a table, batch by batch.
pub struct RowReader {
    settings: IngestSettings,
    source_path: Option<String>,
    needs_id: bool,
    names: Names,
    row: u64,
}

/// The rows of a batch. Whether it is sound is looked at once: the look goes through all of its text.
pub struct BatchRows<'b> {
    batch: &'b RecordBatch,
    is_sound: bool,
}

impl<'b> BatchRows<'b> {
    /// Those of a batch.
    #[must_use]
    pub fn of(batch: &'b RecordBatch) -> Self {
        Self { batch, is_sound: broken_column(batch).is_none() }
    }

    /// The first column whose value in a row cannot be used.
    fn broken_column(&self, row: usize) -> Option<String> {
        if self.is_sound { None } else { broken_column(&self.batch.slice(row, 1)) }
    }
}

/// How rows get the names that must be unique.
enum Names {
    /// By those before them in this table.
    Counted(RecordKeys),
    /// By somebody who has seen all of a table that is read in parts: those that are not as the row says, by its index.
    Given(FxHashMap<u64, String>),
}

/// What a row says of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// Its key, or a name made from its text.
    pub name: String,
    /// Whether the row brought it.
    pub is_key: bool,
    /// What is put behind a key that an earlier row has: 8 hex digits of a hash of the text.
    pub text_tag: String,
}

impl RowReader {
    /// A reader of a table with this schema.
    ///
    /// # Errors
    /// If a named column is missing or holds neither texts nor, of ids, whole numbers; if none may hold the text.
    pub fn new(settings: &IngestSettings, columns: TableColumns, schema: &Schema) -> Result<Self, ColumnError> {
        let mut settings = settings.clone();
        let TableColumns { text, id, source_path } = columns;
        let mut names = BTreeSet::new();
        if let Some(twice) = schema.fields().iter().find(|field| !names.insert(field.name())) {
            return Err(ColumnError::Twice { name: twice.name().clone() });
        }
        let needs_id = id.is_some();
        if let Some(name) = &text {
            check(schema, name, "text", is_text)?;
            settings.fields.text = vec![name.clone()];
        } else if !schema.fields().iter().any(|field| is_named(field.name(), &settings.fields.text)) {
            return Err(ColumnError::Missing { name: settings.fields.text.join(", or ") });
        }
        if let Some(name) = id {
            check(schema, &name, "text or whole numbers", |found| is_text(found) || is_whole_number(found))?;
            settings.fields.id = vec![name];
        }
        Ok(Self { settings, source_path, needs_id, names: Names::Counted(RecordKeys::default()), row: 0 })
    }

    /// The reader of a part of a table whose rows have unique names, but for those given by their index in the part.
    #[must_use]
    pub fn with_names(self, names: FxHashMap<u64, String>) -> Self {
        Self { names: Names::Given(names), ..self }
    }

    /// What the row of a record says of its name, if it was read with [`Self::with_names`].
    #[must_use]
    pub fn name_of(record: &Record) -> RowName {
        let text = record.fields.text.as_deref().unwrap_or_default();
        let name = record.origin.record.as_ref().unwrap_or(&record.origin.source_path);
        RowName { name: name.clone(), is_key: *name != text_name(text), text_tag: text_tag(text) }
    }

    /// The settings with the columns of this table.
    #[must_use]
    pub fn settings(&self) -> &IngestSettings {
        &self.settings
    }

    /// Adds what the rows of a batch tell about others. The rows of a table must be surveyed before any is read.
    pub fn survey(&self, batch: &RecordBatch, survey: &mut InputSurvey) {
        let path = self.source_path.as_deref().unwrap_or_default();
        let rows = BatchRows::of(batch);
        for row in 0..batch.num_rows() {
            if rows.broken_column(row).is_some() {
                continue;
            }
            let columns = row_fields(batch, row);
            for (name, date) in self.settings.fields.dates(&columns) {
                survey.dates.note(path, &DatePlace::column(name), date);
            }
            if let Ok(fields) = self.settings.fields.map_record(columns, &|_, _| None) {
                let origin = Origin { source_path: path.to_owned(), record: Some(String::new()) };
                survey.neighbourhood.add(&record(origin, fields, Box::default()), &self.settings);
            }
        }
    }

    /// The record of a row. All rows of a table must be read, in order.
    pub fn read(&mut self, rows: &BatchRows<'_>, row: usize, survey: &InputSurvey) -> Ingested {
        let index = self.row;
        self.row += 1;
        self.record(rows, row, index, survey).map_or_else(Ingested::Reject, Ingested::Record)
    }

    fn record(&mut self, rows: &BatchRows<'_>, row: usize, index: u64, survey: &InputSurvey) -> Result<Record, Reject> {
        let place = &format!("row {index}");
        let refuse = |name: &str, code, message| match &self.source_path {
            Some(path) => Reject { record: Some(name.to_owned()), ..reject(path, code, message) },
            None => reject(name, code, message),
        };
        if let Some(column) = rows.broken_column(row) {
            return Err(refuse(
                place,
                "not_utf8",
                format!("the column {column} holds bytes that are not UTF-8; decode them before"),
            ));
        }
        let columns = row_fields(rows.batch, row);
        let path = self.source_path.clone().unwrap_or_default();
        let choose_day = |name: &str, reading: Reading| {
            let order = || self.settings.date_order.0.or_else(|| survey.dates.of(&path, &DatePlace::column(name)));
            reading.day(order)
        };
        // Asked apart: a row without a text may still have an id, by which its owner finds it.
        let key = self.settings.fields.map_sidecar(&columns, &choose_day).key;
        let known = key.as_deref().unwrap_or(place);
        let mapped = self.settings.fields.map_record(columns, &choose_day);
        let mut fields = mapped.map_err(|message| refuse(known, "no_text", message))?;
        fields.key = None;
        let limit = self.settings.max_file.bytes();
        if fields.text.as_ref().is_some_and(|text| text.len() as u64 > limit) {
            let message = format!("a text of more than the {limit} bytes of max_file_mib; split it or raise the limit");
            return Err(refuse(known, "too_large", message));
        }
        if key.is_none() && self.needs_id && self.source_path.is_none() {
            return Err(refuse(place, "no_id", "the id is null; give every row an id".to_owned()));
        }
        let text = fields.text.as_deref().unwrap_or_default();
        let name = match &mut self.names {
            Names::Given(names) => names.remove(&index).or(key).unwrap_or_else(|| text_name(text)),
            // Of two rows with one id, the second is a reject; of two without one and with the same text, it is numbered.
            Names::Counted(_) if key.is_some() && self.source_path.is_none() => key.unwrap_or_default(),
            Names::Counted(keys) => keys.key_of(&path, key, text),
        };
        let (origin, path_fields) = match &self.source_path {
            Some(path) => {
                let of_path = path_fields(&self.settings, path, &choose_day, &survey.dates);
                (Origin { source_path: path.clone(), record: Some(name) }, of_path)
            }
            None => (Origin { source_path: name, record: None }, Box::default()),
        };
        let mut record = record(origin, fields, path_fields);
        // All rows are neighbours, whatever stands for their paths.
        survey.neighbourhood.tell_of_file(&mut record, &path);
        Ok(record)
    }
}

fn path_fields(settings: &IngestSettings, path: &str, choose_day: &ChooseDay<'_>, dates: &DateOrders) -> Box<ArticleFields> {
    let choose = |name: &str, reading: Reading| -> Option<Date> {
        if name.is_empty() { reading.day(|| dates.of(path, &DatePlace::Path)) } else { choose_day(name, reading) }
    };
    Box::new(PathReader::new(settings, std::iter::once(path)).read(path, false, &choose))
}

fn record(origin: Origin, fields: ArticleFields, path: Box<ArticleFields>) -> Record {
    Record {
        origin,
        byte_offset: None,
        body: Body::Decoded(Encoding::Utf8),
        fields,
        neighbours: Neighbours::Unknown,
        likely_encoding: None,
        path,
        page_order: None,
    }
}

/// The first column with a text that is not UTF-8. Arrow takes the word of whoever made a batch.
fn broken_column(batch: &RecordBatch) -> Option<String> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    let mut broken = columns.filter(|(_, column)| column.to_data().validate_full().is_err());
    broken.next().map(|(field, _)| field.name().clone())
}

/// Whether a column, or the first step of a path into one, has one of the names.
fn is_named(column: &str, names: &[String]) -> bool {
    names.iter().any(|name| same_name(column, name) || same_name(column, name.split('.').next().unwrap_or(name)))
}

fn check(schema: &Schema, name: &str, expected: &str, fits: impl Fn(&DataType) -> bool) -> Result<(), ColumnError> {
    let names = [name.to_owned()];
    let Some(field) = schema.fields().iter().find(|field| is_named(field.name(), &names)) else {
        return Err(ColumnError::Missing { name: name.to_owned() });
    };
    let is_path = !same_name(field.name(), name);
    if is_path || fits(field.data_type()) {
        return Ok(());
    }
    let found = field.data_type().to_string();
    Err(ColumnError::Type { name: name.to_owned(), expected: expected.to_owned(), found })
}

/// Whether a column holds whole numbers. Databases hand on large ones as decimals, and categories as dictionaries.
fn is_whole_number(found: &DataType) -> bool {
    match found {
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => *scale <= 0,
        DataType::Dictionary(_, values) => is_whole_number(values),
        found => found.is_integer(),
    }
}

/// Whether a column holds texts, or lists of paragraphs.
fn is_text(found: &DataType) -> bool {
    match found {
        // A column of nulls alone may have lost its type.
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::ListView(item) => is_text(item.data_type()),
        _ => false,
    }
}
