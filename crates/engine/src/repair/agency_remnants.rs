//! What stripping leaves of the names of news agencies (`أ ف ب` → `ف ب`, `د.ب.أ` → `دب`), at the head and at the end of an article.
//!
//! No candidate is right for them: repaired, `فب` becomes a verb and `دب` a city. Like the lone `ر` of a number, they are left as they
//! are; and no term is found in them. Elsewhere in an article the same letters may be any word.

use std::ops::Range;

use super::damage::Damage;
use super::repaired::Repaired;
use super::segments::Segment;
use crate::document::Document;
use crate::newswire::{NEWSWIRE, TextWord};

/// How many tokens a headline and a dateline take at most.
const HEAD: usize = 30;
/// The most tokens of an agency.
const LONGEST: usize = 3;
/// The most tokens of a place.
const LONGEST_PLACE: usize = 4;
/// The last word of a shorter article is as likely a word of its sentence.
const LEAST_TOKENS: usize = 8;

impl Repaired {
    /// The tokens in a run that are remnants of an agency, in order.
    #[must_use]
    pub fn agency_remnants(&self, tokens: Range<usize>) -> Vec<usize> {
        let count = self.document().tokens().len();
        // Most runs lie between head and end.
        if tokens.start >= HEAD && tokens.end + LONGEST < count {
            return Vec::new();
        }
        let mut found = agency_remnants(self.document(), self.segments());
        found.retain(|token| tokens.contains(token));
        found
    }
}

/// The tokens of an article that are remnants of an agency, in order.
pub(super) fn agency_remnants(document: &Document, segments: &[Segment]) -> Vec<usize> {
    let count = document.tokens().len();
    let is_stripped = |token: usize| {
        let segment = segments.iter().find(|segment| segment.tokens.contains(&token));
        segment.is_some_and(|segment| segment.damage == Damage::Stripped)
    };
    let mut found = Vec::new();
    if is_stripped(0) {
        found.extend(at_head(&words(document, 0..count.min(HEAD + LONGEST))));
    }
    if count >= LEAST_TOKENS && is_stripped(count - 1) {
        let last = words(document, count - LONGEST..count);
        let length = (1..=LONGEST).rev().find(|length| agency(&last[LONGEST - length..]) == *length).unwrap_or(0);
        found.extend((count - length..count).filter(|token| !found.contains(token)).collect::<Vec<_>>());
    }
    found
}

fn words(document: &Document, tokens: Range<usize>) -> Vec<TextWord> {
    let word = |token| TextWord::stripped(document.token_text(token), document.token_text(token));
    tokens.map(word).collect()
}

/// The number of words of the agency that `words` begin with.
fn agency(words: &[TextWord]) -> usize {
    NEWSWIRE.agencies.longest_at(words)
}

/// The remnants among the first words: what means nothing else, and what follows a place.
fn at_head(words: &[TextWord]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for at in 1..words.len().min(HEAD) {
        let length = agency(&words[at..]);
        let is_ambiguous = NEWSWIRE.ambiguous_remnants.longest_at(&words[at..]) >= length;
        let follows_place =
            (at.saturating_sub(LONGEST_PLACE)..at).any(|place| NEWSWIRE.place_at(&words[place..]) == at - place);
        if length > 0 && (!is_ambiguous || follows_place) && !found.contains(&at) {
            found.extend(at..at + length);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remnants(text: &str, damage: Damage) -> Vec<String> {
        let document = Document::from_text("t", text);
        let found = agency_remnants(&document, &Segment::whole(&document, damage));
        found.into_iter().map(|token| document.token_text(token).to_owned()).collect()
    }

    #[test]
    fn remnants_are_known_at_the_head_and_at_the_end() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("بيونغ يانغ فب سقط منتخب", &["فب"], "AFP, its stops deleted"),
            ("نام دينه ف ب انتظر لبنان", &["ف", "ب"], "AFP, its alif deleted; the place is not listed"),
            ("كولومبو ا ف ب حققت السعودي", &["ا", "ف", "ب"], "AFP, its alif typed bare"),
            ("برلين دب علنت الحكوم", &["دب"], "DPA"),
            ("برلين د ب علنت الحكوم", &["د", "ب"], "DPA, with spaces"),
            ("القاهر ش علنت الوزار", &["ش"], "MENA"),
            ("الرياض واس صدر مر ملكي", &["واس"], "SPA, nothing of it lost"),
            ("ريت دب في الغاب الكبير", &[], "a bear in a text"),
            ("توقف عند بنا البيت", &[], "nor is every building an agency"),
            ("علن الوزير مس عن خط جديد لدعم الصناعات وام", &["وام"], "at the end"),
            ("علن الوزير مس عن خط جديد لدعم الصناعات وفا", &["وفا"], "at the end, although it may be a word"),
            ("علن الوزير مس عن خط جديد لدعم الصناعات ف ب", &["ف", "ب"], "at the end, two tokens"),
            ("علن خبر وفا", &[], "too short to have an agency's signature"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(remnants(text, Damage::Stripped), *expected, "{text}: {why}");
        }
        assert!(remnants("برلين دب أعلنت الحكومة", Damage::Intact).is_empty(), "nothing was lost in intact text");
    }
}
