//! `report.html`: what was done to a build's articles, to be looked at and corrected in a browser.
//!
//! ```text
//! mentions ─▶ figures ─┐
//! walk over articles and sentences ─ tallies, sample, worst, unlike ─┼─▶ data ─▶ page
//! rejects, verdicts of the gates, corrections ─┘
//! ```
//!
//! Invariant: the page is bounded, whatever the size of the build: of a large one whole articles are drawn, and the sentences that
//! most need a person. What is kept in memory meanwhile is bounded, too, but for some 40 bytes per article.

mod data;
mod figures;
mod page;
mod sample;
mod tallies;
mod unlike;
mod worst;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use arrow::array::Array;
use arrow::datatypes::Int64Type;
use rustc_hash::{FxHashMap, FxHashSet};

use super::AnalysisError;
use super::mentions::Mentions;
use super::reduction::map_batches;
use crate::dataset::description::Reliability;
use crate::dataset::stored::{Item, each_item};
use crate::dataset::table_reader::{numbers, texts};
use crate::dataset::{DatasetError, Manifest, NewFile, ReviewedCorrection, reviewed_corrections, write_durably};
use data::{
    Band, Build, Charts, Concept, Corrections, Overview, Reject, Report, Sample, SpeltTwoWays, Unapplied, Unexplained,
    Unlike, Worst,
};
pub use data::{Drift, Gate};
use engine::tables::schema::Table;
use figures::Together;
use sample::{Draw, ShownArticle};
use tallies::Tallies;
use unlike::{Measures, Outlier};
use worst::{Findings, TwoWays};

/// The report's name in a build's folder.
pub const REPORT: &str = "report.html";
/// The most rejects, and the most corrections that were not applied, that are listed.
const MOST_LISTED: usize = 200;
/// The most concepts that are named, apart from those in the sample.
const MOST_CONCEPTS: usize = 2000;

/// What is known about a build besides its tables.
#[derive(Debug)]
pub struct Verdicts {
    /// The gates that judged it alone.
    pub gates: Vec<Gate>,
    /// Those that compared it with the build before; `None` if there was none.
    pub drift: Option<Vec<Drift>>,
}

/// Writes the report of a build into its folder.
///
/// # Errors
/// If its tables cannot be read, or the report cannot be written.
pub fn write_report(build_folder: &Path, manifest: &Manifest, name: &str, verdicts: Verdicts) -> Result<(), AnalysisError> {
    let page = report_page(build_folder, manifest, name, verdicts)?;
    write_durably(&build_folder.join(REPORT), page.as_bytes())?;
    Ok(())
}

/// Writes the report of a build to a new file.
///
/// # Errors
/// If its tables cannot be read, or the file exists or cannot be written.
pub fn write_report_to(
    file: &Path,
    build_folder: &Path,
    manifest: &Manifest,
    name: &str,
    verdicts: Verdicts,
) -> Result<(), AnalysisError> {
    let page = report_page(build_folder, manifest, name, verdicts)?;
    let mut new = NewFile::create(file.to_owned())?;
    new.write_all(page.as_bytes()).map_err(|source| DatasetError::io(file, source))?;
    Ok(new.finish()?)
}

/// The report of a build as a page of HTML.
///
/// # Errors
/// If its tables cannot be read.
pub fn report_page(
    build_folder: &Path,
    manifest: &Manifest,
    name: &str,
    verdicts: Verdicts,
) -> Result<String, AnalysisError> {
    Ok(page::page(&gather(build_folder, manifest, name, verdicts)?))
}

fn gather(build_folder: &Path, manifest: &Manifest, name: &str, verdicts: Verdicts) -> Result<Report, AnalysisError> {
    let mentions = Mentions::read(build_folder)?;
    let walk = Walk::through(build_folder, &mentions)?;
    let Walk { mut tallies, draw, findings, measures, together, .. } = walk;
    let (drawn, is_all) = draw.finish();
    let (uncertain, words, two_ways) = findings.finish();
    let outliers = with_sources(build_folder, measures.outliers()?)?;
    let mut overview = tallies.take_overview();
    let shown = Shown::of(drawn, &uncertain);
    let sample = shown.sample(&overview, is_all);
    let worst = shown.worst(&uncertain, words, two_ways, outliers);
    let rejects = Rejects::read(build_folder)?;
    overview.rejects = rejects.by_code;
    overview.reject_list = rejects.first;
    overview.gates = verdicts.gates;
    overview.drift = verdicts.drift;
    overview.corrections = corrections(build_folder, manifest)?;
    overview.warnings.clone_from(&manifest.run.warnings);
    let charts = Charts {
        sentence_lengths: tallies.sentence_lengths(),
        confidence: tallies.confidences(),
        reliability: Reliability::of(&manifest.provenance.model_id).map(bands),
        letters: tallies.letters(),
        sections: figures::sections(&mentions),
        months: figures::months(&mentions),
        cooccurrence: together.finish(&mentions),
    };
    let concepts = shown.concepts(mentions);
    let build = Build {
        id: manifest.build_id.clone(),
        name: name.to_owned(),
        version: manifest.provenance.tarmim.clone(),
        model: manifest.provenance.model_id.clone(),
    };
    Ok(Report { build, overview, charts, concepts, sample, articles: shown.articles, sentences: shown.sentences, worst })
}

/// Everything that is seen on one way through the tables.
#[derive(Default)]
struct Walk {
    tallies: Tallies,
    draw: Draw,
    findings: Findings,
    measures: Measures,
    together: Together,
    position: usize,
}

impl Walk {
    fn through(build_folder: &Path, mentions: &Mentions) -> Result<Self, AnalysisError> {
        let by_id: FxHashMap<&str, usize> =
            mentions.concepts.iter().enumerate().map(|(index, concept)| (concept.id.as_str(), index)).collect();
        let concept = |id: &str| by_id.get(id).copied();
        let mut walk = Self::default();
        each_item(build_folder, |item| {
            match item {
                Item::Article(article) => {
                    walk.tallies.article(article);
                    walk.draw.begin(walk.position, article);
                    walk.findings.article(walk.position, article);
                    walk.measures.add(walk.position, article);
                    walk.position += 1;
                }
                Item::Sentence(_, sentence) => {
                    walk.tallies.sentence(&sentence);
                    walk.draw.add(&sentence, &concept);
                    walk.findings.sentence(&sentence, &concept);
                    walk.together.sentence(&sentence, &concept);
                }
            }
            Ok::<(), AnalysisError>(())
        })?;
        Ok(walk)
    }
}

/// The articles and sentences that the page shows, in the order of the build.
struct Shown {
    articles: Vec<data::Article>,
    sentences: Vec<data::Sentence>,
    /// Index of an article, by its id.
    article_of: FxHashMap<String, usize>,
}

impl Shown {
    /// Those that were drawn, and the uncertain ones.
    fn of(drawn: Vec<ShownArticle>, uncertain: &[ShownArticle]) -> Self {
        let mut by_position: BTreeMap<usize, ShownArticle> = BTreeMap::new();
        for article in drawn.into_iter().chain(uncertain.iter().cloned()) {
            match by_position.get_mut(&article.position) {
                Some(known) => known.sentences.extend(article.sentences),
                None => {
                    by_position.insert(article.position, article);
                }
            }
        }
        let mut shown = Self { articles: Vec::new(), sentences: Vec::new(), article_of: FxHashMap::default() };
        for (_, ShownArticle { article, mut sentences, .. }) in by_position {
            sentences.sort_by_key(|sentence| sentence.index);
            sentences.dedup_by_key(|sentence| sentence.index);
            let index = shown.articles.len();
            shown.sentences.extend(sentences.into_iter().map(|sentence| data::Sentence { article: index, ..sentence }));
            shown.article_of.insert(article.id.clone(), index);
            shown.articles.push(article);
        }
        shown
    }

    fn sample(&self, overview: &Overview, is_all: bool) -> Sample {
        let how = if is_all {
            "All articles of the build are shown.".to_owned()
        } else {
            format!(
                "The build is too large for one page: {} of its {} sentences are shown, those of whole articles drawn at random, and \
                 the least certain ones of all.",
                self.sentences.len(),
                overview.sentences
            )
        };
        Sample {
            sentences: self.sentences.len(),
            of: overview.sentences,
            articles: self.articles.len(),
            of_articles: overview.articles,
            is_all,
            how,
        }
    }

    fn worst(
        &self,
        uncertain: &[ShownArticle],
        words: Vec<(String, usize)>,
        two_ways: Vec<TwoWays>,
        outliers: Vec<(Outlier, String, String)>,
    ) -> Worst {
        let places: FxHashMap<(usize, usize), usize> =
            self.sentences.iter().enumerate().map(|(at, sentence)| ((sentence.article, sentence.index), at)).collect();
        let place = |shown: &ShownArticle| {
            let article = self.article_of.get(&shown.article.id)?;
            places.get(&(*article, shown.sentences.first()?.index)).copied()
        };
        let unexplained = |(word, count): (String, usize)| {
            let is_it = |token: &data::Token| matches!(token, data::Token::Repaired { raw, .. } if *raw == word);
            let sentence = self.sentences.iter().position(|sentence| sentence.tokens.iter().any(is_it));
            Unexplained { word, count, sentence }
        };
        let spelt = |TwoWays { article_id, source, raw, forms }: TwoWays| {
            let article = self.article_of.get(&article_id).copied();
            let sentence = article.and_then(|article| self.sentence_with(article, &raw, &forms[1].0));
            SpeltTwoWays { article, source, raw, forms, sentence }
        };
        let unlike = |(Outlier { why, value, .. }, id, source): (Outlier, String, String)| Unlike {
            article: self.article_of.get(&id).copied(),
            source,
            why,
            value,
        };
        Worst {
            sentences: uncertain.iter().filter_map(place).collect(),
            unexplained: words.into_iter().map(unexplained).collect(),
            spelt_two_ways: two_ways.into_iter().map(spelt).collect(),
            unlike: outliers.into_iter().map(unlike).collect(),
        }
    }

    /// The first sentence of an article in which a token has a form.
    fn sentence_with(&self, article: usize, raw: &str, form: &str) -> Option<usize> {
        let is_it = |token: &data::Token| match token {
            data::Token::Plain(text) => text == raw && raw == form,
            data::Token::Repaired { raw: other, form: of_other, .. } => other == raw && of_other == form,
        };
        let is_here = |sentence: &data::Sentence| sentence.article == article && sentence.tokens.iter().any(is_it);
        self.sentences.iter().position(is_here)
    }

    /// The concepts, most frequent first: enough of them to name all that the sentences mention.
    fn concepts(&self, mentions: Mentions) -> Vec<Concept> {
        let mentioned = self.sentences.iter().flat_map(|sentence| &sentence.hits).map(|hit| hit.0 + 1).max();
        let count = mentioned.unwrap_or(0).max(MOST_CONCEPTS);
        let concept = |concept: super::mentions::Concept| Concept {
            id: concept.id,
            label: concept.label,
            category: Some(concept.category).filter(|category| !category.is_empty()),
        };
        mentions.concepts.into_iter().take(count).map(concept).collect()
    }
}

/// The inputs that could not be used.
struct Rejects {
    by_code: Vec<(String, usize)>,
    first: Vec<Reject>,
}

impl Rejects {
    fn read(build_folder: &Path) -> Result<Self, AnalysisError> {
        let columns = ["source_path", "record", "code", "message"];
        let batches = map_batches(build_folder, Table::Rejects, &columns, |batch| {
            let columns = [0, 1, 2, 3].map(|at| texts(batch, columns[at]));
            let [paths, records, codes, messages] = columns;
            let (paths, records, codes, messages) = (paths?, records?, codes?, messages?);
            let reject = |row: usize| Reject {
                source_path: paths.value(row).to_owned(),
                record: records.is_valid(row).then(|| records.value(row).to_owned()),
                code: codes.value(row).to_owned(),
                message: messages.value(row).to_owned(),
            };
            let mut by_code: BTreeMap<String, usize> = BTreeMap::new();
            for code in codes.iter().flatten() {
                *by_code.entry(code.to_owned()).or_default() += 1;
            }
            Ok((by_code, (0..batch.num_rows().min(MOST_LISTED)).map(reject).collect::<Vec<_>>()))
        })?;
        let (mut sums, mut first) = (BTreeMap::<String, usize>::new(), Vec::new());
        for (by_code, rejects) in batches {
            for (code, count) in by_code {
                *sums.entry(code).or_default() += count;
            }
            first.extend(rejects);
            first.truncate(MOST_LISTED);
        }
        let mut by_code: Vec<(String, usize)> = sums.into_iter().collect();
        by_code.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(Self { by_code, first })
    }
}

/// The outliers with the id and the source of their articles.
fn with_sources(build_folder: &Path, outliers: Vec<Outlier>) -> Result<Vec<(Outlier, String, String)>, AnalysisError> {
    let wanted: FxHashSet<i64> = outliers.iter().filter_map(|outlier| i64::try_from(outlier.position).ok()).collect();
    let columns = ["article_index", "article_id", "source_path"];
    let batches = map_batches(build_folder, Table::Articles, &columns, |batch| {
        let indices = numbers::<Int64Type>(batch, "article_index")?;
        let (ids, paths) = (texts(batch, "article_id")?, texts(batch, "source_path")?);
        let rows = (0..batch.num_rows()).filter(|row| wanted.contains(&indices.value(*row)));
        Ok(rows
            .map(|row| (indices.value(row), (ids.value(row).to_owned(), paths.value(row).to_owned())))
            .collect::<Vec<_>>())
    })?;
    let mut known: FxHashMap<i64, (String, String)> = batches.into_iter().flatten().collect();
    let named = |outlier: Outlier| {
        let (id, source) = known.remove(&i64::try_from(outlier.position).ok()?)?;
        Some((outlier, id, source))
    };
    Ok(outliers.into_iter().filter_map(named).collect())
}

fn corrections(build_folder: &Path, manifest: &Manifest) -> Result<Option<Corrections>, AnalysisError> {
    let Some(summary) = manifest.review else { return Ok(None) };
    let unapplied = reviewed_corrections(build_folder)?.into_iter().filter(|correction| !correction.is_applied());
    let listed = unapplied.take(MOST_LISTED).map(|correction| {
        let ReviewedCorrection { file, line, raw, status, .. } = correction;
        Unapplied { file, line, raw, status }
    });
    Ok(Some(Corrections {
        given: summary.corrections,
        applied: summary.applied,
        places: summary.places,
        unapplied: listed.collect(),
    }))
}

fn bands(reliability: Reliability) -> Vec<Band> {
    let band = |band: &crate::dataset::description::ReliabilityBand| Band {
        from: band.from,
        sentences: band.sentences,
        tokens_right: band.tokens_right,
        without_error: band.without_error,
        printable: None,
    };
    reliability.bands.iter().map(band).collect()
}
