//! The dataset: finished articles become rows, rows become Parquet files, files become a published build.
//!
//! Invariant: readers see a whole build or none. Equal rows give equal bytes: the schema is explicit, rows come in the order
//! of their sources, batches are cut by counts of rows, and nothing in a file depends on the clock.

pub mod description;
pub mod dictionary;
pub mod export;
mod hashes;
mod manifest;
mod output;
mod partition;
mod table_thread;
mod writer;

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

pub use manifest::{Counts, MANIFEST, Manifest, Provenance, RunSummary, StageSeconds};
pub(crate) use output::remove_file;
pub use output::{Lock, OutputFolder, RollBack};
pub use partition::PartitionBy;
pub use writer::{BuildStamp, PartFile};

use engine::tables::schema::Table;
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, Reject, SentenceRow};
use table_thread::TableThread;
use writer::TableWriter;

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 5;

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
    /// The thread that writes a table has ended early; closing the tables says why.
    #[error("a table's writer has stopped")]
    WriterStopped,
    /// Rows do not fit the schema.
    #[error("cannot make a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file cannot be written.
    #[error("{path}: {source}")]
    Parquet {
        /// Which.
        path: String,
        /// Why.
        source: parquet::errors::ParquetError,
    },
}

impl DatasetError {
    pub(crate) fn parquet(path: &Path, source: parquet::errors::ParquetError) -> Self {
        Self::Parquet { path: path.display().to_string(), source }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}

/// The finished files of each table.
pub type TableFiles = Vec<(Table, Vec<PartFile>)>;

/// The files of a table of a build, in the order of their paths; folders in the table's folder are looked into.
///
/// # Errors
/// Where a folder cannot be listed.
pub fn part_files(build_folder: &Path, table: Table) -> Result<Vec<PathBuf>, DatasetError> {
    let folder = build_folder.join(table.name());
    let entries = WalkDir::new(&folder).sort_by_file_name().into_iter().collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| DatasetError::io(&folder, error.into()))?;
    let paths = entries.into_iter().filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect())
}

/// The tables of a build being written, each by a thread of its own.
pub struct DatasetWriter {
    sentences: TableThread<SentenceRow>,
    articles: TableThread<ArticleRow>,
    keywords: TableThread<KeywordRow>,
    rejects: TableThread<Reject>,
    partition_by: PartitionBy,
    counts: Counts,
}

impl DatasetWriter {
    /// Tables in an empty folder.
    ///
    /// # Errors
    /// Where a table's folder cannot be made.
    pub fn new(build_folder: &Path, stamp: &BuildStamp, partition_by: PartitionBy) -> Result<Self, DatasetError> {
        Ok(Self {
            sentences: TableThread::new(TableWriter::new(build_folder, Table::Sentences, stamp)?),
            articles: TableThread::new(TableWriter::new(build_folder, Table::Articles, stamp)?),
            keywords: TableThread::new(TableWriter::new(build_folder, Table::Keywords, stamp)?),
            rejects: TableThread::new(TableWriter::new(build_folder, Table::Rejects, stamp)?),
            partition_by,
            counts: Counts::default(),
        })
    }

    /// Adds an article; articles come in the order of their sources.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push(&mut self, mut rows: ArticleRows) -> Result<(), DatasetError> {
        rows.place(self.counts.articles as u64);
        let tokens = rows.token_counts();
        self.counts.inputs += 1;
        self.counts.articles += 1;
        self.counts.sentences += rows.sentences.len();
        self.counts.keywords += rows.keywords.len();
        self.counts.tokens += tokens.tokens;
        self.counts.repaired += tokens.repaired;
        self.counts.unresolved += tokens.unresolved;
        let folder = self.partition_by.folder_of(rows.article.section.as_deref(), rows.article.published);
        self.articles.push(&folder, vec![rows.article])?;
        self.sentences.push(&folder, rows.sentences)?;
        self.keywords.push(&folder, rows.keywords)
    }

    /// Adds an input that could not be used, in the order of the sources.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push_reject(&mut self, reject: Reject) -> Result<(), DatasetError> {
        self.counts.inputs += 1;
        self.counts.rejects += 1;
        self.rejects.push("", vec![reject])
    }

    /// Adds an article that was left out on purpose, with the reason.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push_dropped(&mut self, reason: Reject) -> Result<(), DatasetError> {
        self.counts.inputs += 1;
        self.counts.dropped += 1;
        self.rejects.push("", vec![reason])
    }

    /// Closes all files.
    ///
    /// # Errors
    /// Where a file cannot be written, or could not before.
    pub fn finish(self) -> Result<(Counts, TableFiles), DatasetError> {
        // All are closed even where one fails, so that the reason is told and not what followed from it.
        let (sentences, articles) = (self.sentences.finish(), self.articles.finish());
        let (keywords, rejects) = (self.keywords.finish(), self.rejects.finish());
        let tables = vec![
            (Table::Sentences, sentences?),
            (Table::Articles, articles?),
            (Table::Keywords, keywords?),
            (Table::Rejects, rejects?),
        ];
        Ok((self.counts, tables))
    }
}
