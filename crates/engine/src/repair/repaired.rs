//! The article after repair: the document, untouched, and beside it the findings about each token.
//!
//! Invariant: replacing each repaired token by its form gives the repaired text; every other token is as it was ingested.
//! Nothing here changes an offset.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::boundaries::BoundaryLogits;
use super::damage::Damage;
use super::outcome::{Alternative, Outcome};
use super::segments::Segment;
use crate::document::Document;
use crate::rounded::probability;

/// The state of writing of an article in several.
pub const MIXED: &str = "mixed";

/// A token that was changed, or that is in doubt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenRepair {
    /// Index in the article.
    pub token: usize,
    /// The chosen form; the raw token itself if that was kept.
    pub form: String,
    /// Posterior probability of the form, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
    /// The next best forms, best first.
    pub alternatives: Vec<Alternative>,
}

/// The findings about one token, changed or not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Posterior probability that the chosen form is right, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
    /// No word of the lexicon explains the token.
    pub unresolved: bool,
    /// Index among the article's [`TokenRepair`]s.
    repair: Option<u32>,
}

/// An article whose spelling has been restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    document: Document,
    segments: Vec<Segment>,
    findings: Vec<Finding>,
    repairs: Vec<TokenRepair>,
    boundaries: Vec<BoundaryLogits>,
    /// The forms that a person gave, in the order of their tokens. They are not packed: what is kept is what the engine found.
    #[serde(skip)]
    by_hand: Vec<TokenRepair>,
}

/// The repairs of a run of tokens.
fn within<'r>(repairs: &'r [TokenRepair], tokens: &Range<usize>) -> &'r [TokenRepair] {
    let at = |token: usize| repairs.partition_point(|repair| repair.token < token);
    &repairs[at(tokens.start)..at(tokens.end).max(at(tokens.start))]
}

fn damage_name(segments: &[Segment]) -> &'static str {
    match segments {
        [segment] => segment.damage.name(),
        _ => MIXED,
    }
}

impl Repaired {
    /// Joins a document with its segments, and with the outcome and the boundary logits of each token.
    ///
    /// # Panics
    /// If the segments do not cover the document, or outcomes or boundaries are not one per token.
    #[must_use]
    pub fn new(
        document: Document,
        segments: Vec<Segment>,
        outcomes: impl IntoIterator<Item = Outcome>,
        boundaries: Vec<BoundaryLogits>,
    ) -> Self {
        let mut repairs = Vec::new();
        let mut findings = Vec::with_capacity(document.tokens().len());
        for (token, outcome) in outcomes.into_iter().enumerate() {
            let Outcome { confidence, unresolved, repair } = outcome;
            let repair = repair.map(|(form, alternatives)| {
                repairs.push(TokenRepair { token, form, confidence, alternatives });
                u32::try_from(repairs.len() - 1).expect("fewer than 2^32 tokens")
            });
            findings.push(Finding { confidence, unresolved, repair });
        }
        let end = segments.last().map(|segment| segment.tokens.end);
        assert_eq!(end, Some(document.tokens().len()), "segments cover the document");
        assert_eq!(findings.len(), document.tokens().len(), "one outcome for each token");
        assert_eq!(boundaries.len(), document.tokens().len(), "one boundary after each token");
        Self { document, segments, findings, repairs, boundaries, by_hand: Vec::new() }
    }

    /// The article with the forms that a person gave to tokens, in their order; they win over what the engine found.
    #[must_use]
    pub fn with_forms<'f>(self, forms: impl Iterator<Item = (usize, &'f str)>) -> Self {
        let repair = |(token, form): (usize, &str)| TokenRepair {
            token,
            form: form.to_owned(),
            confidence: 1.0,
            alternatives: Vec::new(),
        };
        Self { by_hand: forms.map(repair).collect(), ..self }
    }

    /// The article as ingested; the findings are dropped.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// The article as ingested.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its segments, each in one state of writing: at least one, in order, covering the article.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The state of its writing, as tables name it: `mixed` if there are several.
    #[must_use]
    pub fn damage_name(&self) -> &'static str {
        damage_name(&self.segments)
    }

    /// The same of a run of tokens.
    #[must_use]
    pub fn damage_name_in(&self, tokens: Range<usize>) -> &'static str {
        let at = |token: usize| self.segments.partition_point(|segment| segment.tokens.end <= token);
        // An empty run has the state of its place.
        damage_name(&self.segments[at(tokens.start)..=at(tokens.end.max(tokens.start + 1) - 1)])
    }

    /// The state of writing of a token.
    ///
    /// # Panics
    /// If there is no such token.
    #[must_use]
    pub fn damage(&self, token: usize) -> Damage {
        self.segments[self.segments.partition_point(|segment| segment.tokens.end <= token)].damage
    }

    /// The finding about a token.
    ///
    /// # Panics
    /// If there is no such token.
    #[must_use]
    pub fn finding(&self, token: usize) -> Finding {
        let finding = self.findings[token];
        if self.is_by_hand(token) { Finding { confidence: 1.0, unresolved: false, ..finding } } else { finding }
    }

    /// Whether a person gave the form of a token.
    #[must_use]
    pub fn is_by_hand(&self, token: usize) -> bool {
        self.form_by_hand(token).is_some()
    }

    fn form_by_hand(&self, token: usize) -> Option<&TokenRepair> {
        let found = self.by_hand.binary_search_by_key(&token, |repair| repair.token);
        found.ok().map(|at| &self.by_hand[at])
    }

    /// The encoder's logits for the boundary after each token.
    #[must_use]
    pub fn boundaries(&self) -> &[BoundaryLogits] {
        &self.boundaries
    }

    /// The changed and doubtful tokens of a run, in order.
    pub fn token_repairs(&self, tokens: Range<usize>) -> impl Iterator<Item = &TokenRepair> {
        let engine = within(&self.repairs, &tokens).iter().filter(|repair| !self.is_by_hand(repair.token));
        let (mut engine, mut by_hand) = (engine.peekable(), within(&self.by_hand, &tokens).iter().peekable());
        std::iter::from_fn(move || match (engine.peek(), by_hand.peek()) {
            (Some(repair), Some(given)) if given.token < repair.token => by_hand.next(),
            (None, Some(_)) => by_hand.next(),
            _ => engine.next(),
        })
    }

    /// Whether a token's chosen form differs from the raw token.
    #[must_use]
    pub fn is_change(&self, repair: &TokenRepair) -> bool {
        repair.form != self.document.token_text(repair.token)
    }

    /// The repaired form of one token.
    #[must_use]
    pub fn token_text(&self, token: usize) -> &str {
        match (self.form_by_hand(token), self.findings[token].repair) {
            (Some(given), _) => &given.form,
            (None, Some(repair)) => &self.repairs[repair as usize].form,
            (None, None) => self.document.token_text(token),
        }
    }

    /// The repaired text of a run of tokens, separated by single spaces.
    #[must_use]
    pub fn span_text(&self, tokens: Range<usize>) -> String {
        self.span_text_with(tokens, |_| "")
    }

    /// The same, with what is put after each token.
    pub fn span_text_with<'m>(&self, tokens: Range<usize>, mut after: impl FnMut(usize) -> &'m str) -> String {
        // An eighth more, because restored letters make a text longer.
        let mut text = String::with_capacity(self.document.span_text(tokens.clone()).len() * 9 / 8);
        for token in tokens {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.token_text(token));
            text.push_str(after(token));
        }
        text
    }
}
