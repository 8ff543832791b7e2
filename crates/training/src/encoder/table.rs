//! A table of embeddings in training: only the rows that a batch touched are updated, by `AdaGrad` (Duchi et al. 2011).
//!
//! Invariant: row 0 stays zero, and each row's gradients are added up in one order, so a step is the same at any number of
//! threads.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::layers::reset;
use engine::encoder::EMBEDDING;

/// Embeddings by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub weights: Vec<f32>,
    /// Per weight, the sum of its squared gradients.
    pub squares: Vec<f32>,
}

/// Initial embeddings are uniform within ± this.
const SPREAD: f32 = 0.1;
/// Added to a sum of squares before its root is taken: about what the twenty-thousandth row gathers in two passes. So a row
/// that is rarely touched moves by small steps, and does not memorise the few places where it was.
const LEAST_SQUARE: f32 = 1e-6;

/// Gradients of sums of rows: each item is a sum, of the rows in `rows`.
pub(super) struct Touched<'a, const N: usize> {
    pub rows: &'a [[u32; N]],
    pub gradients: &'a [f32],
}

impl Table {
    /// Random embeddings; row 0 is zero.
    pub(super) fn initial(rows: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut weights: Vec<f32> = (0..rows * EMBEDDING).map(|_| rng.random_range(-SPREAD..SPREAD)).collect();
        // Drawn and then cleared; skipping the draw would shift the random numbers of all later rows.
        weights[..EMBEDDING].fill(0.0);
        Self { squares: vec![0.0; weights.len()], weights }
    }

    /// The sum of each item's rows, one after the other.
    pub(super) fn sums<const N: usize>(&self, items: &[[u32; N]], sums: &mut Vec<f32>) {
        reset(sums, items.len() * EMBEDDING);
        for (rows, sum) in items.iter().zip(sums.chunks_exact_mut(EMBEDDING)) {
            self.add_rows(rows, sum);
        }
    }

    /// Adds the rows to `sum`.
    pub(super) fn add_rows(&self, rows: &[u32], sum: &mut [f32]) {
        for row in rows.iter().filter(|row| **row != 0) {
            let embedding = &self.weights[*row as usize * EMBEDDING..][..EMBEDDING];
            sum.iter_mut().zip(embedding).for_each(|(sum, weight)| *sum += weight);
        }
    }

    /// Moves every touched row against its gradient.
    pub(super) fn update<const N: usize>(&mut self, lanes: &[Touched<'_, N>], step: f32) {
        // A row may be touched by many words of a step: its gradients are summed first, so that AdaGrad sees one.
        let mut touches: Vec<(u32, u32, u32)> = Vec::new();
        for (lane, touched) in (0..).zip(lanes) {
            for (item, rows) in (0..).zip(touched.rows) {
                touches.extend(rows.iter().filter(|row| **row != 0).map(|row| (*row, lane, item)));
            }
        }
        // Sorted by row, then lane and item, so that sums do not depend on threads.
        touches.par_sort_unstable();
        let mut sums = Vec::new();
        for group in touches.chunk_by(|a, b| a.0 == b.0) {
            reset(&mut sums, EMBEDDING);
            for (_, lane, item) in group {
                let gradient = &lanes[*lane as usize].gradients[*item as usize * EMBEDDING..][..EMBEDDING];
                sums.iter_mut().zip(gradient).for_each(|(sum, part)| *sum += part);
            }
            let row = group[0].0 as usize * EMBEDDING;
            let (weights, squares) = (&mut self.weights[row..][..EMBEDDING], &mut self.squares[row..][..EMBEDDING]);
            for ((weight, square), gradient) in weights.iter_mut().zip(squares).zip(&sums) {
                *square += gradient * gradient;
                *weight -= step * gradient / (*square + LEAST_SQUARE).sqrt();
            }
        }
    }
}
