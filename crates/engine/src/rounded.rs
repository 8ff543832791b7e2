//! Numbers as tables hold them: rounded to 1e-4 with a portable rounding, so that they agree on every machine.
//!
//! A rounded probability is a whole number of ten-thousandths, and is stored as such in two bytes. Invariant: that loses
//! nothing ([`probability`]).

/// Units in 1.0.
const UNIT: f64 = 1e4;

/// A number rounded to 1e-4, ties to even.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "rounded numbers have few digits")]
pub fn rounded(number: f64) -> f32 {
    (libm::rint(number * UNIT) / UNIT) as f32
}

/// A rounded probability as two bytes, for `serde(with)`.
pub mod probability {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::UNIT;

    /// Ten-thousandths of a rounded probability.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10,000")]
    pub fn to_units(probability: f32) -> u16 {
        libm::rint(f64::from(probability) * UNIT) as u16
    }

    /// The probability of `units` ten-thousandths.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "rounded numbers have few digits")]
    pub fn from_units(units: u16) -> f32 {
        (f64::from(units) / UNIT) as f32
    }

    /// Serializes a rounded probability.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(probability: &f32, serializer: S) -> Result<S::Ok, S::Error> {
        to_units(*probability).serialize(serializer)
    }

    /// Deserializes a rounded probability.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<f32, D::Error> {
        u16::deserialize(deserializer).map(from_units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rounded_probability_survives_as_two_bytes() {
        for units in 0..=10_000 {
            let probability = rounded(f64::from(units) / UNIT);
            assert_eq!(probability::to_units(probability), units);
            assert_eq!(probability::from_units(units).to_bits(), probability.to_bits());
        }
    }
}
