//! `tarmim trend`: how often a concept is mentioned, by month and section, with what is to be expected of the confidences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::Error;
use super::opening::{build_folder, output_folder};
use super::printing::{print, print_data};
use crate::analysis::mentions::{Count, Mentions, Place, Published, TrendKey};
use crate::analysis::stats::bar;
use crate::cli::TrendArgs;
use crate::terminal::{Printer, isolated, padded};

/// Prints the mentions of a concept.
pub(super) fn trend(config: &Path, args: TrendArgs, printer: Printer) -> Result<(), Error> {
    let TrendArgs { concept, by, json, build, output } = args;
    let build = build_folder(&output_folder(config, output)?, build.as_deref())?;
    let mentions = Mentions::read(&build)?;
    let index = mentions.concept(&concept).ok_or_else(|| unknown_concept(&concept, &mentions))?;
    let rows = rows(&mentions, index, &by.iter().copied().collect());
    if json {
        let rows: Vec<Value> = rows.iter().map(|(key, row)| as_json(key, row)).collect();
        return print_data(&Value::Array(rows).to_string());
    }
    print(printer, shown(&mentions, index, &rows).trim_end())
}

/// The month and the section, if they are asked for; `None` within stands for articles without one.
type Key = (Option<Option<String>>, Option<Option<String>>);
/// Stands for no month or no section.
const NONE: &str = "(none)";

fn rows(mentions: &Mentions, concept: usize, by: &BTreeSet<TrendKey>) -> BTreeMap<Key, (Count, Published)> {
    let asked = |key: TrendKey| by.contains(&key);
    let key = |place: Place| {
        let month = asked(TrendKey::Month).then(|| place.month.map(|month| month.to_string()));
        let name = |section: usize| mentions.sections[section].clone();
        (month, asked(TrendKey::Section).then(|| place.section.map(name)))
    };
    let counts = mentions.of_concept(concept, key);
    // A month without a mention is one of none, not one that is missing.
    let published = mentions.published_by(key);
    published
        .into_iter()
        .map(|(key, of_key)| (key.clone(), (counts.get(&key).copied().unwrap_or_default(), of_key)))
        .collect()
}

fn as_json((month, section): &Key, (count, published): &(Count, Published)) -> Value {
    let (low, high) = count.bounds();
    json!({
        "month": month.clone().flatten(), "section": section.clone().flatten(), "hits": count.hits, "expected": count.expected(), "low": low, "high": high,
        "articles": published.articles, "tokens": published.tokens,
    })
}

fn shown(mentions: &Mentions, concept: usize, rows: &BTreeMap<Key, (Count, Published)>) -> String {
    let name = &mentions.concepts[concept];
    let mut text = format!("{}  {}\n", isolated(&name.id), isolated(&name.label));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<34}{:>8}{:>10}{:>19}{:>12}", "", "hits", "expected", "95 %", "per 100,000");
    let rates: Vec<f64> = rows.values().map(|(count, published)| rate(*count, *published)).collect();
    let most = rates.iter().copied().fold(0.0, f64::max);
    for (((month, section), (count, _)), rate) in rows.iter().zip(rates) {
        let (low, high) = count.bounds();
        let name = |key: &Option<String>| key.as_ref().map_or_else(|| NONE.to_owned(), |key| isolated(key));
        let key =
            [month.as_ref().map(name), section.as_ref().map(name)].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let bounds = format!("{low:.1} to {high:.1}");
        let key = if key.is_empty() { "all".to_owned() } else { key };
        let drawn = bar(thousandths(rate), thousandths(most));
        let _ = writeln!(
            text,
            "{}{:>8}{:>10.1}{bounds:>19}{rate:>12.1}  {drawn}",
            padded(&key, 34),
            count.hits,
            count.expected()
        );
    }
    text
}

/// Expected mentions in 100,000 words.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn rate(count: Count, published: Published) -> f64 {
    if published.tokens == 0 { 0.0 } else { count.expected() * 1e5 / published.tokens as f64 }
}

#[expect(clippy::cast_possible_truncation, reason = "for a bar")]
fn thousandths(rate: f64) -> i64 {
    (rate * 1e3).round() as i64
}

/// The error of a concept that no article mentions, with the nearest that one does.
pub(super) fn unknown_concept(concept: &str, mentions: &Mentions) -> Error {
    let likeness = |other: &str| strsim::normalized_levenshtein(concept, other);
    let nearest = mentions.concepts.iter().max_by(|a, b| {
        let of = |concept: &crate::analysis::mentions::Concept| likeness(&concept.id).max(likeness(&concept.label));
        of(a).total_cmp(&of(b))
    });
    let hint = nearest.map(|nearest| format!("; the nearest is {} ({})", nearest.id, nearest.label)).unwrap_or_default();
    Error::Usage(format!("no article mentions a concept with the id or the label \"{concept}\"{hint}"))
}
