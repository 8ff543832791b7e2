//! Formats that write whole articles: their sentences in order, with what was found in them.

use std::io::{self, Write};
use std::path::Path;

use super::files::{Encoder, Exported, Files};
use super::place::Place;
use crate::dataset::DatasetError;
use crate::dataset::stored::{Item, StoredArticle, StoredSentence, each_item};

/// A format that writes articles.
pub(super) trait DocumentEncoder: Encoder {
    /// Begins an article.
    fn article(&mut self, article: &StoredArticle, out: &mut dyn Write) -> io::Result<()>;

    /// Writes the next sentence of the article that was begun last.
    fn sentence(&mut self, sentence: &StoredSentence, out: &mut dyn Write) -> io::Result<()>;
}

/// Writes all articles of a build.
pub(super) fn write(build: &Path, mut files: Files<'_, dyn DocumentEncoder>) -> Result<Exported, DatasetError> {
    each_item(build, |item| match item {
        Item::Article(article) => {
            files.turn_to(&Place::of(article))?;
            files.write(|encoder, out| encoder.article(article, out))
        }
        Item::Sentence(_, sentence) => files.write(|encoder, out| encoder.sentence(&sentence, out)),
    })?;
    files.finish()
}
