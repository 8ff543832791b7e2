//! Learns the background statistics of keyphrases: how informative each stem is, how noun-like, and which letters of a word
//! are clitics.
//!
//! There is no part-of-speech tagger. A noun takes the article and follows prepositions, a verb follows `قد`, `لم` and the like;
//! counting both over the corpus distinguishes them. Clitics, pronouns and the accusative's alif show in how often a word
//! occurs without them.
//!
//! Invariant: stems are stored in the order of their letters, notes in the order of the lexicon, and shares in whole steps,
//! so equal corpora give equal bytes.

use rustc_hash::FxHashMap;

use super::corpus::Corpus;
use super::symbols::{Symbol, is_word};
use engine::arabic::light_stem::{article_length, light_stem};
use engine::arabic::{Word, code, with_plain_alif};
use engine::repair::lexicon::Lexicon;
use engine::tag::phrases::background::{IDF_STEPS, SHARE_STEPS, StemSteps, StoredBackground, WordNotes};
use engine::tag::phrases::phrase_words::without_pronoun;

/// Version of this stage: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 2;

/// Articles that a stem must occur in.
const LEAST_ARTICLES: u32 = 5;
/// Occurrences that a word needs for the note that its first letter is its own.
const LEAST_WHOLE: u32 = 10;
/// The same for the note that its first or last letter is not.
const LEAST_SPLIT: u32 = 3;
/// The same for a note on its pronoun.
const LEAST_POSSESSED: u32 = 5;
/// Letters that a word needs for any note.
const LEAST_LETTERS: usize = 4;

/// Words that nouns follow: prepositions, quantifiers, demonstratives.
const BEFORE_NOUNS: &str = "في من إلى عن على بين خلال منذ عبر ضد نحو دون لدى بعد قبل عند حول كل بعض جميع هذا هذه تلك ذلك أحد إحدى عدة \
    عدد مثل غير أكثر حسب ضمن أي";
/// Words that verbs follow: particles of tense and negation, conjunctions, relative pronouns.
const BEFORE_VERBS: &str = "قد لم لن لا سوف أن التي الذي الذين حيث كما وقد فقد كان كانت ما لقد عندما إذا بعدما حين كي لكي حينما وكانت \
    وكان بينما والتي والذي وهو وهي ولم ولا ولن";

/// Counts of a stem.
#[derive(Clone, Copy, Debug, Default)]
struct StemCounts {
    articles: u32,
    occurrences: u32,
    with_article: u32,
    after_preposition: u32,
    as_verb: u32,
    /// The last article that it was seen in, so that `articles` counts each once.
    last_article: u32,
}

/// The background of a corpus, for the words of a lexicon.
pub(super) fn learn(corpus: &Corpus, lexicon: &Lexicon) -> StoredBackground {
    let forms = Forms::new(corpus);
    let counts = count_stems(corpus, &forms);
    let articles = f64::from(u32::try_from(corpus.typical_articles().count()).expect("fewer than 2^32 articles"));
    let mut stems: Vec<(Vec<u8>, StemSteps)> = forms
        .stems
        .iter()
        .zip(&counts)
        .filter(|(_, counts)| counts.articles >= LEAST_ARTICLES)
        .map(|(stem, counts)| (stem.clone(), steps_of(stem, counts, articles)))
        .collect();
    stems.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let note = |word: &[u8]| forms.notes(word, &counts);
    StoredBackground { stems, words: lexicon.words().map(note).collect() }
}

fn steps_of(stem: &[u8], counts: &StemCounts, articles: f64) -> StemSteps {
    let [with_article, after_preposition, as_verb] =
        [counts.with_article, counts.after_preposition, counts.as_verb].map(f64::from);
    // A stem in `ي ت ن` that never takes the article is probably a verb in the imperfect; it gets one pseudo-observation.
    let looks_imperfect = matches!(stem.first(), Some(&(code::YA | code::TA | code::NUN))) && counts.with_article == 0;
    let shape = f64::from(u8::from(looks_imperfect));
    // The pseudo-counts make a stem without evidence a verb with probability 0.5 / 2.5, one fifth.
    let verb = (as_verb + 0.5 + shape) / (as_verb + with_article + after_preposition + 2.5 + shape);
    StemSteps {
        idf: in_steps(libm::log((articles + 1.0) / (f64::from(counts.articles) + 1.0)), IDF_STEPS),
        verb: in_steps(verb, SHARE_STEPS),
        article: in_steps(with_article / f64::from(counts.occurrences), SHARE_STEPS),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn in_steps(value: f64, steps: f64) -> u8 {
    libm::rint(value * steps).clamp(0.0, 255.0) as u8
}

/// The words of the corpus with their counts and stems.
struct Forms<'c> {
    counts: FxHashMap<&'c [u8], u32>,
    stems: Vec<Vec<u8>>,
    /// The stem of each symbol.
    stem_of: Vec<usize>,
    by_stem: FxHashMap<Vec<u8>, usize>,
}

impl<'c> Forms<'c> {
    fn new(corpus: &'c Corpus) -> Self {
        let mut seen = vec![0_u32; corpus.words.len()];
        for symbol in corpus.typical_articles().flatten().filter(|symbol| is_word(**symbol)) {
            seen[*symbol as usize] += 1;
        }
        let counts = corpus.words.iter().map(Vec::as_slice).zip(seen).collect();
        let mut forms = Self { counts, stems: Vec::new(), stem_of: Vec::new(), by_stem: FxHashMap::default() };
        for word in &corpus.words {
            let stem = light_stem(word);
            let next = forms.stems.len();
            let index = *forms.by_stem.entry(stem.clone()).or_insert(next);
            if index == next {
                forms.stems.push(stem);
            }
            forms.stem_of.push(index);
        }
        forms
    }

    fn count(&self, word: &[u8]) -> f64 {
        self.counts.get(word).copied().unwrap_or_default().into()
    }

    /// Occurrences of a word with the article.
    fn count_with_article(&self, word: &[u8]) -> f64 {
        self.count(&[&[code::ALIF, code::LAM], word].concat())
    }

    /// Occurrences of a word with the article and without it.
    fn count_in_all(&self, word: &[u8]) -> f64 {
        self.count(word) + self.count_with_article(word)
    }

    fn notes(&self, word: &[u8], counts: &[StemCounts]) -> WordNotes {
        let seen = self.counts.get(word).copied().unwrap_or_default();
        if word.len() < LEAST_LETTERS {
            return WordNotes::default();
        }
        let times = f64::from(seen);
        // A word with a proclitic takes no article before it, and is well known without its first letter.
        let is_clitic = self.count_with_article(word) < 0.02 * times && self.count_in_all(&word[1..]) >= 0.3 * times;
        let first = match word[0] {
            code::WAW | code::FA if seen >= LEAST_WHOLE && !is_clitic => WordNotes::WHOLE,
            code::BA | code::LAM | code::KAF if seen >= LEAST_SPLIT && is_clitic => WordNotes::SPLIT,
            _ => 0,
        };
        let last = match self.possessed(word, seen) {
            0 if self.is_accusative(word, seen, counts) => WordNotes::ACCUSATIVE,
            possessed => possessed,
        };
        WordNotes(first | last)
    }

    /// The notes on a word's pronoun, given if the word without it is a more frequent word.
    fn possessed(&self, word: &[u8], seen: u32) -> u8 {
        let Some(base) = without_pronoun(word).filter(|_| seen >= LEAST_POSSESSED && !has_bare_article(word)) else {
            return 0;
        };
        let feminine = match base {
            [rest @ .., code::TA] => [rest, &[code::TA_MARBUTA]].concat(),
            _ => Vec::new(),
        };
        // Before a pronoun `ة` is written `ت`: of `مدرست` the commoner of `مدرست` and `مدرسة` is the base.
        let is_feminine = self.count(&feminine) > self.count(base);
        let count = self.count(base).max(self.count(&feminine));
        match (count >= 2.0 * f64::from(seen), is_feminine) {
            (false, _) => 0,
            (true, false) => WordNotes::POSSESSED,
            (true, true) => WordNotes::POSSESSED | WordNotes::POSSESSED_FEMININE,
        }
    }

    /// Whether a word's last letter is the accusative's alif: the word never takes the article, rarely follows a preposition,
    /// and is frequent without the letter.
    fn is_accusative(&self, word: &[u8], seen: u32, counts: &[StemCounts]) -> bool {
        let [base @ .., code::ALIF] = word else { return false };
        let times = f64::from(seen);
        let stem = self.by_stem.get(&light_stem(word)).map(|stem| counts[*stem]).unwrap_or_default();
        let [occurrences, after_preposition, as_verb] =
            [stem.occurrences, stem.after_preposition, stem.as_verb].map(f64::from);
        seen >= LEAST_SPLIT
            // The alif of `ها` and `هما` is part of the pronoun.
            && !word.ends_with(&[code::HA, code::ALIF])
            && !word.ends_with(&[code::HA, code::MIM, code::ALIF])
            && !has_bare_article(word)
            && self.count_with_article(word) < 0.02 * times
            && self.count_in_all(base) >= 0.2 * times
            && after_preposition < 0.13 * occurrences
            && as_verb < 0.25 * occurrences
    }
}

fn has_bare_article(word: &[u8]) -> bool {
    word.starts_with(&[code::ALIF, code::LAM])
}

fn count_stems(corpus: &Corpus, forms: &Forms<'_>) -> Vec<StemCounts> {
    let listed = |list: &str| -> Vec<bool> {
        let listed: Vec<Vec<u8>> =
            list.split_whitespace().filter_map(Word::new).map(|word| with_plain_alif(word.codes())).collect();
        corpus.words.iter().map(|word| listed.contains(&with_plain_alif(word))).collect()
    };
    // Looked up once per form, not per occurrence: the lists are searched word by word.
    let (before_nouns, before_verbs) = (listed(BEFORE_NOUNS), listed(BEFORE_VERBS));
    let is_definite: Vec<bool> = corpus.words.iter().map(|word| article_length(word) > 0).collect();
    let mut counts = vec![StemCounts::default(); forms.stems.len()];
    // From 1, because a `last_article` of 0 means that the stem was not seen yet.
    for (number, article) in (1..).zip(corpus.typical_articles()) {
        let mut last: Option<Symbol> = None;
        for symbol in article.iter().copied().filter(|symbol| is_word(*symbol)) {
            let counts = &mut counts[forms.stem_of[symbol as usize]];
            let follows = |list: &[bool]| last.is_some_and(|last| list[last as usize]);
            let is_definite = is_definite[symbol as usize];
            counts.occurrences += 1;
            counts.with_article += u32::from(is_definite);
            counts.as_verb += u32::from(!is_definite && follows(&before_verbs));
            counts.after_preposition += u32::from(follows(&before_nouns));
            counts.articles += u32::from(counts.last_article != number);
            counts.last_article = number;
            last = Some(symbol);
        }
    }
    counts
}
