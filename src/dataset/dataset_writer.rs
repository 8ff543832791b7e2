//! All tables of a build being written, each by its own thread.

use std::path::Path;

use super::error::DatasetError;
use super::file_properties::BuildStamp;
use super::manifest::Counts;
use super::part_file::TableFiles;
use super::partition::PartitionBy;
use super::table_thread::TableThread;
use super::table_writer::TableWriter;
use engine::repair::Damage;
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, Reject, SentenceRow, Table};
use jiff::civil::Date;

/// The tables of a build being written, and the counts of what they hold.
pub struct DatasetWriter {
    sentences: TableThread<SentenceRow>,
    articles: TableThread<ArticleRow>,
    keywords: TableThread<KeywordRow>,
    rejects: TableThread<Reject>,
    partition_by: PartitionBy,
    /// Articles in the parts before this one.
    before: u64,
    counts: Counts,
}

impl DatasetWriter {
    /// Starts the tables in an empty folder.
    ///
    /// # Errors
    /// If a table's folder cannot be created.
    pub fn new(build_folder: &Path, stamp: &BuildStamp, partition_by: PartitionBy) -> Result<Self, DatasetError> {
        Ok(Self {
            sentences: TableThread::new(TableWriter::new(build_folder, stamp)?)?,
            articles: TableThread::new(TableWriter::new(build_folder, stamp)?)?,
            keywords: TableThread::new(TableWriter::new(build_folder, stamp)?)?,
            rejects: TableThread::new(TableWriter::new(build_folder, stamp)?)?,
            partition_by,
            before: 0,
            counts: Counts::default(),
        })
    }

    /// The writer of a part that so many articles of other parts come before.
    #[must_use]
    pub fn after(self, articles: u64) -> Self {
        Self { before: articles, ..self }
    }

    /// Adds an article; articles come in the order of their sources.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn push(&mut self, rows: ArticleRows) -> Result<(), DatasetError> {
        let ArticleRows { article, sentences, keywords } = rows;
        let folder = self.folder_of(article.section.as_deref(), article.published);
        self.push_passage(&folder, sentences, keywords)?;
        self.close_article(&folder, article)
    }

    /// The partition of an article's rows, in all three tables.
    #[must_use]
    pub fn folder_of(&self, section: Option<&str>, published: Option<Date>) -> String {
        self.partition_by.folder_of(section, published)
    }

    /// Adds rows of the article that is closed next.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn push_passage(
        &mut self,
        folder: &str,
        mut sentences: Vec<SentenceRow>,
        mut keywords: Vec<KeywordRow>,
    ) -> Result<(), DatasetError> {
        self.counts.sentences += sentences.len();
        self.counts.keywords += keywords.len();
        self.counts.corrected += sentences.iter().map(SentenceRow::corrected_count).sum::<usize>();
        // The article is not counted yet: the first one has position 0.
        let place = self.before + self.counts.articles as u64;
        for row in &mut sentences {
            row.article_index = place;
        }
        for row in &mut keywords {
            row.article_index = place;
        }
        self.sentences.push(folder, sentences)?;
        self.keywords.push(folder, keywords)
    }

    /// Adds the row of an article whose other rows were added.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn close_article(&mut self, folder: &str, article: ArticleRow) -> Result<(), DatasetError> {
        let article = ArticleRow { article_index: self.before + self.counts.articles as u64, ..article };
        self.counts.inputs += 1;
        self.counts.articles += 1;
        let described = self.counts.described.get_or_insert_default();
        described.dates += usize::from(article.published.is_some());
        described.sections += usize::from(article.section.is_some());
        described.bylines += usize::from(article.byline.is_some());
        self.counts.tokens += article.token_count;
        self.counts.repaired += article.repaired_count;
        self.counts.unresolved += article.unresolved_count;
        self.counts.misread += usize::from(article.is_misread());
        self.counts.foreign += usize::from(article.damage == Damage::Foreign.name());
        self.articles.push(folder, vec![article])
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
