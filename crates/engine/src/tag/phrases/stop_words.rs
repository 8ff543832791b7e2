//! Where a word may stand in a noun phrase.
//!
//! The list is data (`stop_words.txt`): first the words that are in no phrase, then, in sections that begin with `@`, words that may only
//! begin a phrase, stand inside it, or end it. Invariant: both sides of a comparison fold the kinds of alif and nothing else, since
//! `علي` is a name and `على` "on" is not.

use rustc_hash::FxHashMap;

use crate::arabic::clitics::is_conjunction;
use crate::arabic::{Word, with_plain_alif};

const LIST: &str = include_str!("stop_words.txt");

/// Where a word may stand in a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nowhere: function words and verbs.
    Never,
    /// At the beginning, with another word after it: `شبه` "semi-", `عبد`.
    Begin,
    /// Inside: `بن`.
    Inside,
    /// At the end, with another word before it: `الأول` "first", `يناير` "January".
    End,
    /// Anywhere, also alone.
    Anywhere,
}

/// The listed words.
#[derive(Debug)]
pub struct StopWords {
    listed: FxHashMap<Vec<u8>, Standing>,
}

impl Default for StopWords {
    fn default() -> Self {
        let mut listed = FxHashMap::default();
        let mut standing = Standing::Never;
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('@') {
                Some("begin") => standing = Standing::Begin,
                Some("inside") => standing = Standing::Inside,
                Some("end") => standing = Standing::End,
                Some(other) => unreachable!("unknown section {other}"),
                None => {
                    // A word that is listed twice keeps its first standing: the stricter section comes first.
                    for word in line.split_whitespace().filter_map(Word::new) {
                        listed.entry(with_plain_alif(word.codes())).or_insert(standing);
                    }
                }
            }
        }
        Self { listed }
    }
}

impl StopWords {
    /// Where a word (letter codes as written) may stand, according to the list.
    #[must_use]
    pub fn standing(&self, word: &[u8]) -> Standing {
        let word = with_plain_alif(word);
        if word.len() < 2 {
            return Standing::Never;
        }
        if let Some(standing) = self.listed.get(&word) {
            return *standing;
        }
        match word.as_slice() {
            [first, rest @ ..] if is_conjunction(*first) && self.listed.get(rest) == Some(&Standing::Never) => {
                Standing::Never
            }
            _ => Standing::Anywhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_with_its_sections() {
        let words = StopWords::default();
        let standing = |word: &str| words.standing(Word::new(word).expect("Arabic letters").codes());
        assert_eq!(standing("إلى"), Standing::Never);
        assert_eq!(standing("وإلى"), Standing::Never);
        assert_eq!(standing("بن"), Standing::Inside);
        assert_eq!(standing("عبد"), Standing::Begin);
        assert_eq!(standing("يناير"), Standing::End);
        assert_eq!(standing("اقتصاد"), Standing::Anywhere);
        assert_eq!(standing("و"), Standing::Never);
    }
}
