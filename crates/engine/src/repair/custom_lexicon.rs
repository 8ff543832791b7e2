//! The custom lexicon: the user's own names and terms, which become candidates without any training.
//!
//! A damaged word that may have been one of them, as listed or behind a proclitic, is always offered it, however rare the
//! model's lexicon thinks it. Invariant: nothing here is trusted. [`super::candidates`] keeps only what the channel explains,
//! so a user's list can add words and cannot break an invariant.

use super::channel::Channel;
use super::indexed_lexicon::IndexedLexicon;
use super::lexicon::Lexicon;
use super::word_list::WordList;
use crate::arabic::clitics::{ARTICLE, NOUN_PROCLITICS, TO_THE};
use crate::arabic::{Word, code};

/// Letters that must be left behind a proclitic.
const LEAST_LETTERS: usize = 2;

/// The user's words, searchable by damaged form. Ids follow the order of the list, not frequency.
#[derive(Debug)]
pub(super) struct CustomLexicon(IndexedLexicon);

/// One of the user's words, or a proclitic and one.
#[derive(Debug)]
pub(super) struct CustomForm {
    pub(super) letters: Vec<u8>,
    pub(super) has_proclitic: bool,
}

impl CustomLexicon {
    pub(super) fn new(words: &WordList) -> Self {
        Self(IndexedLexicon::new(Lexicon::new(words.words().iter().map(Word::codes))))
    }

    /// The forms that a damaged word may have had, those without a proclitic first.
    pub(super) fn forms_of(&self, channel: Channel, damaged: &[u8]) -> Vec<CustomForm> {
        if self.0.lexicon().is_empty() {
            return Vec::new();
        }
        let whole = self.words_for(channel, damaged);
        let mut forms: Vec<CustomForm> =
            whole.map(|word| CustomForm { letters: word.to_vec(), has_proclitic: false }).collect();
        for proclitic in NOUN_PROCLITICS {
            let rest = damaged.strip_prefix(proclitic).filter(|rest| rest.len() >= LEAST_LETTERS);
            let Some(rest) = rest else { continue };
            let letters = self.behind(channel, proclitic, rest);
            forms.extend(letters.map(|letters| CustomForm { letters, has_proclitic: true }));
        }
        forms
    }

    /// Words with the proclitic before them. The article's `ا` is dropped after `ل`: `ل` and `الشارقة` make `للشارقة`.
    fn behind<'a>(
        &'a self,
        channel: Channel,
        proclitic: &'a [u8],
        rest: &'a [u8],
    ) -> impl Iterator<Item = Vec<u8>> + use<'a> {
        let clashes = |word: &[u8]| word.starts_with(ARTICLE) && proclitic.ends_with(&[code::LAM]);
        let plain = self.words_for(channel, rest).filter(move |word| !clashes(word));
        let plain = plain.map(move |word| [proclitic, word].concat());
        let contracted = proclitic.ends_with(TO_THE).then(|| [ARTICLE, rest].concat());
        let definite = contracted.into_iter().flat_map(move |damaged| {
            let words: Vec<&[u8]> = self.words_for(channel, &damaged).collect();
            words.into_iter().filter_map(|word| Some([proclitic, word.strip_prefix(ARTICLE)?].concat())).collect::<Vec<_>>()
        });
        plain.chain(definite)
    }

    fn words_for(&self, channel: Channel, damaged: &[u8]) -> impl Iterator<Item = &[u8]> + use<'_> {
        self.0.words_for(channel, damaged).into_iter().map(|(word, _)| self.0.lexicon().word(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::decode_word;

    fn forms(words: &[&str], damaged: &str) -> Vec<String> {
        let words = WordList::new(words.iter().filter_map(|word| Word::new(word)));
        let damaged = Word::new(damaged).expect("letters");
        let found = CustomLexicon::new(&words).forms_of(Channel::Stripped, damaged.codes());
        found.iter().map(|form| decode_word(&form.letters)).collect()
    }

    #[test]
    fn a_word_is_found_as_it_is_and_behind_proclitics() {
        assert_eq!(forms(&["أبسوس"], "ابسوس"), ["أبسوس"]);
        assert_eq!(forms(&["أبسوس"], "وبابسوس"), ["وبأبسوس"]);
        assert_eq!(forms(&["نسيجية"], "والنسيجي"), ["والنسيجية"]);
        assert_eq!(forms(&["أبسوس"], "سابسوس"), Vec::<String>::new(), "no name takes the sign of a future");
    }

    #[test]
    fn the_article_is_written_once() {
        assert_eq!(forms(&["الشارقة"], "للشارق"), ["للشارقة"]);
        assert_eq!(forms(&["الشارقة"], "بالشارق"), ["بالشارقة"]);
        assert_eq!(forms(&["الشارقة"], "لالشارق"), Vec::<String>::new());
    }
}
