//! Finds the places that corrections are about: by the raw tokens, and by those around them.
//!
//! The text near a place may have been edited since, so a place fits if the nearest tokens on each side do; that which agrees furthest is
//! meant. Places that agree in all of a long enough context are the same passage written twice, and all are meant.

use rustc_hash::FxHashMap;

use super::correction::Correction;
use crate::document::Document;

/// How much of an article is reviewed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part of a long one.
    Part,
}

/// How many of the nearest tokens on each side must be as they were.
const LEAST_CONTEXT: usize = 2;

/// The places that fit a correction best, as the indices of their first tokens.
#[derive(Debug, Default)]
pub(super) struct Places {
    tokens: Vec<usize>,
    /// Tokens around them that are as they were.
    agreement: usize,
}

impl Places {
    /// The places, if it is clear that they are meant; otherwise those that could be.
    pub(super) fn meant(&self, correction: &Correction) -> Result<&[usize], &[usize]> {
        let context = correction.before.len() + correction.after.len();
        let is_same_passage = context >= 2 * LEAST_CONTEXT && self.agreement == context;
        if self.tokens.len() > 1 && !is_same_passage { Err(&self.tokens) } else { Ok(&self.tokens) }
    }

    fn offer(&mut self, token: usize, agreement: usize) {
        if self.tokens.is_empty() || agreement > self.agreement {
            self.tokens.clear();
            self.agreement = agreement;
        }
        if agreement == self.agreement {
            self.tokens.push(token);
        }
    }
}

/// The places of each of some corrections in an article or a part of one, in their order.
pub(super) fn find(document: &Document, corrections: &[&Correction], extent: Extent) -> Vec<Places> {
    let mut by_first: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (index, correction) in corrections.iter().enumerate() {
        by_first.entry(correction.raw[0].as_str()).or_default().push(index);
    }
    let mut places: Vec<Places> = corrections.iter().map(|_| Places::default()).collect();
    for token in 0..document.tokens().len() {
        for index in by_first.get(document.token_text(token)).into_iter().flatten() {
            if let Some(agreement) = agreement(document, token, corrections[*index], extent) {
                places[*index].offer(token, agreement);
            }
        }
    }
    places
}

/// How many tokens around a place are as a correction has them; `None` if it cannot be meant.
fn agreement(document: &Document, start: usize, correction: &Correction, extent: Extent) -> Option<usize> {
    let Correction { before, raw, after, .. } = correction;
    let count = document.tokens().len();
    let end = start + raw.len();
    if end > count || (start..end).zip(raw).any(|(token, raw)| document.token_text(token) != raw) {
        return None;
    }
    let agreeing = |pairs: &mut dyn Iterator<Item = (usize, &String)>| {
        pairs.take_while(|(token, text)| document.token_text(*token) == text.as_str()).count()
    };
    let least = |given: usize| match extent {
        Extent::Whole => given.min(LEAST_CONTEXT),
        // A better place may lie in another part, so only one that is certainly meant will do.
        Extent::Part => given,
    };
    let left = agreeing(&mut (0..start).rev().zip(before.iter().rev()));
    let right = agreeing(&mut (end..count).zip(after));
    (left >= least(before.len()) && right >= least(after.len())).then_some(left + right)
}
