//! `Muon` (Jordan et al. 2024, <https://kellerjordan.github.io/posts/muon/>): the optimiser of the network's matrices.
//!
//! A gradient is dominated by few directions. Orthogonalised, it weighs all directions alike, so that what is rare (an
//! agreement over three words) is learnt beside what is common. The model card compares it with `Adam`.
//!
//! Invariant: the cells of a step have about the same root mean square whatever the matrix's shape (Liu et al. 2025,
//! arXiv:2502.16982, §2.2); a gradient of low rank gives a smaller one.

use super::layout::Matrix;
use engine::matrix::{Output, View, multiply};

/// Weights of the old mean gradient and of the new gradient in the new mean.
const MOMENTUM: [f32; 2] = [0.95, 0.05];
/// Root mean square of an update's cells at a learning rate of 1: about that of `Adam` (Liu et al. 2025, §2.2), so that both
/// optimisers share one learning rate.
const UPDATE_RMS: f32 = 0.2;
/// Coefficients of the iteration, which drives every singular value towards 1 (Jordan et al. 2024).
const NEWTON_SCHULZ: [f32; 3] = [3.4445, -4.7750, 2.0315];
/// Iterations; with these coefficients, singular values are then between 0.7 and 1.2 (Jordan et al. 2024).
const ITERATIONS: usize = 5;
/// Keeps a zero gradient from being divided by zero.
const LEAST_NORM: f32 = 1e-20;

/// A step for a matrix.
pub(super) struct Move {
    /// The new mean gradient.
    pub mean: Vec<f32>,
    /// A nearly orthogonal matrix, to be multiplied by [`step_length`] and subtracted.
    pub direction: Vec<f32>,
}

/// The step for the sum of the lanes' gradients, with Nesterov momentum: along the mean gradient as it would be if this
/// gradient came once more. `means` is the matrix's mean gradient before this step.
pub(super) fn step(matrix: &Matrix, means: &[f32], lanes: &[&[f32]]) -> Move {
    let mut mean = vec![0.0; means.len()];
    let mut ahead = vec![0.0; means.len()];
    for index in 0..means.len() {
        let gradient: f32 = lanes.iter().map(|lane| lane[matrix.weights.start + index]).sum();
        mean[index] = MOMENTUM[0] * means[index] + gradient * MOMENTUM[1];
        // Uses the mean that already holds this gradient: that is what makes the momentum Nesterov's.
        ahead[index] = MOMENTUM[0] * mean[index] + MOMENTUM[1] * gradient;
    }
    Move { mean, direction: orthogonal(matrix, &ahead) }
}

/// How far a step of learning rate `rate` goes along [`Move::direction`]. The cells of an orthogonal matrix get smaller as its
/// longer side grows; the square root makes up for that.
#[expect(clippy::cast_precision_loss, reason = "a few hundred rows")]
pub(super) fn step_length(matrix: &Matrix, rate: f32) -> f32 {
    rate * UPDATE_RMS * (matrix.inputs.max(matrix.outputs) as f32).sqrt()
}

/// The nearest orthogonal matrix, approximately, by Newton–Schulz iteration: `X ← aX + (bG + cG²)X` with `G = XXᵀ`; for a
/// matrix with more inputs than outputs, `X ← aX + X(bG + cG²)` with `G = XᵀX`, which is smaller.
fn orthogonal(matrix: &Matrix, cells: &[f32]) -> Vec<f32> {
    let [linear, cubic, quintic] = NEWTON_SCHULZ;
    // The Frobenius norm bounds the largest singular value, so afterwards all are at most 1, where the iteration converges.
    let norm = cells.iter().map(|x| x * x).sum::<f32>().sqrt() + LEAST_NORM;
    let mut x: Vec<f32> = cells.iter().map(|x| x / norm).collect();
    let side = matrix.inputs.min(matrix.outputs);
    let (mut gram, mut polynomial) = (vec![0.0; side * side], vec![0.0; side * side]);
    let mut product = vec![0.0; x.len()];
    // The Gram matrix of the shorter side is smaller, and has the same non-zero singular values.
    let is_wide = matrix.inputs <= matrix.outputs;
    for _ in 0..ITERATIONS {
        let view = View::new(&x, matrix.inputs, matrix.outputs);
        let (left, right) = if is_wide { (view, view.transposed()) } else { (view.transposed(), view) };
        multiply(&mut gram, Output::Replace, left, right);
        let square = View::new(&gram, side, side);
        // `G²` is made first and then turned into `bG + cG²` in place, which saves a third square buffer.
        multiply(&mut polynomial, Output::Replace, square, square);
        polynomial.iter_mut().zip(&gram).for_each(|(cell, gram)| *cell = cubic * gram + quintic * *cell);
        let factor = View::new(&polynomial, side, side);
        let (left, right) = if is_wide { (factor, view) } else { (view, factor) };
        multiply(&mut product, Output::Replace, left, right);
        x.iter_mut().zip(&product).for_each(|(x, product)| *x = linear * *x + product);
    }
    x
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::noise::article_rng;

    fn matrix(inputs: usize, outputs: usize) -> Matrix {
        Matrix { weights: 0..inputs * outputs, inputs, outputs }
    }

    fn random_cells(matrix: &Matrix) -> Vec<f32> {
        let mut rng = article_rng(4, 0);
        matrix.weights.clone().map(|_| rng.random_range(-1.0..1.0)).collect()
    }

    fn first_step(matrix: &Matrix, gradient: &[f32]) -> Move {
        step(matrix, &vec![0.0; gradient.len()], &[gradient])
    }

    /// The products of each two rows (or columns, where there are fewer).
    fn products(matrix: &Matrix, cells: &[f32]) -> Vec<f32> {
        let view = View::new(cells, matrix.inputs, matrix.outputs);
        let (left, right) =
            if matrix.inputs <= matrix.outputs { (view, view.transposed()) } else { (view.transposed(), view) };
        let side = matrix.inputs.min(matrix.outputs);
        let mut products = vec![0.0; side * side];
        multiply(&mut products, Output::Replace, left, right);
        products
    }

    #[test]
    fn a_step_is_orthogonal_in_either_shape_and_goes_along_the_gradient() {
        for matrix in [matrix(12, 40), matrix(40, 12)] {
            let gradient = random_cells(&matrix);
            let direction = first_step(&matrix, &gradient).direction;
            for (index, product) in products(&matrix, &direction).iter().enumerate() {
                let (row, column) = (index / 12, index % 12);
                let (least, most) = if row == column { (0.45, 1.45) } else { (-0.3, 0.3) };
                assert!((least..=most).contains(product), "row {row}, column {column}: {product}");
            }
            let along: f32 = direction.iter().zip(&gradient).map(|(change, gradient)| change * gradient).sum();
            assert!(along > 0.0, "{along}");
        }
    }

    #[test]
    fn a_weak_direction_counts_as_much_as_a_strong_one() {
        let direction = first_step(&matrix(2, 2), &[1.0, 0.0, 0.0, 3e-3]).direction;
        for cell in [direction[0], direction[3]] {
            assert!((0.6..1.3).contains(&cell), "{direction:?}");
        }
    }

    #[test]
    fn a_step_moves_cells_as_far_at_any_shape() {
        for matrix in [matrix(12, 40), matrix(40, 12), matrix(20, 20)] {
            let direction = first_step(&matrix, &random_cells(&matrix)).direction;
            #[expect(clippy::cast_precision_loss, reason = "a few hundred cells")]
            let mean_square = direction.iter().map(|x| x * x).sum::<f32>() / direction.len() as f32;
            let moved = step_length(&matrix, 1.0) * mean_square.sqrt() / UPDATE_RMS;
            assert!((0.65..1.25).contains(&moved), "{} by {}: {moved}", matrix.inputs, matrix.outputs);
        }
    }

    #[test]
    fn many_gradients_outweigh_a_contrary_one() {
        let one = matrix(1, 1);
        let mut mean = vec![0.0];
        for _ in 0..10 {
            mean = step(&one, &mean, &[&[1.0]]).mean;
        }
        let after = step(&one, &mean, &[&[-0.1]]);
        assert!(after.direction[0] > 0.0);
        assert!((after.mean[0] - (0.95 * mean[0] - 0.05 * 0.1)).abs() < 1e-6);
    }

    #[test]
    fn the_newest_gradient_counts_once_more() {
        let one = matrix(1, 1);
        // The mean alone would still go the old way: .95 * .04 - .05 * .7 is above nothing, .95 times that less .05 * .7 is below.
        let turned = step(&one, &[0.04], &[&[-0.7]]);
        assert!(turned.mean[0] > 0.0 && turned.direction[0] < 0.0, "{} {:?}", turned.mean[0], turned.direction);
    }

    #[test]
    fn no_gradient_is_no_step() {
        assert_eq!(first_step(&matrix(3, 4), &[0.0; 12]).direction, [0.0; 12]);
    }
}
