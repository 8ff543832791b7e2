//! How often concepts are mentioned, by month and section, with what the confidences of the mentions say about these counts.
//!
//! A hit counts as its confidence, so a count is the number of true mentions that is to be expected. Mentions are taken for independent:
//! the number of true ones among hits of probabilities p has the mean Σp and the variance Σp(1 - p) (the Poisson binomial distribution).
//!
//! Invariant: sums are of whole numbers, so they are equal in any order.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Float32Type, Int64Type};
use polars::prelude::DataFrame;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

use super::AnalysisError;
use super::frames::{counts, stack, sum_by};
use super::reduction::map_batches;
use crate::dataset::table_reader::{BatchError, numbers, texts};
use engine::tables::schema::Table;

/// Confidences are rounded to this part of one.
const PARTS: f64 = 1e4;

/// A month: 12 times the year, and the months since January.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(i32);

impl Month {
    fn of(days: i32) -> Option<Self> {
        let epoch = jiff::civil::date(1970, 1, 1);
        let date = epoch.checked_add(jiff::Span::new().days(days)).ok()?;
        Some(Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The first month of the same year.
    #[must_use]
    pub fn year_begin(self) -> Self {
        Self(self.year() * 12)
    }

    /// The months from one to another, both included.
    pub fn range(from: Self, to: Self) -> impl Iterator<Item = Self> {
        (from.0..=to.0).map(Self)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// What mentions are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum TrendKey {
    /// The month of publication.
    Month,
    /// The section.
    Section,
}

/// A concept that is mentioned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concept {
    pub id: String,
    pub label: String,
    pub category: String,
}

/// A month and a section; unknown ones are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub month: Option<Month>,
    /// Index into [`Mentions::sections`].
    pub section: Option<usize>,
}

/// What was published in a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    pub articles: i64,
    pub tokens: i64,
}

/// Up to so many hits, the bounds of a count are those of the binomial distribution.
const FEW_HITS: i64 = 50;
/// The probability that lies outside of the bounds on each side.
const TAIL: f64 = 0.025;

/// A number of mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Hits.
    pub hits: i64,
    /// The sum of their confidences, in parts of 1e-4.
    confidence: i64,
    /// The sum of p(1 - p), in parts of 1e-8.
    variance: i64,
}

#[expect(clippy::cast_precision_loss, reason = "sums of confidences are far below 2^52")]
impl Count {
    /// The number of true mentions that is to be expected.
    #[must_use]
    pub fn expected(self) -> f64 {
        self.confidence as f64 / PARTS
    }

    /// The bounds between which the number of true mentions lies with a probability of at least 95 %.
    ///
    /// Of few hits, the bounds of the binomial distribution with their mean confidence, which are never narrower than those of their own
    /// confidences (Hoeffding 1956, "On the Distribution of the Number of Successes in Independent Trials"); of many, the normal
    /// approximation.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        if self.hits <= FEW_HITS {
            // Of hits that are nearly sure, the likely number is a whole one, and what is to be expected lies a little beside it.
            let (low, high) = self.binomial_bounds();
            return (low.min(self.expected()), high.max(self.expected()));
        }
        let half = 1.96 * (self.variance as f64).sqrt() / PARTS;
        ((self.expected() - half).max(0.0), (self.expected() + half).min(self.hits as f64))
    }
}

#[expect(clippy::cast_precision_loss, reason = "few hits")]
impl Count {
    fn binomial_bounds(self) -> (f64, f64) {
        if self.hits == 0 {
            return (0.0, 0.0);
        }
        let share = (self.expected() / self.hits as f64).min(1.0);
        let odds = share / (1.0 - share);
        if !odds.is_finite() {
            return (self.hits as f64, self.hits as f64);
        }
        let (mut low, mut high) = (None, self.hits);
        let (mut probability, mut below) = ((1.0 - share).powf(self.hits as f64), 0.0);
        for count in 0..=self.hits {
            below += probability;
            if low.is_none() && below > TAIL {
                low = Some(count);
            }
            if below >= 1.0 - TAIL {
                high = count;
                break;
            }
            probability *= odds * (self.hits - count) as f64 / (count + 1) as f64;
        }
        (low.unwrap_or(self.hits) as f64, high as f64)
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.confidence += other.confidence;
        self.variance += other.variance;
    }
}

/// The mentions of a build.
#[derive(Debug)]
pub struct Mentions {
    /// The concepts, most frequent first.
    pub concepts: Vec<Concept>,
    /// The names of the sections, in alphabetical order.
    pub sections: Vec<String>,
    /// What was published in each place.
    pub published: BTreeMap<Place, Published>,
    /// The mentions of each concept (an index) in each place.
    pub counts: BTreeMap<(usize, Place), Count>,
}

impl Mentions {
    /// Counts the mentions in a build.
    ///
    /// # Errors
    /// If its tables cannot be read.
    pub fn read(build_folder: &Path) -> Result<Self, AnalysisError> {
        let Articles { places, sections, published } = Articles::read(build_folder)?;
        let columns = ["article_index", "keyword_id", "label", "category", "confidence"];
        let batches = map_batches(build_folder, Table::Keywords, &columns, |batch| reduce_hits(batch, &places))?;
        let mut known: FxHashMap<i64, Concept> = FxHashMap::default();
        let mut frames = Vec::with_capacity(batches.len());
        for (frame, concepts) in batches {
            frames.push(frame);
            known.extend(concepts);
        }
        let sums = sum_by(&stack(frames)?, &["concept", "month", "section"])?;
        Ok(Self::assemble(&rows_of(&sums)?, known, sections, published))
    }

    fn assemble(
        rows: &[(i64, Place, Count)],
        known: FxHashMap<i64, Concept>,
        sections: Vec<String>,
        published: BTreeMap<Place, Published>,
    ) -> Self {
        let mut hits: FxHashMap<i64, i64> = FxHashMap::default();
        for (concept, _, count) in rows {
            *hits.entry(*concept).or_default() += count.hits;
        }
        let mut order: Vec<(i64, Concept)> = known.into_iter().collect();
        order.sort_by(|(a, one), (b, other)| hits[b].cmp(&hits[a]).then_with(|| one.cmp(other)));
        let index: FxHashMap<i64, usize> = order.iter().enumerate().map(|(index, (code, _))| (*code, index)).collect();
        let counts = rows.iter().map(|(concept, place, count)| ((index[concept], *place), *count)).collect();
        Self { concepts: order.into_iter().map(|(_, concept)| concept).collect(), sections, published, counts }
    }

    /// The index of the concept with an id or a label.
    #[must_use]
    pub fn concept(&self, name: &str) -> Option<usize> {
        let by_id = self.concepts.iter().position(|concept| concept.id == name);
        by_id.or_else(|| self.concepts.iter().position(|concept| concept.label == name))
    }

    /// The mentions of a concept, by something that follows from the place.
    #[must_use]
    pub fn of_concept<K: Ord>(&self, concept: usize, key: impl Fn(Place) -> K) -> BTreeMap<K, Count> {
        let least = Place { month: None, section: None };
        let mut sums: BTreeMap<K, Count> = BTreeMap::new();
        let of_it = self.counts.range((concept, least)..(concept + 1, least));
        for ((_, place), count) in of_it {
            *sums.entry(key(*place)).or_default() += *count;
        }
        sums
    }

    /// What was published, by something that follows from the place.
    #[must_use]
    pub fn published_by<K: Ord>(&self, key: impl Fn(Place) -> K) -> BTreeMap<K, Published> {
        let mut sums: BTreeMap<K, Published> = BTreeMap::new();
        for (place, published) in &self.published {
            let sum = sums.entry(key(*place)).or_default();
            sum.articles += published.articles;
            sum.tokens += published.tokens;
        }
        sums
    }

    /// The first and the last month of which something was published.
    #[must_use]
    pub fn months(&self) -> Option<(Month, Month)> {
        let known = || self.published.keys().filter_map(|place| place.month);
        Some((known().min()?, known().max()?))
    }
}

/// Where each article belongs.
struct Articles {
    /// By the article's index.
    places: Vec<Place>,
    sections: Vec<String>,
    published: BTreeMap<Place, Published>,
}

impl Articles {
    fn read(build_folder: &Path) -> Result<Self, AnalysisError> {
        let columns = ["article_index", "section", "published", "token_count"];
        let batches = map_batches(build_folder, Table::Articles, &columns, rows_of_articles)?;
        let rows: Vec<ArticleRow> = batches.into_iter().flatten().collect();
        let mut sections: Vec<String> = rows.iter().filter_map(|row| row.section.clone()).collect();
        sections.sort_unstable();
        sections.dedup();
        let mut places = vec![Place { month: None, section: None }; rows.len()];
        let mut published: BTreeMap<Place, Published> = BTreeMap::new();
        for row in rows {
            let section = row.section.and_then(|section| sections.binary_search(&section).ok());
            let place = Place { month: row.month, section };
            if let Some(of_article) = places.get_mut(row.index) {
                *of_article = place;
            }
            let sum = published.entry(place).or_default();
            sum.articles += 1;
            sum.tokens += row.tokens;
        }
        Ok(Self { places, sections, published })
    }
}

struct ArticleRow {
    index: usize,
    month: Option<Month>,
    section: Option<String>,
    tokens: i64,
}

fn rows_of_articles(batch: &RecordBatch) -> Result<Vec<ArticleRow>, BatchError> {
    let (indices, tokens) = (numbers::<Int64Type>(batch, "article_index")?, numbers::<Int64Type>(batch, "token_count")?);
    let sections = texts(batch, "section")?;
    let days = batch.column_by_name("published").and_then(|column| column.as_primitive_opt::<Date32Type>());
    let row = |row: usize| ArticleRow {
        index: index(indices.value(row)),
        month: days.filter(|days| days.is_valid(row)).and_then(|days| Month::of(days.value(row))),
        section: sections.is_valid(row).then(|| sections.value(row).to_owned()),
        tokens: tokens.value(row),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The hits of a batch, summed by concept and place; and the concepts, by their code.
fn reduce_hits(batch: &RecordBatch, places: &[Place]) -> Result<(DataFrame, FxHashMap<i64, Concept>), BatchError> {
    let articles = numbers::<Int64Type>(batch, "article_index")?;
    let confidences = numbers::<Float32Type>(batch, "confidence")?;
    let [ids, labels, categories] = [texts(batch, "keyword_id")?, texts(batch, "label")?, texts(batch, "category")?];
    let mut known: FxHashMap<i64, Concept> = FxHashMap::default();
    let codes: Vec<i64> = (0..batch.num_rows()).map(|row| code(&ids, row)).collect();
    for (row, code) in codes.iter().enumerate() {
        let text = |column: &StringArray| column.value(row).to_owned();
        known.entry(*code).or_insert_with(|| Concept { id: text(&ids), label: text(&labels), category: text(&categories) });
    }
    let unknown = Place { month: None, section: None };
    let place = |row: usize| places.get(index(articles.value(row))).copied().unwrap_or(unknown);
    let rows = || 0..batch.num_rows();
    let columns = vec![
        counts("concept", codes.iter().copied()),
        counts("month", rows().map(|row| place(row).month.map_or(NONE, |month| month.0.into()))),
        counts(
            "section",
            rows().map(|row| place(row).section.and_then(|section| i64::try_from(section).ok()).unwrap_or(NONE)),
        ),
        counts("hits", rows().map(|_| 1)),
        counts("confidence", rows().map(|row| parts(confidences.value(row)))),
        counts("variance", rows().map(|row| variance(parts(confidences.value(row))))),
    ];
    let frame = DataFrame::new(batch.num_rows(), columns)?;
    Ok((sum_by(&frame, &["concept", "month", "section"])?, known))
}

/// Stands for an unknown month or section in a frame.
const NONE: i64 = i64::MIN;

/// A number for a concept's id, the same in every batch.
fn code(ids: &StringArray, row: usize) -> i64 {
    let mut hasher = FxHasher::default();
    ids.value(row).hash(&mut hasher);
    hasher.finish().cast_signed()
}

#[expect(clippy::cast_possible_truncation, reason = "a probability in parts of 1e-4")]
fn parts(confidence: f32) -> i64 {
    (f64::from(confidence) * PARTS).round() as i64
}

fn variance(parts: i64) -> i64 {
    parts * (10_000 - parts)
}

/// The rows of a frame of sums.
fn rows_of(sums: &DataFrame) -> Result<Vec<(i64, Place, Count)>, AnalysisError> {
    let column = |name: &str| Ok::<_, AnalysisError>(sums.column(name)?.i64()?.clone());
    let (concepts, months, sections) = (column("concept")?, column("month")?, column("section")?);
    let (hits, confidences, variances) = (column("hits")?, column("confidence")?, column("variance")?);
    let known = |value: Option<i64>| value.filter(|value| *value != NONE);
    let row = |row: usize| {
        let month = known(months.get(row)).and_then(|month| i32::try_from(month).ok()).map(Month);
        let section = known(sections.get(row)).and_then(|section| usize::try_from(section).ok());
        let sum = |column: &polars::prelude::Int64Chunked| column.get(row).unwrap_or(0);
        let count = Count { hits: sum(&hits), confidence: sum(&confidences), variance: sum(&variances) };
        (sum(&concepts), Place { month, section }, count)
    };
    Ok((0..sums.height()).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(confidences: &[f32]) -> Count {
        let mut sum = Count::default();
        for confidence in confidences {
            let parts = parts(*confidence);
            sum += Count { hits: 1, confidence: parts, variance: variance(parts) };
        }
        sum
    }

    #[test]
    fn bounds_of_few_hits_hold() {
        let bounds = |confidences: &[f32]| sum(confidences).bounds();
        assert_eq!(bounds(&[]), (0.0, 0.0));
        assert_eq!(bounds(&[1.0, 1.0]), (2.0, 2.0));
        assert_eq!(bounds(&[0.8885]), (0.0, 1.0), "one in nine is none");
        assert_eq!(bounds(&[0.98]), (0.98, 1.0));
        assert_eq!(bounds(&[0.5; 10]), (2.0, 8.0));
        let (low, high) = bounds(&[0.9; 100]);
        assert!((84.0..85.0).contains(&low) && (95.0..96.0).contains(&high), "{low} {high}");
    }

    #[test]
    fn a_month_is_named_by_its_day() {
        for (days, month) in [(0, "1970-01"), (-1, "1969-12"), (16_131, "2014-03")] {
            assert_eq!(Month::of(days).map(|month| month.to_string()).as_deref(), Some(month));
        }
        let (from, to) = (Month::of(0).expect("a day"), Month::of(60).expect("a day"));
        assert_eq!(
            Month::range(from, to).map(|month| month.to_string()).collect::<Vec<_>>(),
            ["1970-01", "1970-02", "1970-03"]
        );
    }

    #[test]
    fn an_uncertain_count_has_wide_bounds_and_a_certain_one_none() {
        let certain = sum(&[1.0; 9]);
        assert_eq!((certain.hits, certain.expected(), certain.bounds()), (9, 9.0, (9.0, 9.0)));
        let doubtful = sum(&[0.5; 100]);
        assert!((doubtful.expected() - 50.0).abs() < 1e-9);
        let (low, high) = doubtful.bounds();
        assert!((low - 40.2).abs() < 1e-9 && (high - 59.8).abs() < 1e-9, "1.96 · √(100 · 0.25) = 9.8");
        assert_eq!(sum(&[0.5]).bounds(), (0.0, 1.0), "no more than the hits, no fewer than none");
    }
}
