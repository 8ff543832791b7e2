//! All tables of a build being written, each by its own thread.

use std::path::Path;

use super::error::DatasetError;
use super::manifest::Counts;
use super::part_file::TableFiles;
use super::partition::PartitionBy;
use super::table_thread::TableThread;
use super::table_writer::{BuildStamp, TableWriter};
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, Reject, SentenceRow, Table};

/// The tables of a build being written, and the counts of what they hold.
pub struct DatasetWriter {
    sentences: TableThread<SentenceRow>,
    articles: TableThread<ArticleRow>,
    keywords: TableThread<KeywordRow>,
    rejects: TableThread<Reject>,
    partition_by: PartitionBy,
    counts: Counts,
}

impl DatasetWriter {
    /// Starts the tables in an empty folder.
    ///
    /// # Errors
    /// If a table's folder cannot be created.
    pub fn new(build_folder: &Path, stamp: &BuildStamp, partition_by: PartitionBy) -> Result<Self, DatasetError> {
        Ok(Self {
            sentences: TableThread::new(TableWriter::new(build_folder, stamp)?),
            articles: TableThread::new(TableWriter::new(build_folder, stamp)?),
            keywords: TableThread::new(TableWriter::new(build_folder, stamp)?),
            rejects: TableThread::new(TableWriter::new(build_folder, stamp)?),
            partition_by,
            counts: Counts::default(),
        })
    }

    /// Adds an article; articles come in the order of their sources.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn push(&mut self, mut rows: ArticleRows) -> Result<(), DatasetError> {
        // Before the count grows: the first article has position 0.
        rows.place(self.counts.articles as u64);
        let tokens = rows.token_counts();
        self.counts.inputs += 1;
        self.counts.articles += 1;
        self.counts.sentences += rows.sentences.len();
        self.counts.keywords += rows.keywords.len();
        self.counts.tokens += tokens.tokens;
        self.counts.repaired += tokens.repaired;
        self.counts.unresolved += tokens.unresolved;
        // Found before the rows are moved out: all three tables put an article into the partition of the same name.
        let folder = self.partition_by.folder_of(rows.article.section.as_deref(), rows.article.published);
        self.articles.push(&folder, vec![rows.article])?;
        self.sentences.push(&folder, rows.sentences)?;
        self.keywords.push(&folder, rows.keywords)
    }

    /// Adds an input that could not be used, in the order of the sources.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn push_reject(&mut self, reject: Reject) -> Result<(), DatasetError> {
        self.counts.inputs += 1;
        self.counts.rejects += 1;
        self.rejects.push("", vec![reject])
    }

    /// Adds an article that was left out on purpose, with the reason.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn push_dropped(&mut self, reason: Reject) -> Result<(), DatasetError> {
        self.counts.inputs += 1;
        self.counts.dropped += 1;
        self.rejects.push("", vec![reason])
    }

    /// Closes all files.
    ///
    /// # Errors
    /// If a file cannot be written, or could not earlier.
    pub fn finish(self) -> Result<(Counts, TableFiles), DatasetError> {
        // All are closed even if one fails: the error is then that of the thread that failed first, not one that followed.
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
