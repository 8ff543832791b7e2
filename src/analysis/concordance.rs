//! Concordance: each occurrence of a word or a concept with the words around it (keyword in context).
//!
//! A word matches in any spelling that folding makes equal, so `على` finds `علي`; a star at its beginning or end stands for any letters.

use std::path::Path;

use engine::arabic::folded_codes;
use serde::Serialize;

use super::AnalysisError;
use crate::dataset::stored::{Item, StoredArticle, StoredSentence, StoredToken, each_item};

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Sought {
    /// Words that follow each other.
    Words(Vec<SoughtWord>),
    /// The id or the label of a concept.
    Concept(String),
}

/// A word that is looked for.
#[derive(Clone, Debug)]
pub struct SoughtWord {
    /// Its letters, folded.
    letters: Vec<u8>,
    /// Whether any letters may come before.
    is_open_before: bool,
    /// Whether any letters may come after.
    is_open_after: bool,
}

impl SoughtWord {
    fn is_form(&self, form: &str) -> bool {
        let Self { letters, is_open_before, is_open_after } = self;
        form.split(' ').any(|word| {
            let word = folded_codes(word);
            match (is_open_before, is_open_after) {
                (false, false) => word == *letters,
                (true, false) => word.ends_with(letters),
                (false, true) => word.starts_with(letters),
                (true, true) => word.windows(letters.len()).any(|part| part == letters),
            }
        })
    }
}

impl Sought {
    /// Words as they were typed.
    ///
    /// # Errors
    /// The word that cannot be looked for: it has no Arabic letter, or a star between its letters.
    pub fn words(typed: &str) -> Result<Self, &str> {
        let sought = |word: &'_ str| {
            let letters = folded_codes(word);
            let is_possible = !letters.is_empty() && !word.trim_matches('*').contains('*');
            let (is_open_before, is_open_after) = (word.starts_with('*'), word.ends_with('*'));
            is_possible.then_some(SoughtWord { letters, is_open_before, is_open_after })
        };
        let words: Result<Vec<SoughtWord>, &str> = typed.split_whitespace().map(|word| sought(word).ok_or(word)).collect();
        words.and_then(|words| if words.is_empty() { Err(typed) } else { Ok(Self::Words(words)) })
    }

    /// The runs of tokens of a sentence that match.
    fn matches(&self, sentence: &StoredSentence) -> Vec<std::ops::Range<usize>> {
        match self {
            Self::Words(words) => {
                let is_match =
                    |tokens: &[StoredToken]| tokens.iter().zip(words).all(|(token, word)| word.is_form(&token.form));
                let runs = sentence.tokens.windows(words.len()).enumerate().filter(|(_, tokens)| is_match(tokens));
                runs.map(|(start, _)| start..start + words.len()).collect()
            }
            Self::Concept(name) => {
                let hits = sentence.hits.iter().filter(|hit| hit.concept == *name || hit.label == *name);
                hits.map(|hit| hit.tokens.clone()).collect()
            }
        }
    }
}

/// An occurrence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Occurrence {
    pub sentence_id: String,
    pub source_path: String,
    pub section: Option<String>,
    /// As `2013-01-31`.
    pub published: Option<String>,
    /// The repaired words of the sentence before it.
    pub before: String,
    pub text: String,
    /// What was written.
    pub raw: String,
    pub after: String,
    /// That of its least certain token.
    pub confidence: f32,
}

/// The first occurrences in a build, and how many there are in all.
///
/// # Errors
/// If a table cannot be read.
pub fn occurrences(build_folder: &Path, sought: &Sought, most: usize) -> Result<(Vec<Occurrence>, usize), AnalysisError> {
    let (mut found, mut count) = (Vec::new(), 0);
    each_item(build_folder, |item| {
        if let Item::Sentence(article, sentence) = item {
            for tokens in sought.matches(&sentence) {
                count += 1;
                if found.len() < most {
                    found.push(occurrence(article, &sentence, tokens));
                }
            }
        }
        Ok::<(), AnalysisError>(())
    })?;
    Ok((found, count))
}

fn occurrence(article: &StoredArticle, sentence: &StoredSentence, tokens: std::ops::Range<usize>) -> Occurrence {
    let end = tokens.end.min(sentence.tokens.len());
    let (start, own) = (tokens.start.min(end), &sentence.tokens);
    let forms =
        |tokens: std::ops::Range<usize>| own[tokens].iter().map(|token| token.form.as_str()).collect::<Vec<_>>().join(" ");
    Occurrence {
        sentence_id: sentence.id.clone(),
        source_path: article.source_path.clone(),
        section: article.section.clone(),
        published: article.published.clone(),
        before: forms(0..start),
        text: forms(start..end),
        raw: own[start..end].iter().map(|token| token.raw.as_str()).collect::<Vec<_>>().join(" "),
        after: forms(end..own.len()),
        confidence: own[start..end].iter().map(|token| token.confidence).fold(1.0, f32::min),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_any_spelling_and_with_stars_within_others() {
        let token = |form: &str| StoredToken { form: form.to_owned(), ..StoredToken::default() };
        let tokens = ["على", "الأرض،", "والأرض", "ما قورن"].map(token).to_vec();
        let sentence = StoredSentence { tokens, ..StoredSentence::default() };
        for (typed, expected) in [
            ("علي", vec![0]),
            ("الارض", vec![1]),
            ("*ارض", vec![1, 2]),
            ("ال*", vec![1]),
            ("*ر*", vec![1, 2, 3]),
            ("قورن", vec![3]),
            ("علي الارض", vec![0]),
            ("ال* *ارض", vec![1]),
            ("الارض علي", vec![]),
        ] {
            let sought = Sought::words(typed).expect("letters");
            assert_eq!(sought.matches(&sentence).into_iter().map(|run| run.start).collect::<Vec<_>>(), expected, "{typed}");
        }
        for typed in ["2013*", "", " ", "صناع*ية", "على 5"] {
            assert!(Sought::words(typed).is_err(), "{typed}");
        }
    }
}
