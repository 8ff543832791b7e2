//! The head of an article: a headline on a line of its own, the dateline and the byline, which run into the text.
//!
//! ```text
//! head     = [headline] [dateline] [byline]
//! dateline = place … [newspaper or agency]  |  up to three words, then an agency whose name means nothing else
//! byline   = cue name  |  after a place: [من] name
//! ```
//!
//! If marks survived (`دبي - «الخليج»:`), they show where each part ends. If not, a name ends where the encoder expects a clause to end:
//! its training text had a colon or a dash there.
//!
//! Invariant: the parts are consecutive runs of tokens from the first on, and some text is left. When in doubt, words stay in the text,
//! where nothing is lost.

use std::ops::Range;

use super::boundary_cues::BoundaryCue;
use super::head_words::{HEAD_WORDS, Phrases, TextWord};
use super::sentence::SentenceKind;
use crate::arabic::{folded_codes, is_letter};
use crate::document::Gap;
use crate::repair::{Damage, Repaired, logistic};

/// The most tokens of a headline.
const HEADLINE_TOKENS: usize = 20;
/// How many words of the text are considered.
const HEAD_WORD_COUNT: usize = 16;
/// The most words of a place that only the agency after it reveals.
const PLACE_WORDS: usize = 3;
/// How many words a name has; a single word could be anything.
const NAME_WORDS: Range<usize> = 2..6;
/// A name ends where a clause ends with at least this probability.
const NAME_END: f64 = 0.15;
/// The same after a cue: at the head of an article, little else than a name follows one.
const NAME_END_AFTER_CUE: f64 = 0.05;

/// The parts of an article's head, in order from its first token on.
pub(super) fn read_head(article: &Repaired, cues: &[BoundaryCue]) -> Vec<(Range<usize>, SentenceKind)> {
    let mut parts = Vec::new();
    let mut start = 0;
    // A part that would take the whole article is none: some text must be left.
    let mut push = |end: Option<usize>, kind| {
        let end = end.filter(|end| *end < cues.len());
        parts.extend(end.map(|end| (start..end, kind)));
        start = end.unwrap_or(start);
        start
    };
    let title = Some(article.document().title_tokens()).filter(|tokens| *tokens > 0);
    let start_of_text = push(title.or_else(|| headline_end(article, cues)), SentenceKind::Headline);
    let head = ArticleHead::new(article, start_of_text);
    let dateline = head.dateline();
    push(dateline.map(|dateline| head.token_end(dateline.end)), SentenceKind::Dateline);
    let next_word = dateline.map_or(0, |dateline| dateline.end);
    let byline = head.byline_end(next_word, dateline.is_some_and(|dateline| !dateline.has_agency));
    push(byline.map(|end| head.token_end(end)), SentenceKind::Byline);
    parts
}

/// The name in a byline: its words without the cue (`كتب`, `من`) and without marks.
#[must_use]
pub fn name_of(byline: &str) -> String {
    let words = byline.split(' ').map(|word| word.trim_matches(|c| !is_letter(c))).filter(|word| !word.is_empty());
    let is_cue = |word: &&str| {
        let word = TextWord { folded: folded_codes(word), stripped: None };
        HEAD_WORDS.byline_cues.has_word(&word) || HEAD_WORDS.correspondent_cues.has_word(&word)
    };
    words.skip_while(is_cue).collect::<Vec<_>>().join(" ")
}

/// The end of a headline: a first line without a mark at its end that is neither dateline nor byline, and is much shorter than the
/// longest run of text after it.
fn headline_end(article: &Repaired, cues: &[BoundaryCue]) -> Option<usize> {
    let mut ends = (0..cues.len()).filter(|token| cues[*token] == BoundaryCue::End).map(|token| token + 1);
    let end = ends.next().filter(|end| *end <= HEADLINE_TOKENS)?;
    let (longest, _) = ends.fold((0, end), |(longest, start), next| (longest.max(next - start), next));
    let is_marked = article.document().token_text(end - 1).ends_with(|c: char| !c.is_alphanumeric());
    let head = ArticleHead::new(article, 0);
    // A credit on a line of its own looks like a headline: short, and without a mark at its end.
    let is_credit = head.dateline().is_some() || head.byline_end(0, false).is_some();
    (!is_marked && !is_credit && longest > 2 * end).then_some(end)
}

/// A word of an article's head. A token may hold several (`أبوظبي:«الخليج»`) or none (`-`).
struct HeadWord {
    text: TextWord,
    token: usize,
    /// Whether it is the last of its token.
    is_last: bool,
    /// Whether a colon, dash or break separates it from the next word.
    is_separated: bool,
    /// Probability that a clause ends after it.
    clause_end: f64,
}

/// The first words of an article.
struct ArticleHead {
    /// Tokens of the whole article.
    tokens: usize,
    words: Vec<HeadWord>,
}

/// A dateline, in words.
#[derive(Clone, Copy)]
struct Dateline {
    end: usize,
    has_agency: bool,
}

impl ArticleHead {
    /// The first words from token `first` on.
    fn new(article: &Repaired, first: usize) -> Self {
        let tokens = article.boundaries().len();
        let mut words: Vec<HeadWord> = Vec::new();
        for token in first..tokens {
            let of_token = head_words(article, token);
            match words.last_mut() {
                // A token without letters is a dash or the like.
                Some(last) if of_token.is_empty() => last.is_separated = true,
                _ => words.extend(of_token),
            }
            if words.len() >= HEAD_WORD_COUNT {
                break;
            }
        }
        Self { tokens, words }
    }

    /// The number of words of the longest of `phrases` at word `at`; 0 if there is none.
    fn phrase(&self, at: usize, phrases: &Phrases) -> usize {
        phrases.longest_at(&self.words.iter().skip(at).map(|word| &word.text))
    }

    /// The end, in tokens, of a part that ends before word `end`. Tokens without letters go with the part before them.
    fn token_end(&self, end: usize) -> usize {
        self.words.get(end).map_or(self.tokens, |next| next.token)
    }

    /// Whether a part can end before word `end`, so that no token is cut.
    fn is_token_end(&self, end: usize) -> bool {
        end > 0 && self.words[end - 1].is_last
    }

    fn dateline(&self) -> Option<Dateline> {
        let mut end = 0;
        while self.phrase(end, &HEAD_WORDS.places) > 0 {
            end += self.phrase(end, &HEAD_WORDS.places);
        }
        let agency = self.phrase(end, &HEAD_WORDS.newspapers).max(self.phrase(end, &HEAD_WORDS.agencies));
        let found = match (end, agency) {
            // After no listed place, only names that mean nothing but an agency count: `newspapers` are common words too.
            (0, _) => self.agency_end().map(|end| Dateline { end, has_agency: true }),
            (_, 0) => self.opens_credit(end).then_some(Dateline { end, has_agency: false }),
            _ if self.is_token_end(end + agency) => Some(Dateline { end: end + agency, has_agency: true }),
            // The agency shares a token with the text: the dateline is the place alone.
            _ => Some(Dateline { end, has_agency: true }),
        };
        // Parts are runs of whole tokens: one that ends inside a token would take words of the text with it.
        found.filter(|dateline| self.is_token_end(dateline.end))
    }

    /// The end of an agency that follows few enough words for them to be a place.
    fn agency_end(&self) -> Option<usize> {
        let agency = (0..=PLACE_WORDS).find(|word| self.phrase(*word, &HEAD_WORDS.agencies) > 0)?;
        Some(agency + self.phrase(agency, &HEAD_WORDS.agencies))
    }

    /// Whether places up to word `end` that no agency follows are a dateline: they are separated from the text, or a name follows.
    fn opens_credit(&self, end: usize) -> bool {
        let place = &self.words[end - 1];
        place.is_separated || place.clause_end >= NAME_END || self.byline_end(end, true).is_some()
    }

    /// The end of a byline that begins at word `at`.
    fn byline_end(&self, at: usize, after_place: bool) -> Option<usize> {
        let from = if after_place { self.phrase(at, &HEAD_WORDS.correspondent_cues) } else { 0 };
        let cue = self.phrase(at, &HEAD_WORDS.byline_cues).max(from);
        if cue == 0 && !after_place {
            return None;
        }
        let least = if cue > 0 { NAME_END_AFTER_CUE } else { NAME_END };
        let can_be_name = |word: &&HeadWord| !HEAD_WORDS.never_in_names.has_word(&word.text);
        let start = at + cue;
        let name: Vec<_> = self.words.get(start..)?.iter().take_while(can_be_name).take(NAME_WORDS.end - 1).collect();
        let ends = |word: &HeadWord| word.is_separated || word.clause_end >= least;
        // The earliest end wins; ends before the second word are skipped, since a name has at least two.
        let words = NAME_WORDS.start + name.iter().skip(NAME_WORDS.start - 1).position(|word| ends(word))?;
        Some(start + words).filter(|end| self.is_token_end(*end))
    }
}

/// The words of a token; none if it is in another language.
fn head_words(article: &Repaired, token: usize) -> Vec<HeadWord> {
    if article.damage(token) == Damage::Foreign {
        return Vec::new();
    }
    let text = article.token_text(token);
    let raw = article.document().token_text(token);
    let logits = article.boundaries()[token];
    let pieces: Vec<&str> = text.split(|c| !is_letter(c)).filter(|piece| !piece.is_empty()).collect();
    let last = pieces.len().saturating_sub(1);
    let word = |(index, piece): (usize, &&str)| {
        let is_last = index == last;
        let breaks = token + 1 < article.boundaries().len() && article.document().tokens()[token].gap != Gap::Space;
        let stripped = (article.damage(token) == Damage::Stripped).then(|| folded_codes(raw));
        HeadWord {
            text: TextWord { folded: folded_codes(piece), stripped },
            token,
            is_last,
            is_separated: !is_last || raw.ends_with(':') || breaks,
            // Where a sentence ends, a clause ends too, so the likelier of the two counts.
            clause_end: logistic(f64::from(logits.clause_end.max(logits.sentence_end))),
        }
    };
    pieces.iter().enumerate().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::repair::{BoundaryLogits, Outcome, Segment};
    use crate::split::boundary_cues::read_cues;

    /// The parts of a text's head as `kind:words`; the encoder sees a clause end after each token of `clause_ends`.
    fn head_of(text: &str, damage: Damage, clause_ends: &[usize]) -> Vec<String> {
        let document = Document::from_text("t", text);
        let outcome = |_| Outcome { confidence: 1.0, unresolved: false, repair: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(outcome).collect();
        let mut boundaries = vec![BoundaryLogits::UNLIKELY; outcomes.len()];
        for token in clause_ends {
            boundaries[*token].clause_end = 2.0;
        }
        let segments = Segment::whole(&document, damage);
        let article = Repaired::new(document, segments, outcomes, boundaries);
        let mut cues = Vec::new();
        read_cues(&article, &mut cues);
        let part = |(tokens, kind): (Range<usize>, SentenceKind)| format!("{}:{}", kind.name(), article.span_text(tokens));
        read_head(&article, &cues).into_iter().map(part).collect()
    }

    #[test]
    fn datelines_and_bylines_are_separated_from_the_text() {
        let cases: &[(&str, &[usize], &[&str], &str)] = &[
            ("دبي الخليج أعلن سوق دبي المالي", &[], &["dateline:دبي الخليج"], "a place and a newspaper"),
            ("أم القيوين الخليج نظم قسم الاتصال", &[], &["dateline:أم القيوين الخليج"], "a place of two words"),
            ("صنعا عدن الخليج شنت طارات", &[], &["dateline:صنعا عدن الخليج"], "two places, one still stripped"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[2], &["dateline:أبوظبي", "byline:نجاة الفارس"], "a place and a name"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[], &[], "nothing says that the name is one"),
            ("كتب سالم الرحبي تنطلق اليوم", &[2], &["byline:كتب سالم الرحبي"], "a cue and a name"),
            ("كتب نجيب محفوظ رواياته في القاهرة", &[], &[], "a sentence that begins with the same word"),
            ("القاهر من محمد عمر كم هي", &[3], &["dateline:القاهر", "byline:من محمد عمر"], "a correspondent"),
            ("نام دينه فب انتظر لبنان", &[], &["dateline:نام دينه فب"], "a stripped agency reveals the place before it"),
            ("لندن وقع أكثر من ألف", &[0], &["dateline:لندن"], "a place alone"),
            ("لندن عاصمة بريطانيا", &[], &[], "a place that is the subject"),
            ("دبي الخليج", &[], &[], "no text would be left"),
        ];
        for (text, clause_ends, expected, why) in cases {
            assert_eq!(head_of(text, Damage::Stripped, clause_ends), *expected, "{text}: {why}");
        }
    }

    #[test]
    fn marks_and_breaks_show_the_parts() {
        let body = "نظم النادي الثقافي العربي في الشارقة مساء أمس أمسية شعرية.";
        let cases: &[(&str, &[&str], &str)] = &[
            ("دبي - «الخليج»: ", &["dateline:دبي - «الخليج»:"], "a dash belongs to the part before it"),
            ("الشارقة: غيث خوري\n", &["dateline:الشارقة:", "byline:غيث خوري"], "a colon and a line's end"),
            ("أبوظبي:«الخليج» ", &["dateline:أبوظبي:«الخليج»"], "two words in one token"),
            ("دبي -\"الخليج\":شهد ", &["dateline:دبي"], "no token is cut"),
            ("أمسية في الشارقة\n\n", &["headline:أمسية في الشارقة"], "a first line without a stop"),
            (
                "أمسية في الشارقة\nالشارقة: غيث خوري\n",
                &["headline:أمسية في الشارقة", "dateline:الشارقة:", "byline:غيث خوري"],
                "all three",
            ),
            ("انتهى الأمر.\n\n", &[], "a first line with a stop is a sentence"),
        ];
        for (head, expected, why) in cases {
            assert_eq!(head_of(&format!("{head}{body}"), Damage::Intact, &[]), *expected, "{head:?}: {why}");
        }
    }

    #[test]
    fn the_name_is_the_byline_without_its_cue() {
        for (byline, name) in
            [("كتب سالم الرحبي", "سالم الرحبي"), ("من محمد عمر", "محمد عمر"), ("-عايدة عبدالحميد:", "عايدة عبدالحميد")]
        {
            assert_eq!(name_of(byline), name);
        }
    }
}
