//! The tables `[ingest]` and `[fields]`: which files are read, and how.

use std::path::PathBuf;

use serde_json::Value as Json;

use engine::document::Encoding;
use engine::settings::{Choice, Fault, Form, Range, Refusal, Setting, Value};

use super::dates::DateOrder;
use super::decode::DeclaredEncoding;
use super::leftovers::is_leftover;
use super::markup::Markup;
use super::path_pattern::PathPattern;
use super::patterns::Patterns;
use super::source::{DialectSettings, IsArticle, Limits, NameEncoding, Quoting, Selection, SourceSettings};

engine::settings! {
    /// How files are read.
    #[derive(Clone, Debug)]
    pub struct IngestSettings in "ingest" {
        /// Folder of the articles, read recursively, in the order of the paths.
        input: PathBuf = "raw" => Run;
        /// Patterns of the files that hold articles. The file extension tells the format: .txt and .html hold one article each;
        /// .json, .jsonl, .csv, .tsv, .xlsx and .parquet one article per record (see `[fields]`), and so do .sgml and .xml, and .txt that
        /// begins with tags; a name without a known extension leaves it to the contents. Each may be compressed (.gz, .zst, .xz, .bz2) or lie in a
        /// .zip or .tar archive (archive.zip!/folder/article.txt), up to eight archives and compressions deep; deeper files are
        /// rejected (too_deep). A file of another format, or one that no pattern matches, becomes a row of the rejects table.
        /// Metadata in metadata.csv (with a column path) or article.json beside article.txt is joined to the articles.
        files: Patterns = ["**/*"] => Selection;
        /// Patterns of files, or of members of archives, to ignore. What systems and editors leave behind (Thumbs.db, desktop.ini,
        /// ~$x.docx, x.txt~) is ignored in any case.
        skip: Patterns = ["**/.*", "**/__MACOSX/**"] => Selection;
        /// `"auto"` detects the encoding of each file and records it; `"utf-8"`, `"utf-16le"`, `"utf-16be"`, `"windows-1256"` or
        /// `"iso-8859-6"` fixes it. A byte order mark always wins.
        encoding: InputEncoding = "auto" => Ingest;
        /// What happens to an article in another language than Arabic, or without an Arabic letter: `"publish"` publishes it unrepaired,
        /// with `damage = "foreign"`; `"reject"` rejects it (foreign). An article of several languages counts by most of its words.
        foreign: ForeignPolicy = "publish" => Ingest;
        /// What separates the fields of .csv and .tsv tables: `"auto"` finds it in each (a comma, semicolon, tab or bar); or any one ASCII
        /// character, such as `";"` or `"\t"`. A first line such as `sep=;` wins.
        delimiter: Delimiter = "auto" => Ingest;
        /// How their fields are quoted: `"auto"` finds it; `"doubled"`: a quote in a quoted field is written twice; `"backslash"`: a
        /// backslash before it, as Hive, MySQL and Spark write; `"none"`: quotes are letters like any other.
        quotes: Quotes = "auto" => Ingest;
        /// The encoding of names in zip archives that do not declare one: `"auto"` looks at all names of the archive; `"utf-8"`,
        /// `"cp437"` (the format's own), `"cp720"` (the Explorer of an Arabic Windows) or `"windows-1256"` (other programs there) fixes it.
        zip_names: ZipNames = "auto" => Selection;
        /// The order of day and month in dates such as 7/3/2016 that leave it open: `"auto"` learns it from the other dates of the same
        /// column, or of the files beside it, and leaves the date out (it stays in `extra`) where none of them tells;
        /// `"day-first"` and `"month-first"` settle it.
        date_order: InputDateOrder = "auto" => Ingest;
        /// Whether a date in the path of a file (2004-05-17_x.txt, 20040517-x.html, 2004/05/17/x.txt) is that of its articles, where they
        /// give none themselves.
        path_dates: bool = true => Ingest;
        /// What an article's path says about it: `{section}` and `{date}` stand for a folder name or a part of one, `*` for any name,
        /// `**/` for any folders. Empty: nothing.
        path_pattern: PathPattern = "**/{section}/*" => Ingest;
        /// Largest text, page or record, in MiB; larger ones are rejected (too_large). The limit also holds for a zip archive or a
        /// Parquet table inside an archive or a compressed file, since these are read into memory whole.
        max_file: Mebibytes = 64 => Ingest, in 1..=4096, key "max_file_mib", recorded "max_file_bytes";
    } and {
        /// The names of the fields of records.
        fields: FieldNames,
    }
}

engine::settings! {
    /// The names of an article's fields in records and sidecars; the first name with a value counts.
    ///
    /// Names are compared without regard to case and surrounding white space. `article.body` is the field `body` in the field `article`;
    /// `content.rendered` is what the API of `WordPress` has.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FieldNames in "fields" {
        /// The article's text, the only field that an article must have.
        text: Vec<String> = ["text", "body", "content", "article", "النص", "نص", "content.rendered"] => Ingest, in 1..=1000;
        /// Its headline.
        title: Vec<String> = ["title", "headline", "العنوان", "عنوان", "title.rendered"] => Ingest;
        /// Its date, as ISO 8601 or as newspapers write it, in the Gregorian or the Hijri calendar.
        published: Vec<String> = ["published", "date", "publication_date", "pubdate", "datetime", "التاريخ", "تاريخ", "تاريخ النشر"] => Ingest;
        /// Its section in the newspaper.
        section: Vec<String> = ["section", "category", "topic", "القسم", "التصنيف"] => Ingest;
        /// Its authors.
        byline: Vec<String> = ["byline", "author", "authors", "writer", "الكاتب", "المؤلف", "author.name", "authors.name"] => Ingest;
        /// The record's key in its file. It keeps an article's id the same when other records are added or removed; without a key,
        /// a hash of the text identifies the record. A key that an earlier record has is told, and a hash is added to it.
        id: Vec<String> = ["id", "article_id", "key", "url"] => Ingest;
        /// Tags and entities in texts, titles, sections and bylines. `"auto"` resolves them where a text is HTML or has entities and leaves
        /// texts that only speak of them; `"html"` takes every text for HTML; `"none"` leaves all as it is. It also holds for text files.
        markup: Markup = "auto" => Ingest;
        /// What stands for no value in any of these, in upper or lower case. Null, NaN and empty texts always do.
        missing: Vec<String> = ["nan", "none", "null", "nil", "na", "n/a", "<na>", "#n/a", "nat", "\\N", "undefined"] => Ingest;
    }
}

impl IngestSettings {
    /// Whether to read a file, or a member of an archive.
    #[must_use]
    pub fn select(&self, source_path: &str) -> Selection {
        if is_leftover(source_path) || self.skip.match_path(source_path) {
            Selection::Skip
        } else if self.files.match_path(source_path) {
            Selection::Read
        } else {
            Selection::NotWanted
        }
    }

    /// The settings of the readers of files, which do not know what is a sidecar yet.
    pub(super) fn source_settings<'s>(
        &'s self,
        wanted: &'s (dyn Fn(&str) -> Selection + Sync),
        is_article: &'s IsArticle<'s>,
    ) -> SourceSettings<'s> {
        SourceSettings {
            limits: Limits { max_leaf_bytes: self.max_file.bytes() },
            encoding: self.encoding.0,
            text_names: &self.fields.text,
            dialect: DialectSettings { delimiter: self.delimiter.0, quoting: self.quotes.0 },
            zip_names: self.zip_names.0,
            wanted,
            is_sidecar: &|_| false,
            is_article,
        }
    }
}

/// The encoding of all files; `None` detects it for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputEncoding(pub Option<DeclaredEncoding>);

impl Choice for InputEncoding {
    const ALL: &'static [Self] = &[
        Self(None),
        Self(Some(DeclaredEncoding(Encoding::Utf8))),
        Self(Some(DeclaredEncoding(Encoding::Utf16Le))),
        Self(Some(DeclaredEncoding(Encoding::Utf16Be))),
        Self(Some(DeclaredEncoding(Encoding::Windows1256))),
        Self(Some(DeclaredEncoding(Encoding::Iso8859_6))),
    ];

    fn name(self) -> &'static str {
        self.0.map_or("auto", |declared| declared.0.name())
    }
}

/// The encoding of undeclared names in zip archives; `None` detects it for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZipNames(pub Option<NameEncoding>);

impl Choice for ZipNames {
    const ALL: &'static [Self] = &[
        Self(None),
        Self(Some(NameEncoding::Utf8)),
        Self(Some(NameEncoding::Cp437)),
        Self(Some(NameEncoding::Cp720)),
        Self(Some(NameEncoding::Windows1256)),
    ];

    fn name(self) -> &'static str {
        match self.0 {
            None => "auto",
            Some(NameEncoding::Utf8) => "utf-8",
            Some(NameEncoding::Cp437) => "cp437",
            Some(NameEncoding::Cp720) => "cp720",
            Some(NameEncoding::Windows1256) => "windows-1256",
        }
    }
}

/// The order of day and month in all dates; `None` learns it for each source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputDateOrder(pub Option<DateOrder>);

impl Choice for InputDateOrder {
    const ALL: &'static [Self] = &[Self(None), Self(Some(DateOrder::DayFirst)), Self(Some(DateOrder::MonthFirst))];

    fn name(self) -> &'static str {
        match self.0 {
            None => "auto",
            Some(DateOrder::DayFirst) => "day-first",
            Some(DateOrder::MonthFirst) => "month-first",
        }
    }
}

/// What happens to an article in another language than Arabic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignPolicy {
    /// It is published, unrepaired. The default: a collection with some English in it is no fault, and nothing is lost.
    Publish,
    /// It is rejected.
    Reject,
}

impl Choice for ForeignPolicy {
    const ALL: &'static [Self] = &[Self::Publish, Self::Reject];

    fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Reject => "reject",
        }
    }
}

/// The separator of fields in tables; `None` finds it in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(pub Option<u8>);

impl Setting for Delimiter {
    fn form() -> Form {
        Form::Text
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let written = String::read(value, range)?;
        match written.as_bytes() {
            b"auto" => Ok(Self(None)),
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\\' | b'\r' | b'\n') => {
                Ok(Self(Some(*one)))
            }
            _ => Err(format!(
                "{written:?} cannot separate fields; expected \"auto\", or one ASCII character that is no letter, digit, quote, \
                 backslash or line break, such as \";\" or \"\\t\""
            )
            .into()),
        }
    }

    fn recorded(&self) -> Option<Json> {
        Some(self.0.map_or_else(|| "auto".to_owned(), |one| char::from(one).to_string()).into())
    }
}

/// The meaning of quotes in tables; `None` finds it in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes(pub Option<Quoting>);

impl Choice for Quotes {
    const ALL: &'static [Self] =
        &[Self(None), Self(Some(Quoting::Doubled)), Self(Some(Quoting::Backslash)), Self(Some(Quoting::Plain))];

    fn name(self) -> &'static str {
        match self.0 {
            None => "auto",
            Some(Quoting::Doubled) => "doubled",
            Some(Quoting::Backslash) => "backslash",
            Some(Quoting::Plain) => "none",
        }
    }
}

/// A size that configurations give in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mebibytes(u64);

impl Mebibytes {
    /// The size in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0 << 20
    }
}

impl Setting for Mebibytes {
    fn form() -> Form {
        Form::Integer
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        u64::read(value, range).map(Self)
    }

    fn recorded(&self) -> Option<Json> {
        Some(self.bytes().into())
    }
}

impl Setting for Patterns {
    fn form() -> Form {
        Form::List
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let fault = |what| Fault { file: None, line: 0, what };
        Self::new(&Vec::read(value, range)?).map_err(|faults| Refusal::Faulty(faults.into_iter().map(fault).collect()))
    }

    fn recorded(&self) -> Option<Json> {
        Some(self.written().into())
    }
}

impl Setting for PathPattern {
    fn form() -> Form {
        Form::Text
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        Ok(Self::new(&String::read(value, range)?)?)
    }

    fn recorded(&self) -> Option<Json> {
        Some(self.as_str().into())
    }
}
