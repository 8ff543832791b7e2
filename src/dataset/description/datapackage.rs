//! `datapackage.json`: the build as a Frictionless Data Package, version 2.
//!
//! A table of one file is a resource with the table's name. A table of several files has a numbered resource for each: the
//! standard reads several paths of one resource as one file cut in pieces, which Parquet files are not.
//!
//! Two things are left out because `frictionless`, the standard's own reader, would refuse valid files: sizes (it counts 0
//! bytes for a Parquet file) and the type `array` (it reads a list as a numpy array and does not accept that as one). Lists
//! have the type `any`, and their description says what they are lists of.

use arrow::datatypes::{DataType, Field};
use serde_json::{Value, json};

use super::columns::{self, meaning, parts, shape, table_meaning};
use super::licence::Licence;
use super::settings::CardSettings;
use super::words::{TAGS, slug, summary, version};
use crate::dataset::manifest::Manifest;
use crate::dataset::part_file::PartFile;
use engine::tables::Table;

/// The package's name in a build's folder, fixed by the standard.
pub const DATA_PACKAGE: &str = "datapackage.json";

/// The schema that the package follows.
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// Describes a build as a data package.
#[must_use]
pub fn data_package(manifest: &Manifest, card: &CardSettings) -> Value {
    let mut package = json!({
        "$schema": PROFILE,
        "name": slug(&card.name),
        "id": manifest.build_id,
        "title": card.name,
        "description": summary(manifest),
        "version": version(manifest),
        "created": manifest.created,
        "keywords": TAGS,
        "resources": Table::ALL.iter().flat_map(|table| resources(manifest, *table)).collect::<Vec<_>>(),
    });
    if let Some(licence) = &card.licence {
        package["licenses"] = json!([licence_object(&Licence::of(licence))]);
    }
    if let Some(creator) = &card.creator {
        package["contributors"] = json!([{ "title": creator, "roles": ["publisher"] }]);
    }
    if let Some(homepage) = &card.homepage {
        package["homepage"] = homepage.as_str().into();
    }
    package
}

fn licence_object(licence: &Licence<'_>) -> Value {
    match licence {
        Licence::Address(address) => json!({ "path": address }),
        Licence::Identifier(_) => json!({ "name": licence.machine_name(), "path": licence.address_or_name() }),
        Licence::Name(name) => json!({ "name": licence.machine_name(), "title": name }),
    }
}

fn resources(manifest: &Manifest, table: Table) -> Vec<Value> {
    let parts = parts(manifest, table);
    let name =
        |index: usize| if parts.len() == 1 { table.name().to_owned() } else { format!("{}-{index:05}", table.name()) };
    parts.iter().enumerate().map(|(index, part)| resource(table, &name(index), part)).collect()
}

fn resource(table: Table, name: &str, part: &PartFile) -> Value {
    let fields: Vec<Value> = table.schema().fields().iter().map(|column| field(column)).collect();
    json!({
        "name": name,
        "type": "table",
        "title": format!("Table {}", table.name()),
        "description": table_meaning(table),
        "path": part.path,
        "scheme": "file",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": format!("sha256:{}", part.sha256),
        // An empty text is a value: Parquet has real nulls. The default would read it as missing.
        "schema": { "fields": fields, "missingValues": [] },
    })
}

fn field(column: &Field) -> Value {
    let data_type = column.data_type();
    // The type of a list is only `any` here, so the description has to say more.
    let of_what = if shape(data_type).lists > 0 { format!(" ({})", columns::type_name(data_type)) } else { String::new() };
    let mut field = json!({
        "name": column.name(),
        "type": type_name(data_type),
        "description": format!("{}{of_what}", meaning(column)),
    });
    if !column.is_nullable() {
        field["constraints"] = json!({ "required": true });
    }
    field
}

/// The standard's name for a type.
fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string",
        DataType::Boolean => "boolean",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) => "datetime",
        DataType::Struct(_) => "object",
        number if number.is_integer() => "integer",
        number if number.is_floating() => "number",
        _ => "any",
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_single_file_is_named_after_its_table_and_several_are_numbered() {
        let mut manifest = samples::manifest();
        manifest.tables.get_mut("articles").expect("the table").truncate(1);
        let package = data_package(&manifest, &samples::card());
        let names: Vec<&str> = package["resources"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|resource| resource["name"].as_str())
            .collect();
        assert_eq!(&names[..3], ["sentences-00000", "sentences-00001", "articles"]);
        assert_eq!(names.len(), manifest.files().count());
    }

    #[test]
    fn every_column_but_a_list_has_a_specific_type() {
        for table in Table::ALL {
            for column in table.schema().fields() {
                let is_list = shape(column.data_type()).lists > 0;
                assert_eq!(type_name(column.data_type()) == "any", is_list, "{}.{}", table.name(), column.name());
            }
        }
        assert_eq!(type_name(&DataType::Binary), "any");
    }

    #[test]
    fn licences_have_a_name_or_a_path() {
        for (text, key, expected) in [
            ("CC0-1.0", "name", "CC0-1.0"),
            ("https://example.org/l", "path", "https://example.org/l"),
            ("Own terms", "name", "own-terms"),
        ] {
            let card = CardSettings { licence: Some(text.to_owned()), ..samples::card() };
            assert_eq!(data_package(&samples::manifest(), &card)["licenses"][0][key], expected);
        }
    }
}
