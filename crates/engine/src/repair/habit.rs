//! A writer's habit: how an article's writer typed the letters that the script deleted.
//!
//! A writer's habit is constant through an article. Where every `أ` was typed bare, a lone `و` is `و`; where hamzas were
//! typed and so deleted, it may be `أو`, and `ن` is `أن`. It is estimated once per article and channel, since an article
//! with two states of writing has two writers, from the likeliest word of each token, and turned into the cost of each
//! candidate's [`Traces`].
//!
//! Invariant: costs are integers in [`UNITS_PER_NAT`], rounded from a portable logarithm, so that they agree on every
//! machine.

use super::channel::Traces;

/// Fixed-point scale of all scores and costs: this many units are one nat (natural logarithm).
pub const UNITS_PER_NAT: f64 = 256.0;

/// A probability as a cost: `-ln(p)` in units of [`UNITS_PER_NAT`], rounded.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a probability above 1e-9 costs at most 5,306 units")]
pub fn cost_of(probability: f64) -> i32 {
    libm::rint(-libm::log(probability.max(1e-9)) * UNITS_PER_NAT) as i32
}

/// How much the average writer weighs against an article's own evidence, in observations.
const PRIOR_WEIGHT: f64 = 4.0;
/// Share of `أ إ آ` typed with their hamza; mean over the three shipped articles, as restored by hand (24 of 169).
const TYPED_ALIF: f64 = 0.2;
/// Share of final `ي` typed as `ى`; one writer in four does so for a third of them.
const YA_AS_MAQSURA: f64 = 0.02;
/// Share of `ة` typed as `ه`; 2 of 285 in the three shipped articles.
const TA_MARBUTA_AS_HA: f64 = 0.01;
/// Share of `ى` typed as `ي`; 4 of 40 in the three shipped articles.
const MAQSURA_AS_YA: f64 = 0.1;

/// The cost of each trace under one writer's habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    alif_typed: i32,
    alif_bare: i32,
    ta_marbuta_typed: i32,
    ta_marbuta_as_ha: i32,
    maqsura_typed: i32,
    maqsura_as_ya: i32,
    final_ya_typed: i32,
    final_ya_as_maqsura: i32,
}

impl Habit {
    /// The habit of the average writer, used before anything is known of the article.
    #[must_use]
    pub fn average() -> Self {
        HabitEstimate::default().habit()
    }

    /// What `traces` cost a writer of this habit.
    #[must_use]
    pub fn cost(&self, traces: &Traces) -> i32 {
        i32::from(traces.alif_typed) * self.alif_typed
            + i32::from(traces.alif_bare) * self.alif_bare
            + i32::from(traces.ta_marbuta_typed) * self.ta_marbuta_typed
            + i32::from(traces.ta_marbuta_as_ha) * self.ta_marbuta_as_ha
            + i32::from(traces.maqsura_typed) * self.maqsura_typed
            + i32::from(traces.maqsura_as_ya) * self.maqsura_as_ya
            + i32::from(traces.final_ya_typed) * self.final_ya_typed
            + i32::from(traces.final_ya_as_maqsura) * self.final_ya_as_maqsura
    }
}

/// Counts of an article's traces, from which its habit is estimated.
#[derive(Clone, Copy, Debug, Default)]
pub struct HabitEstimate {
    alif: [u32; 2],
    ta_marbuta: [u32; 2],
    maqsura: [u32; 2],
    final_ya: [u32; 2],
}

impl HabitEstimate {
    /// Adds the traces of one word.
    pub fn observe(&mut self, traces: &Traces) {
        let add = |counts: &mut [u32; 2], usual: u8, other: u8| {
            counts[0] += u32::from(usual);
            counts[1] += u32::from(other);
        };
        add(&mut self.alif, traces.alif_bare, traces.alif_typed);
        add(&mut self.ta_marbuta, traces.ta_marbuta_typed, traces.ta_marbuta_as_ha);
        add(&mut self.maqsura, traces.maqsura_typed, traces.maqsura_as_ya);
        add(&mut self.final_ya, traces.final_ya_typed, traces.final_ya_as_maqsura);
    }

    /// The habit that the counts speak for, drawn towards the average writer where they are few.
    #[must_use]
    pub fn habit(&self) -> Habit {
        let typed = smoothed(self.alif, TYPED_ALIF);
        let ha_share = smoothed(self.ta_marbuta, TA_MARBUTA_AS_HA);
        let ya_share = smoothed(self.maqsura, MAQSURA_AS_YA);
        let maqsura_share = smoothed(self.final_ya, YA_AS_MAQSURA);
        Habit {
            alif_typed: cost_of(typed),
            alif_bare: cost_of(1.0 - typed),
            ta_marbuta_typed: cost_of(1.0 - ha_share),
            ta_marbuta_as_ha: cost_of(ha_share),
            maqsura_typed: cost_of(1.0 - ya_share),
            maqsura_as_ya: cost_of(ya_share),
            final_ya_typed: cost_of(1.0 - maqsura_share),
            final_ya_as_maqsura: cost_of(maqsura_share),
        }
    }
}

/// Share of the second count, drawn towards `prior`.
fn smoothed(counts: [u32; 2], prior: f64) -> f64 {
    let total = f64::from(counts[0]) + f64::from(counts[1]);
    (f64::from(counts[1]) + PRIOR_WEIGHT * prior) / (total + PRIOR_WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_who_types_hamzas_makes_deleted_ones_cheap() {
        let mut estimate = HabitEstimate::default();
        let typed = Traces { alif_typed: 1, ..Traces::default() };
        for _ in 0..50 {
            estimate.observe(&typed);
        }
        assert!(estimate.habit().cost(&typed) < Habit::average().cost(&typed) / 4);
    }
}
