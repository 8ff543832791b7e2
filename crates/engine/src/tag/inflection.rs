//! The forms in which a vocabulary's word can stand in a text: clitics before it, endings and pronouns after it.
//!
//! Everything here runs over folded letter codes (see [`crate::arabic::fold_letter`]), on both sides of a comparison, so
//! `ة` is `ه` throughout. Invariant: what is taken off is told ([`Form`]), so that `terms` can weigh whether the word is not
//! rather one of its own: `بطاقة` can be `طاقة` with `ب`, and is not.

use std::ops::Range;

use crate::arabic::{Word, code, fold_letter, is_hamzated_alif};

/// The longest word that is looked at, in letters.
pub(super) const MOST_LETTERS: usize = 32;
/// Letters that must be left of a word when a clitic is taken off.
const LEAST_LETTERS: usize = 2;
/// Letters that must be left when an ending is taken off.
const LEAST_STEM: usize = 3;
/// Letters that must be left when the future's `س` is taken off: it stands before verbs only, which are long.
const LEAST_VERB: usize = 4;

/// What stands before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proclitic {
    /// Nothing.
    None,
    /// The article, alone or behind others: `ال`, `وال`, `بال`, `لل`.
    Article,
    /// Conjunctions and prepositions without an article, and the future's `س`.
    Bare,
}

/// What stands after a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Nothing.
    None,
    /// Dual, sound plural, or the feminine of an adjective in `ي`.
    Number,
    /// A dual or plural without its `ن`, as before a genitive, or the accusative's `ا`.
    Construct,
    /// A pronoun, and what the word became before it.
    Pronoun,
}

/// How a word stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// Before it.
    pub proclitic: Proclitic,
    /// After it.
    pub ending: Ending,
}

impl Form {
    /// The word as it is.
    pub const PLAIN: Self = Self { proclitic: Proclitic::None, ending: Ending::None };

    /// Whether the word is definite by an article or a pronoun, so that an adjective after it is too.
    #[must_use]
    pub fn is_definite(self) -> bool {
        self.proclitic == Proclitic::Article || self.ending == Ending::Pronoun
    }
}

/// Pronouns that can stand after a noun. `ي` is not among them: what ends in it is nearly always an adjective.
const PRONOUNS: [&[u8]; 8] = [
    &[code::HA, code::MIM, code::ALIF],
    &[code::KAF, code::MIM, code::ALIF],
    &[code::HA, code::ALIF],
    &[code::HA, code::MIM],
    &[code::HA, code::NUN],
    &[code::KAF, code::MIM],
    &[code::NUN, code::ALIF],
    &[code::HA],
];

/// Endings of the dual and the sound plural, with what stands in the singular instead, folded.
const NUMBERS: [(&[u8], &[&[u8]]); 6] = [
    (&[code::TA, code::ALIF, code::NUN], &[&[code::HA]]),
    (&[code::TA, code::YA, code::NUN], &[&[code::HA]]),
    (&[code::ALIF, code::TA], &[&[], &[code::HA], &[code::ALIF, code::HA]]),
    (&[code::WAW, code::NUN], &[&[], &[code::YA]]),
    (&[code::YA, code::NUN], &[&[], &[code::YA]]),
    (&[code::ALIF, code::NUN], &[&[]]),
];
/// The same without `ن`, and the accusative.
const CONSTRUCTS: [(&[u8], &[&[u8]]); 5] = [
    (&[code::TA, code::ALIF], &[&[code::HA]]),
    (&[code::TA, code::YA], &[&[code::HA]]),
    (&[code::WAW], &[&[]]),
    (&[code::YA], &[&[]]),
    (&[code::ALIF], &[&[]]),
];
/// Endings that an adjective changes to agree with its noun, longest first, folded.
const AGREEMENT: [&[u8]; 8] = [
    &[code::TA, code::ALIF, code::NUN],
    &[code::TA, code::YA, code::NUN],
    &[code::ALIF, code::TA],
    &[code::WAW, code::NUN],
    &[code::YA, code::NUN],
    &[code::ALIF, code::NUN],
    &[code::HA],
    &[code::ALIF],
];

const ARTICLE: [u8; 2] = [code::ALIF, code::LAM];

/// The bases that a word of the text may be a form of, the word itself first; reused from word to word.
#[derive(Debug, Default)]
pub struct Bases {
    letters: Vec<u8>,
    bases: Vec<(Range<usize>, Form)>,
}

impl Bases {
    /// Finds the bases of a word (letter codes as written).
    ///
    /// A word with the article takes no pronoun (`الرياضي` is not `الرياض` with one), nor does one that ends in `ة`: `كتابة` is not
    /// `كتاب` with one. `لل` hides an article, so `للاردن` is tried as `الاردن` too.
    pub fn find(&mut self, word: &[u8]) {
        self.letters.clear();
        self.bases.clear();
        if word.is_empty() || word.len() > MOST_LETTERS {
            return;
        }
        let closed = word.last() == Some(&code::TA_MARBUTA);
        let mut buffer = [0; MOST_LETTERS];
        let letters = &mut buffer[..word.len()];
        letters.copy_from_slice(word);
        half_fold(letters);
        self.without_endings(letters, Proclitic::None, closed);
        let conjunction = usize::from(matches!(letters[0], code::WAW | code::FA));
        for start in 0..=conjunction {
            self.without_proclitics(letters, start, closed);
        }
    }

    /// Finds the singulars of a later word of a phrase (folded, its article taken off, if it had one); `closed` tells whether it ends in `ة`.
    pub fn find_endings(&mut self, word: &[u8], closed: bool, definite: bool) {
        self.letters.clear();
        self.bases.clear();
        let proclitic = if definite { Proclitic::Article } else { Proclitic::None };
        self.without_endings(word, proclitic, closed);
    }

    /// Every base, with the form of it that the word is.
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

    /// Takes a preposition and an article off, behind a conjunction of `start` letters.
    fn without_proclitics(&mut self, word: &[u8], start: usize, closed: bool) {
        let rest = &word[start..];
        let mut take = |letters: usize, proclitic, least| {
            if let Some(rest) = rest.get(letters..).filter(|rest| rest.len() >= least) {
                let proclitic = if rest.starts_with(&ARTICLE) { Proclitic::Article } else { proclitic };
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
                take(1, Proclitic::Article, LEAST_LETTERS);
                let form = Form { proclitic: Proclitic::Article, ending: Ending::None };
                self.push([&ARTICLE, definite], form);
            }
            [code::BA | code::KAF | code::LAM, ..] => take(1, Proclitic::Bare, LEAST_LETTERS),
            [code::SIN, code::YA | code::TA | code::NUN | code::ALIF, ..] => take(1, Proclitic::Bare, LEAST_VERB),
            _ => {}
        }
    }

    fn without_endings(&mut self, word: &[u8], proclitic: Proclitic, closed: bool) {
        let form = |ending| Form { proclitic, ending };
        self.push([word, &[]], form(Ending::None));
        self.singulars(word, &NUMBERS, form(Ending::Number));
        if closed {
            // The feminine of an adjective in ي.
            if let [masculine @ .., code::YA, code::HA] = word {
                self.push([masculine, &[code::YA]], form(Ending::Number));
            }
            return;
        }
        if proclitic == Proclitic::Article || word.starts_with(&ARTICLE) {
            return;
        }
        self.constructs(word, form(Ending::Construct));
        for pronoun in PRONOUNS {
            let Some(stem) = word.strip_suffix(pronoun).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            self.without_pronoun(stem, form(Ending::Pronoun));
        }
    }

    /// What a word may have been before a pronoun was put to it.
    fn without_pronoun(&mut self, stem: &[u8], form: Form) {
        self.stem(stem, &[], form);
        let (open, last) = stem.split_at(stem.len() - 1);
        match last {
            [code::TA] => self.push([open, &[code::HA]], form),
            [code::ALIF] => self.push([open, &[code::YA]], form),
            _ => {}
        }
        self.singulars(stem, &NUMBERS[2..3], form);
        self.constructs(stem, form);
    }

    /// Takes off what a dual or plural keeps before a genitive, and the accusative's `ا`. None of them stands after `ة`, so what they
    /// leave does not end in its folded form: `رياضها` is no `رياضة`.
    fn constructs(&mut self, word: &[u8], form: Form) {
        let fits =
            |(ending, _): &&(&[u8], &[&[u8]])| word.strip_suffix(*ending).is_some_and(|stem| stem.last() != Some(&code::HA));
        for construct in CONSTRUCTS.iter().filter(fits) {
            self.singulars(word, std::slice::from_ref(construct), form);
        }
    }

    fn singulars(&mut self, word: &[u8], endings: &[(&[u8], &[&[u8]])], form: Form) {
        for (ending, singulars) in endings {
            let Some(stem) = word.strip_suffix(*ending).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            for singular in *singulars {
                self.stem(stem, singular, form);
            }
        }
    }

    /// A stem, and where its last letter is a hamza on a seat, as before an ending, the stem with a bare one.
    fn stem(&mut self, stem: &[u8], ending: &[u8], form: Form) {
        self.push([stem, ending], form);
        if let ([open @ .., code::YA_HAMZA | code::WAW_HAMZA], []) = (stem, ending) {
            self.push([open, &[code::HAMZA]], form);
        }
    }
}

/// Letters in which an article can stand.
const ARTICLE_LETTERS: usize = 3;

/// Folds a word (letter codes as written) but for a hamza on what would look like an article without it: `إلكتروني` has none.
fn half_fold(word: &mut [u8]) {
    for at in 0..word.len() {
        let is_kept = at < ARTICLE_LETTERS && is_hamzated_alif(word[at]) && word.get(at + 1) == Some(&code::LAM);
        if !is_kept {
            word[at] = fold_letter(word[at]);
        }
    }
}

/// What is left of a later word of a phrase (letter codes as written) when its article and the endings that agree are taken off.
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
        [clitic @ (code::WAW | code::FA | code::BA | code::KAF), code::ALIF, code::LAM, rest @ ..]
            if rest.len() >= LEAST_STEM =>
        {
            [&[*clitic], rest].concat()
        }
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

/// The letter codes of a term's word as it is written.
#[must_use]
pub fn written_codes(word: &str) -> Vec<u8> {
    Word::new(word).map(|word| word.codes().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::folded_codes;

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
