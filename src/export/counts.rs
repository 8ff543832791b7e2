//! The table `counts`: mentions of each concept by month and section, with what is to be expected of their confidences.

use std::path::Path;

use super::cell::{Cell, RowEncoder};
use super::files::Files;
use super::place::Place;
use crate::analysis::AnalysisError;
use crate::analysis::mentions::{Concept, Count, Mentions, Published};
use crate::dataset::DatasetError;

/// The columns. `articles` and `tokens` are those published in the month and section, whatever they mention.
pub(super) const COLUMNS: [&str; 11] =
    ["month", "section", "keyword_id", "label", "category", "hits", "expected", "low", "high", "articles", "tokens"];

/// Writes a row for each concept, month and section of which there is a hit.
pub(super) fn write(build: &Path, files: &mut Files<'_, dyn RowEncoder>) -> Result<(), DatasetError> {
    let mentions = Mentions::read(build).map_err(|error| match error {
        AnalysisError::Dataset(error) => error,
        error @ AnalysisError::Frame(_) => DatasetError::io(build, std::io::Error::other(error)),
    })?;
    files.turn_to(&Place { source_path: "", article_id: None, section: None })?;
    for ((concept, place), count) in &mentions.counts {
        let published = mentions.published.get(place).copied().unwrap_or_default();
        let month = place.month.map(|month| month.to_string());
        let section = place.section.map(|section| mentions.sections[section].as_str());
        let keys = [Cell::optional(month.as_deref()), Cell::optional(section)];
        let cells = keys.into_iter().chain(of_concept(&mentions.concepts[*concept])).chain(numbers(*count, published));
        let cells: Vec<Cell<'_>> = cells.collect();
        files.write(|encoder, out| encoder.row(&cells, out))?;
    }
    Ok(())
}

fn of_concept(concept: &Concept) -> [Cell<'_>; 3] {
    [Cell::text(&concept.id), Cell::text(&concept.label), Cell::text(&concept.category)]
}

fn numbers(count: Count, published: Published) -> [Cell<'static>; 6] {
    let (low, high) = count.bounds();
    [
        Cell::Whole(count.hits),
        decimal(count.expected()),
        decimal(low),
        decimal(high),
        Cell::Whole(published.articles),
        Cell::Whole(published.tokens),
    ]
}

#[expect(clippy::cast_possible_truncation, reason = "an expected count needs no more digits")]
fn decimal(value: f64) -> Cell<'static> {
    Cell::Decimal(value as f32)
}
