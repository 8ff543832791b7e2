//! Tables of the build without lists, for programs that know none: lists become text, or are left out where a flat table has their
//! items as rows. What an article's row says and people look for in other tables (title, section, day) is joined to them.
//!
//! Invariant: the columns follow from the tables' schemas, so a new column is exported without a line here, and a new list with one
//! in [`LISTS`].

use std::borrow::Cow;
use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Field, Float32Type, Int32Type, Int64Type};
use arrow::error::ArrowError;

use super::cell::Cell;
use crate::dataset::stored::{StoredArticle, day};
use engine::tables::Table;

/// Which fields of a list's items make up the text of a cell: separated by colons, the items by semicolons. Lists of structs that are
/// not here are left out.
const LISTS: [(&str, &[&str]); 5] = [
    ("keywords", &["id", "count"]),
    ("keyphrases", &["text"]),
    ("number_gaps", &["token", "confidence"]),
    ("marks", &["token", "mark"]),
    ("extra", &["name", "value"]),
];

/// What other tables get from the row of their article.
const JOINED: [&str; 3] = ["title", "section", "published"];

/// Whether a column is in the flat table.
pub(super) fn is_wanted(field: &Field) -> bool {
    match field.data_type() {
        DataType::List(item) if matches!(item.data_type(), DataType::Struct(_)) => fields_of(field.name()).is_some(),
        _ => true,
    }
}

fn fields_of(list: &str) -> Option<&'static [&'static str]> {
    LISTS.iter().find(|(name, _)| *name == list).map(|(_, fields)| *fields)
}

/// Where a column of the flat table comes from.
enum Source {
    Stored(String),
    Joined(fn(&StoredArticle) -> Option<&str>),
}

/// The flat table of a table of the build.
pub(super) struct FlatTable {
    columns: Vec<(String, Source)>,
}

impl FlatTable {
    pub(super) fn of(table: Table) -> Self {
        let mut columns = Vec::new();
        let schema = table.schema();
        for field in schema.fields().iter().filter(|field| is_wanted(field)) {
            columns.push((field.name().clone(), Source::Stored(field.name().clone())));
            if field.name() == "source_path" && matches!(table, Table::Sentences | Table::Keywords) {
                columns.extend(JOINED.into_iter().map(|name| (name.to_owned(), Source::Joined(joined(name)))));
            }
        }
        Self { columns }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(|(name, _)| name.clone())
    }

    /// The columns of a batch.
    pub(super) fn values(&self, batch: &RecordBatch) -> Result<Vec<Values>, ArrowError> {
        let values = |(_, source): &(String, Source)| match source {
            Source::Joined(of) => Ok(Values::Joined(*of)),
            Source::Stored(name) => {
                let column = batch.column_by_name(name);
                let missing = || {
                    ArrowError::SchemaError(format!(
                        "the column {name} is missing; export it with the version that built it"
                    ))
                };
                Ok(Values::Stored(column.ok_or_else(missing)?.clone(), fields_of(name).unwrap_or_default()))
            }
        };
        self.columns.iter().map(values).collect()
    }
}

fn joined(name: &str) -> fn(&StoredArticle) -> Option<&str> {
    match name {
        "title" => |article| article.title.as_deref(),
        "section" => |article| article.section.as_deref(),
        _ => |article| article.published.as_deref(),
    }
}

/// A column of a batch.
pub(super) enum Values {
    Stored(ArrayRef, &'static [&'static str]),
    Joined(fn(&StoredArticle) -> Option<&str>),
}

impl Values {
    pub(super) fn cell<'c>(&'c self, row: usize, article: Option<&'c StoredArticle>) -> Cell<'c> {
        match self {
            Self::Joined(of) => Cell::optional(article.and_then(of)),
            Self::Stored(array, fields) => stored_cell(array, row, fields),
        }
    }
}

fn stored_cell<'c>(array: &'c ArrayRef, row: usize, fields: &[&str]) -> Cell<'c> {
    if array.is_null(row) {
        return Cell::Empty;
    }
    match array.data_type() {
        DataType::Utf8 => Cell::text(array.as_string::<i32>().value(row)),
        DataType::Int32 => Cell::Whole(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Whole(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => Cell::Decimal(array.as_primitive::<Float32Type>().value(row)),
        DataType::Date32 => Cell::Text(Cow::Owned(day(array.as_primitive::<Date32Type>().value(row)))),
        DataType::List(_) => Cell::Text(Cow::Owned(list_text(array.as_list(), row, fields))),
        // No column of the schema has another type.
        _ => Cell::Empty,
    }
}

/// The items of a list, separated by semicolons.
fn list_text(lists: &ListArray, row: usize, fields: &[&str]) -> String {
    let items = lists.value(row);
    let columns: Vec<&ArrayRef> = match items.as_struct_opt() {
        Some(structs) => fields.iter().filter_map(|field| structs.column_by_name(field)).collect(),
        None => vec![&items],
    };
    let mut text = String::new();
    for item in 0..items.len() {
        for (index, column) in columns.iter().enumerate() {
            let separator = if index > 0 {
                ":"
            } else if item > 0 {
                ";"
            } else {
                ""
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}{}", stored_cell(column, item, &[]).shown());
        }
    }
    text
}
