use rand::RngExt;

use super::*;
use crate::encoder::batch::{Choice, Span};
use crate::encoder::layers::softmax;
use crate::encoder::layout::{Layout, Parameters};
use crate::encoder::loss::boundary_loss;
use engine::arabic::PunctuationMark;
use engine::encoder::features::{CANDIDATE_FEATURES, WORD_FEATURES};
use engine::encoder::second_pass::StoredSecondPass;
use engine::encoder::{Encoder, EncoderScratch, MARGIN, OUTPUTS};

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
            batch.labels[row] = [Some(word % 5 == 0), None, Some(word % 2 == 0)];
            batch.marks[row] = Some(if word % 5 == 0 { PunctuationMark::Stop } else { PunctuationMark::None });
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

    /// The loss that the gradients are those of.
    fn loss(&mut self, parameters: &[f32]) -> f64 {
        self.nll(parameters) + boundary_loss(&self.lane.batch, &self.lane.logits)
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
            case.loss(&parameters)
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
    for outputs in [&case.layout.query, &case.layout.heads] {
        parameters[outputs.weights.clone()].fill(0.0);
    }
    case.nll(&parameters);
    let Lane { tally, before, .. } = &case.lane;
    assert_eq!([tally.nll, tally.mark_nll].map(f64::to_bits), [before.nll, before.mark_nll].map(f64::to_bits));
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
    let Lane { batch, first, expectations, second: second_activations, .. } = &case.lane;
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
    let mut errors = Vec::new();
    let (mut whole, mut parts) = (read(300), read(64));
    for (word, span) in batch.spans.iter().enumerate() {
        for index in span.start..span.start + 3 {
            let embedding = &expectations.embeddings[index * EMBEDDING..][..EMBEDDING];
            let more = dot(embedding, &second_activations.query[span.row * EMBEDDING..][..EMBEDDING]);
            let trained = expectations.scores[index] - batch.priors[index] + more;
            let shipped = encoder.score(word, batch.candidates[index], &mut whole);
            assert!((trained - shipped).abs() < 0.3, "word {word}: {trained} trained, {shipped} shipped");
            errors.push(f64::from((trained - shipped).abs()));
            let in_parts = encoder.score(word, batch.candidates[index], &mut parts);
            assert_eq!(shipped.to_bits(), in_parts.to_bits(), "results do not depend on windows");
        }
    }
    let mean = errors.iter().sum::<f64>() / f64::from(u32::try_from(errors.len()).expect("few"));
    assert!(mean < 0.04, "weights of a byte cost {mean} a score");
    assert_eq!(whole.logits(), parts.logits(), "nor do those for boundaries");
    for (word, shipped) in whole.logits().iter().enumerate() {
        let row = (MARGIN + word) * OUTPUTS;
        for (head, shipped) in shipped.iter().enumerate() {
            let trained = first.logits[row + head] + second_activations.logits[row + head];
            assert!((trained - shipped).abs() < 0.15, "word {word}, {head}: {trained} trained, {shipped} shipped");
        }
    }
}
