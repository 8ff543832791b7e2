//! Inflection of nouns and adjectives: which dictionary words a word of a text can be a form of.
//!
//! The base of a word is what is left without its clitics, endings and pronoun; since they look like letters of the stem, a word has
//! several possible bases ([`Bases`]). Both sides of a comparison are folded (see [`super::fold_letter`]), so `ة` is `ه` throughout.
//!
//! Invariant: each base comes with the [`Form`] that leads to it, so that the caller can judge whether the word is not rather a
//! word of its own: `بطاقة` "card" could be `طاقة` "energy" after `ب` "by", and never is.

use std::ops::Range;

use super::clitics::{ARTICLE, FUTURE, ending, is_conjunction, pronoun};
use super::{Word, code, fold_letter, is_hamzated_alif};

/// The most letters of a word; longer ones have no bases.
pub const MOST_LETTERS: usize = 32;
/// Letters that must remain when a clitic is removed.
const LEAST_LETTERS: usize = 2;
/// Letters that must remain when an ending is removed.
const LEAST_STEM: usize = 3;
/// Letters that must remain when the future's `س` is removed: only verbs take it, and an imperfect has four letters at least.
const LEAST_VERB: usize = 4;

/// What comes before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proclitic {
    None,
    /// The article, alone or after other clitics: `ال`, `وال`, `بال`, `لل`.
    Article,
    /// Conjunctions and prepositions without an article, and the future's `س`.
    Bare,
}

/// What comes after a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    None,
    /// Dual, sound plural, or the feminine of an adjective in `ي`.
    Number,
    /// A dual or plural without its `ن`, as before a genitive, or the accusative's `ا`.
    Construct,
    /// A pronoun, and the change of the stem before it.
    Pronoun,
}

/// The inflection that turns a base into a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    pub proclitic: Proclitic,
    pub ending: Ending,
}

impl Form {
    /// Whether an article or a pronoun makes the word definite; an adjective after it must then be definite too.
    #[must_use]
    pub fn is_definite(self) -> bool {
        self.proclitic == Proclitic::Article || self.ending == Ending::Pronoun
    }
}

/// The pronouns that can follow a noun, with `كما`, which [`pronoun::AFTER_NOUNS`] leaves out because of words like `حاكما` "a ruler". Here
/// what remains is compared with the words of a vocabulary, so that they do no harm.
fn noun_pronouns() -> impl Iterator<Item = &'static [u8]> {
    pronoun::AFTER_NOUNS.into_iter().chain([pronoun::YOUR_OF_TWO])
}

/// An ending, and the endings that the singular may have instead, folded.
type Replacement = (&'static [u8], &'static [&'static [u8]]);

const NOTHING: &[u8] = &[];

/// Feminine plurals: of a masculine word (`مستشفيات`), of one in `ة` (`صناعات`), of one in `اة` (`منشآت`).
const FEMININE_PLURALS: Replacement =
    (ending::FEMININE_PLURAL, &[NOTHING, ending::FEMININE_FOLDED, &[code::ALIF, code::HA]]);
/// Endings of the dual and the sound plural. Words like `محام` appear as `محامي` too, which ends differently before `ون`.
const NUMBERS: [Replacement; 6] = [
    (ending::FEMININE_DUAL, &[ending::FEMININE_FOLDED]),
    (ending::FEMININE_DUAL_OBLIQUE, &[ending::FEMININE_FOLDED]),
    FEMININE_PLURALS,
    (ending::MASCULINE_PLURAL, &[NOTHING, &[code::YA]]),
    (ending::OBLIQUE, &[NOTHING, &[code::YA]]),
    (ending::DUAL, &[NOTHING]),
];
/// The same without `ن`, as before a genitive, and the accusative.
const CONSTRUCTS: [Replacement; 5] = [
    (ending::FEMININE_DUAL_CONSTRUCT, &[ending::FEMININE_FOLDED]),
    (ending::FEMININE_DUAL_OBLIQUE_CONSTRUCT, &[ending::FEMININE_FOLDED]),
    (ending::MASCULINE_PLURAL_CONSTRUCT, &[NOTHING]),
    (ending::OBLIQUE_CONSTRUCT, &[NOTHING]),
    (ending::ACCUSATIVE, &[NOTHING]),
];
/// Endings that an adjective takes to agree with its noun, longest first, folded.
const AGREEMENT: [&[u8]; 8] = [
    ending::FEMININE_DUAL,
    ending::FEMININE_DUAL_OBLIQUE,
    ending::FEMININE_PLURAL,
    ending::MASCULINE_PLURAL,
    ending::OBLIQUE,
    ending::DUAL,
    ending::FEMININE_FOLDED,
    ending::ACCUSATIVE,
];

/// The possible bases of a word, the word itself first. Reused from word to word, so that finding them allocates nothing.
#[derive(Debug, Default)]
pub struct Bases {
    letters: Vec<u8>,
    bases: Vec<(Range<usize>, Form)>,
}

impl Bases {
    /// Finds the bases of a word (letter codes as written), replacing those of the word before.
    ///
    /// A word with the article takes no pronoun (`الرياضي` is not `الرياض` + `ي`), nor does a word that ends in `ة` (`كتابة` is not
    /// `كتاب` + `ه`). `لل` hides an article, so `للاردن` is tried as `الاردن` too.
    pub fn find(&mut self, word: &[u8]) {
        self.letters.clear();
        self.bases.clear();
        if word.is_empty() || word.len() > MOST_LETTERS {
            return;
        }
        // Read before folding, which turns ة into ه and so into a possible pronoun.
        let closed = word.last() == Some(&code::TA_MARBUTA);
        let mut buffer = [0; MOST_LETTERS];
        let letters = &mut buffer[..word.len()];
        letters.copy_from_slice(word);
        half_fold(letters);
        self.without_endings(letters, Proclitic::None, closed);
        let conjunction = usize::from(is_conjunction(letters[0]));
        // With and without the conjunction: the first و or ف may be a letter of the word itself.
        for start in 0..=conjunction {
            self.without_proclitics(letters, start, closed);
        }
    }

    /// Finds the singulars of a later word of a phrase, replacing the bases of the word before. `word` is folded and without article;
    /// `closed` says whether it was written with a final `ة`, and `definite` whether it had an article.
    pub fn find_endings(&mut self, word: &[u8], closed: bool, definite: bool) {
        self.letters.clear();
        self.bases.clear();
        let proclitic = if definite { Proclitic::Article } else { Proclitic::None };
        self.without_endings(word, proclitic, closed);
    }

    /// The bases (folded letter codes), each with the form of it that the word is.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Form)> {
        self.bases.iter().map(|(letters, form)| (&self.letters[letters.clone()], *form))
    }

    fn push(&mut self, parts: [&[u8]; 2], form: Form) {
        let start = self.letters.len();
        for part in parts {
            self.letters.extend(part.iter().copied().map(fold_letter));
        }
        self.bases.push((start..self.letters.len(), form));
    }

    /// Removes a preposition and an article, after a conjunction of `start` letters.
    fn without_proclitics(&mut self, word: &[u8], start: usize, closed: bool) {
        let rest = &word[start..];
        let mut take = |letters: usize, proclitic, least| {
            if let Some(rest) = rest.get(letters..).filter(|rest| rest.len() >= least) {
                // Behind a conjunction or preposition that was removed, the article may still be there.
                let proclitic = if rest.starts_with(ARTICLE) { Proclitic::Article } else { proclitic };
                self.without_endings(rest, proclitic, closed);
            }
        };
        if start > 0 {
            take(0, Proclitic::Bare, LEAST_LETTERS);
        }
        match rest {
            [code::ALIF, code::LAM, ..] => take(2, Proclitic::Article, LEAST_LETTERS),
            [code::BA | code::KAF | code::LAM, code::ALIF, code::LAM, ..] => {
                take(3, Proclitic::Article, LEAST_LETTERS);
                take(1, Proclitic::Bare, LEAST_LETTERS);
            }
            [code::LAM, code::LAM, definite @ ..] => {
                take(2, Proclitic::Article, LEAST_LETTERS);
                // The second ل can be the word's own after a hidden article: للجنة is ل + ال + لجنة.
                take(1, Proclitic::Article, LEAST_LETTERS);
                let form = Form { proclitic: Proclitic::Article, ending: Ending::None };
                // A term that is listed with its article (الأردن) has it restored here, since لل hides it.
                self.push([ARTICLE, definite], form);
            }
            [code::BA | code::KAF | code::LAM, ..] => take(1, Proclitic::Bare, LEAST_LETTERS),
            [FUTURE, code::YA | code::TA | code::NUN | code::ALIF, ..] => take(1, Proclitic::Bare, LEAST_VERB),
            _ => {}
        }
    }

    fn without_endings(&mut self, word: &[u8], proclitic: Proclitic, closed: bool) {
        let form = |ending| Form { proclitic, ending };
        self.push([word, &[]], form(Ending::None));
        self.singulars(word, &NUMBERS, form(Ending::Number));
        if closed {
            // نفطية is the feminine of نفطي; no other ending or pronoun can come after ة.
            if let [masculine @ .., code::YA, code::HA] = word {
                self.push([masculine, &[code::YA]], form(Ending::Number));
            }
            return;
        }
        // A definite word is no construct and takes no pronoun: الرياضي is not الرياض with ي.
        if proclitic == Proclitic::Article || word.starts_with(ARTICLE) {
            return;
        }
        self.constructs(word, form(Ending::Construct));
        for pronoun in noun_pronouns() {
            let Some(stem) = word.strip_suffix(pronoun).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            self.without_pronoun(stem, form(Ending::Pronoun));
        }
    }

    /// What a word may have been before a pronoun was added to it.
    fn without_pronoun(&mut self, stem: &[u8], form: Form) {
        self.stem(stem, &[], form);
        let (open, last) = stem.split_at(stem.len() - 1);
        match last {
            // صناعتها from صناعة, مستشفاها from مستشفى.
            [code::TA] => self.push([open, &[code::HA]], form),
            [code::ALIF] => self.push([open, &[code::YA]], form),
            _ => {}
        }
        self.singulars(stem, &[FEMININE_PLURALS], form);
        self.constructs(stem, form);
    }

    /// Removes what a dual or plural keeps before a genitive, and the accusative's `ا`. None of them follows `ة`, so what remains must
    /// not end in its folded form: `رياضها` is not a form of `رياضة`.
    fn constructs(&mut self, word: &[u8], form: Form) {
        let fits =
            |(ending, _): &&Replacement| word.strip_suffix(*ending).is_some_and(|stem| stem.last() != Some(&code::HA));
        for construct in CONSTRUCTS.iter().filter(fits) {
            self.singulars(word, std::slice::from_ref(construct), form);
        }
    }

    fn singulars(&mut self, word: &[u8], endings: &[Replacement], form: Form) {
        for (ending, singulars) in endings {
            let Some(stem) = word.strip_suffix(*ending).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            for singular in *singulars {
                self.stem(stem, singular, form);
            }
        }
    }

    /// A stem; if it ends in a hamza on a seat, which comes from the ending after it (`علماؤها`), also the stem with a bare hamza.
    fn stem(&mut self, stem: &[u8], ending: &[u8], form: Form) {
        self.push([stem, ending], form);
        if let ([open @ .., code::YA_HAMZA | code::WAW_HAMZA], []) = (stem, ending) {
            self.push([open, &[code::HAMZA]], form);
        }
    }
}

/// The article is found within this many letters of a word's beginning.
const ARTICLE_LETTERS: usize = 3;

/// Folds a word (letter codes as written), except a hamza that shows that there is no article: folded, `إلكتروني` would seem to have one.
fn half_fold(word: &mut [u8]) {
    for at in 0..word.len() {
        // Only a hamza before ل could be mistaken for an article, and only where an article can stand.
        let is_kept = at < ARTICLE_LETTERS && is_hamzated_alif(word[at]) && word.get(at + 1) == Some(&code::LAM);
        if !is_kept {
            word[at] = fold_letter(word[at]);
        }
    }
}

/// A later word of a phrase (letter codes as written), folded, without its article and the ending that agrees with the first word.
#[must_use]
pub fn agreement_key(word: &[u8]) -> Vec<u8> {
    let mut bare = without_article(word);
    let ending = AGREEMENT.iter().find(|ending| bare.ends_with(ending) && bare.len() >= ending.len() + LEAST_STEM);
    bare.truncate(bare.len() - ending.map_or(0, |ending| ending.len()));
    bare
}

/// A word (letter codes as written), folded, without its article; a conjunction or preposition before the article stays.
#[must_use]
pub fn without_article(word: &[u8]) -> Vec<u8> {
    let mut half_folded = word.to_vec();
    half_fold(&mut half_folded);
    let mut bare = match half_folded.as_slice() {
        [code::ALIF, code::LAM, rest @ ..] if rest.len() >= LEAST_LETTERS => rest.to_vec(),
        // Behind a clitic, the letters of an article are often the word's own (والد), hence the longer rest.
        [clitic @ (code::WAW | code::FA | code::BA | code::KAF), code::ALIF, code::LAM, rest @ ..]
            if rest.len() >= LEAST_STEM =>
        {
            [&[*clitic], rest].concat()
        }
        // The ل that stays is the preposition; the other one is what لل has left of the article.
        [code::LAM, code::LAM, rest @ ..] if rest.len() >= LEAST_STEM => [&[code::LAM], rest].concat(),
        _ => half_folded,
    };
    for letter in &mut bare {
        *letter = fold_letter(*letter);
    }
    bare
}

/// Whether a word (letter codes as written) has the article.
#[must_use]
pub fn has_article(word: &[u8]) -> bool {
    without_article(word).len() < word.len()
}

/// The letter codes of a word as written; empty if it holds anything but Arabic letters.
#[must_use]
pub fn written_codes(word: &str) -> Vec<u8> {
    Word::new(word).map(|word| word.codes().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::folded_codes;
    use super::*;

    fn is_form_of(word: &str, base: &str) -> bool {
        let mut bases = Bases::default();
        bases.find(&written_codes(word));
        let base = folded_codes(base);
        bases.iter().any(|(letters, _)| letters == base)
    }

    #[test]
    fn a_noun_is_found_in_its_forms() {
        for (base, words) in [
            (
                "صناعة",
                "صناعة الصناعة والصناعة للصناعة فبالصناعة صناعتها صناعات بالصناعات وصناعاتهم صناعتان صناعتي صناعتيهما",
            ),
            ("كتاب", "وكتابهم كتابا كتابان بكتابين كتابي كتابكم"),
            ("مهندس", "مهندسين والمهندسون مهندسو مهندسي لمهندسيها"),
            ("مستشفى", "المستشفى مستشفاه مستشفاها مستشفيات مستشفيان ومستشفياتنا"),
            ("علماء", "علماؤها علمائه لعلمائنا"),
            ("شيء", "شيئا"),
            ("منشأة", "منشآت ومنشآتها"),
            ("محام", "المحامي محامون"),
            ("محامي", "محامون محامين"),
            ("نفطي", "نفطية النفطيين والنفطية نفطيات"),
            ("لجنة", "للجنة لجنته"),
            ("الأردن", "للأردن وبالأردن"),
            ("يستثمر", "سيستثمر وسيستثمر"),
        ] {
            for word in words.split(' ').filter(|word| *word != "المحامي") {
                assert!(is_form_of(word, base), "{word} of {base}");
            }
        }
    }

    #[test]
    fn a_word_is_not_found_inside_another() {
        for (word, base) in [
            ("الرياضي", "الرياض"),
            ("صناعي", "صناعة"),
            ("كتابة", "كتاب"),
            ("سنفط", "نفط"),
            ("منفط", "نفط"),
            ("نفطية", "نفط"),
            ("رياضها", "رياضة"),
        ] {
            assert!(!is_form_of(word, base), "{word} of {base}");
        }
    }

    #[test]
    fn adjectives_agree() {
        let key = |word: &str| agreement_key(&written_codes(word));
        assert_eq!(key("الصغيرة"), key("صغير"));
        assert_eq!(key("والمتوسطة"), key("ومتوسطة"));
        assert_ne!(key("الكبيرة"), key("الصغيرة"));
        assert_ne!(key("مالية"), key("ميه"), "no article inside a word");
        assert_eq!(key("الإلكترونية"), key("إلكتروني"), "no article in إل");
    }
}
