//! Dense matrix products in 32-bit floats: the only use of the vectorised kernels of the `gemm` crates.
//!
//! Invariant: every view is checked against its slice before a kernel sees it. Kernels of different processors add up in
//! different orders, so a product is the same on every machine only if its sums are exact. Inference makes sure of that;
//! training does not need it.

use gemm_common::Parallelism;
use gemm_f32::gemm::f32::get_gemm_fn;

/// A matrix inside a slice.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> View<'a> {
    /// The matrix of `rows` × `columns` stored row by row at the start of `data`.
    ///
    /// # Panics
    /// If `data` is shorter.
    #[must_use]
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(rows * columns <= data.len(), "{rows} × {columns} do not fit {}", data.len());
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The transposed matrix, a view of the same numbers.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// Whether a product replaces its destination or is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    Replace,
    Add,
}

/// Writes `left · right` to the start of `product`, row by row.
///
/// # Panics
/// If the shapes do not fit each other or `product`.
pub fn multiply(product: &mut [f32], output: Output, left: View<'_>, right: View<'_>) {
    let (rows, columns, depth) = (left.rows, right.columns, left.columns);
    assert_eq!(depth, right.rows, "the columns of the left are the rows of the right");
    assert!(rows * columns <= product.len(), "{rows} × {columns} do not fit {}", product.len());
    if rows * columns == 0 {
        return;
    }
    let stride = |stride: usize| isize::try_from(stride).expect("a slice is shorter than isize::MAX");
    let add = output == Output::Add;
    #[expect(unsafe_code, reason = "gemm takes pointers; the proof is below")]
    // SAFETY: `View::new` checked that each input slice holds rows · columns elements, `transposed` only exchanges the two
    // axes, and the assertion above checked `product`. So every index that the strides reach lies inside its slice. `product`
    // is borrowed mutably, so it overlaps neither input.
    unsafe {
        // The kernels want a destination stored column by column: they compute `rightᵀ · leftᵀ`, which is the transposed product. They
        // take the stride of columns before that of rows.
        get_gemm_fn()(
            columns,
            rows,
            depth,
            product.as_mut_ptr(),
            stride(columns),
            1,
            add,
            right.data.as_ptr(),
            stride(right.row_stride),
            stride(right.column_stride),
            left.data.as_ptr(),
            stride(left.row_stride),
            stride(left.column_stride),
            // The factor of what `product` held, if it is read at all, and that of the new product.
            1.0,
            1.0,
            // Nothing is conjugated: the numbers are real.
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Partial sums of [`dot`]: as many as the widest vector registers hold.
const PARTS: usize = 16;

/// The dot product of two rows, added up in an order that vectorises and is the same on every machine.
#[must_use]
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut parts = [0.0; PARTS];
    let (left, left_rest) = left.as_chunks::<PARTS>();
    let (right, right_rest) = right.as_chunks::<PARTS>();
    for (left, right) in left.iter().zip(right) {
        // Independent sums: a single one would have to be added up strictly in order, which cannot be vectorised.
        for part in 0..PARTS {
            parts[part] += left[part] * right[part];
        }
    }
    // The compiler may not reorder float additions, so this order holds on every machine.
    parts.iter().sum::<f32>() + left_rest.iter().zip(right_rest).map(|(l, r)| l * r).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_hand(left: &[Vec<f32>], right: &[Vec<f32>]) -> Vec<f32> {
        let cell = |row: &Vec<f32>, column: usize| row.iter().zip(right).map(|(l, r)| l * r[column]).sum();
        left.iter().flat_map(|row| (0..right[0].len()).map(move |column| cell(row, column))).collect()
    }

    #[test]
    fn products_match_the_definition() {
        let left = [vec![1.0, 2.0, 3.0], vec![-4.0, 5.0, 6.0]];
        let right = [vec![7.0, 8.0], vec![9.0, -1.0], vec![2.0, 3.0]];
        let (l, r) = (left.concat(), right.concat());
        let mut product = vec![100.0; 4];
        multiply(&mut product, Output::Replace, View::new(&l, 2, 3), View::new(&r, 3, 2));
        assert_eq!(product, by_hand(&left, &right));
        multiply(&mut product, Output::Add, View::new(&l, 2, 3), View::new(&r, 3, 2));
        assert_eq!(product, by_hand(&left, &right).iter().map(|cell| cell * 2.0).collect::<Vec<_>>());
        let mut square = vec![0.0; 9];
        multiply(&mut square, Output::Replace, View::new(&l, 2, 3).transposed(), View::new(&l, 2, 3));
        assert!((square[1] + 18.0).abs() < 1e-6, "1 · 2 - 4 · 5");
    }
}
