//! The dataset: finished articles become rows, rows become Parquet files, files become a published build.
//!
//! Invariant: readers see a whole build or none. Equal rows give equal bytes: the schema is explicit, rows come in the order
//! of their sources, batches have a constant size, and nothing in a file depends on the clock.

pub mod dictionary;
pub mod export;
mod manifest;
mod output;
mod rows;
pub mod schema;
mod writer;

use std::path::Path;

pub use manifest::{Counts, MANIFEST, Manifest, Provenance};
pub use output::{Lock, OutputFolder};
pub use rows::{ArticleRow, ArticleRows, KeywordRow, SentenceRow, TokenCounts};
pub use writer::{BuildStamp, PartFile};

use crate::ingest::Reject;
use schema::Table;
use writer::TableWriter;

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 3;

/// Why a build cannot be written or published.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Another run is writing to the same folder.
    #[error("another run holds the lock of {output}; wait for it to end, or give another --output")]
    Locked {
        /// The folder.
        output: String,
    },
    /// Rows do not fit the schema.
    #[error("cannot make a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file cannot be written.
    #[error("cannot write a table: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

impl DatasetError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}

/// The finished files of each table.
pub type TableFiles = Vec<(Table, Vec<PartFile>)>;

/// The tables of a build being written.
pub struct DatasetWriter {
    sentences: TableWriter<SentenceRow>,
    articles: TableWriter<ArticleRow>,
    keywords: TableWriter<KeywordRow>,
    rejects: TableWriter<Reject>,
    counts: Counts,
}

impl DatasetWriter {
    /// Tables in an empty folder.
    ///
    /// # Errors
    /// Where a table's folder cannot be made.
    pub fn new(build_folder: &Path, stamp: &BuildStamp) -> Result<Self, DatasetError> {
        Ok(Self {
            sentences: TableWriter::new(build_folder, Table::Sentences, stamp)?,
            articles: TableWriter::new(build_folder, Table::Articles, stamp)?,
            keywords: TableWriter::new(build_folder, Table::Keywords, stamp)?,
            rejects: TableWriter::new(build_folder, Table::Rejects, stamp)?,
            counts: Counts::default(),
        })
    }

    /// Adds an article; articles come in the order of their sources.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push(&mut self, rows: ArticleRows) -> Result<(), DatasetError> {
        let tokens = rows.token_counts();
        self.counts.inputs += 1;
        self.counts.articles += 1;
        self.counts.sentences += rows.sentences.len();
        self.counts.keywords += rows.keywords.len();
        self.counts.tokens += tokens.tokens;
        self.counts.repaired += tokens.repaired;
        self.counts.unresolved += tokens.unresolved;
        self.articles.push([rows.article])?;
        self.sentences.push(rows.sentences)?;
        self.keywords.push(rows.keywords)
    }

    /// Adds inputs that could not be used, in the order of their sources.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push_rejects(&mut self, rejects: Vec<Reject>) -> Result<(), DatasetError> {
        self.counts.inputs += rejects.len();
        self.counts.rejects += rejects.len();
        self.rejects.push(rejects)
    }

    /// Closes all files.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(self) -> Result<(Counts, TableFiles), DatasetError> {
        let tables = vec![
            (Table::Sentences, self.sentences.finish()?),
            (Table::Articles, self.articles.finish()?),
            (Table::Keywords, self.keywords.finish()?),
            (Table::Rejects, self.rejects.finish()?),
        ];
        Ok((self.counts, tables))
    }
}
