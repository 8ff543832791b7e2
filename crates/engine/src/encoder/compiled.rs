//! The encoder as it runs.
//!
//! Invariant: an article gets the same results on every processor ([`super::layers`]), and however it is cut into windows.
//!
//! A long article is read in windows that overlap by [`REACH`] words on both sides. A word sees no further, except for the
//! mean of the article, which is computed before any window is read to its end. So the windows cannot be noticed from outside, and memory is
//! bounded.

use super::features::{CANDIDATE_FEATURES, WORD_FEATURES, candidate_features, word_features};
use super::integer::Input;
use super::layers::{Affine, Stack, TILE, UNITS, add_rows, push_integers};
use super::network::{StoredNetwork, StoredTable};
use super::scratch::EncoderScratch;
use super::second_pass::{SecondPass, StoredSecondPass};
use super::shape::{BRANCH, CONTEXT_BLOCK, EMBEDDING, MARGIN, OUTPUTS, REACH, SECOND, TRUNK};
use super::window::Window;
use crate::matrix::dot;

/// Words of a window, without the overlap.
const WINDOW: usize = 4096;

/// The encoder: immutable, shared by all workers.
#[derive(Debug)]
pub struct Encoder {
    words: StoredTable,
    candidates: StoredTable,
    trunk: Stack,
    context: Affine,
    query: Affine,
    branch: Stack,
    heads: Affine,
    second: Option<SecondPass>,
}

impl Encoder {
    /// Compiles a stored network.
    #[must_use]
    pub fn new(network: StoredNetwork) -> Self {
        let StoredNetwork { words, candidates, trunk, context, query, branch, heads } = network;
        Self {
            words,
            candidates,
            // Embeddings and the mean get a unit of their own each time (`push_integers`), so none is compiled in.
            trunk: Stack::new(TRUNK, &trunk, 1.0),
            context: Affine::new(&context, 1.0),
            query: Affine::new(&query, UNITS),
            branch: Stack::new(BRANCH, &branch, UNITS),
            heads: Affine::new(&heads.widened(OUTPUTS), UNITS),
            second: None,
        }
    }

    /// Adds a second pass.
    #[must_use]
    pub fn with_second_pass(self, stored: Option<&StoredSecondPass>) -> Self {
        Self { second: stored.map(SecondPass::new), ..self }
    }

    /// Whether there is a second pass.
    #[must_use]
    pub fn has_second_pass(&self) -> bool {
        self.second.is_some()
    }

    /// The embedding rows of a damaged word with its candidates (all letter codes).
    #[must_use]
    pub fn word_rows<'a>(&self, codes: &[u8], candidates: impl ExactSizeIterator<Item = &'a [u8]>) -> [u32; WORD_FEATURES] {
        self.words.rows.of(word_features(codes, candidates))
    }

    /// The embedding rows of a candidate (letter codes); `standing` says how well it is known.
    #[must_use]
    pub fn candidate_rows(&self, codes: &[u8], standing: [u8; 2]) -> [u32; CANDIDATE_FEATURES] {
        self.candidates.rows.of(candidate_features(codes, standing))
    }

    /// Reads an article, given as the embedding rows of its words; the results stay in `scratch`.
    pub fn read(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.read_in_windows(words, WINDOW, scratch);
    }

    /// As [`Self::read`], in windows of `window` words, which do not change the results.
    pub fn read_in_windows(&self, words: &[[u32; WORD_FEATURES]], window: usize, scratch: &mut EncoderScratch) {
        scratch.queries.clear();
        scratch.logits.clear();
        scratch.trunk_rows.clear();
        scratch.expected.clear();
        if self.has_second_pass() {
            scratch.expected.resize(words.len() * EMBEDDING, 0.0);
        }
        let windows = Window::of_article(words.len(), window, REACH);
        let mut sums = [0.0; TRUNK.width];
        for window in &windows {
            self.begin(&words[window.outer.clone()], scratch);
            // Only the inner rows: words in the overlap of two windows would count twice in the mean.
            add_rows(&scratch.trunk.normalised, window.inner_rows(), &mut sums);
        }
        // The mean must be complete before any window goes on, hence the two passes.
        self.set_context(&sums, words.len(), scratch);
        for window in &windows {
            // With one window, its first blocks are still in `scratch`.
            if windows.len() > 1 {
                self.begin(&words[window.outer.clone()], scratch);
            }
            self.finish(window, scratch);
        }
    }

    /// Takes words through the blocks before the one that sees the mean of the article.
    fn begin(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.enter(words, scratch);
        self.trunk.run(0..CONTEXT_BLOCK, words.len(), &[], &mut scratch.trunk, &mut scratch.products);
    }

    /// Fills the trunk's stream with the summed embeddings of the words, through the entry matrix.
    fn enter(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk, integers, products, embedding, .. } = scratch;
        let entry = &self.trunk.entry;
        trunk.clear(words.len(), TRUNK.width);
        let mut units = [0.0; TILE];
        for (index, words) in words.chunks(TILE).enumerate() {
            integers.clear();
            for (rows, unit) in words.iter().zip(&mut units) {
                embedding.clear();
                embedding.resize(EMBEDDING, 0.0);
                self.words.add_rows(rows, embedding);
                // A unit per word, so that a word with small sums keeps all its bits.
                *unit = push_integers(integers, embedding);
            }
            entry.matrix.multiply(Input { integers, width: EMBEDDING, taps: &[0] }, words.len(), &mut products.sums);
            let out = &mut trunk.stream[(MARGIN + index * TILE) * TRUNK.width..][..words.len() * TRUNK.width];
            let sums = products.sums.chunks_exact(entry.matrix.columns());
            // In a last, shorter tile `units` still ends with those of the tile before; `zip` stops in time.
            for ((out, sums), unit) in out.chunks_exact_mut(TRUNK.width).zip(sums).zip(units) {
                entry.finish(sums, unit, out);
            }
        }
        trunk.normalise(TRUNK.width);
    }

    /// Computes what the mean of an article's rows, given as their sums, adds to the columns of a block.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small integers")]
    fn set_context(&self, sums: &[f64], words: usize, scratch: &mut EncoderScratch) {
        let EncoderScratch { integers, products, context, .. } = scratch;
        // An article without words has no window but comes here too: 0 / 0 would not be a number.
        let means: Vec<f32> = sums.iter().map(|sum| (sum / words.max(1) as f64) as f32 / UNITS).collect();
        integers.clear();
        let unit = push_integers(integers, &means);
        self.context.matrix.multiply(Input { integers, width: TRUNK.width, taps: &[0] }, 1, &mut products.sums);
        context.resize(TRUNK.gated(), 0.0);
        self.context.finish(&products.sums, unit, context);
    }

    /// Takes a window through the remaining blocks, the branch and the heads, and appends the results of the inner words.
    fn finish(&self, window: &Window, scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk, branch, products, context, queries, logits, trunk_rows, .. } = scratch;
        let (words, first) = (window.outer.len(), window.inner_rows().start);
        self.trunk.run(CONTEXT_BLOCK..TRUNK.dilations.len(), words, context, trunk, products);
        // Windows come in order, so what each appends lines up with the words of the article.
        let start = queries.len();
        queries.resize(start + window.inner.len() * EMBEDDING, 0.0);
        self.query.apply(&mut queries[start..], &trunk.normalised, first, TRUNK.width, &mut products.sums);
        if self.has_second_pass() {
            trunk_rows.extend_from_slice(&trunk.normalised[first * TRUNK.width..][..window.inner.len() * TRUNK.width]);
        }

        branch.clear(words, BRANCH.width);
        let entered = &mut branch.stream[MARGIN * BRANCH.width..][..words * BRANCH.width];
        // All outer words enter: inner ones see them through the convolutions of the branch too.
        self.branch.entry.apply(entered, &trunk.normalised, MARGIN, TRUNK.width, &mut products.sums);
        branch.normalise(BRANCH.width);
        self.branch.run(0..BRANCH.dilations.len(), words, &[], branch, products);
        let mut flat = vec![0.0; window.inner.len() * OUTPUTS];
        self.heads.apply(&mut flat, &branch.normalised, first, BRANCH.width, &mut products.sums);
        logits.extend_from_slice(flat.as_chunks::<OUTPUTS>().0);
    }

    /// Tells the second pass that a word of the article just read is one of its candidates with this probability; those of all
    /// its candidates sum to 1.
    pub fn expect(&self, word: usize, candidate: [u32; CANDIDATE_FEATURES], probability: f32, scratch: &mut EncoderScratch) {
        let EncoderScratch { expected, embedding, .. } = scratch;
        embedding.clear();
        embedding.resize(EMBEDDING, 0.0);
        self.candidates.add_rows(&candidate, embedding);
        let expected = expected[word * EMBEDDING..][..EMBEDDING].iter_mut();
        expected.zip(embedding).for_each(|(sum, number)| *sum += probability * *number);
    }

    /// Reads the article again, with what its words are expected to be; scores are then those of both passes together.
    pub fn read_again(&self, scratch: &mut EncoderScratch) {
        self.read_again_in_windows(WINDOW, scratch);
    }

    /// As [`Self::read_again`], in windows of `window` words, which do not change the results.
    pub fn read_again_in_windows(&self, window: usize, scratch: &mut EncoderScratch) {
        let Some(second) = &self.second else { return };
        let words = scratch.logits.len();
        second.begin(words, scratch);
        for window in Window::of_article(words, window, SECOND.reach()) {
            second.read(&window, scratch);
        }
    }

    /// The score of a candidate in the context of a word, in nats (a log-probability up to a constant), without the cost of
    /// the damage.
    #[must_use]
    pub fn score(&self, word: usize, candidate: [u32; CANDIDATE_FEATURES], scratch: &mut EncoderScratch) -> f32 {
        let EncoderScratch { queries, embedding, .. } = scratch;
        embedding.clear();
        embedding.resize(EMBEDDING, 0.0);
        self.candidates.add_rows(&candidate, embedding);
        dot(embedding, &queries[word * EMBEDDING..][..EMBEDDING])
    }
}
