//! The encoder as it runs.
//!
//! Matrix products are the cost, and they are exact: both sides are integers held in 32-bit floats, small enough that every sum stays
//! below 2^24 (see [`super::network`]), so any kernel on any machine gives the same result. Everything between two products
//! is done number by number in a fixed order, which IEEE 754 makes equal everywhere too.
//!
//! A long article is read in windows that overlap by [`REACH`] words on both sides: more a word cannot see, so the windows cannot
//! be told from the outside, and memory is bounded.

use std::ops::Range;

use super::features::{CANDIDATE_FEATURES, WORD_FEATURES, candidate_features, word_features};
use super::network::{LARGEST_INPUT, StoredAffine, StoredNetwork, StoredTable};
use super::{DILATIONS, EMBEDDING, GATED, LEAST_SQUARE, MARGIN, QUESTIONS, REACH, TAPS, WIDTH};
use crate::matrix::{Into, View, dot, multiply};

/// Words of a window, without its overlap.
const WINDOW: usize = 4096;
/// Rows that pass through a convolution together: few enough to stay in the cache.
const TILE: usize = 256;
/// A number of the normalised stream is worth so many units of its integer: enough for one of twelve times the mean size.
const UNITS: f32 = 42.0;

const _: () = assert!(TAPS == 3 && DILATIONS.len() == 6, "REACH and MARGIN follow from the dilations");

/// A matrix of integers as floats, with what a unit of each column is worth once it is multiplied by an input's unit.
#[derive(Debug)]
struct Affine {
    weights: Vec<f32>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// The encoder: immutable, shared by all workers.
#[derive(Debug)]
pub struct Encoder {
    words: StoredTable,
    candidates: StoredTable,
    entry: Affine,
    blocks: Vec<Affine>,
    request: Affine,
    questions: Affine,
}

/// Memory that one worker reuses between articles, and what the encoder found of the last.
#[derive(Debug, Default)]
pub struct EncoderScratch {
    stream: Vec<f32>,
    normalised: Vec<f32>,
    tile: Vec<f32>,
    /// Words × [`EMBEDDING`]: what the context asks of a candidate.
    requests: Vec<f32>,
    /// Log-odds that a sentence ends after each word, and that a number is missing there.
    answers: Vec<[f32; QUESTIONS]>,
    embedding: Vec<f32>,
}

impl Affine {
    fn new(stored: StoredAffine, unit: f32) -> Self {
        Self {
            weights: stored.weights.into_iter().map(f32::from).collect(),
            scales: stored.scales.into_iter().map(|scale| scale / unit).collect(),
            bias: stored.bias,
        }
    }

    /// Turns a row of integer sums into numbers.
    fn finish(&self, row: &mut [f32]) {
        for ((cell, scale), bias) in row.iter_mut().zip(&self.scales).zip(&self.bias) {
            *cell = *cell * scale + bias;
        }
    }
}

impl Encoder {
    /// Compiles a stored network.
    #[must_use]
    pub fn new(network: StoredNetwork) -> Self {
        let StoredNetwork { words, candidates, entry, blocks, request, questions } = network;
        Self {
            words,
            candidates,
            entry: Affine::new(entry, 1.0),
            blocks: blocks.into_iter().map(|block| Affine::new(block, UNITS)).collect(),
            request: Affine::new(request, UNITS),
            questions: Affine::new(questions, UNITS),
        }
    }

    /// The rows of a damaged word, given with its candidates (letter codes).
    #[must_use]
    pub fn word_rows<'a>(&self, codes: &[u8], candidates: impl ExactSizeIterator<Item = &'a [u8]>) -> [u32; WORD_FEATURES] {
        self.words.rows.of(word_features(codes, candidates))
    }

    /// The rows of a candidate (letter codes), given with how well it is known.
    #[must_use]
    pub fn candidate_rows(&self, codes: &[u8], standing: [u8; 2]) -> [u32; CANDIDATE_FEATURES] {
        self.candidates.rows.of(candidate_features(codes, standing))
    }

    /// Reads an article, given as the rows of its words; what is found stays in `scratch`.
    pub fn read(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        scratch.requests.clear();
        scratch.answers.clear();
        for start in (0..words.len()).step_by(WINDOW) {
            let inner = start..(start + WINDOW).min(words.len());
            let outer = start.saturating_sub(REACH)..(inner.end + REACH).min(words.len());
            self.enter(&words[outer.clone()], scratch);
            for (block, dilation) in self.blocks.iter().zip(DILATIONS) {
                normalise(&scratch.stream, &mut scratch.normalised);
                block.convolve(dilation, outer.len(), scratch);
            }
            normalise(&scratch.stream, &mut scratch.normalised);
            let first = MARGIN + inner.start - outer.start;
            self.answer(first..first + inner.len(), scratch);
        }
    }

    /// The summed embeddings of the words, through the first matrix, between margins of zeros.
    fn enter(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        let EncoderScratch { stream, tile, embedding, .. } = scratch;
        stream.clear();
        stream.resize((words.len() + 2 * MARGIN) * WIDTH, 0.0);
        let mut units = [0.0; TILE];
        for (index, words) in words.chunks(TILE).enumerate() {
            tile.clear();
            for (rows, unit) in words.iter().zip(&mut units) {
                embedding.clear();
                embedding.resize(EMBEDDING, 0.0);
                self.words.add_rows(rows, embedding);
                let largest = embedding.iter().fold(f32::MIN_POSITIVE, |most, cell| most.max(cell.abs()));
                *unit = largest / LARGEST_INPUT;
                tile.extend(embedding.iter().map(|cell| rounded(cell / *unit)));
            }
            let out = &mut stream[(MARGIN + index * TILE) * WIDTH..][..words.len() * WIDTH];
            let weights = View::new(&self.entry.weights, EMBEDDING, WIDTH);
            multiply(out, Into::Fresh, View::new(tile, words.len(), EMBEDDING), weights);
            for (row, unit) in out.chunks_exact_mut(WIDTH).zip(units) {
                for cell in row.iter_mut() {
                    *cell *= unit;
                }
                self.entry.finish(row);
            }
        }
    }

    fn answer(&self, rows: Range<usize>, scratch: &mut EncoderScratch) {
        let EncoderScratch { normalised, requests, answers, .. } = scratch;
        let input = View::new(&normalised[rows.start * WIDTH..], rows.len(), WIDTH);
        let start = requests.len();
        requests.resize(start + rows.len() * EMBEDDING, 0.0);
        multiply(&mut requests[start..], Into::Fresh, input, View::new(&self.request.weights, WIDTH, EMBEDDING));
        requests[start..].chunks_exact_mut(EMBEDDING).for_each(|row| self.request.finish(row));
        let mut odds = vec![0.0; rows.len() * QUESTIONS];
        multiply(&mut odds, Into::Fresh, input, View::new(&self.questions.weights, WIDTH, QUESTIONS));
        odds.chunks_exact_mut(QUESTIONS).for_each(|row| self.questions.finish(row));
        answers.extend_from_slice(odds.as_chunks::<QUESTIONS>().0);
    }

    /// How much the context of a word speaks for a candidate, in nats, without the cost of the damage.
    #[must_use]
    pub fn score(&self, word: usize, candidate: [u32; CANDIDATE_FEATURES], scratch: &mut EncoderScratch) -> f32 {
        let EncoderScratch { requests, embedding, .. } = scratch;
        embedding.clear();
        embedding.resize(EMBEDDING, 0.0);
        self.candidates.add_rows(&candidate, embedding);
        dot(embedding, &requests[word * EMBEDDING..][..EMBEDDING])
    }
}

impl EncoderScratch {
    /// Per word, the log-odds that a sentence ends after it and that a number is missing there.
    #[must_use]
    pub fn answers(&self) -> &[[f32; QUESTIONS]] {
        &self.answers
    }
}

impl Affine {
    /// Adds to the stream what a gated convolution makes of its normalised rows.
    fn convolve(&self, dilation: usize, words: usize, scratch: &mut EncoderScratch) {
        let EncoderScratch { stream, normalised, tile, .. } = scratch;
        for start in (0..words).step_by(TILE) {
            let rows = TILE.min(words - start);
            tile.resize(rows * GATED, 0.0);
            for (tap, weights) in self.weights.chunks_exact(WIDTH * GATED).enumerate() {
                let from = MARGIN + start + tap * dilation - dilation;
                let how = if tap == 0 { Into::Fresh } else { Into::Sum };
                multiply(tile, how, View::new(&normalised[from * WIDTH..], rows, WIDTH), View::new(weights, WIDTH, GATED));
            }
            let target = &mut stream[(MARGIN + start) * WIDTH..][..rows * WIDTH];
            for (cells, gated) in target.chunks_exact_mut(WIDTH).zip(tile.chunks_exact_mut(GATED)) {
                self.finish(gated);
                let (value, opening) = gated.split_at(WIDTH);
                for ((cell, value), opening) in cells.iter_mut().zip(value).zip(opening) {
                    *cell += value * (0.5 + 0.5 * opening / (1.0 + opening.abs()));
                }
            }
        }
    }
}

/// Divides each row by its root mean square and rounds it to integers; margins stay zero.
fn normalise(stream: &[f32], normalised: &mut Vec<f32>) {
    normalised.clear();
    for row in stream.chunks_exact(WIDTH) {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
        let square = dot(row, row) / WIDTH as f32;
        let units = UNITS / (square + LEAST_SQUARE).sqrt();
        normalised.extend(row.iter().map(|cell| rounded((cell * units).clamp(-LARGEST_INPUT, LARGEST_INPUT))));
    }
}

/// To the nearest integer, ties to even; for numbers below 2^22, where adding 1.5 · 2^23 leaves no fraction.
fn rounded(number: f32) -> f32 {
    const NO_FRACTION: f32 = 12_582_912.0;
    (number + NO_FRACTION) - NO_FRACTION
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::encoder::network::LARGEST_COLUMN;

    /// What a kernel adds up in its own order is what integers add up to: so it is the same on every machine.
    #[test]
    fn products_are_exact() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let weights: Vec<f32> = (0..WIDTH * GATED).map(|_| rng.random_range(-1.0..1.0)).collect();
        let stored = StoredAffine::quantise(&weights, &[0.0; GATED]);
        let largest =
            |column: usize| stored.weights.iter().skip(column).step_by(GATED).map(|w| f32::from(w.abs())).sum::<f32>();
        assert!((0..GATED).all(|column| largest(column) <= LARGEST_COLUMN));
        let integers: Vec<i64> = stored.weights.iter().copied().map(i64::from).collect();
        let affine = Affine::new(stored, UNITS);
        let input: Vec<i16> = (0..7 * WIDTH).map(|_| if rng.random_bool(0.5) { 511 } else { -511 }).collect();
        let floats: Vec<f32> = input.iter().copied().map(f32::from).collect();
        let mut product = vec![0.0; 7 * GATED];
        multiply(&mut product, Into::Fresh, View::new(&floats, 7, WIDTH), View::new(&affine.weights, WIDTH, GATED));
        for (row, cells) in product.chunks_exact(GATED).enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let term = |i: usize| i64::from(input[row * WIDTH + i]) * integers[i * GATED + column];
                let sum: i64 = (0..WIDTH).map(term).sum();
                assert_eq!(format!("{cell}"), format!("{sum}"), "row {row}, column {column}");
            }
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_and_even() {
        for (number, expected) in [(0.4, 0.0), (0.5, 0.0), (1.5, 2.0), (-2.5, -2.0), (-510.7, -511.0), (511.0, 511.0)] {
            assert!((rounded(number) - expected).abs() < f32::EPSILON, "{number}");
        }
    }
}
