//! A manifest and settings for the tests of the formats.

use super::settings::CardSettings;
use crate::dataset::{Counts, Manifest, PartFile, Provenance, RunSummary};
use engine::tables::Table;

/// Two files per table, the second in a subfolder.
pub(super) fn manifest() -> Manifest {
    let part = |path: String, digit: &str| PartFile {
        path,
        rows: 5,
        bytes: 70,
        blake3: digit.repeat(64),
        sha256: digit.repeat(64),
    };
    let parts = |table: Table| {
        let name = table.name();
        let files =
            vec![part(format!("{name}/part-00000.parquet"), "a"), part(format!("{name}/k=v/part-00000.parquet"), "b")];
        (name.to_owned(), files)
    };
    Manifest {
        schema_version: "1.2".to_owned(),
        build_id: "b1".to_owned(),
        created: "2026-01-02T03:04:05.000006Z".to_owned(),
        provenance: Provenance {
            tarmim: "0.1.0".to_owned(),
            stages: [("repair".to_owned(), 3)].into(),
            model_id: "m1".to_owned(),
            vocabulary: "v1".to_owned(),
            corrections: None,
            inputs: "i1".to_owned(),
            settings: serde_json::json!({}),
        },
        counts: Counts { inputs: 4, articles: 3, rejects: 1, sentences: 10, keywords: 10, tokens: 90, ..Counts::default() },
        run: RunSummary::default(),
        review: None,
        tables: Table::ALL.map(parts).into(),
        beside: std::collections::BTreeMap::new(),
        checksum: String::new(),
    }
}

pub(super) fn card() -> CardSettings {
    CardSettings { name: "Restored newspapers".to_owned(), ..CardSettings::default() }
}
