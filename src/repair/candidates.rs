//! Candidates: the forms that a damaged word can stand for.
//!
//! Whole words of the lexicon come first. Where there is none, or none that is met often, forms that no list holds are
//! offered beside them: listed words with other affixes (`derivation.rs`), and two words that had run together
//! (`joined.rs`). Invariant: the channel explains each proposal, the whole of it, and a form is proposed once.

use super::channel::{Channel, Traces};
use super::derivation;
use super::habit::UNITS_PER_NAT;
use super::joined;
use super::lattice::MAX_CANDIDATES;
use super::lexicon::{CandidateIndex, Lexicon, UNKNOWN, WordId};

#[expect(clippy::cast_possible_truncation, reason = "256")]
const NAT: i32 = UNITS_PER_NAT as i32;
/// Words of this rank or above are met so often that a form which the lexicon lacks is not what was meant: offering more
/// would cost time, and bring in nothing that is ever right.
const OFTEN_MET: WordId = 50_000;
/// A word this many times rarer than the commonest word for the same damaged form is never meant. (By Zipf's law the ratio of
/// two ranks is that of the frequencies.) This takes a fifth of the candidates away and two right ones in 10,000.
const NEVER_MEANT: WordId = 3_000;
/// A word of this rank or above may always be meant.
const ALWAYS_MEANT: WordId = 20_000;
/// What a form costs that the lexicon lacks where it has a word for the same damaged form: the corpus would hold the form
/// by now if it were as common as its parts.
const BESIDE_WORDS: i32 = 6 * NAT;
/// Forms that the lexicon lacks, beside words that it has.
const MOST_BESIDE_WORDS: usize = 4;

/// How a form is put together of the lexicon's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// It is a word of the lexicon.
    Whole,
    /// A proclitic before a word.
    Proclitic,
    /// A word with another proclitic than the one listed.
    Exchanged,
    /// A word with an ending.
    Suffixed,
    /// An unlisted word with a letter restored as such words are spelt.
    Respelt,
    /// Two words that had run together.
    Joined,
}

impl Derivation {
    /// What it costs to be put together so, in units of [`super::habit::UNITS_PER_NAT`]; chosen on the development sets.
    ///
    /// Two words are paid for by the language model as well, so the cost of [`Self::Joined`] is what a lost space costs
    /// against a word that nobody knows: from 9 to 14 nats, nearly all splits made are right.
    fn cost(self) -> i32 {
        match self {
            Self::Whole => 0,
            Self::Proclitic => NAT,
            Self::Exchanged | Self::Respelt => 3 * NAT,
            Self::Suffixed => 3 * NAT / 2,
            Self::Joined => 10 * NAT,
        }
    }
}

/// A form that a damaged word may have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The lexicon's word in it, the first of two that had run together; [`UNKNOWN`] for [`Derivation::Respelt`].
    pub word: WordId,
    /// The second of two words that had run together, or [`UNKNOWN`].
    pub second: WordId,
    /// How it is put together.
    pub derivation: Derivation,
    /// How the channel made the damaged form of it.
    pub traces: Traces,
    /// What it costs without its context, in units of [`super::habit::UNITS_PER_NAT`].
    pub cost: i32,
    /// The letters, where they are not those of `word` alone.
    letters: Option<Box<[u8]>>,
}

impl Proposal {
    /// A word of the lexicon.
    fn whole(word: WordId, traces: Traces) -> Self {
        Self { word, second: UNKNOWN, derivation: Derivation::Whole, traces, cost: 0, letters: None }
    }
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

    /// The id of a word as it is written, [`UNKNOWN`] where the lexicon lacks it.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> WordId {
        self.index.id(&self.lexicon, word)
    }

    /// Whether merged letters, restored, make a word of the lexicon of it.
    #[must_use]
    pub fn is_misspelling(&self, word: &[u8]) -> bool {
        !self.words_for(Channel::Folded, word).is_empty()
    }

    /// The letters of a proposal; [`crate::arabic::code::SPACE`] parts two words that had run together.
    #[must_use]
    pub fn letters<'p>(&'p self, proposal: &'p Proposal) -> &'p [u8] {
        proposal.letters.as_deref().unwrap_or_else(|| self.lexicon.word(proposal.word))
    }

    /// The words of the lexicon that a damaged word (letter codes) can stand for, most frequent first.
    pub(super) fn words_for(&self, channel: Channel, damaged: &[u8]) -> Vec<(WordId, Traces)> {
        let mut found = Vec::new();
        self.index.candidates(&self.lexicon, channel, damaged, &mut found);
        found
    }

    /// What a damaged word (letter codes) can stand for: words of the lexicon, most frequent first, then other forms.
    #[must_use]
    pub fn propose(&self, channel: Channel, damaged: &[u8]) -> Vec<Proposal> {
        let words = self.words_for(channel, damaged);
        let commonest = words.first().map(|(word, _)| *word);
        let rarest = commonest.map_or(0, |word| word.saturating_mul(NEVER_MEANT).max(ALWAYS_MEANT));
        let words = words.into_iter().filter(|(word, _)| *word <= rarest);
        let mut proposals: Vec<Proposal> =
            words.map(|(word, traces)| Proposal::whole(word, traces)).take(MAX_CANDIDATES - 1).collect();
        if commonest.is_none_or(|word| word > OFTEN_MET) {
            self.propose_unlisted(channel, damaged, &mut proposals);
        }
        proposals
    }

    /// Adds forms that the lexicon lacks, the likeliest ones.
    fn propose_unlisted(&self, channel: Channel, damaged: &[u8], proposals: &mut Vec<Proposal>) {
        let beside = !proposals.is_empty();
        let most = if beside { proposals.len() + MOST_BESIDE_WORDS } else { MAX_CANDIDATES }.min(MAX_CANDIDATES - 1);
        let joined = if beside { Vec::new() } else { joined::pairs_of(self, channel, damaged) };
        let derived = derivation::forms_of(self, channel, damaged, beside);
        for form in joined.into_iter().chain(derived).chain(derivation::respelt(channel, damaged)) {
            if proposals.len() == most {
                break;
            }
            let known = |proposal: &Proposal| *self.letters(proposal) == *form.letters;
            if self.id(&form.letters) != UNKNOWN || proposals.iter().any(known) {
                continue;
            }
            let Some(traces) = channel.explain(&form.letters, damaged) else { continue };
            let UnlistedForm { letters, word, second, derivation } = form;
            let cost = derivation.cost() + if beside { BESIDE_WORDS } else { 0 };
            proposals.push(Proposal { word, second, derivation, traces, cost, letters: Some(letters.into_boxed_slice()) });
        }
    }
}

/// A form that the lexicon may lack, before the channel has been asked.
#[derive(Debug)]
pub(super) struct UnlistedForm {
    pub letters: Vec<u8>,
    pub word: WordId,
    pub second: WordId,
    pub derivation: Derivation,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    /// What is proposed in place of a damaged word, where the lexicon holds `words`; and the law.
    fn proposed_by(channel: Channel, words: &[&str], damaged: &str) -> Vec<(String, Derivation)> {
        let words: Vec<Word> = words.iter().map(|word| Word::new(word).expect("letters")).collect();
        let candidates = Candidates::new(Lexicon::new(words.iter().map(Word::codes)));
        let damaged = Word::new(damaged).expect("letters");
        let found = candidates.propose(channel, damaged.codes());
        for proposal in &found {
            let explained = channel.explain(candidates.letters(proposal), damaged.codes());
            assert_eq!(explained, Some(proposal.traces), "the law");
        }
        found.iter().map(|proposal| (decode_word(candidates.letters(proposal)), proposal.derivation)).collect()
    }

    fn proposed(words: &[&str], damaged: &str) -> Vec<String> {
        let found = proposed_by(Channel::Stripped, words, damaged).into_iter();
        found.filter(|(_, derivation)| *derivation != Derivation::Respelt).map(|(form, _)| form).collect()
    }

    #[test]
    fn a_word_with_a_proclitic_that_no_list_holds_is_reached() {
        assert_eq!(proposed(&["إعفاء", "نسيجية"], "ولعفا"), ["ولإعفاء"]);
        assert_eq!(proposed(&["إعفاء", "نسيجية"], "والنسيجي"), ["والنسيجية"]);
        assert_eq!(proposed(&["السبك", "سبك"], "والسبك"), ["والسبك"], "two ways to one form are one proposal");
    }

    #[test]
    fn a_proclitic_takes_the_place_of_another() {
        assert_eq!(proposed(&["الاستيرادية"], "استيرادي"), ["استيرادية"]);
        assert_eq!(proposed(&["الاستيرادية"], "للاستيرادي"), ["للاستيرادية"]);
        assert_eq!(proposed(&["والنسيجية"], "بالنسيجي"), ["بالنسيجية"]);
    }

    #[test]
    fn an_ending_changes_the_letter_before_it() {
        assert_eq!(proposed(&["أضلع"], "اضلعها"), ["أضلعها"]);
        assert_eq!(proposed(&["علاوة"], "وبعلاوتهم"), ["وبعلاوتهم"]);
        assert_eq!(proposed(&["أجواء"], "اجواك"), ["أجوائك", "أجواءك", "أجواؤك"]);
        assert_eq!(proposed(&["جريء"], "جريين"), ["جريئين"]);
        assert_eq!(proposed(&["مستشفى"], "مستشفاهم"), ["مستشفاهم"]);
        assert_eq!(proposed(&["أتعامل"], "سيتعاملون"), Vec::<String>::new(), "no verb takes two first letters");
    }

    #[test]
    fn whole_words_come_before_taken_apart_ones() {
        assert_eq!(proposed(&["والي", "إلى"], "والي"), ["والي"]);
        assert_eq!(proposed(&["سكر"], "وسك"), Vec::<String>::new(), "two letters are no word to build on");
    }

    #[test]
    fn words_that_ran_together_come_apart_unless_they_are_listed_so() {
        assert_eq!(proposed(&["ما", "قورن"], "ماقورن"), ["ما قورن"]);
        assert_eq!(proposed(&["منطقة", "في"], "منطقفي"), ["منطقة في"], "both halves have lost letters or may have");
        assert_eq!(proposed(&["عبد", "الله", "عبدالله"], "عبدالله"), ["عبدالله"]);
        let folded = proposed_by(Channel::Folded, &["منطقة", "في"], "منطقهفي");
        assert!(folded.contains(&("منطقة في".to_owned(), Derivation::Joined)), "{folded:?}");
    }

    #[test]
    fn a_word_that_nothing_explains_is_only_respelt() {
        let found = proposed_by(Channel::Stripped, &["رئيس"], "ابسوس");
        let forms: Vec<&str> = found.iter().map(|(form, _)| form.as_str()).collect();
        assert_eq!(forms, ["أبسوس", "إبسوس", "ابسوسة"]);
        assert!(found.iter().all(|(_, derivation)| *derivation == Derivation::Respelt));
    }

    #[test]
    fn words_far_too_rare_to_be_meant_are_left_out() {
        let fillers: Vec<String> = (0..ALWAYS_MEANT).map(|number| format!("ب{}", letters_of(number))).collect();
        let words: Vec<&str> = ["دول"].into_iter().chain(fillers.iter().map(String::as_str)).chain(["دولة"]).collect();
        assert_eq!(proposed(&words, "دول"), ["دول"]);
        assert_eq!(proposed(&["دول", "دولة"], "دول"), ["دول", "دولة"]);
    }

    /// A number in letters, no two alike.
    fn letters_of(number: u32) -> String {
        number
            .to_string()
            .bytes()
            .map(|digit| ['ت', 'ث', 'ج', 'ح', 'خ', 'ر', 'ز', 'س', 'ش', 'ص'][usize::from(digit - b'0')])
            .collect()
    }
}
