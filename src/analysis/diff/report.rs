//! The comparison for people: aligned columns, with Arabic text last on its line, where its direction cannot disturb the others.
//!
//! Invariant: everything shown is in the [`Diff`], which `--json` prints, so the two cannot disagree. A last line counts the rows
//! that are not listed.

use std::fmt::{Display, Formatter, Result};

use crate::terminal::{isolated, padded, width};
use serde_json::Value;

use super::builds::{Build, Metric, Quantity};
use super::compare::{ArticleChange, SentenceChange};
use super::sentences::Side;
use super::{Diff, Tally};

impl Display for Diff {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let build = |build: &Build| format!("{}  {}", build.build_id, build.created);
        writeln!(f, "before  {}", build(&self.before))?;
        writeln!(f, "after   {}", build(&self.after))?;
        self.remarks.iter().try_for_each(|remark| writeln!(f, "note    {remark}"))?;
        self.write_provenance(f)?;
        self.write_metrics(f)?;
        write_tallies(f, &self.articles, &self.sentences)?;
        write_articles(f, &self.listed.articles, &self.articles)?;
        write_sentences(f, &self.listed.sentences, &self.sentences)
    }
}

impl Diff {
    fn write_provenance(&self, f: &mut Formatter<'_>) -> Result {
        if self.provenance.is_empty() {
            return writeln!(f, "\nboth builds have the same inputs, settings, vocabulary, model and program version");
        }
        let rows = self.provenance.iter().map(|difference| {
            vec![difference.name.clone(), format!("{} → {}", value(&difference.before), value(&difference.after))]
        });
        write_table(f, &["provenance", "before → after"], &rows.collect::<Vec<_>>())
    }

    fn write_metrics(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "\n{:<18} {:>12} {:>12} {:>12}", "metric", "before", "after", "change")?;
        self.metrics.iter().try_for_each(|Metric { name, before, after }| {
            let shown =
                |quantity: &Option<Quantity>| quantity.as_ref().map_or_else(|| "unknown".to_owned(), quantity_in_short);
            let change = before.zip(*after).map_or_else(|| "unknown".to_owned(), |(before, after)| growth(before, after));
            writeln!(f, "{name:<18} {:>12} {:>12} {change:>12}", shown(before), shown(after))
        })
    }
}

fn quantity_in_short(quantity: &Quantity) -> String {
    match quantity {
        Quantity::Count(count) => count.to_string(),
        // Two decimals show all there is: shares are rounded to 0.0001.
        Quantity::Share(share) => format!("{:.2} %", share * 100.0),
    }
}

/// The change of a metric: a count, or percentage points.
fn growth(before: Quantity, after: Quantity) -> String {
    match (before, after) {
        (before, after) if before == after => "same".to_owned(),
        (Quantity::Count(before), Quantity::Count(after)) if after > before => format!("+{}", after - before),
        (Quantity::Count(before), Quantity::Count(after)) => format!("-{}", before - after),
        (Quantity::Share(before), Quantity::Share(after)) => format!("{:+.2} points", (after - before) * 100.0),
        _ => "unknown".to_owned(),
    }
}

/// A value of a manifest, for people.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn write_tallies(f: &mut Formatter<'_>, articles: &Tally, sentences: &Tally) -> Result {
    let heads = ["changes", "added", "removed", "edited", "confidence only", "unchanged"];
    let row = |name: &str, tally: &Tally| {
        let Tally { added, removed, edited, confidence_only, unchanged, .. } = tally;
        let numbers = [added, removed, edited, confidence_only, unchanged].map(ToString::to_string);
        std::iter::once(name.to_owned()).chain(numbers).collect::<Vec<_>>()
    };
    write_table(f, &heads, &[row("articles", articles), row("sentences", sentences)])?;
    for (name, tally) in [("articles", articles), ("sentences", sentences)] {
        let what: Vec<String> = tally.what.iter().map(|(what, count)| format!("{what} {count}")).collect();
        if !what.is_empty() {
            writeln!(f, "edited {name}: {}", what.join(", "))?;
        }
    }
    Ok(())
}

fn write_articles(f: &mut Formatter<'_>, articles: &[ArticleChange], tally: &Tally) -> Result {
    if articles.is_empty() {
        return Ok(());
    }
    let rows = articles.iter().map(|article| {
        let metadata = article.metadata.iter().map(|column| format!("metadata:{column}"));
        let what = article.what.iter().filter(|what| **what != "metadata").map(|what| (*what).to_owned());
        let ArticleChange { sentences_added, sentences_removed, sentences_edited, .. } = article;
        let sentences = format!("+{sentences_added} -{sentences_removed} ~{sentences_edited}");
        let what = what.chain(metadata).collect::<Vec<_>>().join(",");
        vec![article.change.name().to_owned(), article.article_id.clone(), sentences, what, isolated(&article.source_path)]
    });
    write_table(f, &["article", "article_id", "sentences", "what", "source_path"], &rows.collect::<Vec<_>>())?;
    write_rest(f, articles.len(), tally)
}

fn write_sentences(f: &mut Formatter<'_>, sentences: &[SentenceChange], tally: &Tally) -> Result {
    if sentences.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = sentences.iter().flat_map(sentence_rows).collect();
    write_table(f, &["sentence", "sentence_id", "what", "source_path", "", "text"], &rows)?;
    write_rest(f, sentences.len(), tally)
}

/// A line for each side of a sentence; a single one if only its annotations differ.
fn sentence_rows(sentence: &SentenceChange) -> Vec<Vec<String>> {
    let line = |side: &Side, sign: &str, text: &str| {
        let what = sentence.what.join(",");
        let (id, path) = (side.sentence_id.clone(), isolated(&sentence.source_path));
        vec![sentence.change.name().to_owned(), id, what, path, sign.to_owned(), isolated(text)]
    };
    match (&sentence.before, &sentence.after) {
        (Some(before), Some(after)) if before.text == after.text && before.raw_text == after.raw_text => {
            let mut rows = vec![line(after, "=", &after.text)];
            let keywords = keyword_changes(before, after);
            if !keywords.is_empty() {
                rows.push([vec![String::new(); 5], vec![format!("keywords {keywords}")]].concat());
            }
            rows
        }
        (Some(before), Some(after)) if before.text == after.text => {
            vec![line(before, "-", &before.raw_text), line(after, "+", &after.raw_text)]
        }
        (before, after) => {
            let before = before.iter().map(|side| line(side, "-", &side.text));
            before.chain(after.iter().map(|side| line(side, "+", &side.text))).collect()
        }
    }
}

/// The concepts removed and added: `-trade +industry`.
fn keyword_changes(before: &Side, after: &Side) -> String {
    let gone = before.keyword_ids.iter().filter(|id| !after.keyword_ids.contains(id)).map(|id| format!("-{id}"));
    let come = after.keyword_ids.iter().filter(|id| !before.keyword_ids.contains(id)).map(|id| format!("+{id}"));
    gone.chain(come).collect::<Vec<_>>().join(" ")
}

/// A line that counts the rows that are not shown.
fn write_rest(f: &mut Formatter<'_>, shown: usize, tally: &Tally) -> Result {
    let rest = (tally.added + tally.removed + tally.edited).saturating_sub(shown);
    if rest > 0 { writeln!(f, "… and {rest} more (--limit, --parquet)") } else { Ok(()) }
}

/// Columns as wide as their widest cell, except the last, which is not padded.
fn write_table(f: &mut Formatter<'_>, heads: &[&str], rows: &[Vec<String>]) -> Result {
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([heads[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len() - 1).map(widest).collect();
    writeln!(f)?;
    let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
    for row in std::iter::once(&heads).chain(rows) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{}  ", padded(cell, *width)));
        let line = cells.chain(row.last().cloned()).collect::<String>();
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
