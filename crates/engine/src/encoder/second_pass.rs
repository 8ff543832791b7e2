//! The second pass: a stack that reads, beside the trunk's rows, what the first pass expects each word to be, and adds to the queries.
//!
//! The first pass scores a word's candidates by the damaged words around it, many of which do not show their gender or number. Its own
//! verdicts do: of `الفنان … الراحل` the one decides the other. A word's expectation is the mean of its candidates' embeddings, weighted
//! by their probabilities, so that a doubtful word says little.
//!
//! Invariant: that of the first pass. The results do not depend on the processor or on windows.

use super::layers::{Affine, Stack, UNITS};
use super::network::{StoredAffine, StoredStack};
use super::scratch::EncoderScratch;
use super::shape::{EMBEDDING, MARGIN, SECOND, StackShape, TRUNK};
use super::window::Window;
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// The second pass as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSecondPass {
    /// From what is expected of a word to the stream.
    pub expected: StoredAffine,
    /// The stack; its entry leads from the trunk.
    pub stack: StoredStack,
    /// From the stack to what is added to the query.
    pub query: StoredAffine,
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
        self.stack.write(section);
        self.query.write(section);
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let from_trunk = StackShape { inputs: TRUNK.width, ..SECOND };
        Ok(Self {
            expected: StoredAffine::read(section, EMBEDDING, SECOND.width)?,
            stack: StoredStack::read(section, from_trunk)?,
            query: StoredAffine::read(section, SECOND.width, EMBEDDING)?,
        })
    }
}

/// The second pass as it runs.
#[derive(Debug)]
pub(super) struct SecondPass {
    expected: Affine,
    stack: Stack,
    query: Affine,
}

impl SecondPass {
    pub(super) fn new(stored: &StoredSecondPass) -> Self {
        Self {
            expected: Affine::new(&stored.expected, 1.0),
            stack: Stack::new(SECOND, &stored.stack, UNITS),
            query: Affine::new(&stored.query, UNITS),
        }
    }

    /// Reads a window of an article, and adds to the queries of its inner words.
    pub(super) fn read(&self, window: &Window, scratch: &mut EncoderScratch) {
        let EncoderScratch { second: rows, trunk_rows, expected, integers, products, queries, .. } = scratch;
        let words = window.outer.len();
        rows.clear(words, SECOND.width);
        let entered = &mut rows.stream[MARGIN * SECOND.width..][..words * SECOND.width];
        self.stack.entry.apply(entered, trunk_rows, window.outer.start, TRUNK.width, &mut products.sums);
        let expected = &expected[window.outer.start * EMBEDDING..window.outer.end * EMBEDDING];
        self.expected.add(entered, expected, integers, products);
        rows.normalise(SECOND.width);
        self.stack.run(0..SECOND.dilations.len(), words, &[], rows, products);
        let mut more = vec![0.0; window.inner.len() * EMBEDDING];
        self.query.apply(&mut more, &rows.normalised, window.inner_rows().start, SECOND.width, &mut products.sums);
        let queries = queries[window.inner.start * EMBEDDING..window.inner.end * EMBEDDING].iter_mut();
        queries.zip(more).for_each(|(query, more)| *query += more);
    }
}
