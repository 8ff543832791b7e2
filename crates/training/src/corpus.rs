//! The training corpus: clean, well-spelt articles as one stream of symbols, each article with its source.
//!
//! Invariant: files are read in the order of [`super::sources`], others in the order of their names before them, and articles in
//! the order of their lines, so the stream, and every id in it, depends on the input alone ([`super::reading`]).

use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

use super::sources::{OTHER, Source, WHOLE};
use super::symbols::{END, Piece, Symbol, is_word};

/// The articles of one source.
#[derive(Clone, Debug)]
pub struct Part {
    /// The source.
    pub source: Source,
    /// Its articles, by number.
    pub articles: Range<usize>,
}

/// All articles as symbols, each terminated by [`END`].
#[derive(Debug, Default)]
pub struct Corpus {
    /// The stream.
    pub symbols: Vec<Symbol>,
    /// Letter codes of each word.
    pub words: Vec<Vec<u8>>,
    /// The files read, each with its blake3 hash.
    pub sources: Vec<(String, String)>,
    /// The sources, in the order of their articles.
    pub parts: Vec<Part>,
    /// The benchmarks whose articles were kept out, each with its hash.
    pub benchmarks: Vec<(String, String)>,
    ids: HashMap<Vec<u8>, Symbol, FxBuildHasher>,
    /// How often each word was read in edited news.
    in_edited_news: Vec<u32>,
}

impl Corpus {
    /// Adds an article.
    pub(super) fn push(&mut self, pieces: Vec<Piece>, is_edited_news: bool) {
        for piece in pieces {
            let symbol = match piece {
                Piece::Mark(mark) => mark,
                Piece::Word(word) => {
                    let symbol = self.intern(word);
                    self.in_edited_news[symbol as usize] += u32::from(is_edited_news);
                    symbol
                }
            };
            self.symbols.push(symbol);
        }
        self.symbols.push(END);
    }

    /// The symbol of a word, a new one if the word is new.
    fn intern(&mut self, word: Vec<u8>) -> Symbol {
        if let Some(id) = self.ids.get(&word) {
            return *id;
        }
        let id = Symbol::try_from(self.words.len()).expect("fewer than 2^32 words");
        self.words.push(word.clone());
        self.in_edited_news.push(0);
        self.ids.insert(word, id);
        id
    }

    /// Whether a word was read so far.
    pub(super) fn has(&self, word: &[u8]) -> bool {
        self.ids.contains_key(word)
    }

    /// How often a word was read in edited news so far.
    pub(super) fn count_in_edited_news(&self, word: &[u8]) -> u32 {
        self.ids.get(word).map_or(0, |symbol| self.in_edited_news[*symbol as usize])
    }

    /// The articles, without their [`END`].
    pub fn articles(&self) -> impl Iterator<Item = &[Symbol]> {
        self.symbols.split_inclusive(|symbol| *symbol == END).map(|article| &article[..article.len() - 1])
    }

    /// The source of an article, by number.
    #[must_use]
    pub fn source(&self, article: usize) -> Source {
        let part = self.parts.partition_point(|part| part.articles.end <= article);
        self.parts.get(part).map_or(OTHER, |part| part.source)
    }

    /// The articles, each with its source.
    pub fn sourced_articles(&self) -> impl Iterator<Item = (Source, &[Symbol])> {
        self.articles().enumerate().map(|(number, article)| (self.source(number), article))
    }

    /// Articles written in the manner of the text that is to be restored.
    pub fn typical_articles(&self) -> impl Iterator<Item = &[Symbol]> {
        self.sourced_articles().filter(|(source, _)| source.is_typical()).map(|(_, article)| article)
    }

    /// As many of each source's articles as its share says, the same every time.
    pub fn sample(&self) -> impl Iterator<Item = &[Symbol]> {
        self.articles()
            .enumerate()
            .filter(|(number, _)| is_drawn(*number, self.source(*number).share))
            .map(|(_, article)| article)
    }

    /// How often each word was read; an occurrence counts by the share of its source.
    #[must_use]
    pub fn weighted_counts(&self) -> Vec<u32> {
        let mut counts = vec![0_u32; self.words.len()];
        for (source, article) in self.sourced_articles() {
            for symbol in article.iter().filter(|symbol| is_word(**symbol)) {
                counts[*symbol as usize] = counts[*symbol as usize].saturating_add(source.share);
            }
        }
        counts
    }
}

/// Whether an article is among those drawn from a source of this share: a hash of its number decides.
fn is_drawn(number: usize, share: u32) -> bool {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 32) * u64::from(WHOLE)) >> 32 < u64::from(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_weigh_words_and_draw_articles() {
        let source = |share| Source { share, ..OTHER };
        let mut corpus = Corpus::default();
        for (articles, share) in [(0..100, WHOLE), (100..300, WHOLE / 4)] {
            corpus.parts.push(Part { source: source(share), articles });
        }
        for number in 0..300 {
            corpus.push(vec![Piece::Word(vec![if number < 100 { 1 } else { 2 }])], false);
        }
        assert_eq!(corpus.weighted_counts(), [100 * WHOLE, 200 * (WHOLE / 4)]);
        let drawn: Vec<&[Symbol]> = corpus.sample().collect();
        let of = |word: Symbol| drawn.iter().filter(|article| **article == [word]).count();
        assert_eq!(of(0), 100);
        assert!((40..60).contains(&of(1)), "{}", of(1));
    }
}
