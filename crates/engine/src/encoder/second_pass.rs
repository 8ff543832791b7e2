//! The second pass: a stack that reads, beside the trunk's rows, what the first pass expects each word and each boundary to be, and adds
//! to its queries and logits.
//!
//! The first pass scores a word's candidates by the damaged words around it, many of which do not show their gender or number. Its own
//! verdicts do: of `الفنان … الراحل` the one decides the other. A word's expectation is the mean of its candidates' embeddings, weighted
//! by their probabilities, so that a doubtful word says little. Boundaries too depend on each other, and on the writer: the mean of all
//! that is read tells how often an article ends a sentence or sets a comma.
//!
//! Invariant: that of the first pass. The results do not depend on the processor or on windows.

use super::layers::{Affine, Stack, UNITS, add_rows};
use super::network::{StoredAffine, StoredStack};
use super::scratch::EncoderScratch;
use super::shape::{EMBEDDING, HEADS, MARGIN, OUTPUTS, SECOND, SECOND_INPUTS, StackShape, TRUNK};
use super::window::Window;
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// Numbers that it reads of each boundary.
const BOUNDARY: usize = SECOND_INPUTS[2];

/// The second pass as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSecondPass {
    /// From what is expected of a word to the stream.
    pub expected: StoredAffine,
    /// From what is predicted for a boundary ([`boundary_inputs`]) to the stream.
    pub boundary: StoredAffine,
    /// From the mean of the article's inputs to the stream.
    pub context: StoredAffine,
    /// The stack; its entry leads from the trunk.
    pub stack: StoredStack,
    /// From the stack to what is added to the query.
    pub query: StoredAffine,
    /// From the stack to what is added to the logits.
    pub heads: StoredAffine,
}

impl StoredSecondPass {
    /// The second pass of a model file, if it has one.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn open(model: &ModelFile) -> Result<Option<Self>, ModelError> {
        match model.section("second pass") {
            Ok(mut section) => Self::read(&mut section).map(Some),
            Err(ModelError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the second pass as a model section.
    pub fn write(&self, section: &mut SectionWriter) {
        self.expected.write(section);
        self.boundary.write(section);
        self.context.write(section);
        self.stack.write(section);
        self.query.write(section);
        self.heads.write(section);
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let from_trunk = StackShape { inputs: TRUNK.width, ..SECOND };
        Ok(Self {
            expected: StoredAffine::read(section, EMBEDDING, SECOND.width)?,
            boundary: StoredAffine::read(section, BOUNDARY, SECOND.width)?,
            context: StoredAffine::read(section, SECOND.inputs, SECOND.width)?,
            stack: StoredStack::read(section, from_trunk)?,
            query: StoredAffine::read(section, SECOND.width, EMBEDDING)?,
            heads: StoredAffine::read(section, SECOND.width, OUTPUTS)?,
        })
    }
}

/// What the second pass reads of the logits after a word: each between -1 and 1, by a softsign that is steepest where a decision is
/// open. Only differences of scores say anything, so those of marks are taken beside that of none.
pub fn boundary_inputs(logits: &[f32; OUTPUTS]) -> impl Iterator<Item = f32> {
    let (heads, marks) = logits.split_at(HEADS);
    let marks = marks[1..].iter().map(|score| score - marks[0]);
    heads.iter().copied().chain(marks).map(|logit| logit / (2.0 + logit.abs()))
}

/// The second pass as it runs.
#[derive(Debug)]
pub(super) struct SecondPass {
    expected: Affine,
    boundary: Affine,
    context: Affine,
    stack: Stack,
    query: Affine,
    heads: Affine,
}

impl SecondPass {
    pub(super) fn new(stored: &StoredSecondPass) -> Self {
        Self {
            expected: Affine::new(&stored.expected, 1.0),
            boundary: Affine::new(&stored.boundary, 1.0),
            context: Affine::new(&stored.context, 1.0),
            stack: Stack::new(SECOND, &stored.stack, UNITS),
            query: Affine::new(&stored.query, UNITS),
            heads: Affine::new(&stored.heads, UNITS),
        }
    }

    /// Reads what the first pass predicts for the boundaries of the article, and the mean of all inputs.
    pub(super) fn begin(&self, words: usize, scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk_rows, expected, boundaries, logits, integers, products, context, .. } = scratch;
        boundaries.clear();
        boundaries.extend(logits.iter().flat_map(boundary_inputs));
        let [mut of_trunk, mut of_expected, mut of_boundaries] = SECOND_INPUTS.map(|inputs| vec![0.0; inputs]);
        add_rows(trunk_rows, 0..words, &mut of_trunk);
        for sum in &mut of_trunk {
            *sum /= f64::from(UNITS);
        }
        add_numbers(expected, &mut of_expected);
        add_numbers(boundaries, &mut of_boundaries);
        let sums = of_trunk.into_iter().chain(of_expected).chain(of_boundaries);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small numbers")]
        let means: Vec<f32> = sums.map(|sum| (sum / words.max(1) as f64) as f32).collect();
        context.clear();
        context.resize(SECOND.width, 0.0);
        self.context.add(context, &means, integers, products);
    }

    /// Reads a window of an article, and adds to the queries and logits of its inner words.
    pub(super) fn read(&self, window: &Window, scratch: &mut EncoderScratch) {
        let words = window.outer.len();
        self.enter(window, scratch);
        let EncoderScratch { second: rows, products, queries, logits, .. } = scratch;
        self.stack.run(0..SECOND.dilations.len(), words, &[], rows, products);
        let first = window.inner_rows().start;
        let mut more = vec![0.0; window.inner.len() * EMBEDDING];
        self.query.apply(&mut more, &rows.normalised, first, SECOND.width, &mut products.sums);
        let queries = queries[window.inner.start * EMBEDDING..window.inner.end * EMBEDDING].iter_mut();
        queries.zip(more).for_each(|(query, more)| *query += more);
        let mut more = vec![0.0; window.inner.len() * OUTPUTS];
        self.heads.apply(&mut more, &rows.normalised, first, SECOND.width, &mut products.sums);
        let logits = logits[window.inner.clone()].as_flattened_mut().iter_mut();
        logits.zip(more).for_each(|(logit, more)| *logit += more);
    }

    /// Fills the stream with the window's words.
    fn enter(&self, window: &Window, scratch: &mut EncoderScratch) {
        let EncoderScratch { second, trunk_rows, expected, boundaries, integers, products, context, .. } = scratch;
        let outer = window.outer.clone();
        second.clear(outer.len(), SECOND.width);
        let entered = &mut second.stream[MARGIN * SECOND.width..][..outer.len() * SECOND.width];
        self.stack.entry.apply(entered, trunk_rows, outer.start, TRUNK.width, &mut products.sums);
        self.expected.add(entered, &expected[outer.start * EMBEDDING..outer.end * EMBEDDING], integers, products);
        self.boundary.add(entered, &boundaries[outer.start * BOUNDARY..outer.end * BOUNDARY], integers, products);
        for row in entered.chunks_exact_mut(SECOND.width) {
            row.iter_mut().zip(&*context).for_each(|(cell, context)| *cell += context);
        }
        second.normalise(SECOND.width);
    }
}

/// Adds rows of numbers to `sums`, in their order.
fn add_numbers(numbers: &[f32], sums: &mut [f64]) {
    for row in numbers.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += f64::from(*cell));
    }
}
