//! Rows to Arrow columns.
//!
//! Invariant: each kind of row names its columns; they are put in the order of the schema, and one that is missing there or
//! here is refused. Written out rather than derived through a serialisation format: making and writing rows is what a
//! rebuild spends its time on, and a detour through JSON would make them twice.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Float32Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, FieldRef, Fields, SchemaRef};
use arrow::error::ArrowError;
use jiff::civil::{Date, date};

use super::rows::{
    AlternativeRow, ArticleRow, ExtraRow, KeyphraseRow, KeywordCountRow, KeywordRow, NumberGapRow, ReadingRow, Reject,
    SentenceRow,
};

/// The day that Arrow counts from.
const EPOCH: Date = date(1970, 1, 1);

/// The columns of some rows, by name.
pub struct Columns<'s> {
    schema: &'s SchemaRef,
    columns: Vec<(&'static str, ArrayRef)>,
}

/// A row of a table.
pub trait TableRow: Sized {
    /// Adds every column of some rows.
    fn add_columns(rows: &[Self], columns: &mut Columns<'_>);
}

/// The rows as a batch of the schema.
///
/// # Errors
/// Where the columns are not those of the schema.
pub fn batch_of<R: TableRow>(rows: &[R], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns { schema, columns: Vec::with_capacity(schema.fields().len()) };
    R::add_columns(rows, &mut columns);
    columns.into_batch()
}

impl Columns<'_> {
    fn into_batch(mut self) -> Result<RecordBatch, ArrowError> {
        let in_order = self.schema.fields().iter().map(|field| {
            let index = self.columns.iter().position(|(name, _)| name == field.name());
            let missing = || ArrowError::SchemaError(format!("no rows have the column {}", field.name()));
            Ok(self.columns.swap_remove(index.ok_or_else(missing)?).1)
        });
        let in_order = in_order.collect::<Result<Vec<ArrayRef>, ArrowError>>()?;
        match self.columns.first() {
            Some((name, _)) => Err(ArrowError::SchemaError(format!("the schema lacks the column {name}"))),
            None => RecordBatch::try_new(Arc::clone(self.schema), in_order),
        }
    }

    fn add(&mut self, name: &'static str, column: ArrayRef) {
        self.columns.push((name, column));
    }

    fn text<'r>(&mut self, name: &'static str, values: impl Iterator<Item = &'r str>) {
        self.add(name, texts(values));
    }

    fn optional_text<'r>(&mut self, name: &'static str, values: impl Iterator<Item = &'r Option<String>>) {
        self.add(name, Arc::new(values.map(Option::as_deref).collect::<StringArray>()));
    }

    fn counts(&mut self, name: &'static str, values: impl Iterator<Item = usize>) {
        self.add(name, counts(values));
    }

    fn shares(&mut self, name: &'static str, values: impl Iterator<Item = f32>) {
        self.add(name, shares(values));
    }

    fn large(&mut self, name: &'static str, values: impl Iterator<Item = u64>) {
        let values = values.map(|value| i64::try_from(value).expect("less than 2^63 of anything"));
        self.add(name, Arc::new(Int64Array::from_iter_values(values)));
    }

    /// The field of the items of a list column.
    fn item(&self, name: &str) -> FieldRef {
        let field = self.schema.field_with_name(name).expect("a column of the schema");
        item_of(field.data_type())
    }

    /// A list column, given each row's items and what makes an array of all of them.
    fn lists<'r, T: 'r>(
        &mut self,
        name: &'static str,
        rows: impl Iterator<Item = &'r [T]> + Clone,
        array: impl Fn(&[&'r T], &DataType) -> ArrayRef,
    ) {
        let item = self.item(name);
        self.add(name, list(item, rows, array));
    }
}

fn item_of(list: &DataType) -> FieldRef {
    match list {
        DataType::List(item) => Arc::clone(item),
        other => unreachable!("{other} is no list; the schema says that it is one"),
    }
}

fn list<'r, T: 'r>(
    item: FieldRef,
    rows: impl Iterator<Item = &'r [T]> + Clone,
    array: impl Fn(&[&'r T], &DataType) -> ArrayRef,
) -> ArrayRef {
    let offsets = OffsetBuffer::from_lengths(rows.clone().map(<[T]>::len));
    let items: Vec<&T> = rows.flatten().collect();
    let values = array(&items, item.data_type());
    Arc::new(ListArray::new(item, offsets, values, None))
}

fn counts(values: impl Iterator<Item = usize>) -> ArrayRef {
    let values = values.map(|value| i32::try_from(value).expect("fewer than 2^31 of anything in an article"));
    Arc::new(Int32Array::from_iter_values(values))
}

fn texts<'r>(values: impl Iterator<Item = &'r str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn shares(values: impl Iterator<Item = f32>) -> ArrayRef {
    Arc::new(Float32Array::from_iter_values(values))
}

/// A struct array; columns come in the order of the fields.
fn structs(data_type: &DataType, columns: Vec<ArrayRef>) -> ArrayRef {
    Arc::new(StructArray::new(fields_of(data_type).clone(), columns, None))
}

fn fields_of(data_type: &DataType) -> &Fields {
    match data_type {
        DataType::Struct(fields) => fields,
        other => unreachable!("{other} is no struct; the schema says that it is one"),
    }
}

fn alternatives(items: &[&AlternativeRow], data_type: &DataType) -> ArrayRef {
    let forms = texts(items.iter().map(|item| item.form.as_str()));
    structs(data_type, vec![forms, shares(items.iter().map(|item| item.confidence))])
}

fn readings(items: &[&ReadingRow], data_type: &DataType) -> ArrayRef {
    let fields = fields_of(data_type);
    let mut columns = vec![
        counts(items.iter().map(|item| item.token)),
        texts(items.iter().map(|item| item.raw.as_str())),
        texts(items.iter().map(|item| item.repaired.as_str())),
        shares(items.iter().map(|item| item.confidence)),
    ];
    if fields.find("origin").is_some() {
        columns.push(texts(items.iter().map(|item| item.origin.unwrap_or_default())));
    }
    let (_, field) = fields.find("alternatives").expect("a field of the schema");
    let rivals = items.iter().map(|item| item.alternatives.as_slice());
    columns.push(list(item_of(field.data_type()), rivals, alternatives));
    structs(data_type, columns)
}

fn number_gaps(items: &[&NumberGapRow], data_type: &DataType) -> ArrayRef {
    let tokens = counts(items.iter().map(|item| item.token));
    structs(data_type, vec![tokens, shares(items.iter().map(|item| item.confidence))])
}

fn plain_texts(items: &[&String], _: &DataType) -> ArrayRef {
    texts(items.iter().map(|item| item.as_str()))
}

fn keyword_counts(items: &[&KeywordCountRow], data_type: &DataType) -> ArrayRef {
    let columns = vec![
        texts(items.iter().map(|item| item.id.as_str())),
        texts(items.iter().map(|item| item.label.as_str())),
        texts(items.iter().map(|item| item.category.as_str())),
        counts(items.iter().map(|item| item.count)),
    ];
    structs(data_type, columns)
}

fn keyphrases(items: &[&KeyphraseRow], data_type: &DataType) -> ArrayRef {
    let columns = vec![
        texts(items.iter().map(|item| item.text.as_str())),
        shares(items.iter().map(|item| item.score)),
        counts(items.iter().map(|item| item.count)),
    ];
    structs(data_type, columns)
}

fn extras(items: &[&ExtraRow], data_type: &DataType) -> ArrayRef {
    let names = texts(items.iter().map(|item| item.name.as_str()));
    structs(data_type, vec![names, texts(items.iter().map(|item| item.value.as_str()))])
}

fn days(published: Option<Date>) -> Option<i32> {
    let day = published?;
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).ok()
}

impl TableRow for SentenceRow {
    fn add_columns(rows: &[Self], columns: &mut Columns<'_>) {
        columns.text("sentence_id", rows.iter().map(|row| row.sentence_id.as_str()));
        columns.text("article_id", rows.iter().map(|row| row.article_id.as_str()));
        columns.text("source_path", rows.iter().map(|row| row.source_path.as_str()));
        columns.large("article_index", rows.iter().map(|row| row.article_index));
        columns.counts("sentence_index", rows.iter().map(|row| row.sentence_index));
        columns.text("kind", rows.iter().map(|row| row.kind));
        columns.text("raw_text", rows.iter().map(|row| row.raw_text.as_str()));
        columns.text("text", rows.iter().map(|row| row.text.as_str()));
        columns.large("source_start", rows.iter().map(|row| row.source_start as u64));
        columns.large("source_end", rows.iter().map(|row| row.source_end as u64));
        columns.lists("repairs", rows.iter().map(|row| row.repairs.as_slice()), readings);
        columns.lists("doubts", rows.iter().map(|row| row.doubts.as_slice()), readings);
        columns.shares("repair_confidence", rows.iter().map(|row| row.repair_confidence));
        columns.shares("boundary_confidence", rows.iter().map(|row| row.boundary_confidence));
        columns.lists("number_gaps", rows.iter().map(|row| row.number_gaps.as_slice()), number_gaps);
        columns.lists("keyword_ids", rows.iter().map(|row| row.keyword_ids.as_slice()), plain_texts);
        columns.counts("token_count", rows.iter().map(|row| row.token_count));
        columns.counts("repaired_count", rows.iter().map(|row| row.repaired_count));
        columns.counts("unresolved_count", rows.iter().map(|row| row.unresolved_count));
    }
}

impl TableRow for ArticleRow {
    fn add_columns(rows: &[Self], columns: &mut Columns<'_>) {
        columns.text("article_id", rows.iter().map(|row| row.article_id.as_str()));
        columns.text("source_path", rows.iter().map(|row| row.source_path.as_str()));
        columns.optional_text("record", rows.iter().map(|row| &row.record));
        columns.large("article_index", rows.iter().map(|row| row.article_index));
        columns.text("content_hash", rows.iter().map(|row| row.content_hash.as_str()));
        columns.text("encoding", rows.iter().map(|row| row.encoding));
        columns.optional_text("title", rows.iter().map(|row| &row.title));
        columns.optional_text("section", rows.iter().map(|row| &row.section));
        columns.optional_text("byline", rows.iter().map(|row| &row.byline));
        columns.optional_text("dateline", rows.iter().map(|row| &row.dateline));
        columns.add("published", Arc::new(rows.iter().map(|row| days(row.published)).collect::<Date32Array>()));
        columns.text("text", rows.iter().map(|row| row.text.as_str()));
        columns.text("damage", rows.iter().map(|row| row.damage));
        columns.counts("token_count", rows.iter().map(|row| row.token_count));
        columns.counts("sentence_count", rows.iter().map(|row| row.sentence_count));
        columns.counts("repaired_count", rows.iter().map(|row| row.repaired_count));
        columns.counts("unresolved_count", rows.iter().map(|row| row.unresolved_count));
        columns.shares("mean_confidence", rows.iter().map(|row| row.mean_confidence));
        columns.lists("keywords", rows.iter().map(|row| row.keywords.as_slice()), keyword_counts);
        columns.lists("keyphrases", rows.iter().map(|row| row.keyphrases.as_slice()), keyphrases);
        columns.optional_text("duplicate_of", rows.iter().map(|row| &row.duplicate_of));
        columns.optional_text("near_duplicate_of", rows.iter().map(|row| &row.near_duplicate_of));
        let similarities = rows.iter().map(|row| row.near_duplicate_similarity).collect::<Float32Array>();
        columns.add("near_duplicate_similarity", Arc::new(similarities));
        columns.lists("extra", rows.iter().map(|row| row.extra.as_slice()), extras);
    }
}

impl TableRow for KeywordRow {
    fn add_columns(rows: &[Self], columns: &mut Columns<'_>) {
        columns.text("article_id", rows.iter().map(|row| row.article_id.as_str()));
        columns.text("sentence_id", rows.iter().map(|row| row.sentence_id.as_str()));
        columns.text("source_path", rows.iter().map(|row| row.source_path.as_str()));
        columns.large("article_index", rows.iter().map(|row| row.article_index));
        columns.counts("sentence_index", rows.iter().map(|row| row.sentence_index));
        columns.text("keyword_id", rows.iter().map(|row| row.keyword_id.as_str()));
        columns.optional_text("iri", rows.iter().map(|row| &row.iri));
        columns.text("label", rows.iter().map(|row| row.label.as_str()));
        columns.text("category", rows.iter().map(|row| row.category.as_str()));
        columns.text("surface", rows.iter().map(|row| row.surface.as_str()));
        columns.text("layer", rows.iter().map(|row| row.layer));
        columns.shares("confidence", rows.iter().map(|row| row.confidence));
        columns.counts("token_start", rows.iter().map(|row| row.token_start));
        columns.counts("token_end", rows.iter().map(|row| row.token_end));
    }
}

impl TableRow for Reject {
    fn add_columns(rows: &[Self], columns: &mut Columns<'_>) {
        columns.text("source_path", rows.iter().map(|row| row.source_path.as_str()));
        columns.optional_text("record", rows.iter().map(|row| &row.record));
        columns.text("stage", rows.iter().map(|row| row.stage));
        columns.text("code", rows.iter().map(|row| row.code));
        columns.text("message", rows.iter().map(|row| row.message.as_str()));
        let offsets = rows.iter().map(|row| row.byte_offset.and_then(|offset| i64::try_from(offset).ok()));
        columns.add("byte_offset", Arc::new(offsets.collect::<Int64Array>()));
    }
}
