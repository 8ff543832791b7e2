//! Pieces of articles, and their grouping into batches.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::corpus::Corpus;
use crate::noise::article_rng;
use crate::sources::WHOLE;
use crate::symbols::{Symbol, is_word};

/// Symbols of a batch; longer articles are cut.
const BATCH_WORDS: usize = 1024;
/// Every hundredth article is held out from training.
const HELD_OUT: usize = 100;

/// A run of an article's symbols.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub article: usize,
    pub symbols: std::ops::Range<usize>,
}

/// The articles of an epoch in a new random order, cut and grouped into batches; of each source as many pieces as its share says.
pub(super) fn batches_of(corpus: &Corpus, articles: &[&[Symbol]], seed: u64, epoch: u64) -> Vec<Vec<Piece>> {
    // Streams from the top down: `u64::MAX` starts the network, and articles count from 0 up.
    let mut rng = article_rng(seed, u64::MAX - 1 - epoch);
    let pieces = pieces_of(articles, |article| !article.is_multiple_of(HELD_OUT));
    // A source that counts more than whole is read once, too.
    let share = |piece: &Piece| corpus.source(piece.article).share.min(WHOLE);
    let mut pieces: Vec<Piece> = pieces.filter(|piece| rng.random_ratio(share(piece), WHOLE)).collect();
    pieces.shuffle(&mut rng);
    grouped(pieces)
}

/// The batches of those of the articles held out that are wanted.
pub(super) fn held_out_batches(articles: &[&[Symbol]], wanted: impl Fn(usize) -> bool) -> Vec<Vec<Piece>> {
    grouped(pieces_of(articles, |article| article.is_multiple_of(HELD_OUT) && wanted(article)).collect())
}

fn pieces_of(articles: &[&[Symbol]], wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = Piece> {
    let wanted = articles.iter().enumerate().filter(move |(article, _)| wanted(*article));
    wanted.flat_map(|(article, symbols)| {
        let starts = (0..symbols.len()).step_by(BATCH_WORDS);
        let piece = move |start: usize| Piece { article, symbols: start..(start + BATCH_WORDS).min(symbols.len()) };
        // A piece without a word would be an article without rows.
        starts.map(piece).filter(|piece| symbols[piece.symbols.clone()].iter().any(|symbol| is_word(*symbol)))
    })
}

/// Groups pieces in order, as many in a batch as fit.
fn grouped(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut batches: Vec<Vec<Piece>> = Vec::new();
    let mut room = 0;
    for piece in pieces {
        let length = piece.symbols.len();
        match batches.last_mut() {
            Some(batch) if length <= room => {
                room -= length;
                batch.push(piece);
            }
            _ => {
                room = BATCH_WORDS.saturating_sub(length);
                batches.push(vec![piece]);
            }
        }
    }
    batches
}
