//! Candidates: the forms that a damaged word can stand for.
//!
//! Whole words of the lexicon come first. Where there is none, or none that is met often, forms that no list holds are
//! offered beside them: listed words with other affixes (`derivation`), and two words that had run together (`joined`). The user's
//! own words (`own`) are offered always. Invariant: the channel explains each proposal, the whole of it, and a form is proposed
//! once.

use super::channel::{Channel, Traces};
use super::derivation;
use super::habit::UNITS_PER_NAT;
use super::joined;
use super::lattice::MAX_CANDIDATES;
use super::lexicon::{CandidateIndex, Lexicon, UNKNOWN, WordId};
use super::own::OwnWords;
use super::word_list::WordList;

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
const BESIDE_WORDS: i32 = 9 * NAT / 5;
/// Forms that the lexicon lacks, beside words that it has.
const MOST_BESIDE_WORDS: usize = 4;
/// The rank that the user's own words are given where they are rarer, in bits: that of a word met now and then, so that they
/// win over rare words and over nothing, but not over a common word that fits its neighbours.
const OWN_RANK_BITS: u32 = 13;
/// By how much the language model's weighted cost grows when a word is half as frequent.
const COST_PER_BIT: i32 = NAT * 7 / 8;
/// By how much a word that the language model has no id for, and whose letters the encoder has not met, costs more than one of the rank
/// above, weighted.
const OWN_UNKNOWN: i32 = 25 * NAT / 4;

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
    /// A word of the user's own.
    Own,
}

impl Derivation {
    /// What it costs to be put together so, in units of [`super::habit::UNITS_PER_NAT`]; chosen on the development sets.
    ///
    /// They are low, because the encoder is told how a candidate is put together and has learnt what that says. Two words that had
    /// run together are paid for by the language model, which counts both.
    fn cost(self) -> i32 {
        match self {
            Self::Whole | Self::Own | Self::Joined => 0,
            Self::Proclitic => NAT / 3,
            Self::Suffixed => NAT / 2,
            Self::Exchanged | Self::Respelt => NAT,
        }
    }
}

/// A form that a damaged word may have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The lexicon's word in it, the first of two that had run together; [`UNKNOWN`] for [`Derivation::Respelt`]
    /// and for what the lexicon lacks of the user's own words.
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

    /// How well the form is known: how it is put together, and the magnitude of its word's rank.
    #[must_use]
    pub fn standing(&self) -> [u8; 2] {
        if self.derivation == Derivation::Own {
            // No training has seen such words; they stand like the words whose rank they are given.
            return [Derivation::Whole as u8, u8::try_from(magnitude(self.word).min(OWN_RANK_BITS)).unwrap_or(u8::MAX)];
        }
        [self.derivation as u8, u8::try_from(magnitude(self.word)).unwrap_or(u8::MAX)]
    }
}

/// How many bits a rank has: by Zipf's law, each halves a word's frequency.
fn magnitude(word: WordId) -> u32 {
    WordId::BITS - word.leading_zeros()
}

/// What lifts a word of the user's own to the rank that it is given.
fn own_cost(word: WordId) -> i32 {
    let bits = i32::try_from(magnitude(word).saturating_sub(OWN_RANK_BITS)).unwrap_or_default();
    if word == UNKNOWN { -OWN_UNKNOWN } else { -COST_PER_BIT * bits }
}

/// The lexicon with the way back from damaged forms, and the user's own words with theirs.
#[derive(Debug)]
pub struct Candidates {
    lexicon: Lexicon,
    index: CandidateIndex,
    own: OwnWords,
}

impl Candidates {
    /// Compiles the way back, to the lexicon's words and to the user's own.
    #[must_use]
    pub fn new(lexicon: Lexicon, own: &WordList) -> Self {
        Self { index: CandidateIndex::new(&lexicon), lexicon, own: OwnWords::new(own) }
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

    /// Whether the word, as it stands, is one of the user's own, behind a proclitic or not.
    #[must_use]
    pub fn is_own(&self, word: &[u8]) -> bool {
        self.own.forms_of(Channel::Folded, word).iter().any(|form| *form.letters == *word)
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
    #[must_use]
    pub fn words_for(&self, channel: Channel, damaged: &[u8]) -> Vec<(WordId, Traces)> {
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
        self.propose_own(channel, damaged, &mut proposals);
        if commonest.is_none_or(|word| word > OFTEN_MET) {
            self.propose_unlisted(channel, damaged, &mut proposals);
        }
        proposals
    }

    /// Adds the user's own words, in the place of the rarest others where there is no room.
    fn propose_own(&self, channel: Channel, damaged: &[u8], proposals: &mut Vec<Proposal>) {
        let mut own: Vec<Proposal> = Vec::new();
        for form in self.own.forms_of(channel, damaged) {
            let Some(traces) = channel.explain(&form.letters, damaged) else { continue };
            if own.len() == MAX_CANDIDATES - 1 || own.iter().any(|known| *self.letters(known) == *form.letters) {
                continue;
            }
            let word = self.id(&form.letters);
            let proclitic = if form.has_proclitic && word == UNKNOWN { Derivation::Proclitic.cost() } else { 0 };
            let letters = Some(form.letters.into_boxed_slice());
            let cost = own_cost(word) + proclitic;
            own.push(Proposal { word, second: UNKNOWN, derivation: Derivation::Own, traces, cost, letters });
        }
        let listed = |proposal: &Proposal| own.iter().any(|own| *self.letters(own) == *self.letters(proposal));
        proposals.retain(|proposal| !listed(proposal));
        proposals.truncate(MAX_CANDIDATES - 1 - own.len());
        proposals.extend(own);
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
        let candidates = Candidates::new(Lexicon::new(words.iter().map(Word::codes)), &WordList::default());
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
        assert_eq!(proposed(&["يلتزمون", "فإن"], "سيلتزمون"), ["سيلتزمون"]);
        assert_eq!(proposed(&["يلتزمون", "فإن"], "سفان"), Vec::<String>::new(), "no verb's present");
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

    /// What is proposed in place of a damaged word where the user has words of his own.
    fn proposed_with_own(words: &[&str], own: &[&str], damaged: &str) -> Vec<(String, Derivation, i32)> {
        let word = |text: &&str| Word::new(text).expect("letters");
        let words: Vec<Word> = words.iter().map(word).collect();
        let candidates = Candidates::new(Lexicon::new(words.iter().map(Word::codes)), &WordList::new(own.iter().map(word)));
        let found = candidates.propose(Channel::Stripped, word(&damaged).codes()).into_iter();
        found.map(|p| (decode_word(candidates.letters(&p)), p.derivation, p.cost)).collect()
    }

    #[test]
    fn the_users_own_words_are_always_proposed() {
        let found = proposed_with_own(&["في", "دول"], &["دولة"], "دول");
        assert_eq!(found, [("دول".to_owned(), Derivation::Whole, 0), ("دولة".to_owned(), Derivation::Own, -OWN_UNKNOWN)]);
        let found = proposed_with_own(&["في"], &["أبسوس"], "وابسوس");
        assert_eq!(found[0], ("وأبسوس".to_owned(), Derivation::Own, Derivation::Proclitic.cost() - OWN_UNKNOWN));
        assert!(found[1..].iter().all(|(.., cost)| *cost >= BESIDE_WORDS), "guesses stand behind it: {found:?}");
        let own = WordList::new(Word::new("أبسوس"));
        let candidates = Candidates::new(Lexicon::new([]), &own);
        let is_own = |text: &str| candidates.is_own(Word::new(text).expect("letters").codes());
        assert!(is_own("أبسوس") && is_own("وبأبسوس"));
        assert!(!is_own("ابسوس"), "not as it stands");
    }

    #[test]
    fn a_common_word_gains_nothing_by_being_listed() {
        let found = proposed_with_own(&["دول", "دولة"], &["دولة"], "دول");
        assert_eq!(found, [("دول".to_owned(), Derivation::Whole, 0), ("دولة".to_owned(), Derivation::Own, 0)]);
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
