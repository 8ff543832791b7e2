//! Articles with their sentences and keyword hits, in order: the three tables read side by side.
//!
//! Invariant: one sentence is in memory, with its article's row and the batches being read. The tables hold their articles in one order,
//! which the gates have checked; tables that do not are an error.

use std::path::{Path, PathBuf};

use super::rows::Rows;
use super::sentence::{ArticleColumns, KeywordColumns, SentenceColumns, StoredArticle, StoredSentence};
use crate::dataset::DatasetError;

/// What comes next in a build.
pub(crate) enum Item<'i> {
    /// An article begins.
    Article(&'i StoredArticle),
    /// A sentence of the article that began last.
    Sentence(&'i StoredArticle, StoredSentence),
}

/// Passes on all articles of a build and their sentences; an error of `pass` breaks off.
///
/// # Errors
/// If a table cannot be read, or the tables do not belong together; or that of `pass`.
pub(crate) fn each_item<E: From<DatasetError>>(
    build_folder: &Path,
    mut pass: impl FnMut(Item<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut articles = Rows::<ArticleColumns>::open(build_folder)?;
    let mut sentences = Rows::<SentenceColumns>::open(build_folder)?;
    let mut keywords = Rows::<KeywordColumns>::open(build_folder)?;
    let mut open = StoredArticle::default();
    while let Some((columns, row)) = sentences.row() {
        let article_id = columns.article_id.value(row);
        if article_id != open.id {
            open = next_article(&mut articles, article_id).map_err(|()| out_of_step(build_folder, article_id))?;
            articles.advance()?;
            pass(Item::Article(&open))?;
        }
        let mut sentence = columns.sentence(row);
        sentences.advance()?;
        add_hits(&mut keywords, &open, &mut sentence)?;
        pass(Item::Sentence(&open, sentence))?;
    }
    Ok(())
}

/// The articles of a build, for those who read another table in the order of the articles.
pub(crate) struct ArticleCursor {
    rows: Rows<ArticleColumns>,
    build_folder: PathBuf,
    open: StoredArticle,
}

impl ArticleCursor {
    pub(crate) fn open(build_folder: &Path) -> Result<Self, DatasetError> {
        let rows = Rows::open(build_folder)?;
        Ok(Self { rows, build_folder: build_folder.to_owned(), open: StoredArticle::default() })
    }

    /// Goes on to an article, which must not come before the one that was asked for last.
    pub(crate) fn find(&mut self, article_id: &str) -> Result<&StoredArticle, DatasetError> {
        while self.open.id != article_id {
            let Some((columns, row)) = self.rows.row() else { return Err(out_of_step(&self.build_folder, article_id)) };
            self.open = columns.article(row);
            self.rows.advance()?;
        }
        Ok(&self.open)
    }
}

/// The next article, which must be the one that is wanted.
fn next_article(articles: &mut Rows<ArticleColumns>, wanted: &str) -> Result<StoredArticle, ()> {
    let (columns, row) = articles.row().ok_or(())?;
    if columns.article_id.value(row) == wanted { Ok(columns.article(row)) } else { Err(()) }
}

/// Takes the hits of a sentence, which come next if it has any.
fn add_hits(
    keywords: &mut Rows<KeywordColumns>,
    article: &StoredArticle,
    sentence: &mut StoredSentence,
) -> Result<(), DatasetError> {
    while let Some((columns, row)) = keywords.row() {
        let is_here = columns.article_id.value(row) == article.id
            && usize::try_from(columns.sentence_index.value(row)) == Ok(sentence.index);
        if !is_here {
            break;
        }
        sentence.hits.push(columns.hit(row));
        keywords.advance()?;
    }
    Ok(())
}

fn out_of_step(build_folder: &Path, article_id: &str) -> DatasetError {
    let what =
        format!("the tables do not belong together: rows of article {article_id} come where those of another are expected");
    DatasetError::io(build_folder, std::io::Error::new(std::io::ErrorKind::InvalidData, what))
}
