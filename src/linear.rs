//! Linear models over hashed features: what the boundary model and the context scorer share.
//!
//! A feature is a hash of its template and its parts. Weights lie in buckets by the top bits of the hash, and a bucket belongs to
//! one feature, told by the bottom bits; what falls into a bucket of another says nothing. Invariant: weights are integers, so
//! sums are equal on every machine and in any order.

use crate::model::{ModelError, SectionReader, SectionWriter};

/// Sums of weights in this many units are one unit of log-odds.
pub const UNITS_PER_LOGIT: f64 = 16.0;

/// A feature's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature(pub u32);

impl Feature {
    /// The feature of a template with its parts.
    #[must_use]
    pub fn new(template: u32, parts: [u32; 3]) -> Self {
        let start = template.wrapping_mul(0x9e37_79b9);
        let mixed = parts.iter().fold(start, |h, part| (h ^ part).rotate_left(13).wrapping_mul(0x85eb_ca6b));
        let last = (mixed ^ (mixed >> 15)).wrapping_mul(0xc2b2_ae35);
        Self(last ^ (last >> 16))
    }

    /// Where the feature's weight lies among `2^bits` buckets, if it has one.
    #[must_use]
    pub fn bucket(self, bits: u32) -> usize {
        (self.0 >> (32 - bits)) as usize
    }

    /// Tells the features of one bucket apart.
    #[must_use]
    pub fn fingerprint(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

/// A hash of letter codes; `seed` keeps beginnings, ends and whole words apart.
#[must_use]
pub fn hash_letters(seed: u32, codes: &[u8]) -> u32 {
    codes.iter().fold(0x811c_9dc5 ^ seed.wrapping_mul(0x9e37_79b9), |h, c| (h ^ u32::from(*c)).wrapping_mul(0x0100_0193))
}

/// What one feature says to each of `HEADS` questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket<const HEADS: usize> {
    /// The feature that the bucket belongs to.
    pub fingerprint: u8,
    /// In units of [`UNITS_PER_LOGIT`].
    pub weights: [i8; HEADS],
}

/// Weights for `HEADS` questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightTable<const HEADS: usize> {
    bits: u32,
    buckets: Vec<Bucket<HEADS>>,
}

impl<const HEADS: usize> WeightTable<HEADS> {
    /// A table of `2^bits` buckets.
    ///
    /// # Panics
    /// Where there are not so many.
    #[must_use]
    pub fn new(bits: u32, buckets: Vec<Bucket<HEADS>>) -> Self {
        assert_eq!(buckets.len(), 1 << bits, "a table has 2^bits buckets");
        Self { bits, buckets }
    }

    /// Sums of what the features say.
    #[must_use]
    pub fn sum(&self, features: impl IntoIterator<Item = Feature>) -> [i32; HEADS] {
        let mut sums = [0; HEADS];
        for feature in features {
            let bucket = self.buckets[feature.bucket(self.bits)];
            if bucket.fingerprint == feature.fingerprint() {
                for (sum, weight) in sums.iter_mut().zip(bucket.weights) {
                    *sum += i32::from(weight);
                }
            }
        }
        sums
    }

    /// Writes the table: bits, then each bucket's fingerprint and weights.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(self.bits);
        for bucket in &self.buckets {
            section.u8(bucket.fingerprint);
            section.bytes(&bucket.weights.map(|weight| weight.to_le_bytes()[0]));
        }
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// Where the section is too short or names an impossible size.
    pub fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let bits = section.u32()?;
        if !(1..=28).contains(&bits) {
            return Err(section.corrupt("impossible number of buckets"));
        }
        let bytes = section.bytes((1 + HEADS) << bits)?;
        let bucket = |bytes: &[u8]| Bucket {
            fingerprint: bytes[0],
            weights: std::array::from_fn(|head| i8::from_le_bytes([bytes[1 + head]])),
        };
        Ok(Self { bits, buckets: bytes.chunks_exact(1 + HEADS).map(bucket).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> WeightTable<2> {
        let mut buckets = vec![Bucket { fingerprint: 0, weights: [0, 0] }; 16];
        let feature = Feature::new(3, [1, 2, 3]);
        buckets[feature.bucket(4)] = Bucket { fingerprint: feature.fingerprint(), weights: [-128, 127] };
        WeightTable::new(4, buckets)
    }

    #[test]
    fn only_the_owner_of_a_bucket_speaks() {
        let feature = Feature::new(3, [1, 2, 3]);
        let intruder = Feature(feature.0 ^ 1);
        assert_eq!(table().sum([feature, intruder, feature]), [-256, 254]);
    }

    #[test]
    fn a_stored_table_reads_back() {
        let mut section = SectionWriter::default();
        table().write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(WeightTable::read(&mut SectionReader::new("boundary", &bytes)).expect("readable"), table());
    }
}
