//! The results of training steps, counted and summed for reports.

use super::layers::softmax;
use engine::encoder::{HEADS, MARKS};

/// The results of one batch or of many.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub choices: u64,
    pub right: u64,
    /// Sum of the negative log-likelihood of the right candidates.
    pub nll: f64,
    /// Results on hidden words.
    pub hidden: GuessTally,
    /// Per head: true positives, predicted positives, actual positives.
    pub heads: [[u64; 3]; HEADS],
    /// Per punctuation mark, the same.
    pub marks: [[u64; 3]; MARKS],
    /// Sum of the negative log-likelihood of the right marks.
    pub mark_nll: f64,
    /// Boundaries with a known mark, none included.
    pub marks_known: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.choices += other.choices;
        self.right += other.right;
        self.nll += other.nll;
        self.hidden.add(other.hidden);
        self.mark_nll += other.mark_nll;
        self.marks_known += other.marks_known;
        let sums = self.heads.iter_mut().chain(&mut self.marks);
        for (sums, counts) in sums.zip(other.heads.iter().chain(&other.marks)) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    /// Counts a choice among candidates of these scores, and turns the scores into probabilities.
    pub(super) fn count(&mut self, scores: &mut [f32], right: usize) {
        let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        self.choices += 1;
        self.right += u64::from(best == Some(right));
        self.nll -= f64::from(softmax(scores, right));
    }

    /// A report on the choices alone.
    #[expect(clippy::cast_precision_loss, reason = "figures for a report")]
    pub(super) fn describe_choices(&self) -> String {
        let choices = self.choices.max(1) as f64;
        format!("{:.4} of {} choices right, {:.4} nats each", self.right as f64 / choices, self.choices, self.nll / choices)
    }

    /// A report in one line.
    #[expect(clippy::cast_precision_loss, reason = "figures for a report")]
    pub(super) fn describe(&self) -> String {
        let f1 = |[hits, found, wanted]: [u64; 3]| 2.0 * hits as f64 / (found + wanted).max(1) as f64;
        let [end, number, clause] = self.heads.map(f1);
        let hidden = match self.hidden.guesses {
            0 => String::new(),
            guesses => format!("{:.3} nats a hidden word; ", self.hidden.nll / guesses as f64),
        };
        // The first is no mark.
        let marks: Vec<String> = self.marks[1..].iter().map(|counts| format!("{:.3}", f1(*counts))).collect();
        format!(
            "{}; {hidden}F1 of sentence ends {end:.4}, of missing numbers {number:.4}, of clause ends {clause:.4}; of marks ،:؛.؟ {} \
             at {:.4} nats",
            self.describe_choices(),
            marks.join(" "),
            self.mark_nll / self.marks_known.max(1) as f64,
        )
    }
}

/// Results on hidden words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GuessTally {
    pub guesses: u64,
    /// Sum of the negative log-likelihood of the right words among those sampled.
    pub nll: f64,
}

impl GuessTally {
    pub(super) fn add(&mut self, other: Self) {
        self.guesses += other.guesses;
        self.nll += other.nll;
    }
}
