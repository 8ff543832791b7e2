//! The lexicon: every whole word form that the model knows, and the way from a damaged form back to it.
//!
//! Invariant: word ids are ranks by frequency, 0 is [`UNKNOWN`] and no word. [`Lexicon`] is what is stored; [`CandidateIndex`] is
//! compiled from it at load. The index keeps only word ids, in buckets by the hash of each damaged form, and every lookup is
//! checked with [`Channel::explain`], so a hash collision can cost time but never a wrong candidate.

use rayon::prelude::*;

use super::channel::{Channel, Traces};
use crate::arabic::fold_word;
use crate::model::{ModelError, SectionReader, SectionWriter};

/// A word's rank by frequency in the lexicon.
pub type WordId = u32;

/// The id of every word that the lexicon does not hold.
pub const UNKNOWN: WordId = 0;

/// Word forms by id, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon {
    letters: Vec<u8>,
    ends: Vec<u32>,
}

impl Lexicon {
    /// A lexicon of words (letter codes) in order of frequency; the first gets id 1.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut lexicon = Self { letters: Vec::new(), ends: vec![0] };
        for word in words {
            lexicon.letters.extend_from_slice(word);
            lexicon.ends.push(u32::try_from(lexicon.letters.len()).expect("a lexicon is below 4 GiB"));
        }
        lexicon
    }

    /// How many ids there are, [`UNKNOWN`] counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// The letter codes of a word; none for [`UNKNOWN`].
    #[must_use]
    pub fn word(&self, id: WordId) -> &[u8] {
        let index = id as usize;
        if index == 0 {
            return &[];
        }
        &self.letters[self.ends[index - 1] as usize..self.ends[index] as usize]
    }

    /// The letter codes of every word, by id.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|id| self.word(WordId::try_from(id).expect("ids are 32-bit")))
    }

    /// Writes the lexicon as a model section: count, then each word's length and letter codes.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(u32::try_from(self.len()).expect("ids are 32-bit"));
        for id in 1..self.len() {
            let word = self.word(u32::try_from(id).expect("ids are 32-bit"));
            section.u8(u8::try_from(word.len()).expect("words are short"));
            section.bytes(word);
        }
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// Where the section is too short.
    pub fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let count = section.u32()? as usize;
        let mut lexicon = Self { letters: Vec::with_capacity(section.remaining()), ends: Vec::with_capacity(count) };
        lexicon.ends.push(0);
        for _ in 1..count {
            let length = usize::from(section.u8()?);
            lexicon.letters.extend_from_slice(section.bytes(length)?);
            lexicon.ends.push(u32::try_from(lexicon.letters.len()).map_err(|_| section.corrupt("lexicon beyond 4 GiB"))?);
        }
        Ok(lexicon)
    }
}

/// Word ids by damaged form, for every channel.
#[derive(Debug)]
pub struct CandidateIndex {
    stripped: Buckets,
    folded: Buckets,
    intact: Buckets,
}

impl CandidateIndex {
    /// Compiles the index of a lexicon.
    #[must_use]
    pub fn new(lexicon: &Lexicon) -> Self {
        let (stripped, (folded, intact)) = rayon::join(
            || Buckets::new(lexicon, |word, forms| Channel::Stripped.damaged_forms(word, forms)),
            || {
                rayon::join(
                    || Buckets::new(lexicon, |word, forms| single(fold_word(word), forms)),
                    || Buckets::new(lexicon, |word, forms| single(word.to_vec(), forms)),
                )
            },
        );
        Self { stripped, folded, intact }
    }

    /// Appends every word that `damaged` (letter codes) can stand for, most frequent first.
    pub fn candidates(&self, lexicon: &Lexicon, channel: Channel, damaged: &[u8], found: &mut Vec<(WordId, Traces)>) {
        let bucket = match channel {
            Channel::Stripped => self.stripped.bucket(damaged),
            Channel::Folded => self.folded.bucket(&fold_word(damaged)),
        };
        let explained = |id: &WordId| channel.explain(lexicon.word(*id), damaged).map(|traces| (*id, traces));
        found.extend(bucket.iter().filter_map(explained));
    }

    /// The id of a word as it is written, [`UNKNOWN`] where the lexicon lacks it.
    #[must_use]
    pub fn id(&self, lexicon: &Lexicon, word: &[u8]) -> WordId {
        self.intact.bucket(word).iter().copied().find(|id| lexicon.word(*id) == word).unwrap_or(UNKNOWN)
    }
}

fn single(form: Vec<u8>, forms: &mut Vec<Vec<u8>>) {
    forms.clear();
    forms.push(form);
}

/// Word ids in buckets by hash; ids rise within a bucket.
#[derive(Debug)]
struct Buckets {
    starts: Vec<u32>,
    ids: Vec<WordId>,
    mask: u64,
}

impl Buckets {
    fn new(lexicon: &Lexicon, forms_of: impl Fn(&[u8], &mut Vec<Vec<u8>>) + Sync) -> Self {
        let count = lexicon.len().next_power_of_two() * 2;
        let mask = count as u64 - 1;
        let hashed = |id: usize| {
            let id = u32::try_from(id).expect("ids are 32-bit");
            let mut forms = Vec::new();
            forms_of(lexicon.word(id), &mut forms);
            forms.into_iter().map(move |form| (hash(&form) & mask, id))
        };
        let mut pairs: Vec<(u64, WordId)> = (1..lexicon.len()).into_par_iter().flat_map_iter(hashed).collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; count + 1];
        for (bucket, _) in &pairs {
            starts[usize::try_from(*bucket).expect("a bucket index") + 1] += 1;
        }
        for bucket in 0..count {
            starts[bucket + 1] += starts[bucket];
        }
        Self { starts, ids: pairs.into_iter().map(|(_, id)| id).collect(), mask }
    }

    fn bucket(&self, form: &[u8]) -> &[WordId] {
        let bucket = usize::try_from(hash(form) & self.mask).expect("a bucket index");
        &self.ids[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// FNV-1a with a final mix: words are short, and the low bits choose the bucket.
fn hash(form: &[u8]) -> u64 {
    let fnv = form.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    fnv ^ (fnv >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    fn lexicon(words: &[&str]) -> Lexicon {
        let words: Vec<Word> = words.iter().map(|w| Word::new(w).expect("Arabic letters")).collect();
        Lexicon::new(words.iter().map(Word::codes))
    }

    fn found(words: &[&str], channel: Channel, damaged: &str) -> Vec<String> {
        let lexicon = lexicon(words);
        let mut candidates = Vec::new();
        let damaged = Word::new(damaged).expect("Arabic letters");
        CandidateIndex::new(&lexicon).candidates(&lexicon, channel, damaged.codes(), &mut candidates);
        candidates.iter().map(|(id, _)| decode_word(lexicon.word(*id))).collect()
    }

    #[test]
    fn candidates_invert_the_damage() {
        let words = ["إلى", "الدول", "الدولة", "آل", "على", "علي", "عل"];
        assert_eq!(found(&words, Channel::Stripped, "الدول"), ["الدول", "الدولة"]);
        assert_eq!(found(&words, Channel::Stripped, "ال"), ["إلى", "آل"]);
        assert_eq!(found(&words, Channel::Stripped, "عل"), ["على", "علي", "عل"]);
        assert_eq!(found(&words, Channel::Folded, "علي"), ["على", "علي"]);
    }

    #[test]
    fn a_stored_lexicon_reads_back() {
        let lexicon = lexicon(&["على", "إلى"]);
        let mut section = SectionWriter::default();
        lexicon.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(Lexicon::read(&mut SectionReader::new("lexicon", &bytes)).expect("readable"), lexicon);
    }
}
