//! TEI P5: a `teiCorpus` with a `TEI` for each article, or one `TEI` where an article has a file of its own.
//!
//! Invariant: files are valid by the schema `tei_all`. The text of an article, with the first of each `choice`'s `corr` or `unclear` and without
//! `pc`, is the repaired text; with each `sic` in place of that, it is the text as ingested. Ids are unique in a build.

mod header;
mod keywords;
mod sentence;

use std::io::{self, Write};

use header::{article_header, corpus_header};
use sentence::sentence_element;

use super::documents::DocumentEncoder;
use super::files::Encoder;
use super::xml::start;
use crate::dataset::stored::{StoredArticle, StoredSentence};

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.tei-c.org/ns/1.0");

/// Where in an article the next sentence goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// No article is open.
    Outside,
    /// Before the first sentence of the text, where headline, byline and dateline have their places.
    Head,
    /// In the text.
    Text,
}

pub(super) struct Tei {
    /// The build's id where a file holds several articles.
    corpus: Option<String>,
    at: At,
}

impl Tei {
    /// An encoder of files with all articles of a build.
    pub(super) fn corpus(build_id: String) -> Self {
        Self { corpus: Some(build_id), at: At::Outside }
    }

    /// An encoder of files with one article.
    pub(super) fn article() -> Self {
        Self { corpus: None, at: At::Outside }
    }

    /// The tags that end the article that is open.
    fn close_article(&mut self) -> &'static str {
        match std::mem::replace(&mut self.at, At::Outside) {
            At::Outside => "",
            // A text needs a part besides its head.
            At::Head => "<ab/></body></text>\n</TEI>\n",
            At::Text => "</ab></body></text>\n</TEI>\n",
        }
    }
}

impl Encoder for Tei {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        let Some(build_id) = &self.corpus else { return Ok(()) };
        let root = start("teiCorpus", &[NAMESPACE, ("xml:lang", "ar")]);
        write!(out, "{root}\n{}", corpus_header(build_id))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let article = self.close_article();
        let corpus = if self.corpus.is_some() { "</teiCorpus>\n" } else { "" };
        write!(out, "{article}{corpus}")
    }
}

impl DocumentEncoder for Tei {
    fn article(&mut self, article: &StoredArticle, out: &mut dyn Write) -> io::Result<()> {
        let last = self.close_article();
        self.at = At::Head;
        let id = format!("a-{}", article.id);
        let attributes = [("xml:id", id.as_str()), ("xml:lang", "ar"), NAMESPACE];
        // The namespace is that of the corpus where there is one.
        let attributes = if self.corpus.is_some() { &attributes[..2] } else { &attributes };
        let header = article_header(article, self.corpus.is_none());
        write!(out, "{last}{}\n{header}<text><body>\n", start("TEI", attributes))
    }

    fn sentence(&mut self, sentence: &StoredSentence, out: &mut dyn Write) -> io::Result<()> {
        let part = match sentence.kind.as_str() {
            "headline" => Some("head"),
            "byline" => Some("byline"),
            "dateline" => Some("dateline"),
            _ => None,
        };
        let s = sentence_element(sentence);
        match (part, self.at) {
            (Some(part), At::Head) => writeln!(out, "<{part}>{s}</{part}>"),
            // TEI has no place for it there.
            (Some(part), _) => writeln!(out, "<seg type=\"{part}\">{s}</seg>"),
            (None, At::Text) => writeln!(out, "{s}"),
            (None, _) => {
                self.at = At::Text;
                writeln!(out, "<ab>\n{s}")
            }
        }
    }
}
