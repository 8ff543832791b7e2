//! The head of an article: a headline on a line of its own, the dateline, the byline, where they run into the text.
//!
//! ```text
//! lead     = [headline] [dateline] [byline]
//! dateline = place … [agency]  |  one to three words, then an agency whose name is nothing else
//! byline   = cue name  |  after a place: [من] name
//! ```
//!
//! Where marks survived (`دبي - «الخليج»:`) they show where each part ends. Where they did not, a name ends where the encoder
//! expects a clause to end: in its training text a colon or a dash stood there. Invariant: what is recognised is a run of
//! tokens from the article's first on, and some text is left; where in doubt, words stay in the text, where nothing is lost.

use std::ops::Range;
use std::sync::LazyLock;

use super::SentenceKind;
use super::evidence::Evidence;
use super::gazetteer::{AGENCIES, BARE_AGENCIES, CUES, PLACES};
use crate::arabic::{encode_letter, fold_letter, folded_codes, is_letter, is_plain};
use crate::document::Gap;
use crate::repair::{Damage, Repaired};

/// Most tokens of a headline.
const HEADLINE_TOKENS: usize = 20;
/// Words that are looked at.
const HEAD_WORDS: usize = 16;
/// Most words of a place that is told by the agency after it alone.
const PLACE_WORDS: usize = 3;
/// Most words of a name; a name of one is too easily another word.
const NAME_WORDS: Range<usize> = 2..6;
/// A name ends where a clause ends with at least this probability.
const NAME_END: f64 = 0.15;
/// The same after a word that only a name follows at the head of an article.
const NAME_END_AFTER_CUE: f64 = 0.05;
/// Words that are part of no name.
const NO_NAME: &[&str] = &["في", "على", "من", "إلى", "عن", "مع", "أن", "إن", "هو", "هي", "كما", "قد", "ما", "لا", "د"];
/// What a correspondent's name follows after a place.
const FROM: &[&str] = &["من"];

static PLACE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(PLACES));
static AGENCY: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(AGENCIES));
static BARE_AGENCY: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(BARE_AGENCIES));
static CUE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(CUES));
static CORRESPONDENT: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(FROM));
static NOT_IN_NAMES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(NO_NAME));

/// A list of phrases, made ready to be compared.
struct Phrases(Vec<Vec<ListedWord>>);

struct ListedWord {
    /// Letter codes, with the letters merged that careless writing merges.
    folded: Vec<u8>,
    /// What stripping leaves of it.
    left: Vec<u8>,
}

impl Phrases {
    fn new(phrases: &[&str]) -> Self {
        let word = |word| ListedWord { folded: folded_codes(word), left: folded_plain(word) };
        Self(phrases.iter().map(|phrase| phrase.split(' ').map(word).collect()).collect())
    }

    /// Whether one of the phrases is this word alone.
    fn has_word(&self, is_the_word: impl Fn(&ListedWord) -> bool) -> bool {
        self.0.iter().any(|phrase| matches!(phrase.as_slice(), [listed] if is_the_word(listed)))
    }
}

/// The rows of an article's head, in order from its first token on.
pub(super) fn read_lead(article: &Repaired, evidence: &[Evidence]) -> Vec<(Range<usize>, SentenceKind)> {
    let mut rows = Vec::new();
    let mut at = 0;
    let mut push = |end: Option<usize>, kind| {
        let end = end.filter(|end| *end < evidence.len());
        rows.extend(end.map(|end| (at..end, kind)));
        at = end.unwrap_or(at);
        at
    };
    let title = Some(article.document().title_tokens()).filter(|tokens| *tokens > 0);
    let at = push(title.or_else(|| headline_end(article, evidence)), SentenceKind::Headline);
    let lead = Lead::new(article, at);
    let dateline = lead.dateline();
    push(dateline.map(|dateline| lead.token_end(dateline.end)), SentenceKind::Dateline);
    let start = dateline.map_or(0, |dateline| dateline.end);
    let byline = lead.byline_end(start, dateline.is_some_and(|dateline| !dateline.has_agency));
    push(byline.map(|end| lead.token_end(end)), SentenceKind::Byline);
    rows
}

/// The name in a byline: its words without the cue (`كتب`, `من`) and without marks.
#[must_use]
pub fn name_of(byline: &str) -> String {
    let words = byline.split(' ').map(|word| word.trim_matches(|c| !is_letter(c))).filter(|word| !word.is_empty());
    let is_cue = |word: &&str| {
        let word = folded_codes(word);
        [&CUE, &CORRESPONDENT].iter().any(|list| list.has_word(|listed| listed.folded == word))
    };
    words.skip_while(is_cue).collect::<Vec<_>>().join(" ")
}

/// The end of a first line without a mark at its end, not itself a dateline or byline, and much shorter than the longest run of text
/// that follows it.
fn headline_end(article: &Repaired, evidence: &[Evidence]) -> Option<usize> {
    let mut ends = (0..evidence.len()).filter(|token| evidence[*token] == Evidence::Ends).map(|token| token + 1);
    let end = ends.next().filter(|end| *end <= HEADLINE_TOKENS)?;
    let (longest, _) = ends.fold((0, end), |(longest, start), next| (longest.max(next - start), next));
    let is_marked = article.document().token_text(end - 1).ends_with(|c: char| !c.is_alphanumeric());
    let lead = Lead::new(article, 0);
    let is_credit = lead.dateline().is_some() || lead.byline_end(0, false).is_some();
    (!is_marked && !is_credit && longest > 2 * end).then_some(end)
}

/// A word of the article's head; a token may hold several (`أبوظبي:«الخليج»`), or none (`-`).
struct HeadWord {
    /// Letter codes, with the letters merged that careless writing merges.
    folded: Vec<u8>,
    /// What stripping left of the word, where the article was stripped.
    left: Option<Vec<u8>>,
    token: usize,
    /// Whether it is its token's last.
    is_last: bool,
    /// Whether something in the text parts it from the next: a colon, a dash, a break.
    is_parted: bool,
    /// Probability that a clause ends after it.
    clause_end: f64,
}

struct Lead {
    tokens: usize,
    words: Vec<HeadWord>,
}

/// A dateline, as its words.
#[derive(Clone, Copy)]
struct Dateline {
    end: usize,
    has_agency: bool,
}

impl Lead {
    /// The words from token `first` on.
    fn new(article: &Repaired, first: usize) -> Self {
        let tokens = article.places().len();
        let mut words: Vec<HeadWord> = Vec::new();
        for token in first..tokens {
            let of_token = head_words(article, token);
            match words.last_mut() {
                // A token without letters is a dash or the like.
                Some(last) if of_token.is_empty() => last.is_parted = true,
                _ => words.extend(of_token),
            }
            if words.len() >= HEAD_WORDS {
                break;
            }
        }
        Self { tokens, words }
    }

    /// How many words from `at` on are one of `phrases`: the longest, 0 for none.
    fn phrase(&self, at: usize, phrases: &Phrases) -> usize {
        let length = |phrase: &Vec<ListedWord>| {
            let here = self.words.get(at..at + phrase.len());
            here.filter(|here| here.iter().zip(phrase).all(|(word, listed)| word.is(listed))).map_or(0, <[_]>::len)
        };
        phrases.0.iter().map(length).max().unwrap_or(0)
    }

    /// The end, in tokens, of a part that ends before word `end`; what holds no letters belongs to what is before it.
    fn token_end(&self, end: usize) -> usize {
        self.words.get(end).map_or(self.tokens, |next| next.token)
    }

    /// Whether a part can end before word `end`: no token is cut.
    fn is_token_end(&self, end: usize) -> bool {
        end > 0 && self.words[end - 1].is_last
    }

    fn dateline(&self) -> Option<Dateline> {
        let mut end = 0;
        while self.phrase(end, &PLACE) > 0 {
            end += self.phrase(end, &PLACE);
        }
        let agency = self.phrase(end, &AGENCY).max(self.phrase(end, &BARE_AGENCY));
        let found = match (end, agency) {
            (0, _) => self.agency_end().map(|end| Dateline { end, has_agency: true }),
            (_, 0) => self.opens_credit(end).then_some(Dateline { end, has_agency: false }),
            _ if self.is_token_end(end + agency) => Some(Dateline { end: end + agency, has_agency: true }),
            _ => Some(Dateline { end, has_agency: true }),
        };
        found.filter(|dateline| self.is_token_end(dateline.end))
    }

    /// The end of an agency after at most so many words as a place has.
    fn agency_end(&self) -> Option<usize> {
        let agency = (0..=PLACE_WORDS).find(|word| self.phrase(*word, &BARE_AGENCY) > 0)?;
        Some(agency + self.phrase(agency, &BARE_AGENCY))
    }

    /// Whether a place that no agency follows is a dateline: it is parted from the text, or a name follows.
    fn opens_credit(&self, end: usize) -> bool {
        let place = &self.words[end - 1];
        place.is_parted || place.clause_end >= NAME_END || self.byline_end(end, true).is_some()
    }

    /// The end of a byline from word `at` on.
    fn byline_end(&self, at: usize, after_place: bool) -> Option<usize> {
        let from = if after_place { self.phrase(at, &CORRESPONDENT) } else { 0 };
        let cue = self.phrase(at, &CUE).max(from);
        if cue == 0 && !after_place {
            return None;
        }
        let start = at + cue;
        let least = if cue > 0 { NAME_END_AFTER_CUE } else { NAME_END };
        let is_name = |word: &&HeadWord| !NOT_IN_NAMES.has_word(|listed| word.is(listed));
        let name: Vec<_> = self.words.get(start..)?.iter().take_while(is_name).take(NAME_WORDS.end - 1).collect();
        let ends = |word: &HeadWord| word.is_parted || word.clause_end >= least;
        let words = NAME_WORDS.start + name.iter().skip(NAME_WORDS.start - 1).position(|word| ends(word))?;
        Some(start + words).filter(|end| self.is_token_end(*end))
    }
}

impl HeadWord {
    fn is(&self, listed: &ListedWord) -> bool {
        self.folded == listed.folded || self.left.as_ref() == Some(&listed.left)
    }
}

fn head_words(article: &Repaired, token: usize) -> Vec<HeadWord> {
    let text = article.token_text(token);
    let raw = article.document().token_text(token);
    let place = article.places()[token];
    let pieces: Vec<&str> = text.split(|c| !is_letter(c)).filter(|piece| !piece.is_empty()).collect();
    let last = pieces.len().saturating_sub(1);
    let word = |(index, piece): (usize, &&str)| {
        let is_last = index == last;
        let breaks = token + 1 < article.places().len() && article.document().tokens()[token].gap != Gap::Space;
        let is_parted = !is_last || raw.ends_with(':') || breaks;
        HeadWord {
            folded: folded_codes(piece),
            left: (article.damage(token) == Damage::Stripped).then(|| folded_codes(raw)),
            token,
            is_last,
            is_parted,
            clause_end: super::probability(f64::from(place.clause_end.max(place.sentence_end))),
        }
    };
    pieces.iter().enumerate().map(word).collect()
}

/// What stripping leaves of a word.
fn folded_plain(word: &str) -> Vec<u8> {
    let codes = word.chars().filter_map(encode_letter);
    codes
        .map(|code| if code == crate::arabic::code::TA_MARBUTA { code } else { fold_letter(code) })
        .filter(|code| is_plain(*code))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::repair::{Outcome, PlaceOdds, Stretch};
    use crate::split::evidence::read_evidence;

    /// The rows of a text's head as `kind:words`; `clause_ends` are the tokens after which the encoder sees a clause end.
    fn lead_of(text: &str, damage: Damage, clause_ends: &[usize]) -> Vec<String> {
        let document = Document::from_text("t", text);
        let outcome = |_| Outcome { confidence: 1.0, unresolved: false, reading: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(outcome).collect();
        let mut places = vec![PlaceOdds::UNLIKELY; outcomes.len()];
        for token in clause_ends {
            places[*token].clause_end = 2.0;
        }
        let stretches = Stretch::whole(&document, damage);
        let article = Repaired::new(document, stretches, outcomes, places);
        let mut evidence = Vec::new();
        read_evidence(&article, &mut evidence);
        let row = |(tokens, kind): (Range<usize>, SentenceKind)| format!("{}:{}", kind.name(), article.span_text(tokens));
        read_lead(&article, &evidence).into_iter().map(row).collect()
    }

    #[test]
    fn what_runs_into_the_text_is_told_apart() {
        let cases: &[(&str, &[usize], &[&str], &str)] = &[
            ("دبي الخليج أعلن سوق دبي المالي", &[], &["dateline:دبي الخليج"], "a place and a newspaper"),
            ("أم القيوين الخليج نظم قسم الاتصال", &[], &["dateline:أم القيوين الخليج"], "a place of two words"),
            ("صنعا عدن الخليج شنت طارات", &[], &["dateline:صنعا عدن الخليج"], "two places, one as stripping left it"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[2], &["dateline:أبوظبي", "byline:نجاة الفارس"], "a place and a name"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[], &[], "nothing says that the name is one"),
            ("كتب سالم الرحبي تنطلق اليوم", &[2], &["byline:كتب سالم الرحبي"], "a cue and a name"),
            ("كتب نجيب محفوظ رواياته في القاهرة", &[], &[], "a sentence that begins with the same word"),
            ("القاهر من محمد عمر كم هي", &[3], &["dateline:القاهر", "byline:من محمد عمر"], "a correspondent"),
            ("نام دينه فب انتظر لبنان", &[], &["dateline:نام دينه فب"], "what stripping left of an agency tells the place"),
            ("لندن وقع أكثر من ألف", &[0], &["dateline:لندن"], "a place alone"),
            ("لندن عاصمة بريطانيا", &[], &[], "a place that is the subject"),
            ("دبي الخليج", &[], &[], "no text would be left"),
        ];
        for (text, clause_ends, expected, why) in cases {
            assert_eq!(lead_of(text, Damage::Stripped, clause_ends), *expected, "{text}: {why}");
        }
    }

    #[test]
    fn marks_and_breaks_show_the_parts() {
        let body = "نظم النادي الثقافي العربي في الشارقة مساء أمس أمسية شعرية.";
        let cases: &[(&str, &[&str], &str)] = &[
            ("دبي - «الخليج»: ", &["dateline:دبي - «الخليج»:"], "a dash belongs to what is before it"),
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
            assert_eq!(lead_of(&format!("{head}{body}"), Damage::Intact, &[]), *expected, "{head:?}: {why}");
        }
    }

    #[test]
    fn the_name_is_what_is_left_of_a_byline() {
        for (byline, name) in
            [("كتب سالم الرحبي", "سالم الرحبي"), ("من محمد عمر", "محمد عمر"), ("-عايدة عبدالحميد:", "عايدة عبدالحميد")]
        {
            assert_eq!(name_of(byline), name);
        }
    }
}
