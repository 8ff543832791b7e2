//! What `repair_confidence` meant on text whose right spelling is known: the shipped model on articles of five news outlets, held out from
//! its training. It was trained on other articles of theirs.

use std::fmt::Write;

/// The model that was measured.
const MODEL: &str = "22ba363e946f9374";

/// Stripped sentences whose `repair_confidence` is at least `from`, and below that of the band above.
#[derive(Clone, Copy, Debug)]
pub struct ReliabilityBand {
    pub from: f32,
    /// Per cent of all sentences.
    pub sentences: f32,
    /// Per cent of their tokens that were right.
    pub tokens_right: f32,
    /// Per cent of them without a wrong token.
    pub without_error: f32,
}

/// How often a model was right.
#[derive(Clone, Copy, Debug)]
pub struct Reliability {
    /// From the surest on.
    pub bands: &'static [ReliabilityBand],
}

impl Reliability {
    /// That of a model; `None` if it was not measured.
    #[must_use]
    pub fn of(model_id: &str) -> Option<Self> {
        (model_id == MODEL).then_some(Self { bands: &BANDS })
    }
}

/// From the surest on.
const BANDS: [ReliabilityBand; 5] = [
    ReliabilityBand { from: 0.995, sentences: 27.8, tokens_right: 99.84, without_error: 96.9 },
    ReliabilityBand { from: 0.99, sentences: 16.4, tokens_right: 99.45, without_error: 87.3 },
    ReliabilityBand { from: 0.98, sentences: 21.5, tokens_right: 98.74, without_error: 73.0 },
    ReliabilityBand { from: 0.95, sentences: 28.3, tokens_right: 97.45, without_error: 54.5 },
    ReliabilityBand { from: 0.0, sentences: 6.0, tokens_right: 93.32, without_error: 31.2 },
];

/// The section of the card of a build that a model repaired.
pub(super) fn section(model_id: &str) -> String {
    let mut page = "\n## What `repair_confidence` means\n\n".to_owned();
    let Some(Reliability { bands }) = Reliability::of(model_id) else {
        page.push_str(
            "How often this model is right has not been measured. Compare a sample by hand before you rely on it.\n",
        );
        return page;
    };
    page.push_str(
        "Measured on stripped articles of five news outlets, held out from the model's training, which read others of theirs. The column \
         is the mean probability over the tokens of a sentence: .95 means that one word in twenty is wrong.\n\n\
         | `repair_confidence` | of all sentences | tokens right | sentences without an error |\n| --- | --- | --- | --- |\n",
    );
    let mut below = None;
    for ReliabilityBand { from, sentences, tokens_right, without_error } in bands {
        let range = below.map_or(format!("{from} or more"), |below| format!("{from} to {below}"));
        let _ = writeln!(page, "| {range} | {sentences:.1} % | {tokens_right:.2} % | {without_error:.1} % |");
        below = Some(*from);
    }
    page.push_str("\nOther newspapers, other times and other kinds of text may differ.\n");
    page
}
