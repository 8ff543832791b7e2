//! How sources are read, and which of their files.

use serde_json::Value;

use super::dialect::DialectSettings;
use super::name_encoding::NameEncoding;
use crate::ingest::decode::DeclaredEncoding;

/// What to do with a file that holds articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Read it.
    Read,
    /// Skip it on purpose, and count it.
    Skip,
    /// No pattern matches it: a reject.
    NotWanted,
}

/// Limits on what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest text, page, record, nested zip archive or nested Parquet table, in uncompressed bytes.
    pub max_leaf_bytes: u64,
}

/// Tells whether a record is an article.
pub type IsArticle<'a> = dyn Fn(&[(String, Value)]) -> bool + Sync + 'a;

/// How sources are read.
#[derive(Clone, Copy)]
pub struct SourceSettings<'a> {
    /// Limits.
    pub limits: Limits,
    /// The encoding of JSON lines and rows, if it is known; a byte order mark overrides it.
    pub encoding: Option<DeclaredEncoding>,
    /// The names of the fields that may hold a text, by which the elements of SGML and XML are found.
    pub text_names: &'a [String],
    /// What is known of the dialect of tables.
    pub dialect: DialectSettings,
    /// The encoding of names in zip archives that do not declare it, if it is known.
    pub zip_names: Option<NameEncoding>,
    /// Decides about the file at a path (see [`RawRecord::source_path`](super::RawRecord::source_path)). It is asked about the files
    /// in archives, not about archives themselves. For tables of metadata it is asked when they are collected: only `Skip` matters then.
    pub wanted: &'a (dyn Fn(&str) -> Selection + Sync),
    /// Whether a file, by its path, describes articles and so is not read as one.
    pub is_sidecar: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether a record has a text, and so is an article.
    pub is_article: &'a IsArticle<'a>,
}
