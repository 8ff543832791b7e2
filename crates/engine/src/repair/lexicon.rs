//! The lexicon as stored: every whole word form that the model knows.
//!
//! Invariant: word ids are ranks by frequency, so by Zipf's law the ratio of two ids approximates the inverse ratio of the
//! words' frequencies; id 0 is [`UNKNOWN`] and no word. Look-ups go through the index that is compiled from it
//! ([`super::indexed_lexicon`]).

use crate::model::{ModelError, SectionReader, SectionWriter};

/// A word's rank by frequency in the lexicon.
pub type WordId = u32;

/// The id of every word that the lexicon lacks.
pub const UNKNOWN: WordId = 0;

/// Word forms by id, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon {
    letters: Vec<u8>,
    ends: Vec<u32>,
}

impl Lexicon {
    /// A lexicon of words (letter codes), most frequent first; the first gets id 1.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut lexicon = Self { letters: Vec::new(), ends: vec![0] };
        for word in words {
            lexicon.letters.extend_from_slice(word);
            lexicon.ends.push(u32::try_from(lexicon.letters.len()).expect("a lexicon is below 4 GiB"));
        }
        lexicon
    }

    /// The number of ids, including [`UNKNOWN`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// The letter codes of a word; none for [`UNKNOWN`].
    #[must_use]
    pub fn word(&self, id: WordId) -> &[u8] {
        let index = id as usize;
        // No end stands before that of id 0, so the subtraction below would overflow.
        if index == 0 {
            return &[];
        }
        &self.letters[self.ends[index - 1] as usize..self.ends[index] as usize]
    }

    /// The letter codes of every word, by id.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|id| self.word(WordId::try_from(id).expect("ids are 32-bit")))
    }

    /// Writes the lexicon as a model section: the number of ids (u32), then each word's length (u8) and letter codes.
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
    /// If the section is too short.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::Word;

    #[test]
    fn a_stored_lexicon_reads_back() {
        let words = ["على", "إلى"].map(|word| Word::new(word).expect("Arabic letters"));
        let lexicon = Lexicon::new(words.iter().map(Word::codes));
        let mut section = SectionWriter::default();
        lexicon.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(Lexicon::read(&mut SectionReader::new("lexicon", &bytes)).expect("readable"), lexicon);
    }
}
