//! Where in an article the state of its writing changes: an intact headline over a stripped body, two sources pasted together.
//!
//! Every word shows a sign: letters that stripping deletes, or a form that the lexicon lacks as it stands. The signs are as
//! frequent in each state as [`SHARES`] says, a change of state costs [`SWITCH`], and the cheapest walk through the states
//! (Viterbi 1967) says which runs of tokens are stripped. What is left of the article between them has its state told by its own
//! [`LetterCensus`], as a whole article has.
//!
//! Invariant: stretches cover the article, in order, and there is at least one; an article without a change of state is one
//! stretch, judged by the census of all of it.

use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::damage::{Damage, LetterCensus, Spelling};
use super::habit::{UNITS_PER_NAT, cost_of};
use crate::arabic::{code, is_plain, is_sentence_mark};
use crate::document::{Document, Gap};

/// A run of an article's tokens that is in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    /// The state.
    pub damage: Damage,
}

impl Stretch {
    /// An article that is in one state throughout.
    #[must_use]
    pub fn whole(document: &Document, damage: Damage) -> Vec<Self> {
        vec![Self { tokens: 0..document.tokens().len(), damage }]
    }
}

/// A word as the lexicon finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadWord<'w> {
    pub token: usize,
    pub codes: &'w [u8],
    pub spelling: Spelling,
}

/// States of the walk: stripped, normalised, and with its letters kept (intact or softly misspelt).
const STATES: usize = 3;
const STRIPPED: usize = 0;

/// How frequent each sign is in each state, measured on the development sets. Stripped text has none of the letters that the
/// script deletes; the share stands for one that strayed in.
const SHARES: [[f64; STATES]; 8] = [
    // `أ إ آ ى ة`
    [0.0005, 0.001, 0.30],
    // `ء ئ ؤ` alone
    [0.0005, 0.042, 0.03],
    // as the lexicon has it, and the same with a final `ه`
    [0.81, 0.63, 0.61],
    [0.035, 0.03, 0.03],
    // with merged letters restored
    [0.079, 0.13, 0.01],
    [0.006, 0.155, 0.01],
    // not in the lexicon
    [0.067, 0.012, 0.01],
    [0.0025, 0.002, 0.002],
];

static SIGN_COSTS: LazyLock<[[i32; STATES]; 8]> = LazyLock::new(|| SHARES.map(|shares| shares.map(cost_of)));

#[expect(clippy::cast_possible_truncation, reason = "256")]
const NAT: i64 = UNITS_PER_NAT as i64;
/// What a change of state costs within a line: a run of clean words must have none of its letters for 36 words, or a stripped one
/// three strays close together, before it is taken for the other.
const SWITCH: i64 = 18 * NAT;
/// The same at the end of a line or after a mark that ends a sentence, where sources are joined.
const SWITCH_AT_END: i64 = 12 * NAT;

/// The stretches of an article; `words` in the order of their tokens.
pub(super) fn stretches(document: &Document, words: &[ReadWord<'_>]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (tokens, is_stripped) in runs(&cheapest_walk(document, words)) {
        let damage = if is_stripped { Damage::Stripped } else { census(words, &tokens).damage() };
        match stretches.last_mut().filter(|last| (last.damage, damage) == (Damage::Stripped, Damage::Stripped)) {
            Some(last) => last.tokens.end = tokens.end,
            None => stretches.push(Stretch { tokens, damage }),
        }
    }
    if stretches.len() > 1 {
        return stretches;
    }
    let all = 0..document.tokens().len();
    vec![Stretch { damage: census(words, &all).damage(), tokens: all }]
}

fn census(words: &[ReadWord<'_>], tokens: &Range<usize>) -> LetterCensus {
    let before = |token: usize| words.partition_point(|word| word.token < token);
    let mut census = LetterCensus::default();
    for word in &words[before(tokens.start)..before(tokens.end)] {
        census.observe(word.codes, word.spelling);
    }
    census
}

/// Row of [`SHARES`].
fn sign(word: ReadWord<'_>) -> usize {
    let is_hamza = |letter: &u8| matches!(*letter, code::HAMZA | code::WAW_HAMZA | code::YA_HAMZA);
    if word.codes.iter().any(|letter| !is_plain(*letter) && !is_hamza(letter)) {
        return 0;
    }
    if word.codes.iter().any(is_hamza) {
        return 1;
    }
    let row = match word.spelling {
        Spelling::Listed => 2,
        Spelling::Misspelt => 4,
        Spelling::Unread => 6,
    };
    row + usize::from(word.codes.last() == Some(&code::HA))
}

/// For each token, whether the cheapest walk passes it stripped.
fn cheapest_walk(document: &Document, words: &[ReadWord<'_>]) -> Vec<bool> {
    let count = document.tokens().len();
    let mut costs = [0_i64; STATES];
    let mut came_from: Vec<[usize; STATES]> = Vec::with_capacity(count);
    let mut words = words.iter().peekable();
    for token in 0..count {
        let cheapest = (0..STATES).min_by_key(|state| costs[*state]).unwrap_or(STRIPPED);
        let switched = costs[cheapest] + switch_cost(document, token);
        came_from.push(std::array::from_fn(|state| if costs[state] <= switched { state } else { cheapest }));
        costs = costs.map(|stayed| stayed.min(switched));
        while let Some(word) = words.next_if(|word| word.token == token) {
            let shown = SIGN_COSTS[sign(*word)];
            costs = std::array::from_fn(|state| costs[state] + i64::from(shown[state]));
        }
    }
    let mut state = (0..STATES).min_by_key(|state| costs[*state]).unwrap_or(STRIPPED);
    let mut walk = vec![false; count];
    for token in (0..count).rev() {
        walk[token] = state == STRIPPED;
        state = came_from[token][state];
    }
    walk
}

/// What it costs to change the state before a token.
fn switch_cost(document: &Document, token: usize) -> i64 {
    let Some(before) = token.checked_sub(1) else { return SWITCH };
    let closed = document.token_text(before).trim_end_matches(['"', '»', '”', ')']);
    let at_end = document.tokens()[before].gap != Gap::Space || closed.ends_with(is_sentence_mark);
    if at_end { SWITCH_AT_END } else { SWITCH }
}

/// Runs of equal values.
fn runs(walk: &[bool]) -> Vec<(Range<usize>, bool)> {
    let mut start = 0;
    let lengths = walk.chunk_by(bool::eq).map(|run| (run.len(), run[0]));
    let run = |(length, value)| {
        start += length;
        (start - length..start, value)
    };
    lengths.map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::Word;

    const KEPT: &str = "أكدت الوزارة أن المؤسسات الصغيرة والمتوسطة في الإمارات تسهم في زيادة الإنتاج وتنمية الصناعات الوطنية";
    const STRIPPED_TEXT: &str = "تسع المسسات الصغير والمتوسط ال زياد النتاج والتنمي الصناعي في دول مجلس التعاون وتطوير \
        القتصاد الوطن من خلال دعم القطاع الخاص وتشجيع الستثمار في قطاعات الصناع والتجار والزراع والسياح";
    const PLAIN: &str = "وقال محمد بن راشد بن سعيد وخالد بن حمد بن سالم من مجلس دبي ومجلس عجمان في بيان صدر يوم الخميس";

    /// The stretches of a text: how many tokens, and the state. What has lost its letters is found in no list.
    fn found(text: &str) -> Vec<(usize, Damage)> {
        let document = Document::from_text("t", text);
        let coded: Vec<Word> = (0..document.tokens().len())
            .map(|token| Word::new(document.token_text(token)).expect("Arabic letters"))
            .collect();
        let is_lost = |word: &str| STRIPPED_TEXT.contains(word) && !["في", "دول", "مجلس", "من", "دعم"].contains(&word);
        let read = |(token, word): (usize, &'static [u8])| {
            let lost = is_lost(document.token_text(token));
            ReadWord { token, codes: word, spelling: if lost { Spelling::Unread } else { Spelling::Listed } }
        };
        let leaked: Vec<&'static [u8]> = coded.iter().map(|word| &*word.codes().to_vec().leak()).collect();
        let words: Vec<ReadWord<'_>> = leaked.into_iter().enumerate().map(read).collect();
        stretches(&document, &words).into_iter().map(|s| (s.tokens.len(), s.damage)).collect()
    }

    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn an_article_in_one_state_is_one_stretch() {
        assert_eq!(found(KEPT), [(words(KEPT), Damage::Intact)]);
        assert_eq!(found(STRIPPED_TEXT), [(words(STRIPPED_TEXT), Damage::Stripped)]);
        assert_eq!(found("").len(), 1, "nothing is one stretch too");
    }

    #[test]
    fn an_intact_paragraph_and_a_stripped_one_are_told_apart_in_any_order() {
        let (kept, stripped) = ((words(KEPT), Damage::Intact), (words(STRIPPED_TEXT), Damage::Stripped));
        assert_eq!(found(&format!("{KEPT}\n{STRIPPED_TEXT}")), [kept, stripped]);
        assert_eq!(found(&format!("{STRIPPED_TEXT} {KEPT}")), [stripped, kept]);
        assert_eq!(found(&format!("{KEPT}\n{STRIPPED_TEXT}\n{KEPT}")), [kept, stripped, kept]);
    }

    #[test]
    fn clean_words_that_lack_the_letters_by_chance_are_no_change() {
        assert!(words(PLAIN) >= 20);
        for text in [format!("{KEPT}\n{PLAIN}\n{KEPT}"), format!("{KEPT} {PLAIN}"), format!("{PLAIN} {KEPT}")] {
            assert_eq!(found(&text), [(words(&text), Damage::Intact)]);
        }
    }

    #[test]
    fn a_stray_word_is_no_change() {
        let text = format!("{STRIPPED_TEXT} إلى {STRIPPED_TEXT}");
        assert_eq!(found(&text).len(), 1);
    }
}
