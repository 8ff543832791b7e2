//! The results of training steps, counted and summed for reports.

use engine::encoder::HEADS;

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
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.choices += other.choices;
        self.right += other.right;
        self.nll += other.nll;
        self.hidden.add(other.hidden);
        for (sums, counts) in self.heads.iter_mut().zip(other.heads) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    /// A report in one line.
    #[expect(clippy::cast_precision_loss, reason = "figures for a report")]
    pub(super) fn describe(&self) -> String {
        let choices = self.choices.max(1) as f64;
        let f1 = |[hits, found, wanted]: [u64; 3]| 2.0 * hits as f64 / (found + wanted).max(1) as f64;
        let [end, number, clause] = self.heads.map(f1);
        let hidden = match self.hidden.guesses {
            0 => String::new(),
            guesses => format!("{:.3} nats a hidden word; ", self.hidden.nll / guesses as f64),
        };
        format!(
            "{:.4} of {} choices right, {:.4} nats each; {hidden}F1 of sentence ends {end:.4}, of missing numbers {number:.4}, \
             of clause ends {clause:.4}",
            self.right as f64 / choices,
            self.choices,
            self.nll / choices,
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
