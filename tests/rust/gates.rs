//! Integrity gates: a sound build passes all of them, and a build damaged in one place fails exactly the gates that check that place.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, Float32Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
    UInt32Array,
};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::{Float32Type, Int32Type, Int64Type, Schema};
use engine::document::Document;
use engine::{Engine, EngineScratch};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use tarmim::config::{Overrides, Setup};
use tarmim::dataset::{BuildStamp, Counts, DatasetWriter, PartitionBy};
use tarmim::gates::{GateReport, GateSettings, Subject, judge};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
    let setup = Setup::open(&config, Overrides::default()).expect("the shipped configuration is sound");
    Engine::new(&setup.model, setup.settings.repair, setup.settings.split, setup.settings.tag, setup.vocabulary)
        .expect("the shipped model is sound")
});

fn shipped_engine() -> &'static Engine {
    &ENGINE
}

/// Three articles: stripped, intact and of one word. They have sentences with repairs and with keywords; the first has several.
const TEXTS: [&str; 3] = [
    "عقدت لجن الصناع والتجار اجتماعها امس وبحثت اثر زياد الواردات عل الاسواق المحلي\n\nوقال رئيس اللجن ان الصناعات الصغير \
     والمتوسط تحتاج ال دعم من البنوك\n\nكما دع الوزار ال حماي المستهلك",
    "أعلنت وزارة الصناعة أمس أنها ستدعم المصانع الصغيرة. وتبلغ قيمة الدعم مليوني ريال.",
    "الاقتصاد",
];

/// A staged build in a temporary folder.
struct Staged {
    folder: tempfile::TempDir,
    counts: Counts,
}

impl Staged {
    fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stamp = BuildStamp { build_id: "b".to_owned(), model_id: "m".to_owned(), part: None };
        let mut writer = DatasetWriter::new(folder.path(), &stamp, PartitionBy::None).expect("an empty folder");
        for (number, text) in texts.into_iter().enumerate() {
            let document = Document::from_text(&format!("{number}.txt"), text);
            let tagged = shipped_engine().process(document, &mut EngineScratch::default());
            writer.push(shipped_engine().rows(&tagged)).expect("rows of the schema");
        }
        let (counts, _) = writer.finish().expect("rows of the schema");
        Self { folder, counts }
    }

    fn report(&self) -> GateReport {
        self.report_with(self.counts.inputs, 120)
    }

    fn report_with(&self, inputs: usize, max_sentence_tokens: usize) -> GateReport {
        let subject = Subject {
            folder: self.folder.path(),
            build_id: "b",
            counts: &self.counts,
            inputs,
            max_reject_ratio: 0.1,
            max_sentence_tokens,
            settings: &GateSettings::default(),
            previous: None,
        };
        judge(&subject).expect("the tables can be read")
    }

    fn damage(&self, table: &str, damage: impl FnOnce(RecordBatch) -> RecordBatch) {
        let file = self.folder.path().join(table).join("part-00000.parquet");
        let damaged = damage(read(&file));
        let mut writer =
            ArrowWriter::try_new(File::create(&file).expect("a file"), damaged.schema(), None).expect("a writer");
        writer.write(&damaged).expect("a batch of its schema");
        writer.close().expect("a file");
    }
}

fn read(file: &Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file).expect("a file")).expect("Parquet");
    let schema = builder.schema().clone();
    let mut batches = builder.with_batch_size(100_000).build().expect("a reader");
    batches.next().map_or_else(|| RecordBatch::new_empty(schema), |batch| batch.expect("a batch"))
}

fn failing(report: &GateReport) -> Vec<&str> {
    report.gates.iter().filter(|gate| !gate.passed && gate.fails).map(|gate| gate.name.as_str()).collect()
}

/// The batch with one column replaced.
fn with_column(batch: &RecordBatch, name: &str, array: ArrayRef) -> RecordBatch {
    let at = batch.schema().index_of(name).expect("a column of the table");
    let mut columns = batch.columns().to_vec();
    columns[at] = array;
    RecordBatch::try_new(batch.schema(), columns).expect("an array of the same type")
}

fn number(name: &'static str, row: usize, change: fn(i32) -> i32) -> Damage {
    Box::new(move |batch| {
        let old = batch.column_by_name(name).expect("a column").as_primitive::<Int32Type>().clone();
        let new = Int32Array::from_iter_values(
            (0..old.len()).map(|at| if at == row { change(old.value(at)) } else { old.value(at) }),
        );
        with_column(&batch, name, Arc::new(new))
    })
}

fn place(name: &'static str, row: usize, change: fn(i64) -> i64) -> Damage {
    Box::new(move |batch| {
        let old = batch.column_by_name(name).expect("a column").as_primitive::<Int64Type>().clone();
        let new = Int64Array::from_iter_values(
            (0..old.len()).map(|at| if at == row { change(old.value(at)) } else { old.value(at) }),
        );
        with_column(&batch, name, Arc::new(new))
    })
}

fn probability(name: &'static str, row: usize, value: f32) -> Damage {
    Box::new(move |batch| {
        let old = batch.column_by_name(name).expect("a column").as_primitive::<Float32Type>().clone();
        let new = Float32Array::from_iter_values((0..old.len()).map(|at| if at == row { value } else { old.value(at) }));
        with_column(&batch, name, Arc::new(new))
    })
}

fn text(name: &'static str, row: usize, change: fn(&str) -> String) -> Damage {
    Box::new(move |batch| {
        let old = batch.column_by_name(name).expect("a column").as_string::<i32>().clone();
        let new = (0..old.len()).map(|at| if at == row { change(old.value(at)) } else { old.value(at).to_owned() });
        with_column(&batch, name, Arc::new(StringArray::from_iter_values(new)))
    })
}

/// Changes a field of the tokens of all sentences.
fn tokens(field: &'static str, change: fn(&ArrayRef) -> ArrayRef) -> Damage {
    Box::new(move |batch| {
        let lists = batch.column_by_name("tokens").expect("a column").as_list::<i32>();
        let (item, offsets, items, nulls) = lists.clone().into_parts();
        let (fields, mut columns, none) = items.as_struct().clone().into_parts();
        let at = fields.iter().position(|one| one.name() == field).expect("a field of a token");
        columns[at] = change(&columns[at]);
        let items = StructArray::new(fields, columns, none);
        with_column(&batch, "tokens", Arc::new(ListArray::new(item, offsets, Arc::new(items), nulls)))
    })
}

fn last_text(texts: &ArrayRef) -> ArrayRef {
    let texts = texts.as_string::<i32>();
    let last = texts.len() - 1;
    Arc::new(StringArray::from_iter_values((0..last).map(|at| texts.value(at)).chain(["x"])))
}

/// The tokens of each sentence as those of the one before it.
fn tokens_of_others(batch: &RecordBatch) -> RecordBatch {
    let rows = u32::try_from(batch.num_rows()).expect("few rows");
    let before = UInt32Array::from_iter_values((0..rows).map(|row| (row + rows - 1) % rows));
    let taken = take(batch.column_by_name("tokens").expect("a column"), &before, None).expect("rows of the column");
    with_column(batch, "tokens", taken)
}

fn rows(choose: fn(u32) -> Vec<u32>) -> Damage {
    Box::new(move |batch| {
        let rows = choose(u32::try_from(batch.num_rows()).expect("few rows"));
        take_record_batch(&batch, &UInt32Array::from(rows)).expect("rows of the batch")
    })
}

fn both(first: Damage, second: Damage) -> Damage {
    Box::new(move |batch| second(first(batch)))
}

/// The table with another schema over the same arrays.
fn retyped(change: fn(Schema) -> Schema) -> Damage {
    Box::new(move |batch| {
        let schema = change(batch.schema().as_ref().clone());
        let names = schema.fields().iter().map(|field| field.name().clone());
        let columns =
            names.filter_map(|name| batch.column_by_name(&name).cloned().or_else(|| Some(batch.column(0).clone())));
        RecordBatch::try_new(Arc::new(schema.clone()), columns.collect()).expect("arrays of these types")
    })
}

fn with_field(schema: &Schema, name: &str, change: fn(arrow::datatypes::Field) -> arrow::datatypes::Field) -> Schema {
    let fields = schema.fields().iter();
    let change = |field: &arrow::datatypes::FieldRef| {
        if field.name() == name { change(field.as_ref().clone()) } else { field.as_ref().clone() }
    };
    Schema::new(fields.map(change).collect::<Vec<_>>())
}

type Damage = Box<dyn FnOnce(RecordBatch) -> RecordBatch>;

/// What is damaged, in which table, how, and which gates must fail.
type Case = (&'static str, &'static str, Damage, &'static [&'static str]);

fn damages() -> Vec<Case> {
    damages_of_structure().into_iter().chain(damages_of_values()).collect()
}

fn damages_of_structure() -> Vec<Case> {
    vec![
        (
            "a column that may be null",
            "sentences",
            retyped(|schema| with_field(&schema, "text", |field| field.with_nullable(true))),
            &["schema"],
        ),
        (
            "a column without its description",
            "articles",
            retyped(|schema| with_field(&schema, "damage", |field| field.with_metadata(std::collections::HashMap::new()))),
            &["schema"],
        ),
        (
            "a column by another name",
            "keywords",
            retyped(|schema| with_field(&schema, "article_id", |field| field.with_name("article"))),
            &["schema"],
        ),
        ("a missing column", "rejects", retyped(|schema| Schema::new(schema.fields()[..5].to_vec())), &["schema"]),
        (
            "a sentence gone",
            "sentences",
            rows(|n| (0..n - 1).collect()),
            &["rows_sentences", "tokens", "sentence_counts", "keywords_in_sentences"],
        ),
        (
            "an article gone",
            "articles",
            rows(|n| (0..n - 1).collect()),
            &["rows_articles", "sentences_in_articles", "keywords_in_sentences"],
        ),
        ("a hit gone", "keywords", rows(|n| (1..n).collect()), &["rows_keywords"]),
        (
            "two articles swapped",
            "articles",
            rows(|n| [vec![1, 0], (2..n).collect()].concat()),
            &["sentence_counts", "sentences_in_articles", "keywords_in_sentences"],
        ),
        (
            "an invalid id",
            "articles",
            text("article_id", 2, |_| "article".to_owned()),
            &["article_ids", "sentence_counts", "sentences_in_articles", "keywords_in_sentences"],
        ),
        (
            "a sentence's id that is another's",
            "sentences",
            text("sentence_id", 1, |id| id.replace(":1", ":0")),
            &["sentence_ids"],
        ),
        (
            "a hole in the indices",
            "sentences",
            both(number("sentence_index", 2, |index| index + 1), text("sentence_id", 2, |id| id.replace(":2", ":3"))),
            &["sentence_index"],
        ),
        (
            "an article's sentence count too high",
            "articles",
            number("sentence_count", 0, |count| count + 1),
            &["sentence_counts"],
        ),
        ("a hit in no sentence", "keywords", text("sentence_id", 0, |id| format!("{id}9")), &["keywords_in_sentences"]),
        ("a hit beyond its sentence", "keywords", number("token_end", 0, |end| end + 999), &["keyword_tokens"]),
        ("an empty hit", "keywords", number("token_start", 0, |start| start + 999), &["keyword_tokens"]),
    ]
}

fn damages_of_values() -> Vec<Case> {
    vec![
        (
            "a sentence's token count too high",
            "sentences",
            number("token_count", 0, |count| count + 1),
            &["tokens", "token_counts"],
        ),
        ("an article's token count too high", "articles", number("token_count", 0, |count| count + 1), &["token_counts"]),
        ("repairs miscounted", "sentences", number("repaired_count", 0, |count| count + 1), &["repaired_counts"]),
        (
            "repairs of an article miscounted",
            "articles",
            number("repaired_count", 1, |count| count + 1),
            &["repaired_counts"],
        ),
        ("more unresolved tokens than tokens", "sentences", number("unresolved_count", 0, |_| 999), &["repaired_counts"]),
        ("an empty place in the source", "sentences", place("source_end", 0, |_| 0), &["offsets"]),
        ("an overlap in the source", "sentences", place("source_start", 1, |start| start - 9), &["offsets"]),
        (
            "another raw token",
            "sentences",
            text("raw_text", 0, |raw| raw.replace("اجتماعها", "اجتماعهم")),
            &["tokens_in_text", "repairs", "marks"],
        ),
        (
            "another raw token where nothing is repaired",
            "sentences",
            text("raw_text", 5, |raw| format!("{raw}ي")),
            &["tokens_in_text", "repairs", "marks"],
        ),
        ("a token of another raw text", "sentences", tokens("raw", last_text), &["tokens_in_text"]),
        ("a token of another form", "sentences", tokens("form", last_text), &["tokens_in_text"]),
        (
            "tokens that are less certain than their repairs",
            "sentences",
            tokens("confidence", |found| Arc::new(Float32Array::from(vec![0.0; found.len()]))),
            &["tokens_in_text"],
        ),
        ("tokens of other sentences", "sentences", Box::new(|batch| tokens_of_others(&batch)), &["tokens_in_text"]),
        ("another text", "sentences", text("text", 1, |text| format!("{text}ا")), &["repairs", "article_text"]),
        ("another mark", "sentences", text("text_punctuated", 0, |text| format!("{text}!")), &["marks", "article_text"]),
        (
            "another mark of an article",
            "articles",
            text("text_punctuated", 0, |text| text.replace('\n', ".\n")),
            &["article_text"],
        ),
        ("another text of an article", "articles", text("text", 0, |text| text.replace('\n', " ")), &["article_text"]),
        ("text after an article's end", "articles", text("text", 2, |text| format!("{text}\n")), &["article_text"]),
        ("a confidence that is not rounded", "sentences", probability("boundary_confidence", 0, 0.123_45), &["confidences"]),
        ("a confidence that is not a number", "articles", probability("mean_confidence", 0, f32::NAN), &["confidences"]),
        ("a confidence above 1", "keywords", probability("confidence", 0, 1.5), &["confidences"]),
    ]
}

#[test]
fn a_sound_build_passes() {
    let report = Staged::new(TEXTS).report();
    assert!(report.passed(), "{:?}", failing(&report));
    assert!(report.gates.iter().all(|gate| gate.passed || !gate.fails));
    assert!(Staged::new([]).report().passed(), "an empty build violates no invariant");
}

#[test]
fn each_damage_fails_the_gates_that_check_it() {
    let mut wrong = Vec::new();
    for (what, table, damage, expected) in damages() {
        let staged = Staged::new(TEXTS);
        staged.damage(table, damage);
        let report = staged.report();
        if failing(&report) != expected {
            wrong.push(format!("{what}: expected {expected:?}, found {:?}", failing(&report)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_tables_are_compared_with_the_counts_of_the_run() {
    let staged = Staged::new(TEXTS);
    assert_eq!(failing(&staged.report_with(4, 120)), ["nothing_lost"]);
    assert_eq!(failing(&staged.report_with(3, 5)), ["largest_sentence_tokens"]);
    let counts = Counts { rejects: 1, ..staged.counts };
    assert_eq!(failing(&Staged { counts, ..staged }.report_with(4, 120)), ["rows_rejects", "reject_ratio"]);
}

#[test]
fn no_invariant_is_left_untested() {
    let mut tested: BTreeSet<&str> = damages().iter().flat_map(|(.., gates)| gates.iter().copied()).collect();
    tested.extend(["nothing_lost", "rows_rejects", "reject_ratio", "largest_sentence_tokens"]);
    let report = Staged::new(TEXTS).report();
    let invariants: BTreeSet<&str> =
        report.gates.iter().filter(|gate| !gate.expected.contains("gates.")).map(|gate| gate.name.as_str()).collect();
    assert_eq!(tested, invariants);
}

#[test]
fn a_violation_names_its_first_row() {
    let staged = Staged::new(TEXTS);
    staged.damage("sentences", number("repaired_count", 1, |count| count + 1));
    let report = staged.report();
    let gate = report.gates.iter().find(|gate| gate.name == "repaired_counts").expect("a gate of this name");
    // The sentence, and the article that no longer is the sum of its sentences.
    assert!(gate.found.starts_with("2, first in ") && gate.found.ends_with(":1"), "{}", gate.found);
}

/// Letters of any script, words, marks and white space of all kinds.
const ANY_TEXT: &str = "(\\PC|[ابتةىأ]{1,6}|[ \n\t.,«»؟0-9a-z\u{a0}\u{200f}]){1,60}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_its_build_is_sound(texts in prop::collection::vec(ANY_TEXT, 1..4)) {
        // An article has a token; ingest rejects those that have none.
        let texts = texts.iter().map(String::as_str).filter(|text| !text.trim().is_empty());
        let report = Staged::new(texts).report();
        prop_assert!(report.passed(), "{:?}", report.gates.iter().filter(|gate| !gate.passed).collect::<Vec<_>>());
    }
}
