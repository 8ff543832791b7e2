//! The encoder as stored: 8-bit weights with their scales.
//!
//! Invariant: the absolute weights of a column sum to at most [`LARGEST_COLUMN`]. Then a product with integers up to
//! [`LARGEST_INPUT`] stays below 2^24, where it is exact in 32-bit integers and 32-bit floats, in whatever order a kernel adds
//! it up. The argument bounds every partial sum too, which is what makes the order irrelevant.

use super::features::FeatureRows;
use super::shape::{BRANCH, EMBEDDING, HEADS, OUTPUTS, StackShape, TAPS, TRUNK};
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// The largest absolute value of an input integer.
pub const LARGEST_INPUT: f32 = 511.0;
/// The largest sum of a column's absolute weights: 2^24 / 512.
pub const LARGEST_COLUMN: f32 = 32_768.0;

/// A matrix (inputs × outputs, row by row), one scale for each output, and a bias.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAffine {
    /// Inputs × outputs, in units of their column's scale.
    pub weights: Vec<i8>,
    /// The value of one unit in each column.
    pub scales: Vec<f32>,
    /// Added to each column.
    pub bias: Vec<f32>,
}

/// Embeddings of hashed features, with a scale per row.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTable {
    /// Which feature owns which row.
    pub rows: FeatureRows,
    /// Rows × [`EMBEDDING`]; row 0 is zero.
    pub weights: Vec<i8>,
    /// The value of one unit in each row.
    pub scales: Vec<f32>,
}

/// A stack of gated convolutions.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredStack {
    /// From the input to the residual stream.
    pub entry: StoredAffine,
    /// The gated convolutions.
    pub blocks: Vec<StoredAffine>,
}

/// The whole network.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNetwork {
    /// Embeddings of damaged words.
    pub words: StoredTable,
    /// Embeddings of candidates.
    pub candidates: StoredTable,
    /// The stack that everything is read from.
    pub trunk: StoredStack,
    /// From the mean of the article to the columns of one of the trunk's blocks.
    pub context: StoredAffine,
    /// From the trunk to the query for a word's candidates.
    pub query: StoredAffine,
    /// The stack between the trunk and the heads.
    pub branch: StoredStack,
    /// From the branch to log-odds for boundaries and scores of punctuation marks.
    pub heads: StoredAffine,
}

impl StoredAffine {
    /// Rounds a matrix (inputs × outputs, row by row) to integers, as finely as a byte and exact sums allow.
    #[must_use]
    pub fn quantise(weights: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let column = |output: usize| weights.iter().skip(output).step_by(outputs);
        let scale = |output: usize| {
            let largest = column(output).fold(0.0_f32, |most, weight| most.max(weight.abs()));
            let sum: f32 = column(output).map(|weight| weight.abs()).sum();
            // 2 % of slack, because rounding can add to the sum.
            (largest / 127.0).max(sum / (LARGEST_COLUMN * 0.98)).max(f32::MIN_POSITIVE)
        };
        let scales: Vec<f32> = (0..outputs).map(scale).collect();
        let weights = weights.iter().enumerate().map(|(at, weight)| rounded(weight / scales[at % outputs])).collect();
        Self { weights, scales, bias: bias.to_vec() }
    }

    /// The matrix with as many further outputs, always 0, as `outputs` asks for.
    pub(super) fn widened(&self, outputs: usize) -> Self {
        let row = |row: &[i8]| row.iter().copied().chain(std::iter::repeat(0)).take(outputs).collect::<Vec<i8>>();
        let numbers = |numbers: &[f32], rest: f32| {
            numbers.iter().copied().chain(std::iter::repeat(rest)).take(outputs).collect::<Vec<f32>>()
        };
        Self {
            weights: self.weights.chunks_exact(self.bias.len()).flat_map(row).collect(),
            scales: numbers(&self.scales, 1.0),
            bias: numbers(&self.bias, 0.0),
        }
    }

    pub(super) fn write(&self, section: &mut SectionWriter) {
        self.weights.iter().for_each(|weight| section.bytes(&weight.to_le_bytes()));
        self.scales.iter().chain(&self.bias).for_each(|number| section.bytes(&number.to_le_bytes()));
    }

    pub(super) fn read(section: &mut SectionReader<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let weights = signed(section.bytes(inputs * outputs)?);
        let stored = Self { weights, scales: floats(section, outputs)?, bias: floats(section, outputs)? };
        // The file is not trusted: equal results on every machine hang on this bound.
        let mut sums = vec![0_u32; outputs];
        for row in stored.weights.chunks_exact(outputs) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += u32::from(weight.unsigned_abs()));
        }
        #[expect(clippy::cast_precision_loss, reason = "sums of a few hundred bytes")]
        if sums.iter().any(|sum| *sum as f32 > LARGEST_COLUMN) {
            return Err(section.corrupt("weights whose products would not be exact"));
        }
        Ok(stored)
    }
}

impl StoredStack {
    pub(super) fn write(&self, section: &mut SectionWriter) {
        [&self.entry].into_iter().chain(&self.blocks).for_each(|affine| affine.write(section));
    }

    pub(super) fn read(section: &mut SectionReader<'_>, shape: StackShape) -> Result<Self, ModelError> {
        let entry = StoredAffine::read(section, shape.inputs, shape.width)?;
        let block = |_: &usize| StoredAffine::read(section, TAPS * shape.width, shape.gated());
        Ok(Self { entry, blocks: shape.dilations.iter().map(block).collect::<Result<_, _>>()? })
    }
}

impl StoredTable {
    /// Rounds embeddings (rows × [`EMBEDDING`]) to integers, with a scale per row.
    #[must_use]
    pub fn quantise(rows: FeatureRows, weights: &[f32]) -> Self {
        let mut table = Self { rows, weights: Vec::with_capacity(weights.len()), scales: Vec::new() };
        for row in weights.chunks_exact(EMBEDDING) {
            let largest = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
            let scale = short_float((largest / 127.0).max(f32::MIN_POSITIVE));
            table.scales.push(scale);
            // By the shortened scale, which is the one that reading will multiply with.
            table.weights.extend(row.iter().map(|weight| rounded(weight / scale)));
        }
        table
    }

    /// Adds the embeddings of `rows` to `sum`.
    pub fn add_rows(&self, rows: &[u32], sum: &mut [f32]) {
        // Row 0 is all zeros, so leaving it out only saves time.
        for row in rows.iter().map(|row| *row as usize).filter(|row| *row != 0) {
            let scale = self.scales[row];
            let weights = &self.weights[row * EMBEDDING..][..EMBEDDING];
            sum.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += scale * f32::from(*weight));
        }
    }

    fn write(&self, section: &mut SectionWriter) {
        self.rows.write(section);
        // `short_float` left the lower two bytes zero, so the upper two are the whole number.
        self.scales.iter().for_each(|scale| section.bytes(&scale.to_le_bytes()[2..]));
        self.weights.iter().for_each(|weight| section.bytes(&weight.to_le_bytes()));
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let rows = FeatureRows::read(section)?;
        let scale = |bytes: &[u8; 2]| f32::from_le_bytes([0, 0, bytes[0], bytes[1]]);
        // `rows.len()` counts row 0, which is stored with a scale and weights but owns no hash.
        let scales = section.bytes(rows.len() * 2)?.as_chunks::<2>().0.iter().map(scale).collect();
        let weights = signed(section.bytes(rows.len() * EMBEDDING)?);
        Ok(Self { rows, weights, scales })
    }
}

impl StoredNetwork {
    /// The network of a model file.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("encoder")?)
    }

    /// Writes the network as a model section.
    pub fn write(&self, section: &mut SectionWriter) {
        // The order is the file format: `read` takes the parts in the same one.
        self.words.write(section);
        self.candidates.write(section);
        self.trunk.write(section);
        self.context.write(section);
        self.query.write(section);
        self.branch.write(section);
        self.heads.write(section);
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// If the section is too short, or its weights are too large for exact sums.
    pub fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        Ok(Self {
            words: StoredTable::read(section)?,
            candidates: StoredTable::read(section)?,
            trunk: StoredStack::read(section, TRUNK)?,
            context: StoredAffine::read(section, TRUNK.width, TRUNK.gated())?,
            query: StoredAffine::read(section, TRUNK.width, EMBEDDING)?,
            branch: StoredStack::read(section, BRANCH)?,
            heads: read_heads(section)?,
        })
    }
}

/// The last part of the section. A model that was trained without punctuation marks has no columns for them.
fn read_heads(section: &mut SectionReader<'_>) -> Result<StoredAffine, ModelError> {
    // Per column its weights, then a scale and a bias of four bytes each.
    let has_marks = section.remaining() != HEADS * (BRANCH.width + 8);
    StoredAffine::read(section, BRANCH.width, if has_marks { OUTPUTS } else { HEADS })
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the target type")]
fn rounded(weight: f32) -> i8 {
    libm::rintf(weight).clamp(-127.0, 127.0) as i8
}

/// The next larger float whose lower 16 bits are zero (a bfloat16, rounded up), which is stored in two bytes. Rounding down
/// would clip the largest weight.
fn short_float(number: f32) -> f32 {
    f32::from_bits((number.to_bits() + 0xffff) & 0xffff_0000)
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect()
}

fn floats(section: &mut SectionReader<'_>, count: usize) -> Result<Vec<f32>, ModelError> {
    Ok(section.bytes(count * 4)?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_exact() {
        let even = StoredAffine::quantise(&vec![0.3; 4 * 600], &[0.0; 4]);
        let sum: i32 = even.weights.iter().step_by(4).map(|weight| i32::from(weight.unsigned_abs())).sum();
        assert!(sum > 30_000 && sum <= 32_768, "{sum}: as fine as exactness allows");
        let uneven = StoredAffine::quantise(&[1.0, -0.5, 0.25, 0.125], &[0.0; 1]);
        assert_eq!(uneven.weights, [127, -64, 32, 16]);
    }

    #[test]
    fn heads_without_marks_score_them_0() {
        let weights: Vec<f32> =
            (0..BRANCH.width * HEADS).map(|at| f32::from(u8::try_from(at % 7).expect("small"))).collect();
        let heads = StoredAffine::quantise(&weights, &[0.5; HEADS]);
        let mut section = SectionWriter::default();
        heads.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(read_heads(&mut SectionReader::new("encoder", &bytes)).expect("readable"), heads);
        assert!(read_heads(&mut SectionReader::new("encoder", &bytes[1..])).is_err());
        let widened = heads.widened(OUTPUTS);
        assert_eq!(widened.bias, [vec![0.5; HEADS], vec![0.0; OUTPUTS - HEADS]].concat());
        for (row, known) in widened.weights.chunks_exact(OUTPUTS).zip(heads.weights.chunks_exact(HEADS)) {
            assert_eq!(row, [known, &[0; OUTPUTS - HEADS]].concat());
        }
    }

    #[test]
    fn a_stored_table_reads_back() {
        let rows = (1_i16..).take(2 * EMBEDDING).map(|i| f32::from(i % 128));
        let weights: Vec<f32> = std::iter::repeat_n(0.0, EMBEDDING).chain(rows).collect();
        let table = StoredTable::quantise(FeatureRows::new(vec![9, 4]), &weights);
        let mut section = SectionWriter::default();
        table.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(StoredTable::read(&mut SectionReader::new("encoder", &bytes)).expect("readable"), table);
        let mut sum = vec![0.0; EMBEDDING];
        table.add_rows(&[0], &mut sum);
        assert_eq!(sum, [0.0; EMBEDDING]);
        table.add_rows(&[0, 2], &mut sum);
        assert!(sum.iter().zip(&weights[2 * EMBEDDING..]).all(|(s, w)| (s - w).abs() <= table.scales[2]));
    }
}
