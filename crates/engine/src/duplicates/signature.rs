//! The signature of an article: 128 bytes, however long the text, by which it is compared with all others.
//!
//! - The *text hash*: 128 bits of BLAKE3 over the words as written. Equal words have equal hashes.
//! - The *sketch*: two bits of each of 256 minima over the hashes of the article's pairs of neighbouring words, reduced (see
//!   `reduced_words`). The share of equal minima estimates the share of pairs that two articles have in common. This is one-permutation
//!   `MinHash` (Li, Owen & Zhang 2012) with optimal densification (Shrivastava 2017), truncated to b = 2 bits (Li & König 2010).
//! - Twelve *anchors*: minima over runs of three words. Two articles are compared only if they share one.
//!
//! Pairs measure similarity, since an edited word spoils only two pairs, but three runs of three. Runs of three find candidates, since
//! unrelated articles share pairs (`رئيس الحكومة` "head of government") far more often.
//!
//! Invariant: sketch and anchors depend on nothing but the reduced words and their order, so they are equal on every machine. Below
//! [`SHORT`] words, they agree only if all reduced words do.

use serde::{Deserialize, Serialize};

use crate::document::Document;

use super::reduced_words::{WordReader, chain, mix};

/// Articles with fewer reduced words are compared as a whole: a dateline and a set phrase would already be half of their pairs.
pub const SHORT: usize = 20;
/// Articles with fewer reduced words are compared only as written: so few consonants are no evidence.
pub const TOO_SHORT: usize = 5;
/// Anchors of a signature.
pub(super) const ANCHORS: usize = 12;
/// Minima in a sketch.
const BINS: usize = 256;
/// Minima, two bits each, in a 64-bit word of the sketch.
const PER_WORD: usize = 32;
/// An empty bin. Also a possible hash, but one in 2^64 does not matter.
const EMPTY: u64 = u64::MAX;

/// What represents an article in comparisons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    text: [u8; 16],
    sketch: Sketch,
    anchors: [u32; ANCHORS],
}

impl Signature {
    /// The signature of an article, from its tokens in order.
    pub fn of<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut reader = SignatureReader::default();
        tokens.for_each(|token| reader.read(token));
        reader.finish()
    }

    /// The signature of an article as a whole.
    #[must_use]
    pub fn of_document(document: &Document) -> Self {
        Self::of((0..document.tokens().len()).map(|token| document.token_text(token)))
    }

    /// 128 bits of a hash of the words as written, including numbers but without marks and diacritics; `None` for an article without
    /// words, which is a copy of nothing.
    #[must_use]
    pub fn text_hash(&self) -> Option<[u8; 16]> {
        (self.text != [0; 16]).then_some(self.text)
    }

    /// The signature as 128 bytes: text hash (16), sketch (64), anchors (48).
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 128] {
        let mut bytes = [0; 128];
        bytes[..16].copy_from_slice(&self.text);
        for (place, word) in bytes[16..80].chunks_exact_mut(8).zip(self.sketch.0) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        for (place, anchor) in bytes[80..].chunks_exact_mut(4).zip(self.anchors) {
            place.copy_from_slice(&anchor.to_le_bytes());
        }
        bytes
    }

    /// The signature that [`Self::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 128]) -> Self {
        let word = |at: usize| u64::from_le_bytes(bytes[16 + 8 * at..24 + 8 * at].try_into().expect("eight bytes"));
        let anchor = |at: usize| u32::from_le_bytes(bytes[80 + 4 * at..84 + 4 * at].try_into().expect("four bytes"));
        let text = bytes[..16].try_into().expect("sixteen bytes");
        Self { text, sketch: Sketch(std::array::from_fn(word)), anchors: std::array::from_fn(anchor) }
    }

    /// How similar two articles are: the share of neighbouring word pairs that they have in common, 0 to 1, rounded to 1e-4.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f32 {
        similarity(self.sketch.agreements(&other.sketch))
    }

    /// What articles to be compared share one of, 12 at most; an article that is compared only as written has none.
    #[must_use]
    pub fn anchor_list(&self) -> Vec<u32> {
        self.anchors().collect()
    }

    /// The sketch, which measures similarity.
    pub(super) fn sketch(&self) -> Sketch {
        self.sketch
    }

    /// The anchors, which find candidates; none for an article that is compared only as written.
    pub(super) fn anchors(&self) -> impl Iterator<Item = u32> {
        self.anchors.iter().copied().filter(|anchor| *anchor != 0)
    }
}

/// Reads an article token by token for its signature; memory does not grow with the article.
#[derive(Default)]
pub struct SignatureReader {
    words: WordReader,
    runs: Runs,
}

impl SignatureReader {
    /// Reads the next token.
    pub fn read(&mut self, token: &str) {
        self.words.read(token, |word| self.runs.push(word));
    }

    /// Reads the tokens of a document.
    pub fn read_document(&mut self, document: &Document) {
        (0..document.tokens().len()).for_each(|token| self.read(document.token_text(token)));
    }

    /// The signature of what was read.
    #[must_use]
    pub fn finish(self) -> Signature {
        let mut text = [0; 16];
        if let Some(hash) = self.words.hash_of_written() {
            // An article without words keeps the zeros, which `text_hash` takes for none.
            text.copy_from_slice(&hash.as_bytes()[..16]);
        }
        let (sketch, anchors) = self.runs.finish();
        Signature { text, sketch, anchors }
    }
}

/// Two bits of each minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sketch([u64; BINS / PER_WORD]);

impl Sketch {
    /// The number of equal minima, 0 to 256. In unrelated articles about 64 are, since one in four pairs of bits agrees by chance.
    pub(super) fn agreements(&self, other: &Self) -> u32 {
        // For each pair of bits, its low bit is set if either bit differs.
        let differing = |(a, b): (&u64, &u64)| ((a ^ b) | ((a ^ b) >> 1)) & 0x5555_5555_5555_5555;
        256 - self.0.iter().zip(&other.0).map(|pair| differing(pair).count_ones()).sum::<u32>()
    }
}

/// The similarity for a number of equal minima, 0 to 1, rounded to 1e-4.
///
/// `m` equal minima estimate the Jaccard index `J = (m/256 - 1/4) / (3/4)`. The similarity is Dice's coefficient `2J / (1 + J)`, which
/// equals `2 (m - 64) / (m + 128)`; computed in integers, so that it is equal on every machine.
#[expect(clippy::cast_precision_loss, reason = "at most 20,000")]
pub(super) fn similarity(agreements: u32) -> f32 {
    let (above, below) = (2 * agreements.saturating_sub(64), agreements + 128);
    // Rounds half up in integers: twice the value, rounded down, then halved and rounded up.
    let rounded = (20_000 * above / below).div_ceil(2);
    rounded as f32 / 10_000.0
}

/// Collects the minima over pairs and runs of three neighbouring words.
struct Runs {
    words: usize,
    /// Hash of all words of a short article.
    all: u64,
    /// Hashes of the last word and the last pair.
    last: u64,
    last_pair: u64,
    pairs: [u64; BINS],
    triples: [u64; ANCHORS],
}

impl Default for Runs {
    fn default() -> Self {
        Self { words: 0, all: 0, last: 0, last_pair: 0, pairs: [EMPTY; BINS], triples: [EMPTY; ANCHORS] }
    }
}

impl Runs {
    fn push(&mut self, word: u64) {
        let pair = chain(self.last, word);
        if self.words >= 1 {
            keep_least(&mut self.pairs, pair);
        }
        if self.words >= 2 {
            keep_least(&mut self.triples, chain(self.last_pair, word));
        }
        if self.words < SHORT {
            self.all = chain(self.all, word);
        }
        (self.last, self.last_pair) = (word, pair);
        self.words += 1;
    }

    fn finish(mut self) -> (Sketch, [u32; ANCHORS]) {
        if self.words < TOO_SHORT {
            return (Sketch([0; BINS / PER_WORD]), [0; ANCHORS]);
        }
        if self.words < SHORT {
            let mut anchors = [0; ANCHORS];
            anchors[0] = anchor(self.all);
            // All minima are the hash of all words: two short articles agree in every bin, or as often as chance has it.
            return (sketch(&[self.all; BINS]), anchors);
        }
        densify(&mut self.pairs);
        (sketch(&self.pairs), self.triples.map(|least| if least == EMPTY { 0 } else { anchor(least) }))
    }
}

/// Puts a hash into its bin if it is less than the minimum there. The high bits choose the bin: one permutation serves all bins.
#[expect(clippy::cast_possible_truncation, reason = "the high half of the product is below N")]
fn keep_least<const N: usize>(bins: &mut [u64; N], hash: u64) {
    let bin = &mut bins[((u128::from(hash) * N as u128) >> 64) as usize];
    *bin = (*bin).min(hash);
}

/// A 32-bit tag of a run of words, never 0.
#[expect(clippy::cast_possible_truncation, reason = "the low bits are wanted: being a minimum does not bias them")]
fn anchor(hash: u64) -> u32 {
    (hash as u32).max(1)
}

/// Gives each empty bin the minimum of another bin, chosen by a fixed random sequence that differs from bin to bin (Shrivastava 2017).
fn densify(bins: &mut [u64; BINS]) {
    // From a copy: a bin that was just filled must not donate, or the result would depend on the order of the bins.
    let sparse = *bins;
    for (bin, least) in bins.iter_mut().enumerate().filter(|(_, least)| **least == EMPTY) {
        *least = donated(&sparse, bin);
    }
}

/// The first minimum in the sequence of an empty bin. Terminates: an article that is not short has a pair, so not all bins are empty, and
/// the sequence reaches every bin again and again.
fn donated(sparse: &[u64; BINS], bin: usize) -> u64 {
    // The bin in the high half keeps the sequences of two bins apart, however many turns they take.
    let mut turn = (bin as u64) << 32;
    loop {
        turn += 1;
        let donors = mix(turn).to_le_bytes().map(|donor| sparse[usize::from(donor)]);
        if let Some(least) = donors.into_iter().find(|least| *least != EMPTY) {
            return least;
        }
    }
}

/// Two bits of each minimum, mixed with the number of its bin: a minimum given to several bins must not agree by chance in all of them.
fn sketch(minima: &[u64; BINS]) -> Sketch {
    let mut words = [0; BINS / PER_WORD];
    for (bin, least) in minima.iter().enumerate() {
        words[bin / PER_WORD] |= two_bits(*least, bin) << (2 * (bin % PER_WORD));
    }
    Sketch(words)
}

/// Two bits that depend on both; minima are mixed already, so one multiplication suffices.
fn two_bits(least: u64, bin: usize) -> u64 {
    (least ^ mix_bin(bin)).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 62
}

fn mix_bin(bin: usize) -> u64 {
    (bin as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Signature {
        Signature::of(text.split_whitespace())
    }

    /// A different word for each number, of letters that reduction keeps.
    fn word(number: u32) -> String {
        const LETTERS: [char; 16] = ['ب', 'ت', 'ج', 'ح', 'د', 'ر', 'س', 'ش', 'ص', 'ط', 'ع', 'ف', 'ق', 'ك', 'ل', 'م'];
        (0..6).map(|place| LETTERS[(number >> (4 * place)) as usize % 16]).collect()
    }

    fn text(numbers: impl Iterator<Item = u32>) -> String {
        numbers.map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_signature_comes_back_from_its_bytes() {
        for words in [0, 3, 10, 400] {
            let signature = of(&text(0..words));
            assert_eq!(Signature::from_bytes(&signature.to_bytes()), signature, "{words} words");
            assert_eq!(signature.anchor_list().len(), signature.anchors().count());
        }
        let (one, other) = (of(&text(0..400)), of(&text(40..440)));
        assert!((one.similarity(&other) - similarity(one.sketch().agreements(&other.sketch()))).abs() < f32::EPSILON);
        assert_eq!(of(&text(0..400)).to_bytes()[..16], one.text_hash().expect("words"), "the text hash comes first");
    }

    #[test]
    fn similarity_is_the_share_of_common_pairs() {
        for (agreements, expected) in [(256, 1.0), (64, 0.0), (0, 0.0), (128, 0.5), (160, 0.6667), (255, 0.9974)] {
            assert!((similarity(agreements) - expected).abs() < 1e-6, "{agreements} agreements");
        }
    }

    #[test]
    fn estimates_have_the_documented_error() {
        // 80 pairs of texts each; the second shares its first `common` words, so `common - 1` of `length - 1` pairs.
        for (length, common) in [(30u32, 18u32), (60, 48), (400, 220), (1000, 700)] {
            let truth = f64::from(common - 1) / f64::from(length - 1);
            let estimates = (0..80).map(|round| {
                let start = round * 10_007;
                let copied = (start..start + common).chain(start + 5000..start + 5000 + length - common);
                let (a, b) = (of(&text(start..start + length)), of(&text(copied)));
                f64::from(similarity(a.sketch().agreements(&b.sketch())))
            });
            let errors: Vec<f64> = estimates.map(|estimate| estimate - truth).collect();
            let mean = errors.iter().sum::<f64>() / 80.0;
            let deviation = (errors.iter().map(|error| error * error).sum::<f64>() / 80.0).sqrt();
            assert!(mean.abs() < 0.015, "{common} of {length}: biased by {mean}");
            assert!(deviation < 0.06, "{common} of {length}: deviates by {deviation}");
        }
    }

    #[test]
    fn a_short_article_is_all_or_nothing() {
        let whole = text(0..19);
        let edited = format!("{} {}", text(0..18), word(99));
        assert_eq!(of(&whole).sketch().agreements(&of(&format!("{whole} 2017.")).sketch()), 256, "numbers do not count");
        assert!(similarity(of(&whole).sketch().agreements(&of(&edited).sketch())) < 0.3, "one word in nineteen differs");
        assert_eq!(of(&whole).anchors().count(), 1);
        assert_eq!(of("دبي - الخليج").anchors().count(), 0, "a dateline is compared only as written");
    }

    #[test]
    fn an_article_without_words_has_no_text_hash() {
        assert_eq!(of("... «»").text_hash(), None);
        assert_eq!(of("قال، نعم.").text_hash(), of("قال نعم").text_hash());
        assert_ne!(of("قال نعم 4").text_hash(), of("قال نعم 5").text_hash());
        assert_ne!(of("قال أحمد").text_hash(), of("قال احمد").text_hash());
        assert_ne!(of("Breaking news").text_hash(), of("Old news").text_hash());
    }

    /// Pinned: signatures are equal on every machine, and changing them takes a new `VERSION`.
    #[test]
    fn signatures_do_not_drift() {
        let signature = of(&text(0..50));
        let json = serde_json::to_vec(&signature).expect("plain data");
        assert_eq!(serde_json::from_slice::<Signature>(&json).expect("its own form"), signature);
        assert_eq!(&blake3::hash(&json).to_hex()[..16], "5ea1cdc7c25e69fe");
    }

    proptest! {
        #[test]
        fn spelling_is_not_seen(words in
            prop::collection::vec("[بتسمنهيو]{1,3}[اأإآءئؤ]?[بتسمن]{0,2}[ةىاأءئ]{0,2}", 20..60)) {
            let intact = words.join(" ");
            let normalised = intact.replace(['أ', 'إ', 'آ'], "ا").replace('ى', "ي").replace('ة', "ه");
            let stripped: String = intact.chars().filter(|c| !"ةىأإآءئؤ".contains(*c)).collect();
            for copy in [normalised, stripped] {
                let (a, b) = (of(&intact), of(&copy));
                prop_assert_eq!(a.sketch(), b.sketch(), "{}", copy);
                prop_assert!(a.anchors().eq(b.anchors()));
            }
        }
    }
}
