//! `datapackage.json`: the build as a Frictionless Data Package, version 2.
//!
//! A table of one file is a resource of the table's name. A table of several has a resource for each file, numbered: the
//! standard reads the paths of one resource as pieces to be joined byte by byte, and Parquet files cannot be joined so.
//!
//! Two things are left out because `frictionless`, the standard's own reader, refuses a right file for them: sizes (it
//! counts the bytes of a Parquet file as none) and the type `array` (it reads a list as an array of numpy, which it does not
//! take for one). Lists have the type `any`, and their description says what they are lists of.

use arrow::datatypes::{DataType, Field};
use serde_json::{Value, json};

use super::columns::{meaning, parts, shape, table_meaning};
use super::licence::Licence;
use super::{CardSettings, slug, summary, version};
use crate::dataset::dictionary;
use crate::dataset::{Manifest, PartFile};
use engine::tables::schema::Table;

/// The standard's version, as a package names it.
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// The package.
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
        "keywords": super::card::TAGS,
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
        // An empty text is a text; Parquet has nulls of its own.
        "schema": { "fields": fields, "missingValues": [] },
    })
}

fn field(column: &Field) -> Value {
    let data_type = column.data_type();
    let of_what =
        if shape(data_type).lists > 0 { format!(" ({})", dictionary::type_name(data_type)) } else { String::new() };
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

/// The standard's name of a type.
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
    fn a_table_of_one_file_has_its_own_name_and_files_of_several_are_numbered() {
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
    fn every_column_but_a_list_has_a_type_of_its_own() {
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
