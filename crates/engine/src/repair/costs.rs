//! The fixed-point scale of all scores: a cost is a negative log probability, in units of 1/256 nat.
//!
//! Invariant: costs are integers, rounded from a portable logarithm (`libm`), so that every machine adds up the same
//! numbers. The scale is a power of two fine enough (0.4 % of a probability) for rounding to change no ranking that matters.

/// Units of cost in one nat.
pub const NAT: i32 = 256;
/// [`NAT`] as a float, for conversions.
pub const UNITS_PER_NAT: f64 = NAT as f64;
/// The cost of halving a probability or a frequency: ln 2 in units.
pub const HALVING: i32 = 177;

/// Probabilities below this count as this: nothing is impossible, and a cost stays below 5,306 units.
const LEAST_PROBABILITY: f64 = 1e-9;

/// `-ln(probability)` in units, rounded.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "at most 5,306 units")]
pub fn cost_of(probability: f64) -> i32 {
    libm::rint(-libm::log(probability.max(LEAST_PROBABILITY)) * UNITS_PER_NAT) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halving_is_what_it_says() {
        assert_eq!(cost_of(0.5), HALVING);
        assert_eq!((cost_of(1.0), cost_of(0.0)), (0, 5_305));
    }
}
