//! The two builds that are compared: the provenance and the counts in their manifests.
//!
//! Manifests are read as plain JSON, so that one written by another version of the program can be compared as far as possible.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::dataset::MANIFEST;

/// A complete build.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Build {
    /// Its id.
    pub build_id: String,
    /// When it was published (UTC).
    pub created: String,
    /// Version of its tables.
    pub schema_version: String,
    #[serde(skip)]
    pub(super) folder: PathBuf,
    #[serde(skip)]
    manifest: Value,
}

impl Build {
    /// The build in a folder; `None` if it has no readable manifest, so is not complete.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join(MANIFEST)).ok()?).ok()?;
        let text = |key: &str| Some(manifest.get(key)?.as_str()?.to_owned());
        Some(Self {
            build_id: text("build_id")?,
            // Only the id is indispensable; what another version calls differently is left empty.
            created: text("created").unwrap_or_default(),
            schema_version: text("schema_version").unwrap_or_default(),
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// A count of the manifest; `None` if it has none of that name.
    fn count(&self, name: &str) -> Option<u64> {
        self.manifest.get("counts")?.get(name)?.as_u64()
    }

    /// Everything that the build depends on, by name: `settings.split.max_tokens`.
    fn provenance(&self) -> BTreeMap<String, Value> {
        let mut leaves = BTreeMap::new();
        if let Some(provenance) = self.manifest.get("provenance") {
            gather_leaves("", provenance, &mut leaves);
        }
        leaves
    }
}

/// The values of nested objects, named by their paths.
fn gather_leaves(path: &str, value: &Value, leaves: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather_leaves(&path, value, leaves);
            }
        }
        _ => {
            leaves.insert(path.to_owned(), value.clone());
        }
    }
}

/// An input, setting or version on which the builds depend and in which they differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Its name in the manifest.
    pub name: String,
    /// Its value in the earlier build; null if it has none.
    pub before: Value,
    /// Its value in the later build; null if it has none.
    pub after: Value,
}

/// Everything in which the provenance of the builds differs, by name.
pub(super) fn provenance_differences(before: &Build, after: &Build) -> Vec<Difference> {
    let (mut before, after) = (before.provenance(), after.provenance());
    let mut all: BTreeMap<String, (Value, Value)> = after
        .into_iter()
        .map(|(name, value)| (name.clone(), (before.remove(&name).unwrap_or(Value::Null), value)))
        .collect();
    // What is left in `before` by now has no counterpart.
    all.extend(before.into_iter().map(|(name, value)| (name, (value, Value::Null))));
    let differ = all.into_iter().filter(|(_, (before, after))| before != after);
    differ.map(|(name, (before, after))| Difference { name, before, after }).collect()
}

/// A metric of both builds; null if a manifest does not have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metric {
    /// Its name in the report.
    pub name: &'static str,
    /// In the earlier build.
    pub before: Option<Quantity>,
    /// In the later build.
    pub after: Option<Quantity>,
}

/// The value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Quantity {
    /// Rows, tokens or hits.
    Count(u64),
    /// A share of the tokens, 0 to 1, rounded to 0.0001.
    Share(f64),
}

/// The sizes of the builds, side by side.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn metrics(before: &Build, after: &Build) -> Vec<Metric> {
    let count = |name: &'static str, key: &str| {
        let of = |build: &Build| build.count(key).map(Quantity::Count);
        Metric { name, before: of(before), after: of(after) }
    };
    let share = |name: &'static str, key: &str| {
        let of = |build: &Build| {
            let (part, tokens) = (build.count(key)?, build.count("tokens")?);
            Some(Quantity::Share(if tokens == 0 { 0.0 } else { (part as f64 / tokens as f64 * 1e4).round() / 1e4 }))
        };
        Metric { name, before: of(before), after: of(after) }
    };
    vec![
        count("inputs", "inputs"),
        count("articles", "articles"),
        count("rejects", "rejects"),
        count("sentences", "sentences"),
        count("tokens", "tokens"),
        share("repaired share", "repaired"),
        share("unresolved share", "unresolved"),
        count("keyword hits", "keywords"),
    ]
}
