//! The encoder as it is shipped, from the encoder as it is trained.

use super::features::EncoderRows;
use super::layout::{Affine, Layout, StackLayout};
use super::state::State;
use crate::checkpoint::Section;
use engine::encoder::network::{StoredAffine, StoredNetwork, StoredStack, StoredTable};
use engine::model::SectionWriter;

/// The model section of the encoder.
pub(super) fn encoder_section(state: &State, layout: &Layout, rows: EncoderRows) -> Section {
    let mut section = SectionWriter::default();
    stored(state, layout, rows).write(&mut section);
    ("encoder", section.into_bytes())
}

/// The network as it is shipped, with quantised weights.
pub(super) fn stored(state: &State, layout: &Layout, rows: EncoderRows) -> StoredNetwork {
    let parameters = &state.network.parameters;
    let affine = |affine: &Affine| stored_affine(parameters, affine);
    let stack = |layout: &StackLayout| StoredStack {
        entry: affine(&layout.entry),
        blocks: layout.blocks.iter().map(affine).collect(),
    };
    StoredNetwork {
        words: StoredTable::quantise(rows.words, &state.words.weights),
        candidates: StoredTable::quantise(rows.candidates, &state.candidates.weights),
        trunk: stack(&layout.trunk),
        context: affine(&layout.context),
        query: affine(&layout.query),
        branch: stack(&layout.branch),
        heads: affine(&layout.heads),
    }
}

/// An affine map with quantised weights.
pub(super) fn stored_affine(parameters: &[f32], affine: &Affine) -> StoredAffine {
    StoredAffine::quantise(&parameters[affine.weights.clone()], &parameters[affine.bias.clone()])
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::encoder::batch::Batch;
    use crate::encoder::network::Activations;
    use crate::noise::article_rng;
    use engine::encoder::features::{CANDIDATE_FEATURES, WORD_FEATURES};
    use engine::encoder::{EMBEDDING, Encoder, EncoderScratch, OUTPUTS};

    const ROWS: u32 = 50;

    struct Case {
        layout: Layout,
        state: State,
        encoder: Encoder,
        words: Vec<[u32; WORD_FEATURES]>,
    }

    impl Case {
        fn new(words: usize) -> Self {
            let layout = Layout::new();
            let rows = EncoderRows::of_count(ROWS);
            let state = State::initial(&layout, &rows.words, &rows.candidates, 3);
            let encoder = Encoder::new(stored(&state, &layout, rows));
            let mut rng = article_rng(8, 1);
            let words = (0..words).map(|_| std::array::from_fn(|_| rng.random_range(0..ROWS))).collect();
            Self { layout, state, encoder, words }
        }

        fn read(&self, words: &[[u32; WORD_FEATURES]]) -> EncoderScratch {
            let mut scratch = EncoderScratch::default();
            self.encoder.read(words, &mut scratch);
            scratch
        }
    }

    #[test]
    fn the_shipped_network_computes_what_was_trained() {
        let case = Case::new(40);
        let batch = Batch::of_words(&case.words);
        let mut activations = Activations::default();
        case.state.words.sums(&batch.features, &mut activations.input);
        activations.forward(&batch, &case.state.network.parameters, &case.layout, None);
        let mut scratch = case.read(&case.words);
        let candidate: [u32; CANDIDATE_FEATURES] = [3, 1, 4, 1, 5, 9, 2];
        let mut embedding = vec![0.0; EMBEDDING];
        case.state.candidates.add_rows(&candidate, &mut embedding);
        for word in 0..case.words.len() {
            let row = engine::encoder::MARGIN + word;
            let trained = engine::matrix::dot(&embedding, &activations.query[row * EMBEDDING..][..EMBEDDING]);
            let shipped = case.encoder.score(word, candidate, &mut scratch);
            assert!((trained - shipped).abs() < 0.1, "word {word}: {trained} trained, {shipped} shipped");
            for output in 0..OUTPUTS {
                let trained = activations.logits[row * OUTPUTS + output];
                let shipped = scratch.logits()[word][output];
                assert!((trained - shipped).abs() < 0.1, "word {word}: {trained} trained, {shipped} shipped");
            }
        }
    }

    #[test]
    fn results_do_not_depend_on_windows() {
        let case = Case::new(700);
        let (mut whole, mut parts) = (EncoderScratch::default(), EncoderScratch::default());
        case.encoder.read_in_windows(&case.words, 700, &mut whole);
        case.encoder.read_in_windows(&case.words, 128, &mut parts);
        assert!(whole.logits() == parts.logits(), "to the bit");
        let score =
            |word, scratch: &mut EncoderScratch| case.encoder.score(word, [1; CANDIDATE_FEATURES], scratch).to_bits();
        assert!((0..700).all(|word| score(word, &mut whole) == score(word, &mut parts)), "to the bit");
    }
}
