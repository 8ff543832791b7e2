//! Articles unlike the rest: those whose measures lie far from the median.
//!
//! The distance is counted in median absolute deviations, which outliers do not stretch (Iglewicz and Hoaglin 1993, "How to Detect and
//! Handle Outliers").

use polars::prelude::{ChunkQuantile, DataFrame, Float64Chunked, NewChunkedArray, PlSmallStr};

use super::super::AnalysisError;
use super::super::frames::fractions;
use crate::dataset::stored::StoredArticle;

/// Scores from here on are listed.
const LEAST_SCORE: f64 = 6.0;
/// The most articles listed.
const MOST: usize = 100;
/// Shares of shorter articles say little.
const LEAST_TOKENS: usize = 50;
/// Makes the median absolute deviation comparable with a standard deviation (1 / Φ⁻¹(0.75)).
const CONSISTENCY: f64 = 1.4826;

/// What is measured of an article: name, and the least deviation that counts as one.
const MEASURES: [(&str, f64); 4] = [
    ("share of changed words", 0.02),
    ("share of unexplained words", 0.005),
    ("confidence", 0.002),
    ("words per sentence", 1.0),
];

/// The measures of all articles.
#[derive(Debug, Default)]
pub(super) struct Measures {
    positions: Vec<usize>,
    values: [Vec<f64>; MEASURES.len()],
}

/// An article far from the others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outlier {
    /// Its position in the build.
    pub(super) position: usize,
    pub(super) why: String,
    pub(super) value: String,
}

impl Measures {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(super) fn add(&mut self, position: usize, article: &StoredArticle) {
        if article.tokens < LEAST_TOKENS || article.damage == "foreign" {
            return;
        }
        let tokens = article.tokens as f64;
        let measured = [
            article.repaired as f64 / tokens,
            article.unresolved as f64 / tokens,
            f64::from(article.confidence),
            tokens / article.sentences.max(1) as f64,
        ];
        self.positions.push(position);
        for (values, value) in self.values.iter_mut().zip(measured) {
            values.push(value);
        }
    }

    /// The articles furthest from the rest, each by its most unusual measure.
    pub(super) fn outliers(self) -> Result<Vec<Outlier>, AnalysisError> {
        let Self { positions, values } = self;
        let columns = MEASURES.iter().zip(values).map(|((name, _), values)| fractions(name, values.into_iter())).collect();
        let frame = DataFrame::new(positions.len(), columns)?;
        let mut worst: Vec<(f64, Option<Outlier>)> = vec![(LEAST_SCORE, None); positions.len()];
        for (name, least) in MEASURES {
            let column = frame.column(name)?.f64()?;
            let Some(median) = column.median() else { continue };
            let distance = |value: Option<f64>| (value.unwrap_or(median) - median).abs();
            let distances =
                Float64Chunked::from_iter_values(PlSmallStr::from_static("distance"), column.iter().map(distance));
            let scale = (CONSISTENCY * distances.median().unwrap_or(0.0)).max(least);
            for ((value, found), position) in column.iter().zip(&mut worst).zip(&positions) {
                let score = distance(value) / scale;
                if score >= found.0 {
                    let outlier = Outlier {
                        position: *position,
                        why: name.to_owned(),
                        value: format!("{:.3}; half of the articles have {median:.3} or less", value.unwrap_or(median)),
                    };
                    *found = (score, Some(outlier));
                }
            }
        }
        worst.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(worst.into_iter().filter_map(|(_, outlier)| outlier).take(MOST).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_far_from_the_others_is_found() {
        let mut measures = Measures::default();
        for position in 0..100 {
            let repaired = if position == 42 { 190 } else { 60 + position % 7 };
            let article =
                StoredArticle { tokens: 200, sentences: 10, repaired, confidence: 0.98, ..StoredArticle::default() };
            measures.add(position, &article);
        }
        let outliers = measures.outliers().expect("numbers");
        assert_eq!(
            outliers.iter().map(|outlier| (outlier.position, outlier.why.as_str())).collect::<Vec<_>>(),
            [(42, "share of changed words")]
        );
        assert_eq!(Measures::default().outliers().expect("no numbers"), []);
    }
}
