//! Which articles are shown in the report: all if they fit, otherwise whole articles drawn by a hash of their ids.
//!
//! Invariant: the choice depends on the build alone, not on the order of its articles, and what is kept is bounded.

use std::collections::BTreeMap;

use super::data::{Article, Sentence, Token};
use crate::dataset::stored::{StoredArticle, StoredSentence, StoredToken};

/// The most bytes of JSON that the sentences of the sample take.
const MOST_BYTES: usize = 6 << 20;
/// The most bytes that one article takes; of a longer one the beginning is shown.
const MOST_OF_ARTICLE: usize = MOST_BYTES / 8;
/// Tokens that are left as they were with this confidence are written as plain text.
const PLAIN: f32 = 0.995;

/// An article that is shown, with its sentences.
#[derive(Clone, Debug)]
pub(super) struct ShownArticle {
    /// Its position in the build.
    pub(super) position: usize,
    pub(super) article: Article,
    pub(super) sentences: Vec<Sentence>,
    bytes: usize,
}

impl ShownArticle {
    pub(super) fn new(position: usize, article: &StoredArticle) -> Self {
        let shown = Article {
            id: article.id.clone(),
            source: article.source_path.clone(),
            title: article.title.clone(),
            section: article.section.clone(),
            date: article.published.clone(),
            byline: article.byline.clone(),
            damage: article.damage.clone(),
            confidence: article.confidence,
        };
        Self { position, article: shown, sentences: Vec::new(), bytes: 0 }
    }
}

/// The articles drawn so far.
#[derive(Debug, Default)]
pub(super) struct Draw {
    /// By the hash of their ids; those with the least hashes are kept.
    kept: BTreeMap<u64, ShownArticle>,
    bytes: usize,
    /// Articles with this hash or a greater one do not fit.
    limit: Option<u64>,
    open: Option<(u64, ShownArticle)>,
    /// Whether something was left out.
    is_partial: bool,
}

impl Draw {
    /// Begins the next article.
    pub(super) fn begin(&mut self, position: usize, article: &StoredArticle) {
        self.close();
        let hash = u64::from_le_bytes(blake3::hash(article.id.as_bytes()).as_bytes()[..8].try_into().expect("8 bytes"));
        if self.limit.is_some_and(|limit| hash >= limit) {
            self.is_partial = true;
        } else {
            self.open = Some((hash, ShownArticle::new(position, article)));
        }
    }

    /// Adds a sentence of the article that began last; `concept` tells the indices of concepts.
    pub(super) fn add(&mut self, sentence: &StoredSentence, concept: &dyn Fn(&str) -> Option<usize>) {
        let Some((_, shown)) = &mut self.open else { return };
        let bytes = json_bytes(sentence);
        if shown.bytes + bytes > MOST_OF_ARTICLE {
            self.is_partial = true;
            return;
        }
        shown.bytes += bytes;
        shown.sentences.push(shown_sentence(sentence, concept));
    }

    fn close(&mut self) {
        let Some((hash, shown)) = self.open.take() else { return };
        self.bytes += shown.bytes;
        self.kept.insert(hash, shown);
        while self.bytes > MOST_BYTES {
            let Some((hash, dropped)) = self.kept.pop_last() else { break };
            self.bytes -= dropped.bytes;
            self.limit = Some(hash);
            self.is_partial = true;
        }
    }

    /// The articles, and whether they are all.
    pub(super) fn finish(mut self) -> (Vec<ShownArticle>, bool) {
        self.close();
        (self.kept.into_values().collect(), !self.is_partial)
    }
}

/// A sentence as the page shows it.
pub(super) fn shown_sentence(sentence: &StoredSentence, concept: &dyn Fn(&str) -> Option<usize>) -> Sentence {
    let numbered = || sentence.tokens.iter().enumerate();
    let before = sentence.gap_before.map(|confidence| (-1, confidence));
    let gaps = numbered().filter_map(|(index, token)| Some((i64::try_from(index).ok()?, token.gap?)));
    let marks = numbered().filter_map(|(index, token)| token.mark.as_ref().map(|(mark, p)| (index, mark.clone(), *p)));
    let hits = sentence.hits.iter().filter_map(|hit| {
        Some((concept(&hit.concept)?, hit.tokens.start, hit.tokens.end, hit.layer.clone(), hit.confidence))
    });
    Sentence {
        article: 0,
        index: sentence.index,
        kind: kind(&sentence.kind),
        confidence: sentence.confidence,
        boundary: sentence.boundary_confidence,
        tokens: sentence.tokens.iter().map(shown_token).collect(),
        gaps: before.into_iter().chain(gaps).collect(),
        marks: marks.collect(),
        hits: hits.collect(),
    }
}

fn kind(name: &str) -> u8 {
    match name {
        "headline" => 1,
        "byline" => 2,
        "dateline" => 3,
        _ => 0,
    }
}

fn shown_token(token: &StoredToken) -> Token {
    let is_plain = !token.is_repaired() && token.confidence >= PLAIN && token.alternatives.is_empty();
    if is_plain {
        return Token::Plain(token.raw.clone());
    }
    Token::Repaired {
        raw: token.raw.clone(),
        form: token.form.clone(),
        confidence: token.confidence,
        alternatives: token.alternatives.clone(),
        is_by_hand: token.is_by_hand,
    }
}

/// The bytes that a sentence takes in the page, no fewer.
fn json_bytes(sentence: &StoredSentence) -> usize {
    // The numbers, brackets and quotes around a sentence, a token and an alternative.
    const SENTENCE: usize = 64;
    const TOKEN: usize = 24;
    const ALTERNATIVE: usize = 16;
    let of_token = |token: &StoredToken| {
        let alternatives = token.alternatives.iter().map(|(form, _)| json_length(form) + ALTERNATIVE).sum::<usize>();
        let extra = if token.mark.is_some() || token.gap.is_some() { TOKEN } else { 0 };
        json_length(&token.raw) + json_length(&token.form) + TOKEN + alternatives + extra
    };
    let hits = sentence.hits.len() * 2 * TOKEN;
    SENTENCE + hits + sentence.tokens.iter().map(of_token).sum::<usize>()
}

/// The bytes of a text in JSON inside a page, where `<` is escaped, too.
fn json_length(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '<' | '\0'..='\x1f' => 6,
            '"' | '\\' => 2,
            other => other.len_utf8(),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(number: usize) -> StoredArticle {
        StoredArticle { id: format!("{number:016x}"), ..StoredArticle::default() }
    }

    fn sentence(word: &str, tokens: usize) -> StoredSentence {
        let token = StoredToken { raw: word.to_owned(), form: word.to_owned(), confidence: 1.0, ..StoredToken::default() };
        StoredSentence { tokens: vec![token; tokens], ..StoredSentence::default() }
    }

    fn drawn(articles: impl Iterator<Item = usize>, tokens: usize) -> (Vec<String>, bool) {
        let mut draw = Draw::default();
        for number in articles {
            draw.begin(number, &article(number));
            draw.add(&sentence("كلمة", tokens), &|_| None);
        }
        let (shown, is_all) = draw.finish();
        (shown.into_iter().map(|shown| shown.article.id).collect(), is_all)
    }

    #[test]
    fn all_articles_are_shown_if_they_fit() {
        let (ids, is_all) = drawn(0..50, 10);
        assert!(is_all && ids.len() == 50);
    }

    #[test]
    fn the_draw_fits_and_does_not_depend_on_the_order() {
        let (ids, is_all) = drawn(0..600, 400);
        assert!(!is_all && (300..600).contains(&ids.len()), "{}", ids.len());
        assert_eq!(drawn((0..600).rev(), 400).0, ids);
    }

    #[test]
    fn text_that_is_escaped_counts_as_long_as_it_becomes() {
        assert_eq!(json_length("<\u{1}\"ا"), 6 + 6 + 2 + 2);
        let mut draw = Draw::default();
        draw.begin(0, &article(0));
        draw.add(&sentence(&"<".repeat(200_000), 1), &|_| None);
        let (shown, is_all) = draw.finish();
        assert!(!is_all && shown[0].sentences.is_empty());
    }
}
