use rand::RngExt;

use super::*;
use crate::encoder::batch::{Choice, Span};
use crate::encoder::layers::softmax;
use crate::encoder::layout::{Layout, Parameters};
use engine::encoder::features::{CANDIDATE_FEATURES, WORD_FEATURES};
use engine::encoder::second_pass::StoredSecondPass;
use engine::encoder::{Encoder, EncoderScratch, MARGIN};

const ROWS: u32 = 50;

/// An article of words with three candidates each, and a random second pass.
struct Case {
    network: StoredNetwork,
    first: FirstPass,
    layout: SecondLayout,
    state: State,
    lane: Lane,
}

impl Case {
    fn new(words: usize) -> Self {
        let mut rng = article_rng(8, 1);
        let layout = Layout::new();
        let rows = EncoderRows::of_count(ROWS);
        let state = State::initial(&layout, &rows.words, &rows.candidates, 3);
        let network = crate::encoder::stored::stored(&state, &layout, rows);
        let features: Vec<[u32; WORD_FEATURES]> =
            (0..words).map(|_| std::array::from_fn(|_| rng.random_range(0..ROWS))).collect();
        let mut batch = Batch::of_words(&features);
        for word in 0..words {
            let (row, start) = (MARGIN + word, batch.candidates.len());
            let candidate = |_| -> [u32; CANDIDATE_FEATURES] { std::array::from_fn(|_| rng.random_range(0..ROWS)) };
            batch.candidates.extend((0..3).map(candidate));
            batch.priors.extend([0.0, -0.5, 0.3]);
            batch.spans.push(Span { row, start, count: 3 });
            batch.choices.push(Choice { row, start, count: 3, right: word % 3 });
        }
        let layout = SecondLayout::new();
        let state = State { network: Optimiser::initial(&layout, &mut rng), ..State::default() };
        Self { first: FirstPass::new(&network), network, layout, state, lane: Lane { batch, ..Lane::default() } }
    }

    fn nll(&mut self, parameters: &[f32]) -> f64 {
        self.lane.forward(&self.first, &self.layout, parameters, Some(&mut article_rng(9, 0)));
        self.lane.learn(1.0);
        self.lane.tally.nll
    }
}

#[test]
fn gradients_are_slopes() {
    const MOVE: f32 = 2e-3;
    let mut case = Case::new(12);
    let parameters = case.state.network.parameters.clone();
    case.nll(&parameters);
    let Case { lane: Lane { batch, second, gradients, .. }, layout, .. } = &mut case;
    second.backward(batch, &parameters, layout, gradients);
    let gradients = gradients.parameters.clone();
    let of_map = |map: &crate::encoder::layout::Affine| [map.weights.start + 7, map.weights.end - 3, map.bias.start + 1];
    let places: Vec<usize> = case.layout.affines().into_iter().flat_map(of_map).collect();
    for place in places {
        let mut moved = |by: f32| {
            let mut parameters = parameters.clone();
            parameters[place] += by;
            case.nll(&parameters)
        };
        let slope = (moved(MOVE) - moved(-MOVE)) / f64::from(2.0 * MOVE);
        let gradient = f64::from(gradients[place]);
        assert!((slope - gradient).abs() <= 0.03 * slope.abs().max(0.5), "{place}: slope {slope}, gradient {gradient}");
    }
}

#[test]
fn a_second_pass_that_learnt_nothing_corrects_nothing() {
    let mut case = Case::new(9);
    let mut parameters = case.state.network.parameters.clone();
    parameters[case.layout.query.weights.clone()].fill(0.0);
    case.nll(&parameters);
    assert_eq!(case.lane.tally.nll.to_bits(), case.lane.before.nll.to_bits());
}

#[test]
fn the_shipped_second_pass_computes_what_was_trained() {
    let mut case = Case::new(300);
    let parameters = case.state.network.parameters.clone();
    case.lane.forward(&case.first, &case.layout, &parameters, None);
    let second = stored(&case.state, &case.layout);
    let mut section = SectionWriter::default();
    second.write(&mut section);
    let file = engine::model::assemble(&[("second pass", section.into_bytes())]);
    let file = ModelFile::parse(file.into()).expect("valid");
    assert_eq!(StoredSecondPass::open(&file).expect("valid").as_ref(), Some(&second));
    let encoder = Encoder::new(case.network.clone()).with_second_pass(Some(&second));
    let Lane { batch, expectations, second, .. } = &case.lane;
    let read = |window: usize| {
        let mut scratch = EncoderScratch::default();
        encoder.read_in_windows(&batch.features[MARGIN..MARGIN + 300], window, &mut scratch);
        for (word, span) in batch.spans.iter().enumerate() {
            let mut shares = expectations.scores[span.start..span.start + 3].to_vec();
            softmax(&mut shares, 0);
            for (candidate, share) in batch.candidates[span.start..].iter().zip(shares) {
                encoder.expect(word, *candidate, share, &mut scratch);
            }
        }
        encoder.read_again_in_windows(window, &mut scratch);
        scratch
    };
    let (mut whole, mut parts) = (read(300), read(64));
    for (word, span) in batch.spans.iter().enumerate() {
        for index in span.start..span.start + 3 {
            let embedding = &expectations.embeddings[index * EMBEDDING..][..EMBEDDING];
            let more = dot(embedding, &second.query[span.row * EMBEDDING..][..EMBEDDING]);
            let trained = expectations.scores[index] - batch.priors[index] + more;
            let shipped = encoder.score(word, batch.candidates[index], &mut whole);
            assert!((trained - shipped).abs() < 0.15, "word {word}: {trained} trained, {shipped} shipped");
            let in_parts = encoder.score(word, batch.candidates[index], &mut parts);
            assert_eq!(shipped.to_bits(), in_parts.to_bits(), "results do not depend on windows");
        }
    }
}
