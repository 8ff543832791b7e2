//! Segments: the runs of an article in one state of writing, such as an intact headline over a stripped body, or two sources
//! pasted together.
//!
//! A hidden Markov model. Every word emits a sign: letters that stripping deletes, or a form that the lexicon lacks as it
//! stands. [`SHARES`] are the emission probabilities, a change of state costs [`SWITCH`], and the cheapest path (Viterbi 1967)
//! tells which runs of tokens are stripped. The state of the runs between them is detected by their own [`LetterCensus`], as
//! that of a whole article is.
//!
//! Invariant: segments cover the article, in order, and there is at least one; an article without a change of state is one
//! segment, judged by the census of all its words.

use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::costs::{self, cost_of};
use super::damage::{Damage, LetterCensus, Spelling};
use crate::arabic::{code, is_plain, is_sentence_mark};
use crate::document::{Document, Gap};

/// A run of an article's tokens in one state of writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    /// Its state of writing.
    pub damage: Damage,
}

impl Segment {
    /// The one segment of an article that is in one state throughout.
    #[must_use]
    pub fn whole(document: &Document, damage: Damage) -> Vec<Self> {
        vec![Self { tokens: 0..document.tokens().len(), damage }]
    }
}

/// A word, with what the lexicon says about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ObservedWord<'w> {
    pub token: usize,
    pub codes: &'w [u8],
    pub spelling: Spelling,
}

/// States of the hidden Markov model: stripped, normalised, and letters kept (intact or soft).
const STATES: usize = 3;
const STRIPPED: usize = 0;

/// Probability of each sign in each state, measured on the development sets. Stripped text holds none of the letters that
/// the script deletes; its share allows for a stray one.
const SHARES: [[f64; STATES]; 8] = [
    // `أ إ آ ى ة`
    [0.0005, 0.001, 0.30],
    // `ء ئ ؤ` alone
    [0.0005, 0.042, 0.03],
    // a word of the lexicon as it stands, without and with a final `ه`
    [0.81, 0.63, 0.61],
    [0.035, 0.03, 0.03],
    // one with folded letters restored, likewise
    [0.079, 0.13, 0.01],
    [0.006, 0.155, 0.01],
    // neither, likewise
    [0.067, 0.012, 0.01],
    [0.0025, 0.002, 0.002],
];

static SIGN_COSTS: LazyLock<[[i32; STATES]; 8]> = LazyLock::new(|| SHARES.map(|shares| shares.map(cost_of)));

const NAT: i64 = costs::NAT as i64;
/// Cost of a change of state within a line: clean text must lack its letters for 36 words, or stripped text hold three stray
/// ones close together, before it is taken for the other.
const SWITCH: i64 = 18 * NAT;
/// The same at the end of a line or of a sentence, where sources are usually joined.
const SWITCH_AT_END: i64 = 12 * NAT;

/// The segments of an article; `words` are in the order of their tokens. `declared` is the state of all that is Arabic.
pub(super) fn segments(document: &Document, words: &[ObservedWord<'_>], declared: Option<Damage>) -> Vec<Segment> {
    let arabic = match declared {
        Some(damage) => Segment::whole(document, damage),
        None => arabic_segments(document, words),
    };
    without_foreign(arabic, document.foreign())
}

/// Segments with the foreign runs cut out, each of which becomes a segment of its own.
fn without_foreign(segments: Vec<Segment>, foreign: &[Range<usize>]) -> Vec<Segment> {
    let mut cut: Vec<Segment> = Vec::with_capacity(segments.len() + 2 * foreign.len());
    let mut push = |tokens: Range<usize>, damage| {
        if let Some(last) = cut.last_mut().filter(|last| last.damage == damage) {
            last.tokens.end = tokens.end;
        } else if !tokens.is_empty() {
            cut.push(Segment { tokens, damage });
        }
    };
    let mut runs = foreign.iter().peekable();
    for Segment { tokens, damage } in segments {
        let mut start = tokens.start;
        while let Some(run) = runs.next_if(|run| run.start < tokens.end) {
            push(start.min(run.start)..run.start, damage);
            push(run.clone(), Damage::Foreign);
            start = run.end;
        }
        if start < tokens.end {
            push(start..tokens.end, damage);
        }
    }
    // An empty article is one segment, too.
    if cut.is_empty() { vec![Segment { tokens: 0..0, damage: Damage::Intact }] } else { cut }
}

/// The segments of an article whose foreign words are not looked at.
fn arabic_segments(document: &Document, words: &[ObservedWord<'_>]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for (tokens, is_stripped) in runs(&cheapest_path(document, words)) {
        let damage = if is_stripped { Damage::Stripped } else { census(words, &tokens).damage() };
        match segments.last_mut().filter(|last| (last.damage, damage) == (Damage::Stripped, Damage::Stripped)) {
            // A run beside a stripped one can be found stripped as well, by its own census.
            Some(last) => last.tokens.end = tokens.end,
            None => segments.push(Segment { tokens, damage }),
        }
    }
    // Without a change of state the census of the whole article decides, which can also find it stripped or not.
    if segments.len() > 1 {
        return segments;
    }
    let all = 0..document.tokens().len();
    vec![Segment { damage: census(words, &all).damage_among(document.neighbours), tokens: all }]
}

fn census(words: &[ObservedWord<'_>], tokens: &Range<usize>) -> LetterCensus {
    let before = |token: usize| words.partition_point(|word| word.token < token);
    let mut census = LetterCensus::default();
    for word in &words[before(tokens.start)..before(tokens.end)] {
        census.observe(word.codes, word.spelling);
    }
    census
}

/// The sign that a word emits: its row of [`SHARES`].
fn sign(word: ObservedWord<'_>) -> usize {
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
        Spelling::Unexplained => 6,
    };
    row + usize::from(word.codes.last() == Some(&code::HA))
}

/// For each token, whether the cheapest path through the states is in the stripped one (Viterbi's algorithm).
fn cheapest_path(document: &Document, words: &[ObservedWord<'_>]) -> Vec<bool> {
    let count = document.tokens().len();
    // They add up over the whole article, which may be too much for 32 bits.
    let mut costs = [0_i64; STATES];
    let mut came_from: Vec<[usize; STATES]> = Vec::with_capacity(count);
    let mut words = words.iter().peekable();
    for token in 0..count {
        // Any change of state costs the same, so the best predecessor is either the state itself or the cheapest one.
        let cheapest = (0..STATES).min_by_key(|state| costs[*state]).unwrap_or(STRIPPED);
        let switched = costs[cheapest] + switch_cost(document, token);
        // Before the update of `costs`, whose old values it compares.
        came_from.push(std::array::from_fn(|state| if costs[state] <= switched { state } else { cheapest }));
        costs = costs.map(|stayed| stayed.min(switched));
        while let Some(word) = words.next_if(|word| word.token == token) {
            let shown = SIGN_COSTS[sign(*word)];
            costs = std::array::from_fn(|state| costs[state] + i64::from(shown[state]));
        }
    }
    let mut state = (0..STATES).min_by_key(|state| costs[*state]).unwrap_or(STRIPPED);
    let mut path = vec![false; count];
    for token in (0..count).rev() {
        path[token] = state == STRIPPED;
        state = came_from[token][state];
    }
    path
}

/// The cost of a change of state before a token.
fn switch_cost(document: &Document, token: usize) -> i64 {
    let Some(before) = token.checked_sub(1) else { return SWITCH };
    // The mark that ends a sentence may stand inside its quotes or brackets.
    let closed = document.token_text(before).trim_end_matches(['"', '»', '”', ')']);
    let at_end = document.tokens()[before].gap != Gap::Space || closed.ends_with(is_sentence_mark);
    if at_end { SWITCH_AT_END } else { SWITCH }
}

/// Runs of equal values.
fn runs(path: &[bool]) -> Vec<(Range<usize>, bool)> {
    let mut start = 0;
    let lengths = path.chunk_by(bool::eq).map(|run| (run.len(), run[0]));
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

    /// The segments of a text: the number of tokens and the state. Words that lost letters count as unexplained.
    fn found(text: &str) -> Vec<(usize, Damage)> {
        let document = Document::from_text("t", text);
        let coded: Vec<Word> = (0..document.tokens().len())
            .map(|token| Word::new(document.token_text(token)).expect("Arabic letters"))
            .collect();
        let is_lost = |word: &str| STRIPPED_TEXT.contains(word) && !["في", "دول", "مجلس", "من", "دعم"].contains(&word);
        let read = |(token, word): (usize, &'static [u8])| {
            let lost = is_lost(document.token_text(token));
            ObservedWord { token, codes: word, spelling: if lost { Spelling::Unexplained } else { Spelling::Listed } }
        };
        let leaked: Vec<&'static [u8]> = coded.iter().map(|word| &*word.codes().to_vec().leak()).collect();
        let words: Vec<ObservedWord<'_>> = leaked.into_iter().enumerate().map(read).collect();
        segments(&document, &words, None).into_iter().map(|s| (s.tokens.len(), s.damage)).collect()
    }

    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn an_article_in_one_state_is_one_segment() {
        assert_eq!(found(KEPT), [(words(KEPT), Damage::Intact)]);
        assert_eq!(found(STRIPPED_TEXT), [(words(STRIPPED_TEXT), Damage::Stripped)]);
        assert_eq!(found("").len(), 1, "an empty article is one segment too");
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
