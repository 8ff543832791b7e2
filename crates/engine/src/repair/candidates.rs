//! Candidates: the forms that a damaged word can stand for.
//!
//! Whole words of the lexicon come first. If there is none, or none that is common, forms that no list holds are offered
//! beside them: listed words with other affixes (`derivation.rs`), and two words that had run together
//! (`joined.rs`). Words of the user's custom lexicon are always offered. Invariant: the channel explains each proposal
//! as a whole, and no form is proposed twice.

use std::sync::Arc;

use super::channel::{Channel, ChannelEvents};
use super::costs::NAT;
use super::custom_lexicon::CustomLexicon;
use super::indexed_lexicon::IndexedLexicon;
use super::lattice::MAX_CANDIDATES;
use super::lexicon::{Lexicon, UNKNOWN, WordId};
use super::proposal::{CUSTOM_RANK_BITS, Derivation, Proposal, UnlistedForm, magnitude};
use super::word_list::WordList;
use super::{derivation, first_person, joined};

/// Words of this rank or above are so common that a form which the lexicon lacks is not what was meant: offering more
/// would cost time, and never brought in a right form on the development sets.
const OFTEN_MET: WordId = 50_000;
/// A word this many times rarer than the commonest word for the same damaged form is never meant. (By Zipf's law the ratio of
/// two ranks is that of the frequencies.) This removes a fifth of the candidates, and two right ones in 10,000.
const NEVER_MEANT: WordId = 3_000;
/// A word of this rank or above may always be meant.
const ALWAYS_MEANT: WordId = 20_000;
/// Cost of a form that the lexicon lacks, if it has a word for the same damaged form: by now the corpus would hold the form
/// if it were as common as its parts.
const BESIDE_WORDS: i32 = 9 * NAT / 5;
/// Forms that the lexicon lacks, offered beside words that it has.
const MOST_BESIDE_WORDS: usize = 4;
/// Verbs in the first person that the lexicon lacks, offered beside all others.
const MOST_FIRST_PERSON: usize = 2;
/// By how much the language model's weighted cost grows when a word is half as frequent.
const COST_PER_BIT: i32 = NAT * 7 / 8;
/// By how much more a word costs, weighted, that neither the language model nor the encoder has met than one of rank
/// [`CUSTOM_RANK_BITS`].
const CUSTOM_UNKNOWN: i32 = 25 * NAT / 4;

/// The cost (never positive) that lifts a word of the custom lexicon to the rank that it is given.
fn custom_cost(word: WordId) -> i32 {
    let bits = i32::try_from(magnitude(word).saturating_sub(CUSTOM_RANK_BITS)).unwrap_or_default();
    // The id of an unknown word is 0, which as a rank would pass for the commonest of all.
    if word == UNKNOWN { -CUSTOM_UNKNOWN } else { -COST_PER_BIT * bits }
}

/// The lexicon and the user's custom lexicon, both searchable by damaged form.
#[derive(Debug)]
pub struct Candidates {
    lexicon: Arc<IndexedLexicon>,
    custom: CustomLexicon,
}

impl Candidates {
    /// Indexes both lexicons.
    #[must_use]
    pub fn new(lexicon: Lexicon, custom: &WordList) -> Self {
        Self { lexicon: Arc::new(IndexedLexicon::new(lexicon)), custom: CustomLexicon::new(custom) }
    }

    /// The lexicon with its index.
    #[must_use]
    pub fn indexed_lexicon(&self) -> &Arc<IndexedLexicon> {
        &self.lexicon
    }

    /// The lexicon.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        self.lexicon.lexicon()
    }

    /// The id of a word as it is written, [`UNKNOWN`] if the lexicon lacks it.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> WordId {
        self.lexicon.id(word)
    }

    /// Whether the word, as it stands, is in the custom lexicon, with or without a proclitic.
    #[must_use]
    pub fn is_custom(&self, word: &[u8]) -> bool {
        self.custom.forms_of(Channel::Folded, word).iter().any(|form| *form.letters == *word)
    }

    /// Whether restoring folded letters turns the word into one of the lexicon.
    #[must_use]
    pub fn is_misspelling(&self, word: &[u8]) -> bool {
        !self.words_for(Channel::Folded, word).is_empty()
    }

    /// The letters of a proposal; [`crate::arabic::code::SPACE`] separates two words that had run together.
    #[must_use]
    pub fn letters<'p>(&'p self, proposal: &'p Proposal) -> &'p [u8] {
        proposal.letters.as_deref().unwrap_or_else(|| self.lexicon().word(proposal.word))
    }

    /// The words of the lexicon that a damaged word (letter codes) can stand for, most frequent first.
    #[must_use]
    pub fn words_for(&self, channel: Channel, damaged: &[u8]) -> Vec<(WordId, ChannelEvents)> {
        self.lexicon.words_for(channel, damaged)
    }

    /// The forms that a damaged word (letter codes) can stand for: words of the lexicon, most frequent first, then others.
    #[must_use]
    pub fn propose(&self, channel: Channel, damaged: &[u8]) -> Vec<Proposal> {
        let words = self.words_for(channel, damaged);
        let commonest = words.first().map(|(word, _)| *word);
        // Ids are ranks, so the larger the id, the rarer the word.
        let rarest = commonest.map_or(0, |word| word.saturating_mul(NEVER_MEANT).max(ALWAYS_MEANT));
        let words = words.into_iter().filter(|(word, _)| *word <= rarest);
        // One place of the slot is kept for the word as it stands.
        let mut proposals: Vec<Proposal> =
            words.map(|(word, events)| Proposal::whole(word, events)).take(MAX_CANDIDATES - 1).collect();
        self.propose_custom(channel, damaged, &mut proposals);
        // After the custom words: guesses only get the places that those leave.
        if commonest.is_none_or(|word| word > OFTEN_MET) {
            self.propose_unlisted(channel, damaged, &mut proposals);
        }
        self.propose_first_person(channel, damaged, &mut proposals);
        proposals
    }

    /// Adds words of the custom lexicon, replacing the rarest others if there is no room.
    fn propose_custom(&self, channel: Channel, damaged: &[u8], proposals: &mut Vec<Proposal>) {
        let mut custom: Vec<Proposal> = Vec::new();
        for form in self.custom.forms_of(channel, damaged) {
            let Some(events) = channel.explain(&form.letters, damaged) else { continue };
            if custom.len() == MAX_CANDIDATES - 1 || custom.iter().any(|known| *self.letters(known) == *form.letters) {
                continue;
            }
            let word = self.id(&form.letters);
            // If the lexicon lists the form with its proclitic, nothing about it is guessed.
            let proclitic = if form.has_proclitic && word == UNKNOWN { Derivation::Proclitic.cost() } else { 0 };
            let letters = Some(form.letters.into_boxed_slice());
            let cost = custom_cost(word) + proclitic;
            custom.push(Proposal { word, second: UNKNOWN, derivation: Derivation::Custom, events, cost, letters });
        }
        let listed = |proposal: &Proposal| custom.iter().any(|custom| *self.letters(custom) == *self.letters(proposal));
        // Of two proposals with the same letters the user's stays: its cost is never the higher one.
        proposals.retain(|proposal| !listed(proposal));
        // Whole words come most frequent first, so the cut takes the rarest.
        proposals.truncate(MAX_CANDIDATES - 1 - custom.len());
        proposals.extend(custom);
    }

    /// Adds the most probable forms that the lexicon lacks.
    fn propose_unlisted(&self, channel: Channel, damaged: &[u8], proposals: &mut Vec<Proposal>) {
        let beside = !proposals.is_empty();
        let most = if beside { proposals.len() + MOST_BESIDE_WORDS } else { MAX_CANDIDATES }.min(MAX_CANDIDATES - 1);
        let joined = if beside { Vec::new() } else { joined::pairs_of(&self.lexicon, channel, damaged) };
        let derived = derivation::forms_of(&self.lexicon, channel, damaged, beside);
        for form in joined.into_iter().chain(derived).chain(derivation::respelt(channel, damaged)) {
            if proposals.len() == most {
                break;
            }
            self.push_unlisted(channel, damaged, form, if beside { BESIDE_WORDS } else { 0 }, proposals);
        }
    }

    /// Adds the first person of verbs that the lexicon has in the third, also beside common words.
    fn propose_first_person(&self, channel: Channel, damaged: &[u8], proposals: &mut Vec<Proposal>) {
        let most = (proposals.len() + MOST_FIRST_PERSON).min(MAX_CANDIDATES - 1);
        for form in first_person::forms_of(&self.lexicon, channel, damaged) {
            if proposals.len() >= most {
                break;
            }
            self.push_unlisted(channel, damaged, form, 0, proposals);
        }
    }

    /// Adds a form with `cost` beyond its derivation's, unless it is listed or proposed already, or the channel does not explain it.
    fn push_unlisted(&self, channel: Channel, damaged: &[u8], form: UnlistedForm, cost: i32, proposals: &mut Vec<Proposal>) {
        let known = |proposal: &Proposal| *self.letters(proposal) == *form.letters;
        // A form that the lexicon has was found as a whole word, or left out as too rare.
        if self.id(&form.letters) != UNKNOWN || proposals.iter().any(known) {
            return;
        }
        // The parts were explained one by one; only this tells that the whole can be.
        let Some(events) = channel.explain(&form.letters, damaged) else { return };
        let UnlistedForm { letters, word, second, derivation } = form;
        let cost = derivation.cost() + cost;
        proposals.push(Proposal { word, second, derivation, events, cost, letters: Some(letters.into_boxed_slice()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    /// The proposals for a damaged word if the lexicon holds `words`; each is checked against the channel.
    fn proposed_by(channel: Channel, words: &[&str], damaged: &str) -> Vec<(String, Derivation)> {
        let words: Vec<Word> = words.iter().map(|word| Word::new(word).expect("letters")).collect();
        let candidates = Candidates::new(Lexicon::new(words.iter().map(Word::codes)), &WordList::default());
        let damaged = Word::new(damaged).expect("letters");
        let found = candidates.propose(channel, damaged.codes());
        for proposal in &found {
            let explained = channel.explain(candidates.letters(proposal), damaged.codes());
            assert_eq!(explained, Some(proposal.events), "the invariant");
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
        let found = proposed_by(Channel::Stripped, &["رئيس"], "يشيجيرو");
        let forms: Vec<&str> = found.iter().map(|(form, _)| form.as_str()).collect();
        assert_eq!(forms, ["أيشيجيرو", "إيشيجيرو"], "a hamza that was typed is gone with its alif");
    }

    #[test]
    fn a_verb_listed_in_the_third_person_is_reached_in_the_first() {
        let verbs = ["انخرط", "ينخرط", "تنخرط", "يقدر", "نقدر", "قدر", "يأخذ", "تأخذ", "اخذ", "يوم", "اوم"];
        let first_person = |damaged: &str| {
            let found = proposed_by(Channel::Stripped, &verbs, damaged).into_iter();
            found.filter(|(_, derivation)| *derivation == Derivation::FirstPerson).map(|(form, _)| form).collect::<Vec<_>>()
        };
        assert_eq!(first_person("انخرط"), ["أنخرط"], "beside another word");
        assert_eq!(first_person("قدر"), ["أقدر"], "the alif is gone with its hamza");
        assert_eq!(first_person("ساقدر"), ["سأقدر"]);
        assert_eq!(first_person("اخذ"), ["آخذ"]);
        assert!(first_person("اوم").is_empty(), "a noun has no persons");
    }

    /// The proposals for a damaged word if the user has a custom lexicon.
    fn proposed_with_custom(words: &[&str], custom: &[&str], damaged: &str) -> Vec<(String, Derivation, i32)> {
        let word = |text: &&str| Word::new(text).expect("letters");
        let words: Vec<Word> = words.iter().map(word).collect();
        let candidates =
            Candidates::new(Lexicon::new(words.iter().map(Word::codes)), &WordList::new(custom.iter().map(word)));
        let found = candidates.propose(Channel::Stripped, word(&damaged).codes()).into_iter();
        found.map(|p| (decode_word(candidates.letters(&p)), p.derivation, p.cost)).collect()
    }

    #[test]
    fn custom_words_are_always_proposed() {
        let found = proposed_with_custom(&["في", "دول"], &["دولة"], "دول");
        assert_eq!(
            found,
            [("دول".to_owned(), Derivation::Whole, 0), ("دولة".to_owned(), Derivation::Custom, -CUSTOM_UNKNOWN)]
        );
        let found = proposed_with_custom(&["في"], &["أبسوس"], "وابسوس");
        assert_eq!(found[0], ("وأبسوس".to_owned(), Derivation::Custom, Derivation::Proclitic.cost() - CUSTOM_UNKNOWN));
        assert!(found[1..].iter().all(|(.., cost)| *cost >= BESIDE_WORDS), "guesses stand behind it: {found:?}");
        let custom = WordList::new(Word::new("أبسوس"));
        let candidates = Candidates::new(Lexicon::new([]), &custom);
        let is_custom = |text: &str| candidates.is_custom(Word::new(text).expect("letters").codes());
        assert!(is_custom("أبسوس") && is_custom("وبأبسوس"));
        assert!(!is_custom("ابسوس"), "not as it stands");
    }

    #[test]
    fn a_common_word_gains_nothing_by_being_listed() {
        let found = proposed_with_custom(&["دول", "دولة"], &["دولة"], "دول");
        assert_eq!(found, [("دول".to_owned(), Derivation::Whole, 0), ("دولة".to_owned(), Derivation::Custom, 0)]);
    }

    #[test]
    fn words_far_too_rare_to_be_meant_are_left_out() {
        let fillers: Vec<String> = (0..ALWAYS_MEANT).map(|number| format!("ب{}", letters_of(number))).collect();
        let words: Vec<&str> = ["دول"].into_iter().chain(fillers.iter().map(String::as_str)).chain(["دولة"]).collect();
        assert_eq!(proposed(&words, "دول"), ["دول"]);
        assert_eq!(proposed(&["دول", "دولة"], "دول"), ["دول", "دولة"]);
    }

    /// A number written in letters, a different one for each digit.
    fn letters_of(number: u32) -> String {
        number
            .to_string()
            .bytes()
            .map(|digit| ['ت', 'ث', 'ج', 'ح', 'خ', 'ر', 'ز', 'س', 'ش', 'ص'][usize::from(digit - b'0')])
            .collect()
    }
}
