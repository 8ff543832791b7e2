//! The article after repair: the document, untouched, and beside it what each token was found to be.
//!
//! Invariant: the repairs, put in place of their tokens, give the repaired text; a token without a repair stands as it was
//! ingested. Nothing here changes an offset.

use std::ops::Range;

use super::damage::Damage;
use crate::ingest::Document;

/// Another form that a token might have had.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// The whole token in that form.
    pub form: String,
    /// Posterior probability, rounded to 1e-4.
    pub confidence: f32,
}

/// A token that was changed, or that the model is in doubt about.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Index in the article.
    pub token: usize,
    /// The form chosen; equal to the raw token where it was left as it is.
    pub form: String,
    /// Posterior probability of the form, rounded to 1e-4.
    pub confidence: f32,
    /// The next best forms, best first.
    pub alternatives: Vec<Alternative>,
}

/// What was found out about one token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Posterior probability that the form chosen is right, rounded to 1e-4.
    pub confidence: f32,
    /// Nothing explains the token: no word of the lexicon can have been damaged to it.
    pub unresolved: bool,
    reading: Option<u32>,
}

/// An article whose spelling has been restored.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    document: Document,
    damage: Damage,
    findings: Vec<Finding>,
    readings: Vec<Reading>,
}

/// The outcome for one token, as the repairer reports it, token after token.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Posterior probability that the form chosen is right.
    pub confidence: f32,
    /// Nothing explains the token.
    pub unresolved: bool,
    /// The form chosen and its rivals, where they are worth keeping: the token was changed, or is doubtful.
    pub reading: Option<(String, Vec<Alternative>)>,
}

impl Repaired {
    /// Joins a document with the outcomes of its tokens.
    ///
    /// # Panics
    /// Where there is not one outcome for each token.
    #[must_use]
    pub fn new(document: Document, damage: Damage, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut readings = Vec::new();
        let mut findings = Vec::with_capacity(document.tokens().len());
        for (token, outcome) in outcomes.into_iter().enumerate() {
            let Outcome { confidence, unresolved, reading } = outcome;
            let reading = reading.map(|(form, alternatives)| {
                readings.push(Reading { token, form, confidence, alternatives });
                u32::try_from(readings.len() - 1).expect("fewer than 2^32 tokens")
            });
            findings.push(Finding { confidence, unresolved, reading });
        }
        assert_eq!(findings.len(), document.tokens().len(), "one outcome for each token");
        Self { document, damage, findings, readings }
    }

    /// The article as ingested.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The state that its writing was in.
    #[must_use]
    pub fn damage(&self) -> Damage {
        self.damage
    }

    /// What was found of each token.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The changed and doubtful tokens of a run, in order.
    pub fn readings(&self, tokens: Range<usize>) -> impl Iterator<Item = &Reading> {
        let start = self.readings.partition_point(|reading| reading.token < tokens.start);
        self.readings[start..].iter().take_while(move |reading| reading.token < tokens.end)
    }

    /// Whether a reading changes its token.
    #[must_use]
    pub fn is_change(&self, reading: &Reading) -> bool {
        reading.form != self.document.token_text(reading.token)
    }

    /// The repaired form of one token.
    #[must_use]
    pub fn token_text(&self, token: usize) -> &str {
        match self.findings[token].reading {
            Some(reading) => &self.readings[reading as usize].form,
            None => self.document.token_text(token),
        }
    }

    /// The repaired text of a run of tokens, parted by single spaces.
    #[must_use]
    pub fn span_text(&self, tokens: Range<usize>) -> String {
        let mut text = String::with_capacity(self.document.span_text(tokens.clone()).len() * 9 / 8);
        for token in tokens {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.token_text(token));
        }
        text
    }
}
