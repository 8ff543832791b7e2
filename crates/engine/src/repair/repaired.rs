//! The article after repair: the document, untouched, and beside it what each token was found to be.
//!
//! Invariant: the repairs, put in place of their tokens, give the repaired text; a token without a repair stands as it was
//! ingested. Nothing here changes an offset.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::damage::Damage;
use super::is_number_remnant;
use super::stretches::Stretch;
use crate::document::Document;
use crate::rounded::probability;

/// Another form that a token might have had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The whole token in that form.
    pub form: String,
    /// Posterior probability, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
}

/// A token that was changed, or that the model is in doubt about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Index in the article.
    pub token: usize,
    /// The form chosen; equal to the raw token where it was left as it is.
    pub form: String,
    /// Posterior probability of the form, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
    /// The next best forms, best first.
    pub alternatives: Vec<Alternative>,
}

/// What was found out about one token.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Posterior probability that the form chosen is right, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
    /// Nothing explains the token: no word of the lexicon can have been damaged to it.
    pub unresolved: bool,
    reading: Option<u32>,
}

/// What the encoder says of the place after a token, as log-odds rounded to [`PlaceOdds::UNIT`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "[i16; 3]", from = "[i16; 3]")]
pub struct PlaceOdds {
    /// That a sentence ends there.
    pub sentence_end: f32,
    /// That a number is missing there.
    pub missing_number: f32,
    /// That a clause ends there: a comma, a colon or the like would stand there, if not a mark that ends the sentence.
    pub clause_end: f32,
}

impl PlaceOdds {
    /// A place of which nothing is known but that hardly anything ends or is missing there.
    pub const UNLIKELY: Self = Self { sentence_end: -8.0, missing_number: -8.0, clause_end: -8.0 };
    /// What log-odds are rounded to: where they matter most, 0.002 of a probability.
    pub const UNIT: f32 = 1.0 / 128.0;

    /// The odds, rounded.
    #[must_use]
    pub fn new(sentence_end: f32, missing_number: f32, clause_end: f32) -> Self {
        Self::from([sentence_end, missing_number, clause_end].map(units))
    }
}

/// Log-odds in units of [`PlaceOdds::UNIT`].
#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates, far beyond any log-odds")]
fn units(log_odds: f32) -> i16 {
    libm::rintf(log_odds / PlaceOdds::UNIT) as i16
}

impl From<PlaceOdds> for [i16; 3] {
    fn from(odds: PlaceOdds) -> Self {
        [odds.sentence_end, odds.missing_number, odds.clause_end].map(units)
    }
}

impl From<[i16; 3]> for PlaceOdds {
    fn from(odds: [i16; 3]) -> Self {
        let [sentence_end, missing_number, clause_end] = odds.map(|units| f32::from(units) * Self::UNIT);
        Self { sentence_end, missing_number, clause_end }
    }
}

/// An article whose spelling has been restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    document: Document,
    stretches: Vec<Stretch>,
    findings: Vec<Finding>,
    readings: Vec<Reading>,
    places: Vec<PlaceOdds>,
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
    /// Joins a document with its stretches and the outcomes of its tokens.
    ///
    /// # Panics
    /// Where the stretches do not cover the document, or there is not one outcome and one place for each token.
    #[must_use]
    pub fn new(
        document: Document,
        stretches: Vec<Stretch>,
        outcomes: impl IntoIterator<Item = Outcome>,
        places: Vec<PlaceOdds>,
    ) -> Self {
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
        let end = stretches.last().map(|stretch| stretch.tokens.end);
        assert_eq!(end, Some(document.tokens().len()), "stretches cover the document");
        assert_eq!(findings.len(), document.tokens().len(), "one outcome for each token");
        assert_eq!(places.len(), document.tokens().len(), "one place after each token");
        Self { document, stretches, findings, readings, places }
    }

    /// The article as ingested, without what repair found.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// The article as ingested.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its stretches, each in one state of writing: in order, covering the article, at least one.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The state that its writing was in, as tables name it: `mixed` where only a part of it was stripped.
    #[must_use]
    pub fn damage_name(&self) -> &'static str {
        match self.stretches.as_slice() {
            [stretch] => stretch.damage.name(),
            _ => "mixed",
        }
    }

    /// The state that the writing of a token was in.
    ///
    /// # Panics
    /// Where there is no such token.
    #[must_use]
    pub fn damage(&self, token: usize) -> Damage {
        self.stretches[self.stretches.partition_point(|stretch| stretch.tokens.end <= token)].damage
    }

    /// Whether a token is what a number left of itself, a lone `ر`.
    #[must_use]
    pub fn is_number_remnant(&self, token: usize) -> bool {
        is_number_remnant(self.damage(token), self.document.token_text(token))
    }

    /// What was found of each token.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the encoder says of the place after each token.
    #[must_use]
    pub fn places(&self) -> &[PlaceOdds] {
        &self.places
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
