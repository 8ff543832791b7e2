//! The effect of the damage on tagging: keyword hits in repaired text, compared with those in the gold text.
//!
//! The gold forms of a benchmark, split at its gold sentence ends, are tagged with the configured vocabulary, and so is the
//! output of repair and splitting. Invariant: both sides have the same tokens, so two hits are equal if their concepts and
//! tokens are.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::benchmark::Record;
use super::counts::{Detections, Ratio};
use super::prediction::{ComparedHit, Prediction, compared};
use engine::document::Document;
use engine::repair::{BoundaryLogits, Damage, Outcome, Repaired, Segment};
use engine::tag::{TagScratch, Tagger};

/// Agreement of hits, and of the sets of concepts per article.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of metrics in a line of JSON, among others")]
pub struct TaggingAgreement {
    tag_hits: usize,
    tag_hit_p: Ratio,
    tag_hit_r: Ratio,
    tag_hit_f1: Ratio,
    tag_article_p: Ratio,
    tag_article_r: Ratio,
    tag_article_f1: Ratio,
}

/// Compares the hits of the predictions with those in the gold text.
#[must_use]
pub fn tagging_agreement(records: &[Record], predictions: &[Prediction], tagger: &Tagger) -> TaggingAgreement {
    let (mut by_hit, mut by_article) = (Detections::default(), Detections::default());
    for (wanted, prediction) in gold_hits(records, tagger).iter().zip(predictions) {
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

/// For each record, the hits in its gold text.
fn gold_hits(records: &[Record], tagger: &Tagger) -> Vec<BTreeSet<ComparedHit>> {
    let hits = |scratch: &mut TagScratch, record: &Record| {
        // A record whose gold does not line up with its tokens has no gold text to tag.
        if record.gold.len() != record.damaged.split_whitespace().count() {
            return BTreeSet::new();
        }
        let article = gold_article(record);
        let (hits, _) = tagger.find(&article, &gold_sentences(record), scratch);
        hits.iter().map(compared).collect()
    };
    records.par_iter().map_init(TagScratch::default, hits).collect()
}

/// A record's article before the damage, written as a perfect repair of its damaged tokens.
fn gold_article(record: &Record) -> Repaired {
    let document = Document::from_tokens(&record.id, &record.damaged);
    let count = document.tokens().len();
    // Alternatives are equally right, but a text holds only one of them: the first.
    let form = |gold: &String| gold.split('|').next().unwrap_or_default().replace('_', " ");
    let outcome = |gold| Outcome { confidence: 1.0, unresolved: false, repair: Some((form(gold), Vec::new())) };
    let unchanged = || Outcome { confidence: 1.0, unresolved: false, repair: None };
    let outcomes: Vec<Outcome> =
        record.gold.iter().map(outcome).chain(std::iter::repeat_with(unchanged)).take(count).collect();
    Repaired::new(
        document.clone(),
        Segment::whole(&document, Damage::Intact),
        outcomes,
        vec![BoundaryLogits::UNLIKELY; count],
    )
}

fn gold_sentences(record: &Record) -> Vec<Range<usize>> {
    let mut start = 0;
    let count = record.gold.len();
    // Tokens after the last gold end form a sentence too: every token must be in one.
    let ends = record.ends.iter().map(|end| end + 1).chain([count]);
    let sentences = ends.map(|end| {
        // An end that is listed twice or lies beyond the text gives an empty sentence, which is dropped.
        let sentence = start..end.clamp(start, count);
        start = sentence.end;
        sentence
    });
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}
