//! What the damage does to tagging: the concepts found in repaired text against those found in the same text as it was.
//!
//! The right forms of a benchmark, cut where its sentences end, are tagged with the vocabulary at hand, and so is what repair and splitting
//! made of the damage. Invariant: both sides have the same tokens, so a hit is the same where its concept and its tokens are.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::{Found, Prediction, Ratio, Record};
use engine::document::Document;
use engine::repair::{Damage, Outcome, PlaceOdds, Repaired, Stretch};
use engine::tag::{Hit, TagScratch, Tagger};

/// A hit, to be compared: its concept and its tokens in the article.
pub type ComparedHit = (usize, usize, usize);

/// Agreement of the hits, and of the concepts of each article.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of figures in a line of JSON, among others")]
pub struct TaggingAgreement {
    tag_hits: usize,
    tag_hit_p: Ratio,
    tag_hit_r: Ratio,
    tag_hit_f1: Ratio,
    tag_article_p: Ratio,
    tag_article_r: Ratio,
    tag_article_f1: Ratio,
}

/// A hit as it is compared.
#[must_use]
pub(super) fn compared(hit: &Hit) -> ComparedHit {
    (hit.concept, hit.tokens.start, hit.tokens.end)
}

/// How far the hits of the predictions are those of the right text.
#[must_use]
pub fn tagging_agreement(records: &[Record], predictions: &[Prediction], tagger: &Tagger) -> TaggingAgreement {
    let (mut by_hit, mut by_article) = (Found::default(), Found::default());
    for (wanted, prediction) in hits_of_the_right_text(records, tagger).iter().zip(predictions) {
        let got: BTreeSet<ComparedHit> = prediction.hits.iter().copied().collect();
        let concepts = |hits: &BTreeSet<ComparedHit>| hits.iter().map(|hit| hit.0).collect::<BTreeSet<usize>>();
        by_hit.add(wanted, &got);
        by_article.add(&concepts(wanted), &concepts(&got));
    }
    let [tag_hit_p, tag_hit_r, tag_hit_f1] = by_hit.precision_recall_f1();
    let [tag_article_p, tag_article_r, tag_article_f1] = by_article.precision_recall_f1();
    TaggingAgreement {
        tag_hits: by_hit.wanted,
        tag_hit_p,
        tag_hit_r,
        tag_hit_f1,
        tag_article_p,
        tag_article_r,
        tag_article_f1,
    }
}

/// For each record, the hits in its right forms.
fn hits_of_the_right_text(records: &[Record], tagger: &Tagger) -> Vec<BTreeSet<ComparedHit>> {
    let hits = |scratch: &mut TagScratch, record: &Record| {
        // A record whose forms do not line up with its tokens is not scored; see the invariant of `evaluate`.
        if record.gold.len() != record.damaged.split_whitespace().count() {
            return BTreeSet::new();
        }
        let article = right_article(record);
        let (hits, _) = tagger.find(&article, &right_sentences(record), scratch);
        hits.iter().map(compared).collect()
    };
    records.par_iter().map_init(TagScratch::default, hits).collect()
}

/// A record's article as it was before the damage: its damaged tokens, each with its right form.
fn right_article(record: &Record) -> Repaired {
    let document = Document::from_text(&record.id, &record.damaged);
    let count = document.tokens().len();
    let form = |gold: &String| gold.split('|').next().unwrap_or_default().replace('_', " ");
    let outcome = |gold| Outcome { confidence: 1.0, unresolved: false, reading: Some((form(gold), Vec::new())) };
    let unread = || Outcome { confidence: 1.0, unresolved: false, reading: None };
    let outcomes: Vec<Outcome> = record.gold.iter().map(outcome).chain(std::iter::repeat_with(unread)).take(count).collect();
    Repaired::new(document.clone(), Stretch::whole(&document, Damage::Intact), outcomes, vec![PlaceOdds::UNLIKELY; count])
}

fn right_sentences(record: &Record) -> Vec<Range<usize>> {
    let mut start = 0;
    let count = record.gold.len();
    let ends = record.ends.iter().map(|end| end + 1).chain([count]);
    let sentences = ends.map(|end| {
        let sentence = start..end.clamp(start, count);
        start = sentence.end;
        sentence
    });
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}
