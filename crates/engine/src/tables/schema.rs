//! The tables' columns: one source of truth for types, nullability, meaning and unit.
//!
//! Invariant: the schema is written down, never inferred, and each field carries its description (and unit, where it has one)
//! as Arrow metadata, from which the data dictionary is made. `rows.rs` has one struct for each table here; a test
//! writes and reads every column of both.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};

/// Version of the tables: the first number changes when a column goes or changes its meaning.
pub const SCHEMA_VERSION: &str = "1.3";

/// The tables of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row per sentence.
    Sentences,
    /// One row per article.
    Articles,
    /// One row per keyword hit.
    Keywords,
    /// One row per input that could not be used.
    Rejects,
}

impl Table {
    /// All tables, in the order of the data dictionary.
    pub const ALL: [Self; 4] = [Self::Sentences, Self::Articles, Self::Keywords, Self::Rejects];

    /// The folder that holds the table's files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentences => "sentences",
            Self::Articles => "articles",
            Self::Keywords => "keywords",
            Self::Rejects => "rejects",
        }
    }

    /// What a row stands for.
    #[must_use]
    pub fn rows(self) -> &'static str {
        match self {
            Self::Sentences => "One row per sentence",
            Self::Articles => "One row per article",
            Self::Keywords => "One row per keyword hit",
            Self::Rejects => "One row per input that could not be used",
        }
    }

    /// The columns that rows are sorted by; rejects come in the order of the sources, which none of their columns shows.
    #[must_use]
    pub fn sorted_by(self) -> &'static [&'static str] {
        match self {
            Self::Sentences => &["article_index", "sentence_index"],
            Self::Keywords => &["article_index", "sentence_index", "token_start"],
            Self::Articles => &["article_index"],
            Self::Rejects => &[],
        }
    }

    /// The order of the rows, for people.
    #[must_use]
    pub fn order(self) -> String {
        match self.sorted_by() {
            [] => "in the order of the sources".to_owned(),
            columns => format!("sorted by {}", columns.join(", ")),
        }
    }

    /// The table's schema.
    #[must_use]
    pub fn schema(self) -> SchemaRef {
        let fields = match self {
            Self::Sentences => sentences(),
            Self::Articles => articles(),
            Self::Keywords => keywords(),
            Self::Rejects => rejects(),
        };
        Arc::new(Schema::new(fields))
    }
}

fn field(name: &str, data_type: DataType, description: &str) -> Field {
    Field::new(name, data_type, false).with_metadata(HashMap::from([("description".to_owned(), description.to_owned())]))
}

fn nullable(name: &str, data_type: DataType, description: &str) -> Field {
    field(name, data_type, description).with_nullable(true)
}

fn with_unit(field: Field, unit: &str) -> Field {
    let mut metadata = field.metadata().clone();
    metadata.insert("unit".to_owned(), unit.to_owned());
    field.with_metadata(metadata)
}

fn text(name: &str, description: &str) -> Field {
    field(name, DataType::Utf8, description)
}

fn tokens(name: &str, description: &str) -> Field {
    with_unit(field(name, DataType::Int32, description), "tokens")
}

fn count(name: &str, unit: &str, description: &str) -> Field {
    with_unit(field(name, DataType::Int32, description), unit)
}

fn bytes(name: &str, description: &str) -> Field {
    with_unit(field(name, DataType::Int64, description), "bytes")
}

fn probability(name: &str, description: &str) -> Field {
    with_unit(field(name, DataType::Float32, description), "probability, rounded to 0.0001")
}

fn list(name: &str, item: DataType, description: &str) -> Field {
    field(name, DataType::List(Arc::new(Field::new("item", item, false))), description)
}

fn structs(name: &str, fields: Vec<Field>, description: &str) -> Field {
    list(name, DataType::Struct(Fields::from(fields)), description)
}

fn reading_fields(with_origin: bool) -> Vec<Field> {
    let alternatives = vec![
        text("form", "another form that the token may have had"),
        probability("confidence", "posterior probability of that form"),
    ];
    let mut fields = vec![
        tokens("token", "index of the token in the sentence, from 0"),
        text("raw", "the token as ingested"),
        text("repaired", "the form chosen; holds a space where two words had run together"),
        probability("confidence", "posterior probability of the form chosen"),
    ];
    if with_origin {
        fields.push(text("origin", "who made the repair: always engine in this version"));
    }
    fields.push(structs("alternatives", alternatives, "the next best forms, best first"));
    fields
}

fn source_path() -> Field {
    text("source_path", "the article's file, relative to the input root, with /; a member of an archive follows !/")
}

fn article_index() -> Field {
    let place =
        field("article_index", DataType::Int64, "place of the article in the build, from 0, in the order of the sources");
    with_unit(place, "articles")
}

fn probability_or_null(name: &str, description: &str) -> Field {
    with_unit(nullable(name, DataType::Float32, description), "share, rounded to 0.0001")
}

fn sentences() -> Vec<Field> {
    let gap = vec![
        tokens(
            "token",
            "a number is missing after this token of the sentence, from 0; where the token is a lone ر, it is what the number left of \
             itself (3ر5), and the number is told here and not once more before it",
        ),
        probability("confidence", "probability that a number was deleted here"),
    ];
    vec![
        text("sentence_id", "article_id, a colon, and sentence_index: unique in the build"),
        text("article_id", "the article that the sentence belongs to"),
        source_path(),
        article_index(),
        count("sentence_index", "sentences", "place of the sentence in its article, from 0"),
        text("kind", "what the row is: body, headline, byline or dateline"),
        text("raw_text", "the sentence's tokens as ingested, parted by single spaces"),
        text("text", "the repaired sentence: raw_text with repairs put in place"),
        bytes(
            "source_start",
            "first byte of the sentence in the article's decoded text (as UTF-8; of a page, its main text), before letters were \
             unified; a title that is given apart and that the text does not begin with stands before it: title, two line feeds, text",
        ),
        bytes("source_end", "byte after the last of the sentence, counted as source_start is"),
        structs("repairs", reading_fields(true), "the tokens that were changed"),
        structs(
            "doubts",
            reading_fields(false),
            "every token below the doubt threshold, changed or not, and every token that was left as it stands because its best \
             form is below keep_raw_below",
        ),
        probability("repair_confidence", "mean over the tokens of the probability that the form is right"),
        probability("boundary_confidence", "probability that a sentence ends where this one does"),
        structs(
            "number_gaps",
            gap,
            "places where a number was probably deleted (0.5 or more), in stripped text only; the number itself cannot be restored",
        ),
        list("keyword_ids", DataType::Utf8, "concepts found in the sentence, each once, in order of appearance"),
        tokens("token_count", "tokens of the sentence"),
        tokens("repaired_count", "tokens that were changed"),
        tokens("unresolved_count", "tokens that no word of the lexicon explains; left as they were"),
    ]
}

fn articles() -> Vec<Field> {
    let keyword = vec![
        text("id", "the concept's id in the vocabulary"),
        text("label", "its preferred label"),
        text("category", "its category"),
        count("count", "hits", "hits in the article"),
    ];
    let keyphrase = vec![
        text("text", "the phrase in its commonest, well-written form"),
        with_unit(field("score", DataType::Float32, "weight of the phrase, to be compared within its article"), "score"),
        count("count", "occurrences", "occurrences in the article"),
    ];
    let extra = vec![text("name", "the field's name"), text("value", "its value; JSON where it is no text")];
    vec![
        text("article_id", "16 hex digits of a hash of source_path and the record's key"),
        source_path(),
        nullable("record", DataType::Utf8, "the article's key in a file of many; null where the file is the article"),
        article_index(),
        text("content_hash", "32 hex digits of a hash of the unified text"),
        text("encoding", "how the file's bytes were read: utf-8, utf-16le, utf-16be or windows-1256"),
        nullable("title", DataType::Utf8, "the headline, where the source gives one"),
        nullable("section", DataType::Utf8, "the section of the newspaper, where the source gives one"),
        nullable("byline", DataType::Utf8, "who wrote the article, where the source or the head of the article says so"),
        nullable("dateline", DataType::Utf8, "where the article was written and for whom, where its head says so"),
        nullable("published", DataType::Date32, "the day of publication; null if unknown"),
        text("text", "the whole repaired article: its sentences, parted by line breaks"),
        text(
            "damage",
            "state of the writing: stripped, normalised, soft, intact, or mixed where a part is stripped and a part is not",
        ),
        tokens("token_count", "tokens of the article"),
        count("sentence_count", "sentences", "sentences of the article"),
        tokens("repaired_count", "tokens that were changed"),
        tokens("unresolved_count", "tokens that no word of the lexicon explains; left as they were"),
        probability("mean_confidence", "mean over the tokens of the probability that the form is right"),
        structs("keywords", keyword, "concepts of the vocabulary with their counts, most frequent first"),
        structs(
            "keyphrases",
            keyphrase,
            "phrases of the article that say what it is about, best first; bylines and datelines are not read",
        ),
        nullable(
            "duplicate_of",
            DataType::Utf8,
            "article_id of the first article with the same text; null if none or unknown",
        ),
        nullable(
            "near_duplicate_of",
            DataType::Utf8,
            "article_id of the earlier article whose text is most like this one's; null if none is alike enough, or unknown",
        ),
        probability_or_null("near_duplicate_similarity", "how much alike the two are; null where there is none"),
        structs(
            "extra",
            extra,
            "every other field that the source gives, in its order; what a page says otherwise than its sidecar is page_title, page_byline, \
             page_section, page_published",
        ),
    ]
}

fn keywords() -> Vec<Field> {
    vec![
        text("article_id", "the article"),
        text("sentence_id", "the sentence"),
        source_path(),
        article_index(),
        count("sentence_index", "sentences", "place of the sentence in its article, from 0"),
        text("keyword_id", "the concept's id in the vocabulary"),
        nullable("iri", DataType::Utf8, "the concept's IRI; null for one from a CSV vocabulary"),
        text("label", "its preferred label"),
        text("category", "its category"),
        text("surface", "the tokens of the hit as they stand in the repaired sentence"),
        text(
            "layer",
            "how the hit was found: exact as the vocabulary writes it, inflected, skeleton where repair was unsure of a word and \
             another reading of it was taken, or broader where a narrower concept was found",
        ),
        probability("confidence", "probability that the sentence has the words that were read; that of the least sure one"),
        tokens(
            "token_start",
            "first token of the hit in the sentence's raw_text, from 0; text may have more words, where two had run together",
        ),
        tokens("token_end", "token after the last of the hit in the sentence's raw_text"),
    ]
}

fn rejects() -> Vec<Field> {
    vec![
        text("source_path", "the file, relative to the input root, with /"),
        nullable("record", DataType::Utf8, "the record in the file; null for a whole file"),
        text("stage", "the stage that rejected it"),
        text("code", "what kind of fault, for grouping"),
        text("message", "what was expected, what was found, what to do"),
        with_unit(nullable("byte_offset", DataType::Int64, "where in the file; null if unknown"), "bytes"),
    ]
}
