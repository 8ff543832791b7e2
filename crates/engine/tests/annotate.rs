//! Record batches of texts in, record batches of tables out.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::Int64Type;
use engine::tables::{ColumnError, Projection, RecordBatch as TableBatch, Table, sentences};
use engine::{Annotated, EngineScratch};

use crate::shipped::{process, shipped_engine};

const TEXT: &str = "عقدت لجن الصناع والتجار اجتماعها امس وبحثت اثر زياد الواردات عل الاسواق المحلي";

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

fn annotate(batch: &RecordBatch, id: Option<&str>) -> Result<Annotated, ColumnError> {
    shipped_engine().annotate(batch, "text", id, &mut EngineScratch::default())
}

fn strings<'b>(batch: &'b TableBatch, column: &str) -> Vec<Option<&'b str>> {
    batch.column_by_name(column).expect("a column of the table").as_string::<i32>().iter().collect()
}

#[test]
fn tables_have_the_columns_of_the_contract() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![TEXT]));
    for rows in [0, 1] {
        let annotated = annotate(&batch(vec![("text", texts.slice(0, rows))]), None).expect("a batch of texts");
        let Annotated { articles, sentences, keywords, rejects } = &annotated;
        for (table, batch) in Table::ALL.into_iter().zip([sentences, articles, keywords, rejects]) {
            assert_eq!(batch.schema(), table.schema(), "{}", table.name());
        }
        assert_eq!((articles.num_rows(), rejects.num_rows()), (rows, 0));
    }
}

#[test]
fn rows_are_those_of_a_build() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![TEXT]));
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["test"]));
    let annotated = annotate(&batch(vec![("id", ids), ("text", texts)]), Some("id")).expect("a batch of texts");
    let rows = shipped_engine().rows(&process(TEXT));
    let expected: Vec<Option<&str>> = rows.sentences.iter().map(|row| Some(row.text.as_str())).collect();
    assert_eq!(strings(&annotated.sentences, "text"), expected);
    assert_eq!(strings(&annotated.articles, "article_id"), [Some(rows.article.article_id.as_str())]);
    assert_eq!(strings(&annotated.articles, "source_path"), [Some("test")]);
}

#[test]
fn every_row_is_an_article_or_a_reject() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![
        Some(TEXT),
        None,
        Some(" \n"),
        Some("a\0b"),
        Some("الاقتصاد"),
        Some(TEXT),
        Some(TEXT),
    ]));
    let ids: ArrayRef =
        Arc::new(StringArray::from(vec![Some("a"), Some("b"), Some("c"), Some("d"), Some("e"), Some("a"), None]));
    let annotated = annotate(&batch(vec![("text", texts), ("id", ids)]), Some("id")).expect("a batch of texts");
    assert_eq!(strings(&annotated.articles, "source_path"), [Some("a"), Some("e")]);
    let places = annotated.articles.column_by_name("article_index").expect("a column").as_primitive::<Int64Type>();
    assert_eq!(places.values().to_vec(), [0, 1]);
    let rejects = strings(&annotated.rejects, "source_path").into_iter().zip(strings(&annotated.rejects, "code"));
    let rejects: Vec<_> = rejects.map(|(path, code)| (path.unwrap_or_default(), code.unwrap_or_default())).collect();
    assert_eq!(rejects, [("b", "empty"), ("c", "empty"), ("d", "binary"), ("a", "duplicate_key"), ("row 6", "no_id")]);
}

#[test]
fn texts_may_have_any_string_type_and_ids_may_be_numbers() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    let texts: [ArrayRef; 3] = [
        Arc::new(StringArray::from(vec![TEXT])),
        Arc::new(LargeStringArray::from(vec![TEXT])),
        Arc::new(StringViewArray::from(vec![TEXT])),
    ];
    for text in texts {
        let annotated =
            annotate(&batch(vec![("text", text), ("id", Arc::clone(&ids))]), Some("id")).expect("a batch of texts");
        assert_eq!(strings(&annotated.articles, "source_path"), [Some("7")]);
    }
}

#[test]
fn a_column_that_is_missing_or_no_text_is_named() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    let error = |batch: RecordBatch, id| annotate(&batch, id).expect_err("nothing to annotate").to_string();
    assert_eq!(error(batch(vec![("other", Arc::clone(&numbers))]), None), "the column text is missing");
    assert_eq!(error(batch(vec![("text", numbers)]), None), "the column text should be text; it is Int64");
    let texts: ArrayRef = Arc::new(StringArray::from(vec![TEXT]));
    assert_eq!(error(batch(vec![("text", texts)]), Some("id")), "the column id is missing");
}

engine::projection! {
    /// Nested columns, read back.
    struct Nested of sentences { raw_text, repairs, doubts, token_count }
}

#[test]
fn nested_columns_are_read_back_as_they_were_written() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![TEXT, "الاقتصاد"]));
    let annotated = annotate(&batch(vec![("text", texts)]), None).expect("a batch of texts");
    let read = Nested::read(&annotated.sentences).expect("columns of the table");
    let rows = shipped_engine().rows(&process(TEXT));
    assert!(rows.sentences.iter().any(|row| !row.repairs.is_empty()), "a text with repairs");
    for (row, sentence) in rows.sentences.iter().enumerate() {
        assert_eq!(read.raw_text.value(row), sentence.raw_text);
        let repairs = &read.repairs.items;
        let forms: Vec<&str> = read.repairs.row(row).map(|item| repairs.repaired.value(item)).collect();
        assert_eq!(forms, sentence.repairs.iter().map(|repair| repair.repaired.as_str()).collect::<Vec<_>>());
        for (item, repair) in read.repairs.row(row).zip(&sentence.repairs) {
            let alternatives = &repairs.alternatives;
            let forms: Vec<&str> = alternatives.row(item).map(|form| alternatives.items.form.value(form)).collect();
            assert_eq!(forms, repair.alternatives.iter().map(|rival| rival.form.as_str()).collect::<Vec<_>>());
        }
        assert_eq!(read.doubts.row(row).len(), sentence.doubts.len());
    }
    assert_eq!(read.token_count.len(), annotated.sentences.num_rows());
}
