//! The first words of an article, with what stands between them.

use super::super::boundary_cues::BoundaryCue;
use crate::arabic::{code, is_letter};
use crate::document::Gap;
use crate::newswire::{NEWSWIRE, Phrases, TextWord};
use crate::repair::{Damage, Repaired};

/// A word of an article's head: a run of letters and digits, in any script. A token may hold several (`أبوظبي:«الخليج»`) or none (`-`).
#[derive(Clone, Debug)]
pub(super) struct HeadWord {
    pub(super) token: usize,
    /// The token after the first line break that follows, if one does before the next word.
    line_start: Option<usize>,
    /// Whether it is the last of its token.
    is_last: bool,
    /// What stands between it and the next word: marks and single spaces; a line break is `\n`.
    after: String,
    /// Log-odds that a sentence ends after it.
    pub(super) sentence_end: f64,
    /// Log-odds that a clause ends after it, if no sentence does.
    clause_end: f64,
}

/// The first words of an article, from a token on.
#[derive(Debug)]
pub(super) struct HeadWords {
    /// Tokens of the whole article.
    tokens: usize,
    /// Whether the writer's marks are lost, so that nothing follows from their absence.
    pub(super) is_open: bool,
    words: Vec<HeadWord>,
    texts: Vec<TextWord>,
}

impl HeadWords {
    /// `count` words and one more, if there are so many, from token `first` on.
    pub(super) fn new(article: &Repaired, cues: &[BoundaryCue], first: usize, count: usize) -> Self {
        let tokens = article.boundaries().len();
        // Where marks survive, one that is missing says that the sentence goes on; a single cue may be unclear.
        let is_open = cues.iter().skip(first).take(count).all(|cue| matches!(cue, BoundaryCue::None | BoundaryCue::End));
        let mut head = Self { tokens, is_open, words: Vec::new(), texts: Vec::new() };
        for token in first..tokens {
            // A word more than asked for, because the last one still lacks what stands after it.
            head.read_token(article, token, count + 1);
            if head.words.len() > count {
                break;
            }
        }
        head
    }

    /// Adds the words of a token, until there are `most`: one token may have thousands.
    fn read_token(&mut self, article: &Repaired, token: usize, most: usize) {
        let text = article.token_text(token);
        let raw = article.document().token_text(token);
        let logits = article.boundaries()[token];
        let is_stripped = article.damage(token) == Damage::Stripped;
        let first = self.words.len();
        // Another language has none of the listed words, and what looks like one is a coincidence.
        let mut rest = if article.damage(token) == Damage::Foreign { "" } else { text };
        while self.words.len() < most
            && let Some(start) = rest.find(is_of_word)
        {
            self.follow_with(&rest[..start]);
            rest = &rest[start..];
            let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            let word = &rest[..length];
            self.texts.push(if is_stripped { TextWord::stripped(word, raw) } else { TextWord::new(word) });
            self.words.push(HeadWord {
                token,
                line_start: None,
                is_last: false,
                after: String::new(),
                sentence_end: f64::from(logits.sentence_end),
                clause_end: f64::from(logits.clause_end),
            });
            rest = &rest[length..];
        }
        if self.words.len() > first {
            self.words.last_mut().expect("just pushed").is_last = true;
        } else if let Some(last) = self.words.last_mut() {
            // The encoder's judgement about a word stands after the last token of marks behind it.
            (last.sentence_end, last.clause_end) = (f64::from(logits.sentence_end), f64::from(logits.clause_end));
        }
        self.follow_with(rest);
        let is_break = token + 1 < self.tokens && article.document().tokens()[token].gap != Gap::Space;
        self.follow_with(if is_break { "\n" } else { " " });
        if let Some(last) = self.words.last_mut().filter(|_| is_break) {
            last.line_start.get_or_insert(token + 1);
        }
    }

    fn follow_with(&mut self, marks: &str) {
        self.words.last_mut().into_iter().for_each(|word| word.after.push_str(marks));
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The words from `at` on, as they are compared with the lists.
    pub(super) fn from(&self, at: usize) -> &[TextWord] {
        self.texts.get(at..).unwrap_or_default()
    }

    /// The words from `start` to `end`.
    pub(super) fn between(&self, start: usize, end: usize) -> &[TextWord] {
        self.texts.get(start..end).unwrap_or_default()
    }

    /// What stands between word `at - 1` and word `at`; nothing before the first word.
    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).and_then(|last| self.words.get(last)).map_or("", |word| &word.after)
    }

    /// The number of words of a phrase at word `at` if nothing but spaces, and the stops of initials, stands inside it; otherwise 0.
    pub(super) fn phrase(&self, at: usize, longest: impl Fn(&[TextWord]) -> usize) -> usize {
        let length = longest(self.from(at));
        let is_whole = (at + 1..at + length).all(|inner| self.before(inner).chars().all(|c| matches!(c, ' ' | '.')));
        if is_whole { length } else { 0 }
    }

    /// The words of the longest of `phrases` at word `at`.
    pub(super) fn listed(&self, at: usize, phrases: &Phrases) -> usize {
        self.phrase(at, |words| phrases.longest_at(words))
    }

    /// Whether word `at`, in its repaired form, is one of `words`.
    pub(super) fn is_one_of(&self, at: usize, words: &Phrases) -> bool {
        self.texts.get(at).is_some_and(|word| words.has_word(word))
    }

    /// Whether a report may open with word `at`: it is a verb that many reports open with.
    pub(super) fn opens_report(&self, at: usize) -> bool {
        self.texts.get(at).is_some_and(|word| NEWSWIRE.opens_report(word))
    }

    /// The same, or with `و` before the verb.
    pub(super) fn continues_report(&self, at: usize) -> bool {
        self.texts
            .get(at)
            .is_some_and(|word| NEWSWIRE.opens_report(word) || NEWSWIRE.opens_report(&word.without_conjunction()))
    }

    /// Whether a report may open with word `at`, and the word after it, or after the time of day, may be the subject of that verb
    /// (`أعلنت وزارة`). A function word cannot (`أعلنت أنها`): then the subject stands before the verb.
    pub(super) fn verb_has_subject(&self, at: usize) -> bool {
        let subject = at + 1 + self.listed(at + 1, &NEWSWIRE.times).max(self.listed(at + 1, &NEWSWIRE.days));
        self.opens_report(at) && subject < self.len() && !self.is_one_of(subject, &NEWSWIRE.function_words)
    }

    /// Whether word `at` is a verb with which no city agrees, since their names are feminine (`لندن وقع`).
    pub(super) fn is_masculine_verb(&self, at: usize) -> bool {
        let Some(word) = self.texts.get(at) else { return false };
        NEWSWIRE.opening_verbs.has_word(word) && word.folded.last() != Some(&code::TA)
    }

    /// Whether word `at` is part of no name.
    pub(super) fn is_never_in_names(&self, at: usize) -> bool {
        self.is_one_of(at, &NEWSWIRE.never_in_names) || self.is_one_of(at, &NEWSWIRE.function_words)
    }

    /// The token at which a part ends whose last word is the one before `end`: marks belong to it up to the end of the line.
    pub(super) fn end_token(&self, end: usize) -> usize {
        let line_start = end.checked_sub(1).and_then(|last| self.words.get(last)).and_then(|word| word.line_start);
        line_start.unwrap_or_else(|| self.token(end))
    }

    /// The token of word `at`; past the last word, the end of the article.
    pub(super) fn token(&self, at: usize) -> usize {
        self.words.get(at).map_or(self.tokens, |word| word.token)
    }

    /// Whether a part can end before word `end`: no token is cut, and some text is left.
    pub(super) fn can_end(&self, end: usize) -> bool {
        end > 0 && end < self.words.len() && self.words[end - 1].is_last
    }

    /// Log-odds that a clause or a sentence ends before word `end`: where a sentence ends, a clause does, so the likelier counts.
    pub(super) fn end_logit(&self, end: usize) -> f64 {
        let Some(word) = end.checked_sub(1).and_then(|last| self.words.get(last)) else { return f64::NEG_INFINITY };
        word.clause_end.max(word.sentence_end)
    }

    /// Log-odds that a sentence ends before word `end`.
    pub(super) fn sentence_end_logit(&self, end: usize) -> f64 {
        end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(f64::NEG_INFINITY, |word| word.sentence_end)
    }
}

/// Whether a character belongs to a word: letters of any script with their marks, and digits.
fn is_of_word(c: char) -> bool {
    is_letter(c) || c.is_alphanumeric() || crate::arabic::is_mark(c)
}
