//! A list of phrases, compiled for comparison with the words of a text.
//!
//! Invariant: a word of the text is compared in two ways: folded, and, if it was stripped, with what stripping leaves of a listed
//! word. So the lists hold the correct spelling only.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::arabic::{code, encode_letter, fold_letter, is_digit, is_hamzated_alif, is_plain, with_plain_alif};

/// Between two phrases on one line.
const SEPARATOR: &str = " | ";

/// A list of phrases, found by their first words.
pub(crate) struct Phrases {
    folded: Index,
    /// What stripping leaves of them; a word of which nothing is left (`أ`) is left out.
    stripped: Index,
    /// The single words, with alifs alone folded.
    written: FxHashSet<Vec<u8>>,
}

/// Phrases, in codes, by first word.
type Index = FxHashMap<Vec<u8>, Vec<Vec<Vec<u8>>>>;

/// A word of a text, as it is compared with the lists.
#[derive(Clone, Debug)]
pub(crate) struct TextWord {
    /// Folded codes, after repair.
    pub(crate) folded: Vec<u8>,
    /// Folded codes before repair, if the text was stripped.
    stripped: Option<Vec<u8>>,
    /// Codes after repair, with alifs alone folded: `علي` is a name and `على` is not.
    written: Vec<u8>,
}

impl TextWord {
    /// A word that was not stripped.
    pub(crate) fn new(word: &str) -> Self {
        Self { folded: codes(word), stripped: None, written: written_codes(word) }
    }

    /// The word without its first letter, if that is `و`.
    pub(crate) fn without_conjunction(&self) -> Self {
        let rest = |codes: &[u8]| codes.strip_prefix(&[code::WAW]).unwrap_or(codes).to_vec();
        Self { folded: rest(&self.folded), stripped: None, written: rest(&self.written) }
    }

    /// A word of stripped text: its repaired form, and what stripping had left.
    pub(crate) fn stripped(word: &str, raw: &str) -> Self {
        Self { stripped: Some(codes(raw)), ..Self::new(word) }
    }
}

impl Phrases {
    /// The phrases of a section of `lists`, from its `@` line to the next.
    pub(crate) fn listed(lists: &str, section: &str) -> Self {
        let lines = lists.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let of_section = lines.skip_while(|line| line.strip_prefix('@') != Some(section)).skip(1);
        let phrases = of_section.take_while(|line| !line.starts_with('@')).flat_map(|line| line.split(SEPARATOR));
        let (mut folded, mut stripped, mut written) = (Index::default(), Index::default(), FxHashSet::default());
        for phrase in phrases.flat_map(spellings) {
            add(&mut folded, phrase.iter().map(|word| codes(word)));
            if let [word] = phrase.as_slice() {
                written.insert(written_codes(word));
            }
            for is_typed in [true, false] {
                add(&mut stripped, phrase.iter().map(|word| codes_after_stripping(word, is_typed)));
            }
        }
        Self { folded, stripped, written }
    }

    /// The number of words of the longest phrase that `words` begin with; 0 if they begin with none.
    pub(crate) fn longest_at(&self, words: &[TextWord]) -> usize {
        let raw = |word: &TextWord| word.stripped.clone();
        longest(&self.folded, words, |word| Some(word.folded.clone())).max(longest(&self.stripped, words, raw))
    }

    /// Whether the word alone is one of the phrases. Only its repaired form counts: of a short word, stripping leaves too little to know
    /// it by (`منى` → `من`).
    pub(crate) fn has_word(&self, word: &TextWord) -> bool {
        self.written.contains(&word.written)
    }
}

fn add(index: &mut Index, words: impl Iterator<Item = Vec<u8>>) {
    let words: Vec<Vec<u8>> = words.filter(|word| !word.is_empty()).collect();
    if let Some(first) = words.first() {
        index.entry(first.clone()).or_default().push(words);
    }
}

fn longest(index: &Index, words: &[TextWord], codes: impl Fn(&TextWord) -> Option<Vec<u8>>) -> usize {
    let first = words.first().and_then(&codes);
    let phrases = first.and_then(|first| index.get(&first)).map_or(&[][..], Vec::as_slice);
    let fits = |phrase: &&Vec<Vec<u8>>| {
        phrase.len() <= words.len() && phrase.iter().zip(words).all(|(listed, word)| codes(word).as_ref() == Some(listed))
    };
    // The longest, not the first: the lists need no order, and one phrase may begin another.
    phrases.iter().filter(fits).map(Vec::len).max().unwrap_or(0)
}

/// The spellings of a phrase: initials (`أ ف ب`) may stand together, because the stops between them (`أ.ف.ب`) get lost.
fn spellings(phrase: &str) -> Vec<Vec<String>> {
    let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
    let are_initials = words.len() > 1 && words.iter().all(|word| word.chars().count() == 1);
    let together = are_initials.then(|| vec![words.concat()]);
    [words].into_iter().chain(together).collect()
}

/// The folded codes of a word: its letters, and, above all their codes, digits and the capitals of Latin letters.
fn codes(word: &str) -> Vec<u8> {
    let code = |c: char| match c {
        _ if c.is_ascii_alphanumeric() => u8::try_from(c.to_ascii_uppercase()).ok(),
        _ if is_digit(c) => Some(b'0'),
        _ => encode_letter(c).map(fold_letter),
    };
    word.chars().filter_map(code).collect()
}

fn written_codes(word: &str) -> Vec<u8> {
    let letters: Vec<u8> = word.chars().filter_map(encode_letter).collect();
    with_plain_alif(&letters)
}

/// What stripping leaves of a word whose alifs had been typed with their hamza, or bare.
fn codes_after_stripping(word: &str, is_typed: bool) -> Vec<u8> {
    let letters = word.chars().filter_map(encode_letter);
    let left = |letter: &u8| is_plain(*letter) || !is_typed && is_hamzated_alif(*letter);
    letters.filter(left).map(fold_letter).collect()
}
