//! `croissant.json`: the build in Croissant 1.1, the JSON-LD vocabulary of machine-learning datasets.
//!
//! Every file is a `FileObject` with its SHA-256; a table's files together are a `FileSet`, whose patterns also match files
//! in subfolders; a table is a `RecordSet` that reads from it. Structs in lists become repeated sub-fields.
//!
//! Lists of structs inside such structs are left out, though Croissant has words for them: `mlcroissant` reads one level of
//! sub-fields and fails on a deeper one. The description of the field that holds them says in words what is missing.

use arrow::datatypes::{DataType, Field};
use serde_json::{Value, json};

use super::columns::{Shape, meaning, parts, shape, table_meaning};
use super::licence::Licence;
use super::settings::CardSettings;
use super::words::{TAGS, citation, limits, summary, version};
use crate::dataset::manifest::Manifest;
use crate::dataset::part_file::PartFile;
use engine::tables::Table;

/// The description's name in a build's folder.
pub const CROISSANT: &str = "croissant.json";
/// The media type that `mlcroissant` reads as Parquet; it does not know the registered `application/vnd.apache.parquet`.
const PARQUET: &str = "application/x-parquet";

/// The terms that the standard's context maps to the same name in its namespace.
const TERMS: [&str; 29] = [
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
];

/// Describes a build in Croissant.
#[must_use]
pub fn croissant(manifest: &Manifest, card: &CardSettings) -> Value {
    let provenance = &manifest.provenance;
    let mut description = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": card.name,
        "description": summary(manifest),
        "citeAs": citation(manifest, card),
        "dateCreated": manifest.created,
        "datePublished": manifest.created,
        "identifier": manifest.build_id,
        "inLanguage": "ar",
        "keywords": TAGS,
        "version": version(manifest),
        "rai:dataLimitations": limits(manifest),
        "rai:machineAnnotationTools": [format!("tarmim {}, model {}", provenance.tarmim, provenance.model_id)],
        "distribution": Table::ALL.iter().flat_map(|table| distribution(manifest, *table)).collect::<Vec<_>>(),
        "recordSet": Table::ALL.map(record_set),
    });
    if let Some(licence) = &card.licence {
        description["license"] = Licence::of(licence).address_or_name().into();
    }
    if let Some(creator) = &card.creator {
        description["creator"] = json!({ "@type": "sc:Organization", "name": creator });
    }
    if let Some(homepage) = &card.homepage {
        description["url"] = homepage.as_str().into();
    }
    description
}

/// The context that the standard prescribes; `mlcroissant` warns of any other.
fn context() -> Value {
    let mut context = json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "description": { "@container": "@language" },
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "name": { "@container": "@language" },
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    });
    for term in TERMS {
        context[term] = format!("cr:{term}").into();
    }
    context
}

fn files_id(table: Table) -> String {
    format!("{}-files", table.name())
}

/// A table's files as a set, then each by itself.
fn distribution(manifest: &Manifest, table: Table) -> Vec<Value> {
    let name = table.name();
    let set = json!({
        "@type": "cr:FileSet",
        "@id": files_id(table),
        "name": files_id(table),
        "description": format!("The files of the table {name}."),
        "encodingFormat": PARQUET,
        // Readers differ in whether ** matches no folder at all; the two patterns together match every file in each of them.
        "includes": [format!("{name}/*.parquet"), format!("{name}/**/*.parquet")],
    });
    let files = parts(manifest, table).iter().enumerate().map(|(index, part)| file_object(table, index, part));
    std::iter::once(set).chain(files).collect()
}

fn file_object(table: Table, index: usize, part: &PartFile) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": format!("{}-file-{index:05}", table.name()),
        "name": part.path,
        "description": format!("{} rows of the table {}.", part.rows, table.name()),
        "contentUrl": part.path,
        "contentSize": format!("{} B", part.bytes),
        "encodingFormat": PARQUET,
        "sha256": part.sha256,
    })
}

fn record_set(table: Table) -> Value {
    let schema = table.schema();
    let fields: Vec<Value> = schema.fields().iter().map(|column| column_field(table, column)).collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": table.name(),
        "name": table.name(),
        "description": table_meaning(table),
        "field": fields,
    })
}

/// A column; a column of structs has a sub-field for each of their fields.
fn column_field(table: Table, column: &Field) -> Value {
    let id = format!("{}/{}", table.name(), column.name());
    let source = json!({ "fileSet": { "@id": files_id(table) }, "extract": { "column": column.name() } });
    let shape = shape(column.data_type());
    let Some(fields) = shape.fields else { return leaf(&id, column, &shape, source) };
    let (described, left_out): (Vec<&Field>, Vec<&Field>) =
        fields.iter().map(AsRef::as_ref).partition(|field| self::shape(field.data_type()).fields.is_none());
    let sub_fields: Vec<Value> = described
        .iter()
        .map(|field| {
            let mut source = source.clone();
            source["transform"] = json!({ "jsonPath": field.name() });
            leaf(&format!("{id}/{}", field.name()), field, &self::shape(field.data_type()), source)
        })
        .collect();
    let mut value = described_field(&id, column, &shape);
    value["subField"] = sub_fields.into();
    for field in left_out {
        let more = format!("; in the files, each item also has {}: {}", field.name(), meaning(field));
        value["description"] = format!("{}{more}", value["description"].as_str().unwrap_or_default()).into();
    }
    value
}

fn leaf(id: &str, field: &Field, shape: &Shape<'_>, source: Value) -> Value {
    let mut value = described_field(id, field, shape);
    value["dataType"] = data_type(shape.values).into();
    value["source"] = source;
    value
}

fn described_field(id: &str, field: &Field, shape: &Shape<'_>) -> Value {
    let mut value = json!({
        "@type": "cr:Field",
        "@id": id,
        "name": field.name(),
        "description": meaning(field),
    });
    if shape.lists > 0 {
        value["isArray"] = true.into();
        // One dimension for each list around the value; -1 stands for any length.
        value["arrayShape"] = vec!["-1"; shape.lists].join(",").into();
    }
    value
}

/// Croissant's name of a type; a type without one is read as text.
fn data_type(values: &DataType) -> String {
    match values {
        DataType::Boolean => "sc:Boolean".to_owned(),
        DataType::Date32 | DataType::Date64 => "sc:Date".to_owned(),
        DataType::Timestamp(..) => "sc:DateTime".to_owned(),
        number if number.is_integer() || number.is_floating() => format!("cr:{number}"),
        _ => "sc:Text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn ids<'a>(values: &'a Value, type_name: &str) -> Vec<&'a str> {
        let of_type = |value: &&Value| value["@type"] == type_name;
        values.as_array().expect("a list").iter().filter(of_type).filter_map(|value| value["@id"].as_str()).collect()
    }

    #[test]
    fn every_file_has_its_hash_and_every_column_its_description() {
        let manifest = samples::manifest();
        let description = croissant(&manifest, &samples::card());
        assert_eq!(ids(&description["distribution"], "cr:FileObject").len(), manifest.files().count());
        let hashes: Vec<&Value> =
            description["distribution"].as_array().expect("a list").iter().map(|file| &file["sha256"]).collect();
        assert!(manifest.files().all(|part| hashes.contains(&&json!(part.sha256))));
        for (index, table) in Table::ALL.into_iter().enumerate() {
            let fields = description["recordSet"][index]["field"].as_array().expect("a list");
            assert_eq!(fields.len(), table.schema().fields().len());
            assert!(fields.iter().all(|field| !field["description"].as_str().expect("text").is_empty()));
        }
    }

    #[test]
    fn structs_in_structs_are_left_out_and_named() {
        let inner = DataType::Struct(vec![Field::new("form", DataType::Utf8, false)].into());
        let list = |item: DataType| DataType::List(std::sync::Arc::new(Field::new("item", item, false)));
        let outer = vec![Field::new("raw", DataType::Utf8, false), Field::new("others", list(inner), false)];
        let column = Field::new("repairs", list(DataType::Struct(outer.into())), false);
        let field = column_field(Table::Sentences, &column);
        assert_eq!(field["subField"].as_array().map(Vec::len), Some(1));
        assert_eq!(field["subField"][0]["source"]["transform"]["jsonPath"], "raw");
        assert!(field["description"].as_str().expect("text").contains("others"));
        assert_eq!((&field["isArray"], &field["arrayShape"]), (&json!(true), &json!("-1")));
    }

    #[test]
    fn a_licence_and_a_creator_are_given_only_if_known() {
        let without = croissant(&samples::manifest(), &samples::card());
        assert!(without.get("license").is_none() && without.get("creator").is_none());
        let card =
            CardSettings { licence: Some("CC0-1.0".to_owned()), creator: Some("An archive".to_owned()), ..samples::card() };
        let with = croissant(&samples::manifest(), &card);
        assert_eq!(with["license"], "https://spdx.org/licenses/CC0-1.0");
        assert_eq!(with["creator"]["name"], "An archive");
    }

    #[test]
    fn types_have_croissant_names() {
        let cases = [
            (DataType::Int32, "cr:Int32"),
            (DataType::UInt8, "cr:UInt8"),
            (DataType::Float32, "cr:Float32"),
            (DataType::Date32, "sc:Date"),
            (DataType::Utf8, "sc:Text"),
        ];
        for (arrow, name) in cases {
            assert_eq!(data_type(&arrow), name);
        }
    }
}
