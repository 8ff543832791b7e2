//! The writer's typing profile: how the writer of an article typed the letters that the script deleted.
//!
//! Writers are consistent. One who types every `أ` as a bare `ا` leaves an `ا` behind, so a lone `و` is the word `و`; one
//! who types the hamza loses the whole letter to the script, so a lone `و` may be `أو`, and `ن` is `أن`. The profile is
//! estimated once per article and channel (an article in two states of writing has two writers), from the likeliest
//! candidate of each word, and prices the [`ChannelEvents`] of every candidate.
//!
//! Invariant: prices are integer costs ([`super::costs`]), so they agree on every machine.

use super::channel::ChannelEvents;
use super::costs::cost_of;

/// Weight of the average writer against the article's own evidence, in observations (the strength of a Beta prior).
const PRIOR_WEIGHT: f64 = 4.0;
/// Average share of `أ إ آ` typed with their hamza: the mean of the three seed articles, as restored by hand (24 of 169).
const TYPED_ALIF: f64 = 0.2;
/// Average share of final `ي` typed as `ى`: one writer in four does so, for a third of them.
const YA_AS_MAQSURA: f64 = 0.02;
/// Average share of `ة` typed as `ه`: 2 of 285 in the three seed articles.
const TA_MARBUTA_AS_HA: f64 = 0.01;
/// Average share of `ى` typed as `ي`: 4 of 40 in the three seed articles.
const MAQSURA_AS_YA: f64 = 0.1;

/// The cost of each channel event for one writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypingProfile {
    alif_typed: i32,
    alif_bare: i32,
    ta_marbuta_typed: i32,
    ta_marbuta_as_ha: i32,
    maqsura_typed: i32,
    maqsura_as_ya: i32,
    final_ya_typed: i32,
    final_ya_as_maqsura: i32,
}

impl TypingProfile {
    /// The average writer, before anything is known about the article.
    #[must_use]
    pub fn average() -> Self {
        ProfileEstimate::default().profile()
    }

    /// The cost of a word's channel events for this writer.
    #[must_use]
    pub fn cost(&self, events: &ChannelEvents) -> i32 {
        i32::from(events.alif_typed) * self.alif_typed
            + i32::from(events.alif_bare) * self.alif_bare
            + i32::from(events.ta_marbuta_typed) * self.ta_marbuta_typed
            + i32::from(events.ta_marbuta_as_ha) * self.ta_marbuta_as_ha
            + i32::from(events.maqsura_typed) * self.maqsura_typed
            + i32::from(events.maqsura_as_ya) * self.maqsura_as_ya
            + i32::from(events.final_ya_typed) * self.final_ya_typed
            + i32::from(events.final_ya_as_maqsura) * self.final_ya_as_maqsura
    }
}

/// Counts of channel events, from which a profile is estimated. Each pair holds the usual typing and the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProfileEstimate {
    alif: [u32; 2],
    ta_marbuta: [u32; 2],
    maqsura: [u32; 2],
    final_ya: [u32; 2],
}

impl ProfileEstimate {
    /// Adds the events of one word.
    pub fn observe(&mut self, events: &ChannelEvents) {
        let add = |counts: &mut [u32; 2], usual: u8, other: u8| {
            counts[0] += u32::from(usual);
            counts[1] += u32::from(other);
        };
        // A bare alif is the usual typing; of the other letters, the correct one is.
        add(&mut self.alif, events.alif_bare, events.alif_typed);
        add(&mut self.ta_marbuta, events.ta_marbuta_typed, events.ta_marbuta_as_ha);
        add(&mut self.maqsura, events.maqsura_typed, events.maqsura_as_ya);
        add(&mut self.final_ya, events.final_ya_typed, events.final_ya_as_maqsura);
    }

    /// The profile estimated from the counts, drawn towards the average writer where they are few.
    #[must_use]
    pub fn profile(&self) -> TypingProfile {
        let typed = smoothed(self.alif, TYPED_ALIF);
        let ha_share = smoothed(self.ta_marbuta, TA_MARBUTA_AS_HA);
        let ya_share = smoothed(self.maqsura, MAQSURA_AS_YA);
        let maqsura_share = smoothed(self.final_ya, YA_AS_MAQSURA);
        TypingProfile {
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

/// The share of the second count: its posterior mean under a Beta prior of mean `prior`.
fn smoothed(counts: [u32; 2], prior: f64) -> f64 {
    let total = f64::from(counts[0]) + f64::from(counts[1]);
    (f64::from(counts[1]) + PRIOR_WEIGHT * prior) / (total + PRIOR_WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_who_types_hamzas_makes_deleted_ones_cheap() {
        let mut estimate = ProfileEstimate::default();
        let typed = ChannelEvents { alif_typed: 1, ..ChannelEvents::default() };
        for _ in 0..50 {
            estimate.observe(&typed);
        }
        assert!(estimate.profile().cost(&typed) < TypingProfile::average().cost(&typed) / 4);
    }
}
