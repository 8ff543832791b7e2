//! The sheet of what a person should look at: doubtful words, sentence ends and keywords, the least certain first, with an empty column for
//! the correction.
//!
//! What is filled in is read by `[review] corrections`. Invariant: what is kept is bounded by the number of rows asked for.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;

use engine::review::COLUMNS;

use super::error::DatasetError;
use super::formula::without_formula;
use super::stored::{Item, StoredArticle, StoredSentence, each_item};

/// Raw tokens on each side of a place, by which it is found again.
const CONTEXT: usize = 5;
/// A sentence end, or a keyword, that is more probable than this needs no look.
const CERTAIN: f32 = 0.9;

/// What a row asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ReviewKind {
    /// The form of a word.
    Form,
    /// Whether a sentence ends.
    #[value(name = "sentence_end")]
    SentenceEnd,
    /// Whether a concept is mentioned.
    Keyword,
}

impl ReviewKind {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::SentenceEnd => "sentence_end",
            Self::Keyword => "keyword",
        }
    }
}

/// Writes the rows of some kinds that a build is least certain of, and returns how many there are.
///
/// # Errors
/// If a table cannot be read, or the stream, called `name` in errors, cannot be written.
pub fn write_review_sheet(
    build_folder: &Path,
    kinds: &[ReviewKind],
    most: usize,
    (name, out): (&Path, &mut dyn Write),
) -> Result<usize, DatasetError> {
    let mut sheet = Sheet { kinds, most, rows: BTreeMap::new(), found: 0 };
    let mut open = OpenArticle::default();
    each_item(build_folder, |item| {
        match item {
            Item::Article(article) => open.begin(article, &mut sheet),
            Item::Sentence(_, sentence) => open.next(sentence, &mut sheet),
        }
        Ok::<(), DatasetError>(())
    })?;
    open.close(&mut sheet);
    let count = sheet.rows.len();
    sheet.write(out).map_err(|source| DatasetError::io(name, source))?;
    Ok(count)
}

/// The rows so far, the least certain first; of equally certain ones the first in the build.
struct Sheet<'s> {
    kinds: &'s [ReviewKind],
    most: usize,
    rows: BTreeMap<(u32, usize), Row>,
    found: usize,
}

/// The cells of a row, in the order of [`COLUMNS`].
type Row = [String; COLUMNS.len()];

impl Sheet<'_> {
    /// Adds a row if it is among the least certain; it is made only then.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability in parts of 1e-4")]
    fn offer(&mut self, kind: ReviewKind, confidence: f32, row: impl FnOnce() -> Row) {
        if !self.kinds.contains(&kind) {
            return;
        }
        let rank = ((confidence * 1e4).round() as u32, self.found);
        self.found += 1;
        if self.rows.len() < self.most || self.rows.last_key_value().is_some_and(|(last, _)| rank < *last) {
            self.rows.insert(rank, row());
            if self.rows.len() > self.most {
                self.rows.pop_last();
            }
        }
    }

    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        // By the byte order mark spreadsheets know that this is UTF-8.
        out.write_all("\u{feff}".as_bytes())?;
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        table.write_record(COLUMNS)?;
        for row in self.rows.values() {
            table.write_record(row.iter().map(|cell| without_formula(cell).into_owned()))?;
        }
        table.flush()
    }
}

/// The article that is being read: a sentence waits for the next, whose first tokens are its context.
#[derive(Default)]
struct OpenArticle {
    article: StoredArticle,
    /// The last raw tokens before the sentence that waits.
    before: VecDeque<String>,
    waiting: Option<StoredSentence>,
}

impl OpenArticle {
    fn begin(&mut self, article: &StoredArticle, sheet: &mut Sheet<'_>) {
        self.close(sheet);
        self.before.clear();
        self.article = article.clone();
    }

    fn next(&mut self, sentence: StoredSentence, sheet: &mut Sheet<'_>) {
        if let Some(waiting) = self.waiting.take() {
            self.judge(&waiting, Some(&sentence), sheet);
            self.before.extend(waiting.tokens.into_iter().map(|token| token.raw));
            let passed = self.before.len().saturating_sub(CONTEXT);
            self.before.drain(..passed);
        }
        self.waiting = Some(sentence);
    }

    fn close(&mut self, sheet: &mut Sheet<'_>) {
        if let Some(last) = self.waiting.take() {
            self.judge(&last, None, sheet);
        }
    }

    fn judge(&self, sentence: &StoredSentence, next: Option<&StoredSentence>, sheet: &mut Sheet<'_>) {
        let place = Place { article: &self.article, before: &self.before, sentence, next };
        for (index, token) in sentence.tokens.iter().enumerate().filter(|(_, token)| token.is_doubtful) {
            let alternatives: Vec<String> = token.alternatives.iter().map(|(form, p)| format!("{form} {p:.4}")).collect();
            sheet.offer(ReviewKind::Form, token.confidence, || {
                place.row(ReviewKind::Form, index..index + 1, &token.form, token.confidence, &alternatives.join(" | "))
            });
        }
        let (last, confidence) = (sentence.tokens.len().saturating_sub(1), sentence.boundary_confidence);
        if next.is_some() && confidence < CERTAIN && !sentence.tokens.is_empty() {
            sheet.offer(ReviewKind::SentenceEnd, confidence, || {
                place.row(ReviewKind::SentenceEnd, last..last + 1, "yes", confidence, "")
            });
        }
        for hit in sentence.hits.iter().filter(|hit| hit.confidence < CERTAIN && hit.tokens.end <= sentence.tokens.len()) {
            sheet.offer(ReviewKind::Keyword, hit.confidence, || {
                place.row(ReviewKind::Keyword, hit.tokens.clone(), &hit.concept, hit.confidence, &hit.label)
            });
        }
    }
}

/// Where a row's tokens stand.
struct Place<'p> {
    article: &'p StoredArticle,
    before: &'p VecDeque<String>,
    sentence: &'p StoredSentence,
    next: Option<&'p StoredSentence>,
}

impl Place<'_> {
    fn row(&self, kind: ReviewKind, tokens: std::ops::Range<usize>, now: &str, confidence: f32, alternatives: &str) -> Row {
        let own = &self.sentence.tokens;
        let raw = |tokens: std::ops::Range<usize>| own[tokens].iter().map(|token| token.raw.as_str());
        let earlier: Vec<&str> = self.before.iter().map(String::as_str).chain(raw(0..tokens.start)).collect();
        let following = self.next.into_iter().flat_map(|next| next.tokens.iter().map(|token| token.raw.as_str()));
        let later: Vec<&str> = raw(tokens.end..own.len()).chain(following).take(CONTEXT).collect();
        let forms = |tokens: std::ops::Range<usize>| {
            let forms: Vec<&str> = own[tokens].iter().map(|token| token.form.as_str()).collect();
            forms.join(" ")
        };
        let marked = [forms(0..tokens.start), format!("⟪{}⟫", forms(tokens.clone())), forms(tokens.end..own.len())];
        [
            kind.name().to_owned(),
            "here".to_owned(),
            self.article.id.clone(),
            earlier[earlier.len().saturating_sub(CONTEXT)..].join(" "),
            raw(tokens).collect::<Vec<_>>().join(" "),
            later.join(" "),
            now.to_owned(),
            String::new(),
            format!("{confidence:.4}"),
            alternatives.to_owned(),
            marked.join(" ").trim().to_owned(),
            self.article.source_path.clone(),
            self.article.title.clone().unwrap_or_default(),
        ]
    }
}
