//! All settings of `pipeline.toml` in one struct, and those that name the two files every stage shares.

use std::path::PathBuf;

use engine::duplicates::DuplicateSettings;
use engine::model::{ModelError, ModelFile};
use engine::repair::RepairSettings;
use engine::settings::Value;
use engine::split::SplitSettings;
use engine::tag::TagSettings;

use crate::dataset::DatasetSettings;
use crate::dataset::description::CardSettings;
use crate::gates::GateSettings;
use crate::ingest::IngestSettings;

engine::settings! {
    /// The model file.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ModelSettings in "repair" {
        /// Model file; without it, the model built into the program is used.
        model: Option<PathBuf> = Value::Unset => Repair, example "model/tarmim.model";
    }
}

engine::settings! {
    /// The vocabulary files.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct VocabularySettings in "tag" {
        /// Vocabulary files: SKOS (.ttl, .nt, .rdf, .jsonld), or a table (.csv, .tsv, .xlsx, .ods) with the header id,label,category,variants and optionally gloss,
        /// broader, kind and cues. `tarmim tag-test VOCABULARY TEXT` shows what a vocabulary finds in a text, and why.
        vocabularies: Vec<PathBuf> = ["vocabulary/newspapers.ttl"] => Tag;
    }
}

engine::settings! {
    /// The files of corrections.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReviewSettings in "review" {
        /// Files of corrections by hand (.csv, .tsv, .xlsx, .ods), as report.html and `tarmim review export` make them. Of two that
        /// contradict each other the narrower wins, and of two as narrow the later. What was applied and what was not is listed in each build's review.csv.
        corrections: Vec<PathBuf> = [""; 0] => Build, example "corrections.csv";
    }
}

engine::settings! {
    /// Everything that `pipeline.toml` can say, in the order of the file.
    #[derive(Clone, Debug)]
    pub struct PipelineSettings in "" {
    } and {
        /// `[ingest]` and `[fields]`.
        ingest: IngestSettings,
        /// `[repair]`: the model.
        model: ModelSettings,
        /// `[repair]`: all else.
        repair: RepairSettings,
        /// `[review]`.
        review: ReviewSettings,
        /// `[split]`.
        split: SplitSettings,
        /// `[tag]`: the vocabularies.
        vocabulary: VocabularySettings,
        /// `[tag]`: all else.
        tag: TagSettings,
        /// `[dataset]`: what is written.
        dataset: DatasetSettings,
        /// `[dataset]`: duplicates.
        duplicates: DuplicateSettings,
        /// `[gates]`.
        gates: GateSettings,
        /// `[card]`.
        card: CardSettings,
    }
}

impl ModelSettings {
    /// Opens the model.
    ///
    /// # Errors
    /// If the file cannot be read or is no model of this version.
    pub fn open(&self) -> Result<ModelFile, ModelError> {
        self.model.as_deref().map_or_else(ModelFile::shipped, ModelFile::open)
    }
}

#[cfg(test)]
mod tests {
    use engine::settings::{Record, Settings};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_record_of_the_defaults_is_what_it_was() {
        let mut record = Record::default();
        PipelineSettings::default().record(&mut record);
        // Every build id depends on this record: a change here makes every user's next run a full rebuild.
        let expected = json!({
            "select": { "files": ["**/*"], "skip": ["**/.*", "**/__MACOSX/**"], "zip_names": "auto" },
            "ingest": {
                "encoding": "auto", "foreign": "publish", "delimiter": "auto", "quotes": "auto", "date_order": "auto", "path_dates": true,
                "path_pattern": "**/{section}/*", "max_file_bytes": 67_108_864,
                "fields": {
                    "text": ["text", "body", "content", "article", "النص", "نص", "content.rendered"],
                    "title": ["title", "headline", "العنوان", "عنوان", "title.rendered"],
                    "published": ["published", "date", "publication_date", "pubdate", "datetime", "التاريخ", "تاريخ", "تاريخ النشر"],
                    "section": ["section", "category", "topic", "القسم", "التصنيف"],
                    "byline": ["byline", "author", "authors", "writer", "الكاتب", "المؤلف", "author.name", "authors.name"],
                    "id": ["id", "article_id", "key", "url"], "markup": "auto",
                    "missing": ["nan", "none", "null", "nil", "na", "n/a", "<na>", "#n/a", "nat", "\\N", "undefined"],
                },
            },
            "repair": {
                "damage": "auto", "damage_by_path": [], "effort": "full", "doubt_threshold": 0.9_f32, "keep_raw_below": 0.0,
                "lexicon": "af1349b9f5f9a1a6", "protect": "af1349b9f5f9a1a6",
            },
            "split": { "max_tokens": 120, "cut_confidence": 0.39, "mark_confidence": 0.32, "length_weight": 0.6 },
            "tag": { "nested": false, "expand_broader": false },
            "dataset": { "duplicates": "flag", "near_duplicate_similarity": 0.6_f32, "partition_by": "none" },
            "card": {
                "name": "Arabic newspapers, restored", "licence": null, "citation": null, "creator": null, "homepage": null,
            },
        });
        assert_eq!(record.into_json(), expected);
    }
}
