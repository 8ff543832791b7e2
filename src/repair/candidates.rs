//! Candidates: the words that a damaged word can stand for.
//!
//! Whole words of the lexicon come first. Only where it has none is a proclitic taken off (`ولعفا` is `ول` and `إعفاء`, though no list
//! holds `ولإعفاء`): proclitics are plain letters, so the damage leaves them as they are. Invariant: each proposal is explained by
//! the channel, proclitic and word together.

use std::sync::LazyLock;

use super::channel::{Channel, Traces};
use super::lattice::MAX_CANDIDATES;
use super::lexicon::{CandidateIndex, Lexicon, WordId};
use crate::arabic::Word;

/// Proclitics that are tried, longest first.
const PROCLITICS: [&str; 26] = [
    "وبال", "وكال", "فبال", "ولل", "فلل", "وال", "فال", "بال", "كال", "وسي", "لل", "ال", "وب", "ول", "وك", "فب", "فل", "وس",
    "فس", "ست", "سي", "و", "ف", "ب", "ل", "ك",
];
/// Letters that must be left after a proclitic.
const LEAST_LETTERS: usize = 3;

static PROCLITIC_CODES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| PROCLITICS.iter().filter_map(|text| Word::new(text)).map(|word| word.codes().to_vec()).collect());

/// A word that a damaged word may have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The lexicon's word.
    pub word: WordId,
    /// Letters of the damaged word that stand before it as they are.
    pub proclitic: usize,
    /// How the channel made the damaged form of it.
    pub traces: Traces,
}

/// The lexicon with the way back from damaged forms.
#[derive(Debug)]
pub struct Candidates {
    lexicon: Lexicon,
    index: CandidateIndex,
}

impl Candidates {
    /// Compiles the way back.
    #[must_use]
    pub fn new(lexicon: Lexicon) -> Self {
        Self { index: CandidateIndex::new(&lexicon), lexicon }
    }

    /// The lexicon.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The id of a word as it is written, [`super::lexicon::UNKNOWN`] where the lexicon lacks it.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> WordId {
        self.index.id(&self.lexicon, word)
    }

    /// Whether merged letters, restored, make a word of the lexicon of it.
    #[must_use]
    pub fn is_misspelling(&self, word: &[u8]) -> bool {
        let mut found = Vec::new();
        self.index.candidates(&self.lexicon, Channel::Folded, word, &mut found);
        !found.is_empty()
    }

    /// What a damaged word (letter codes) can stand for, most frequent first.
    #[must_use]
    pub fn propose(&self, channel: Channel, damaged: &[u8]) -> Vec<Proposal> {
        let whole = self.after_proclitic(channel, damaged, 0);
        if !whole.is_empty() {
            return whole;
        }
        let fits = |proclitic: &&Vec<u8>| damaged.starts_with(proclitic) && damaged.len() >= proclitic.len() + LEAST_LETTERS;
        let lengths = PROCLITIC_CODES.iter().filter(fits).map(Vec::len);
        let mut proposals: Vec<Proposal> =
            lengths.flat_map(|length| self.after_proclitic(channel, damaged, length)).collect();
        proposals.sort_by_key(|proposal| (proposal.word, proposal.proclitic));
        self.without_repetition(proposals, damaged)
    }

    /// `والسبك` is both `و` with `السبك` and `وال` with `سبك`: the first, with the more frequent word, is kept.
    fn without_repetition(&self, proposals: Vec<Proposal>, damaged: &[u8]) -> Vec<Proposal> {
        let mut seen = Vec::new();
        let mut kept = Vec::new();
        for proposal in proposals.into_iter().take(MAX_CANDIDATES - 1) {
            let letters = self.letters(proposal.word, proposal.proclitic, damaged);
            if !seen.contains(&letters) {
                seen.push(letters);
                kept.push(proposal);
            }
        }
        kept
    }

    fn after_proclitic(&self, channel: Channel, damaged: &[u8], proclitic: usize) -> Vec<Proposal> {
        let mut found = Vec::new();
        self.index.candidates(&self.lexicon, channel, &damaged[proclitic..], &mut found);
        let proposal = |(word, traces)| Proposal { word, proclitic, traces };
        found.into_iter().map(proposal).take(MAX_CANDIDATES - 1).collect()
    }

    /// The letters of a proposal for a damaged word.
    #[must_use]
    pub fn letters(&self, word: WordId, proclitic: usize, damaged: &[u8]) -> Vec<u8> {
        [&damaged[..proclitic], self.lexicon.word(word)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::decode_word;

    fn proposed(words: &[&str], damaged: &str) -> Vec<String> {
        let words: Vec<Word> = words.iter().map(|word| Word::new(word).expect("letters")).collect();
        let candidates = Candidates::new(Lexicon::new(words.iter().map(Word::codes)));
        let damaged = Word::new(damaged).expect("letters");
        let found = candidates.propose(Channel::Stripped, damaged.codes());
        let letters = |p: &Proposal| candidates.letters(p.word, p.proclitic, damaged.codes());
        for proposal in &found {
            assert!(Channel::Stripped.explain(&letters(proposal), damaged.codes()).is_some(), "the law");
        }
        found.iter().map(|proposal| decode_word(&letters(proposal))).collect()
    }

    #[test]
    fn a_word_with_a_proclitic_that_no_list_holds_is_reached() {
        assert_eq!(proposed(&["إعفاء", "نسيجية"], "ولعفا"), ["ولإعفاء"]);
        assert_eq!(proposed(&["إعفاء", "نسيجية"], "والنسيجي"), ["والنسيجية"]);
        assert_eq!(proposed(&["السبك", "سبك"], "والسبك"), ["والسبك"], "two ways to one form are one proposal");
    }

    #[test]
    fn whole_words_come_before_taken_apart_ones() {
        assert_eq!(proposed(&["والي", "إلى"], "والي"), ["والي"]);
        assert_eq!(proposed(&["سكر"], "وسك"), Vec::<String>::new(), "two letters are no word to build on");
    }
}
