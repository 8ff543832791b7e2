//! `OpenLineage` events (specification 2-0-2): which run read which inputs and wrote which tables.
//!
//! A run has an event when it starts and one when it ends: complete, failed, or aborted by a signal. Each is a JSON object;
//! [`append_event`] adds it as a line to a file, from which other tools post it. Nothing is sent anywhere from here.
//!
//! Dataset names follow the specification's naming for local files: namespace `file`, name the absolute path. Tables are
//! named by the path that is the same for every build, so that lineage joins up; the version facet names the build.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Field};
use serde_json::{Map, Value, json};

use super::columns::{meaning, parts, shape, size, table_meaning, type_name};
use crate::dataset::error::DatasetError;
use crate::dataset::manifest::Manifest;
use engine::tables::Table;

/// The default producer of the events: a URI, as the specification requires.
pub const PRODUCER: &str = concat!("urn:x-tarmim:", env!("CARGO_PKG_VERSION"));
/// The namespace of local files.
const FILES: &str = "file";
/// The name of an array's elements in the schema facet, prescribed by the specification.
const ELEMENT: &str = "_element";

/// A run, as lineage tools know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineageRun {
    /// UUID of the run, the same in all its events; [`run_id`] makes one.
    pub run_id: String,
    /// Namespace of the job: the installation that it belongs to.
    pub namespace: String,
    /// Name of the job, the same for every run of the pipeline.
    pub job: String,
    /// URI of the program that writes the events.
    pub producer: String,
    /// The input folder, absolute.
    pub input: PathBuf,
    /// The folder by which readers find the tables, absolute: `output/current`, not the folder of one build.
    pub tables: PathBuf,
}

/// The state of a run.
#[derive(Clone, Copy, Debug)]
pub enum RunState<'a> {
    /// It has started.
    Start,
    /// It published a build, or found it published already.
    Complete(&'a Manifest),
    /// A signal stopped it; with the message for the user.
    Abort(&'a str),
    /// It failed; with the message for the user.
    Fail(&'a str),
}

impl RunState<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Complete(_) => "COMPLETE",
            Self::Abort(_) => "ABORT",
            Self::Fail(_) => "FAIL",
        }
    }

    fn manifest(&self) -> Option<&Manifest> {
        if let Self::Complete(manifest) = self { Some(manifest) } else { None }
    }
}

/// A UUID for a run: version 8 of RFC 9562, whose bits are free, from a hash of the seed. The seed is whatever makes the run
/// unique: its start, its process, its build.
#[must_use]
pub fn run_id(seed: &[u8]) -> String {
    let hash = blake3::hash(seed);
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash.as_bytes()[..16]);
    // The version (8) and the variant (binary 10) have fixed places.
    bits[6] = bits[6] & 0x0F | 0x80;
    bits[8] = bits[8] & 0x3F | 0x80;
    let digits = format!("{:032x}", u128::from_be_bytes(bits));
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// The event of a run that reached a state at `time` (RFC 3339, UTC).
#[must_use]
pub fn run_event(run: &LineageRun, time: &str, state: RunState<'_>) -> Value {
    json!({
        "eventType": state.name(),
        "eventTime": time,
        "producer": run.producer,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": { "runId": run.run_id, "facets": run_facets(run, state) },
        "job": { "namespace": run.namespace, "name": run.job, "facets": job_facets(run) },
        "inputs": [input(run, state.manifest())],
        "outputs": Table::ALL.map(|table| output(run, table, state.manifest())),
    })
}

/// Adds an event as a line to a file, which is created if need be.
///
/// # Errors
/// If it cannot be written.
pub fn append_event(log: &Path, event: &Value) -> Result<(), DatasetError> {
    // One write of a whole line to a file opened for appending: lines of concurrent runs do not mix.
    let line = format!("{event}\n");
    let written = File::options().create(true).append(true).open(log).and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|source| DatasetError::io(log, source))
}

/// A facet: its content, its producer, and the schema that it follows, by the specification's version and name.
fn facet(run: &LineageRun, version: &str, name: &str, mut content: Value) -> Value {
    content["_producer"] = run.producer.as_str().into();
    content["_schemaURL"] = format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}").into();
    content
}

fn run_facets(run: &LineageRun, state: RunState<'_>) -> Value {
    let engine = json!({ "name": "tarmim", "version": env!("CARGO_PKG_VERSION") });
    let mut facets = json!({ "processing_engine": facet(run, "1-1-1", "ProcessingEngineRunFacet", engine) });
    if let RunState::Abort(message) | RunState::Fail(message) = state {
        let error = json!({ "message": message, "programmingLanguage": "rust" });
        facets["errorMessage"] = facet(run, "1-0-1", "ErrorMessageRunFacet", error);
    }
    facets
}

fn job_facets(run: &LineageRun) -> Value {
    let kind = json!({ "processingType": "BATCH", "integration": "TARMIM", "jobType": "JOB" });
    let what = json!({ "description": "Repairs Arabic newspaper articles and writes them as annotated tables." });
    json!({
        "jobType": facet(run, "2-0-4", "JobTypeJobFacet", kind),
        "documentation": facet(run, "1-1-0", "DocumentationJobFacet", what),
    })
}

/// The input folder; once the run is complete, with how much was read.
fn input(run: &LineageRun, manifest: Option<&Manifest>) -> Value {
    let (mut facets, mut input_facets) = (Map::new(), Map::new());
    if let Some(manifest) = manifest {
        let version = json!({ "datasetVersion": manifest.provenance.inputs });
        facets.insert("version".to_owned(), facet(run, "1-0-1", "DatasetVersionDatasetFacet", version));
        let statistics = json!({ "rowCount": manifest.counts.inputs });
        input_facets
            .insert("inputStatistics".to_owned(), facet(run, "1-0-0", "InputStatisticsInputDatasetFacet", statistics));
    }
    json!({ "namespace": FILES, "name": run.input.display().to_string(), "facets": facets, "inputFacets": input_facets })
}

/// A table; once the run is complete, with its build and how much was written.
fn output(run: &LineageRun, table: Table, manifest: Option<&Manifest>) -> Value {
    let what = json!({ "description": table_meaning(table) });
    let storage = json!({ "storageLayer": "file", "fileFormat": "parquet" });
    let mut facets = json!({
        "schema": facet(run, "1-2-0", "SchemaDatasetFacet", json!({ "fields": schema_fields(table) })),
        "documentation": facet(run, "1-1-0", "DocumentationDatasetFacet", what),
        "storage": facet(run, "1-0-1", "StorageDatasetFacet", storage),
    });
    let mut output_facets = Map::new();
    if let Some(manifest) = manifest {
        let version = json!({ "datasetVersion": manifest.build_id });
        facets["version"] = facet(run, "1-0-1", "DatasetVersionDatasetFacet", version);
        let (rows, bytes) = size(manifest, table);
        let statistics = json!({ "rowCount": rows, "size": bytes, "fileCount": parts(manifest, table).len() });
        output_facets
            .insert("outputStatistics".to_owned(), facet(run, "1-0-2", "OutputStatisticsOutputDatasetFacet", statistics));
    }
    // The same path for every build; which build it is stands in the version facet.
    let name = run.tables.join(table.name()).display().to_string();
    json!({ "namespace": FILES, "name": name, "facets": facets, "outputFacets": output_facets })
}

fn schema_fields(table: Table) -> Vec<Value> {
    let schema = table.schema();
    // From 1: `ordinal_position` is a place, not an index.
    schema.fields().iter().zip(1..).map(|(column, place)| schema_field(column.name(), column, place)).collect()
}

/// A column; the insides of arrays and structs are nested fields.
fn schema_field(name: &str, field: &Field, place: usize) -> Value {
    let mut value = json!({ "name": name, "type": lineage_type(field.data_type()), "ordinal_position": place });
    let meaning = meaning(field);
    if !meaning.is_empty() {
        value["description"] = meaning.into();
    }
    match field.data_type() {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            value["fields"] = json!([schema_field(ELEMENT, item, 1)]);
        }
        DataType::Struct(fields) => {
            let inner: Vec<Value> =
                fields.iter().zip(1..).map(|(field, place)| schema_field(field.name(), field, place)).collect();
            value["fields"] = inner.into();
        }
        _ => {}
    }
    value
}

fn lineage_type(data_type: &DataType) -> String {
    if shape(data_type).lists > 0 { "array".to_owned() } else { type_name(data_type) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    fn run() -> LineageRun {
        LineageRun {
            run_id: run_id(b"a run"),
            namespace: "here".to_owned(),
            job: "newspapers".to_owned(),
            producer: PRODUCER.to_owned(),
            input: PathBuf::from("/data/raw"),
            tables: PathBuf::from("/data/output/current"),
        }
    }

    #[test]
    fn only_complete_events_have_counts_and_only_failures_a_message() {
        let manifest = samples::manifest();
        let cases = [
            (RunState::Start, "START", false, None),
            (RunState::Complete(&manifest), "COMPLETE", true, None),
            (RunState::Abort("a signal"), "ABORT", false, Some("a signal")),
            (RunState::Fail("no room"), "FAIL", false, Some("no room")),
        ];
        for (state, name, has_counts, message) in cases {
            let event = run_event(&run(), "2026-01-02T03:04:05Z", state);
            assert_eq!(event["eventType"], name);
            assert_eq!(event["outputs"][0]["outputFacets"].get("outputStatistics").is_some(), has_counts, "{name}");
            assert_eq!(event["outputs"][0]["facets"].get("version").is_some(), has_counts, "{name}");
            assert_eq!(event["run"]["facets"]["errorMessage"]["message"].as_str(), message, "{name}");
        }
    }

    #[test]
    fn a_complete_run_has_the_sums_over_all_files() {
        let manifest = samples::manifest();
        let event = run_event(&run(), "2026-01-02T03:04:05Z", RunState::Complete(&manifest));
        let statistics = &event["outputs"][0]["outputFacets"]["outputStatistics"];
        assert_eq!(
            (&statistics["rowCount"], &statistics["size"], &statistics["fileCount"]),
            (&json!(10), &json!(140), &json!(2))
        );
        assert_eq!(event["outputs"][0]["name"], "/data/output/current/sentences");
    }

    #[test]
    fn the_schema_includes_the_inside_of_arrays() {
        let record = DataType::Struct(vec![Field::new("form", DataType::Utf8, false)].into());
        let list = DataType::List(std::sync::Arc::new(Field::new("item", record, false)));
        let field = schema_field("repairs", &Field::new("repairs", list, false), 3);
        assert_eq!((&field["type"], &field["ordinal_position"]), (&json!("array"), &json!(3)));
        assert_eq!(field["fields"][0]["name"], ELEMENT);
        assert_eq!(field["fields"][0]["fields"][0]["name"], "form");
    }

    #[test]
    fn each_event_is_appended_as_a_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("lineage.jsonl");
        for state in [RunState::Start, RunState::Fail("two\nlines")] {
            append_event(&log, &run_event(&run(), "2026-01-02T03:04:05Z", state)).expect("written");
        }
        let text = std::fs::read_to_string(&log).expect("there");
        let kinds: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((kinds.len(), &kinds[1]["eventType"]), (2, &json!("FAIL")));
    }

    proptest! {
        #[test]
        fn run_ids_are_uuids_of_version_8(seed: Vec<u8>, other: Vec<u8>) {
            let id = run_id(&seed);
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            prop_assert_eq!(lengths, vec![8, 4, 4, 4, 12]);
            prop_assert_eq!(&id[14..15], "8");
            prop_assert!("89ab".contains(&id[19..20]));
            prop_assert_eq!(seed == other, id == run_id(&other));
        }
    }
}
