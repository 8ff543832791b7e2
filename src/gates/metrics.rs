//! The metrics of a build that gates judge: shares and means that distinguish a build gone wrong from a sound one.
//!
//! Invariant: a metric's name is the key of its limits in `[gates]` and the name of its gate. The metrics of an earlier build
//! are computed by the same code (`tally.rs`), so that drift compares like with like.

use serde::{Deserialize, Serialize};

/// A metric that has limits and is compared with the previous build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Tokens that repair changed, per token.
    RepairedShare,
    /// Tokens that no word of the lexicon explains, per token.
    UnresolvedShare,
    /// Tokens per sentence.
    MeanSentenceTokens,
    /// Sentences cut at the limit, per sentence.
    CappedShare,
    /// Sentences of one token, per sentence.
    OneWordShare,
    /// Sentences per article.
    SentencesPerArticle,
    /// Keyword hits per article.
    KeywordsPerArticle,
    /// Articles without a keyword hit, per article.
    WithoutKeywordsShare,
    /// Articles with the text of an earlier one, per article.
    DuplicateShare,
    /// Articles in another language than Arabic, per article.
    ForeignShare,
}

/// The constants of a metric.
struct Description {
    name: &'static str,
    /// What it measures, for messages.
    meaning: &'static str,
    /// The range within which its limits can be set.
    bounds: (f64, f64),
    /// Limits that any sane input keeps.
    default_limits: (f64, f64),
    /// A difference from the previous build that is never drift: near 0, chance alone makes large relative changes.
    least_drift: f64,
    /// SQL that shows the rows behind a suspicious value; `{build}` is replaced by the folder.
    inspection: &'static str,
}

const SHARE: (f64, f64) = (0.0, 1.0);
const MEAN: (f64, f64) = (0.0, 1e6);

/// In the order of [`Metric`].
const DESCRIPTIONS: [Description; Metric::ALL.len()] = [
    Description {
        name: "repaired_share",
        meaning: "share of tokens that were changed",
        bounds: SHARE,
        default_limits: (0.0, 0.8),
        least_drift: 0.02,
        inspection: "select damage, count(*) as articles, sum(repaired_count) as repaired, sum(token_count) as tokens \
                     from '{build}/articles/**/*.parquet' group by all order by damage",
    },
    Description {
        name: "unresolved_share",
        meaning: "share of tokens that no word of the lexicon explains",
        bounds: SHARE,
        default_limits: (0.0, 0.5),
        least_drift: 0.02,
        inspection: "select article_id, source_path, damage, unresolved_count, token_count \
                     from '{build}/articles/**/*.parquet' order by unresolved_count / token_count desc limit 10",
    },
    Description {
        name: "mean_sentence_tokens",
        meaning: "tokens per sentence",
        bounds: MEAN,
        default_limits: (1.5, 200.0),
        least_drift: 3.0,
        inspection: SENTENCE_LENGTHS,
    },
    Description {
        name: "capped_share",
        meaning: "share of sentences with split.max_tokens tokens or more",
        bounds: SHARE,
        default_limits: (0.0, 0.9),
        least_drift: 0.02,
        inspection: SENTENCE_LENGTHS,
    },
    Description {
        name: "one_word_share",
        meaning: "share of sentences of one token",
        bounds: SHARE,
        default_limits: (0.0, 0.7),
        least_drift: 0.02,
        inspection: "select kind, text, count(*) as sentences \
                     from '{build}/sentences/**/*.parquet' where token_count = 1 group by all order by sentences desc limit 20",
    },
    Description {
        name: "sentences_per_article",
        meaning: "sentences per article",
        bounds: MEAN,
        default_limits: (1.0, 1e5),
        least_drift: 3.0,
        inspection: "select article_id, source_path, sentence_count, token_count \
                     from '{build}/articles/**/*.parquet' order by sentence_count desc limit 10",
    },
    Description {
        name: "keywords_per_article",
        meaning: "keyword hits per article",
        bounds: MEAN,
        default_limits: (0.0, 1e5),
        least_drift: 3.0,
        inspection: "select source_path, token_count, list_sum(list_transform(keywords, lambda k: k.count)) as hits \
                     from '{build}/articles/**/*.parquet' order by hits desc nulls last limit 10",
    },
    Description {
        name: "without_keywords_share",
        meaning: "share of articles without a keyword hit",
        bounds: SHARE,
        default_limits: SHARE,
        least_drift: 0.05,
        inspection: "select article_id, source_path, text \
                     from '{build}/articles/**/*.parquet' where len(keywords) = 0 limit 10",
    },
    Description {
        name: "duplicate_share",
        meaning: "share of articles with the text of an earlier one",
        bounds: SHARE,
        default_limits: SHARE,
        least_drift: 0.02,
        inspection: "select article_id, source_path, duplicate_of \
                     from '{build}/articles/**/*.parquet' where duplicate_of is not null limit 10",
    },
    Description {
        name: "foreign_share",
        meaning: "share of articles in another language than Arabic",
        bounds: SHARE,
        default_limits: (0.0, 0.5),
        least_drift: 0.02,
        inspection: "select article_id, source_path, text \
                     from '{build}/articles/**/*.parquet' where damage = 'foreign' limit 10",
    },
];

const SENTENCE_LENGTHS: &str = "select token_count, count(*) as sentences, any_value(text) as example \
     from '{build}/sentences/**/*.parquet' group by all order by token_count";

impl Metric {
    /// All metrics, in the order in which they are documented.
    pub const ALL: [Self; 10] = [
        Self::RepairedShare,
        Self::UnresolvedShare,
        Self::MeanSentenceTokens,
        Self::CappedShare,
        Self::OneWordShare,
        Self::SentencesPerArticle,
        Self::KeywordsPerArticle,
        Self::WithoutKeywordsShare,
        Self::DuplicateShare,
        Self::ForeignShare,
    ];

    fn description(self) -> &'static Description {
        &DESCRIPTIONS[self as usize]
    }

    /// The key of its limits.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// What it measures, for messages.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.description().meaning
    }

    /// The range within which its limits can be set.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        self.description().bounds
    }

    /// Its limits if the configuration sets none.
    #[must_use]
    pub fn default_limits(self) -> (f64, f64) {
        self.description().default_limits
    }

    /// A difference from the previous build that is never drift: near 0, chance alone makes large relative changes.
    #[must_use]
    pub fn least_drift(self) -> f64 {
        self.description().least_drift
    }

    /// SQL that shows the rows behind it; `{build}` stands for the build's folder.
    #[must_use]
    pub fn inspection(self) -> &'static str {
        self.description().inspection
    }
}

/// The metrics of a build; shares and means are rounded to 1e-4. Its field names are keys of `report.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Number of articles.
    pub articles: i64,
    /// Number of sentences.
    pub sentences: i64,
    /// Number of tokens.
    pub tokens: i64,
    /// Tokens of the longest sentence of running text.
    pub largest_sentence_tokens: i64,
    pub(super) repaired_share: f64,
    pub(super) unresolved_share: f64,
    pub(super) mean_sentence_tokens: f64,
    pub(super) capped_share: f64,
    pub(super) one_word_share: f64,
    pub(super) sentences_per_article: f64,
    pub(super) keywords_per_article: f64,
    pub(super) without_keywords_share: f64,
    /// `None` if no duplicate was found: perhaps nobody looked, because the search can be switched off.
    pub(super) duplicate_share: Option<f64>,
    /// Builds of early versions lack it.
    #[serde(default)]
    pub(super) foreign_share: Option<f64>,
}

impl Metrics {
    /// A metric's value; `None` if it is unknown.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::RepairedShare => Some(self.repaired_share),
            Metric::UnresolvedShare => Some(self.unresolved_share),
            Metric::MeanSentenceTokens => Some(self.mean_sentence_tokens),
            Metric::CappedShare => Some(self.capped_share),
            Metric::OneWordShare => Some(self.one_word_share),
            Metric::SentencesPerArticle => Some(self.sentences_per_article),
            Metric::KeywordsPerArticle => Some(self.keywords_per_article),
            Metric::WithoutKeywordsShare => Some(self.without_keywords_share),
            Metric::DuplicateShare => self.duplicate_share,
            Metric::ForeignShare => self.foreign_share,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_metric_has_its_own_name_and_defaults_within_its_bounds() {
        assert_eq!(Metric::ALL.map(Metric::name).iter().collect::<BTreeSet<_>>().len(), Metric::ALL.len());
        for (place, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, place, "the descriptions are in the order of the metrics");
            let ((least, most), (low, high)) = (metric.bounds(), metric.default_limits());
            assert!(least <= low && low < high && high <= most, "{}", metric.name());
            assert!(metric.least_drift() > 0.0, "{}", metric.name());
            assert!(metric.inspection().contains("'{build}/"), "{}", metric.name());
        }
    }
}
