//! A table of embeddings while it is fitted: only the rows that a batch touched are updated, by `AdaGrad` (Duchi et al. 2011).

use rayon::prelude::*;

use crate::encoder::EMBEDDING;

/// Embeddings by row; row 0 stays zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub weights: Vec<f32>,
    pub squares: Vec<f32>,
}

/// Added to a sum of squares before its root is taken.
const LEAST_SQUARE: f32 = 1e-12;

/// Gradients of the sums of rows: each item is a sum, `rows` says which rows went into it.
pub(super) struct Touched<'a, const N: usize> {
    pub rows: &'a [[u32; N]],
    pub gradients: &'a [f32],
}

impl Table {
    /// Adds the rows to `sum`.
    pub(super) fn add_rows(&self, rows: &[u32], sum: &mut [f32]) {
        for row in rows.iter().filter(|row| **row != 0) {
            let embedding = &self.weights[*row as usize * EMBEDDING..][..EMBEDDING];
            sum.iter_mut().zip(embedding).for_each(|(sum, weight)| *sum += weight);
        }
    }

    /// Moves every touched row against its gradient.
    pub(super) fn update<const N: usize>(&mut self, lanes: &[Touched<'_, N>], step: f32) {
        let mut touches: Vec<(u32, u32, u32)> = Vec::new();
        for (lane, touched) in (0..).zip(lanes) {
            for (item, rows) in (0..).zip(touched.rows) {
                touches.extend(rows.iter().filter(|row| **row != 0).map(|row| (*row, lane, item)));
            }
        }
        touches.par_sort_unstable();
        let mut sums = Vec::new();
        for group in touches.chunk_by(|a, b| a.0 == b.0) {
            sums.clear();
            sums.resize(EMBEDDING, 0.0_f32);
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
