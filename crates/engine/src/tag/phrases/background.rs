//! Statistics about the words of phrases, learnt in training.
//!
//! For each stem: its inverse document frequency, and how often it is a verb and has the article. For each word of the lexicon: which
//! of its letters are clitics. [`StoredBackground`] is the stored form; [`Background`] is compiled from it. Invariant: shares are
//! whole numbers of steps, so that scores are equal on every machine.

use rustc_hash::FxHashMap;

use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};
use crate::repair::frequencies::WordFrequencies;

/// Steps in a share of 1.
pub const SHARE_STEPS: f64 = 200.0;
/// Steps in a nat of inverse document frequency.
pub const IDF_STEPS: f64 = 20.0;
/// The largest inverse document frequency, and that of unseen stems, in nats: misspelt words must not outrank everything else.
const IDF_CAP: f64 = 6.0;
/// The verb share of unseen stems: most unknown words are names and nouns.
const UNSEEN_VERB: f64 = 0.1;

/// The statistics of a stem, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StemSteps {
    /// Inverse document frequency, in [`IDF_STEPS`] a nat.
    pub idf: u8,
    /// Share of verbs among the occurrences that reveal whether it is a verb or a noun, in [`SHARE_STEPS`].
    pub verb: u8,
    /// Share of its occurrences with the article, in [`SHARE_STEPS`].
    pub article: u8,
}

/// Which letters of a word of the lexicon are clitics or endings: a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordNotes(pub u8);

impl WordNotes {
    /// Its first letter, `و` or `ف`, is part of the word.
    pub const WHOLE: u8 = 1;
    /// Its first letter, `ب`, `ل` or `ك`, is a preposition.
    pub const SPLIT: u8 = 2;
    /// Its last letter, `ا`, is the accusative ending.
    pub const ACCUSATIVE: u8 = 4;
    /// It ends in a pronoun.
    pub const POSSESSED: u8 = 8;
    /// Before the pronoun, `ت` stands for `ة`.
    pub const POSSESSED_FEMININE: u8 = 16;

    /// Whether a flag is set.
    #[must_use]
    pub fn has(self, note: u8) -> bool {
        self.0 & note != 0
    }
}

/// The background as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredBackground {
    /// Stems (folded letter codes), sorted.
    pub stems: Vec<(Vec<u8>, StemSteps)>,
    /// Notes on each word of the lexicon, by word id.
    pub words: Vec<WordNotes>,
}

impl StoredBackground {
    /// Reads the section of a model file.
    ///
    /// # Errors
    /// If the section is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("phrases")?)
    }

    /// Writes the length, letters and steps of each stem, then a byte for each word.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(u32::try_from(self.stems.len()).expect("fewer than 2^32 stems"));
        for (letters, steps) in &self.stems {
            section.u8(u8::try_from(letters.len()).expect("stems are short"));
            section.bytes(letters);
            section.bytes(&[steps.idf, steps.verb, steps.article]);
        }
        section.u32(u32::try_from(self.words.len()).expect("ids are 32-bit"));
        self.words.iter().for_each(|notes| section.u8(notes.0));
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let count = section.u32()?;
        let mut stem = || -> Result<(Vec<u8>, StemSteps), ModelError> {
            let length = usize::from(section.u8()?);
            let letters = section.bytes(length)?.to_vec();
            Ok((letters, StemSteps { idf: section.u8()?, verb: section.u8()?, article: section.u8()? }))
        };
        let stems = (0..count).map(|_| stem()).collect::<Result<_, _>>()?;
        let count = section.u32()? as usize;
        Ok(Self { stems, words: section.bytes(count)?.iter().map(|notes| WordNotes(*notes)).collect() })
    }
}

/// The statistics of a stem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StemStatistics {
    /// Inverse document frequency, in nats, capped.
    pub(super) idf: f64,
    pub(super) verb: f64,
    pub(super) article: f64,
    /// Whether training saw it.
    pub(super) is_known: bool,
}

/// The background, compiled for look-up. The default knows no stem and no word.
#[derive(Debug, Default)]
pub struct Background {
    stems: FxHashMap<Vec<u8>, StemSteps>,
    words: Vec<WordNotes>,
    frequencies: WordFrequencies,
}

impl Background {
    /// Compiles a stored background. `frequencies` must be those of the same model, whose word ids index the notes.
    #[must_use]
    pub fn new(stored: StoredBackground, frequencies: WordFrequencies) -> Self {
        Self { stems: stored.stems.into_iter().collect(), words: stored.words, frequencies }
    }

    pub(super) fn stem(&self, stem: &[u8]) -> StemStatistics {
        match self.stems.get(stem) {
            Some(steps) => StemStatistics {
                idf: (f64::from(steps.idf) / IDF_STEPS).min(IDF_CAP),
                verb: f64::from(steps.verb) / SHARE_STEPS,
                article: f64::from(steps.article) / SHARE_STEPS,
                is_known: true,
            },
            // A share of 0 counts as a name; `is_known` tells it from a stem that training saw only without the article.
            None => StemStatistics { idf: IDF_CAP, verb: UNSEEN_VERB, article: 0.0, is_known: false },
        }
    }

    /// The notes on a word (letter codes as written).
    pub(super) fn notes(&self, word: &[u8]) -> WordNotes {
        let id = self.frequencies.id(word).and_then(|id| usize::try_from(id).ok());
        id.and_then(|id| self.words.get(id)).copied().unwrap_or_default()
    }

    /// How much likelier a word is after another than by itself, in cost units; 0 if training never saw them together.
    pub(super) fn association(&self, first: &[u8], second: &[u8]) -> i32 {
        self.frequencies.association(first, second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_background_reads_back() {
        let stems = vec![
            (vec![7, 8], StemSteps { idf: 90, verb: 3, article: 120 }),
            (vec![9], StemSteps { idf: 1, verb: 2, article: 3 }),
        ];
        let stored = StoredBackground { stems, words: vec![WordNotes(0), WordNotes(WordNotes::SPLIT)] };
        let mut section = SectionWriter::default();
        stored.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(StoredBackground::read(&mut SectionReader::new("phrases", &bytes)).expect("readable"), stored);
        let background = Background::new(stored, WordFrequencies::default());
        assert!((background.stem(&[7, 8]).article - 0.6).abs() < 1e-9);
        assert!(!background.stem(&[1]).is_known);
    }
}
