//! `README.md`: the dataset card. Its YAML front matter tells the Hugging Face hub and `datasets` which files belong to which
//! configuration; its body is for people.

use std::fmt::Write;

use super::columns::{meaning, size, table_meaning, type_name};
use super::croissant::CROISSANT;
use super::datapackage::DATA_PACKAGE;
use super::licence::Licence;
use super::reliability;
use super::settings::CardSettings;
use super::words::{TAGS, citation, limits, one_line, summary};
use crate::dataset::manifest::{MANIFEST, Manifest};
use engine::tables::Table;

/// The card's name in a build's folder; the hub reads no other.
pub const CARD: &str = "README.md";
/// Tasks of the hub's list that the tables are good for.
const TASKS: [&str; 3] = ["text-generation", "token-classification", "fill-mask"];
/// The configuration that `datasets` loads if none is named.
const DEFAULT_TABLE: Table = Table::Sentences;
/// The hub's size categories, each with the number of rows that it ends below.
const SIZES: [(usize, &str); 9] = [
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
];

/// The card.
#[must_use]
pub fn dataset_card(manifest: &Manifest, card: &CardSettings) -> String {
    let mut page = front_matter(manifest, card);
    let _ = write!(page, "\n# {}\n\n{}\n", one_line(&card.name), summary(manifest));
    write_tables(&mut page, manifest);
    write_making(&mut page, manifest);
    page.push_str(&reliability::section(&manifest.provenance.model_id));
    page.push_str("\n## Known limits\n\n");
    for limit in limits(manifest) {
        let _ = writeln!(page, "- {limit}");
    }
    let licence = card.licence.as_deref().map_or("The licence of the articles is unknown.".into(), one_line);
    let _ = write!(page, "\n## Licence\n\n{licence}\n\n## Citation\n\n```bibtex\n{}\n```\n", citation(manifest, card));
    page
}

/// The front matter. Every text in it is quoted as in JSON, which is valid YAML.
fn front_matter(manifest: &Manifest, card: &CardSettings) -> String {
    let mut yaml = format!("---\npretty_name: {}\nlanguage:\n- ar\n", quoted(&card.name));
    let licence = card.licence.as_deref().map(Licence::of);
    match licence.as_ref().map(|licence| (licence, licence.hub_identifier())) {
        None => yaml.push_str("license: unknown\n"),
        Some((_, Some(identifier))) => {
            let _ = writeln!(yaml, "license: {identifier}");
        }
        Some((licence, None)) => {
            let (name, link) = (quoted(&licence.machine_name()), quoted(&licence.address_or_name()));
            let _ = write!(yaml, "license: other\nlicense_name: {name}\n");
            // A free name has no address, so there is nothing to link to.
            if !matches!(licence, Licence::Name(_)) {
                let _ = writeln!(yaml, "license_link: {link}");
            }
        }
    }
    yaml.push_str("annotations_creators:\n- machine-generated\nmultilinguality:\n- monolingual\n");
    write_list(&mut yaml, "task_categories", &TASKS);
    write_list(&mut yaml, "tags", &TAGS);
    write_list(&mut yaml, "size_categories", &[size_category(size(manifest, DEFAULT_TABLE).0)]);
    // `datasets` fails on a configuration without rows, so an empty table has no configuration.
    let tables: Vec<Table> = Table::ALL.into_iter().filter(|table| size(manifest, *table).0 > 0).collect();
    yaml.push_str(if tables.is_empty() { "" } else { "configs:\n" });
    for table in tables {
        write_configuration(&mut yaml, table);
    }
    yaml.push_str("---\n");
    yaml
}

fn write_list(yaml: &mut String, key: &str, items: &[&str]) {
    let _ = writeln!(yaml, "{key}:");
    for item in items {
        let _ = writeln!(yaml, "- {item}");
    }
}

fn write_configuration(yaml: &mut String, table: Table) {
    let name = table.name();
    let _ = writeln!(yaml, "- config_name: {name}");
    if table == DEFAULT_TABLE {
        yaml.push_str("  default: true\n");
    }
    let _ = write!(yaml, "  data_files:\n  - split: train\n    path: {}\n", quoted(&format!("{name}/**/*.parquet")));
}

fn size_category(rows: usize) -> &'static str {
    SIZES.iter().find(|(below, _)| rows < *below).map_or("100B<n<1T", |(_, name)| name)
}

fn write_tables(page: &mut String, manifest: &Manifest) {
    page.push_str("\n## Tables\n\n| configuration | rows | bytes | contents |\n| --- | --- | --- | --- |\n");
    for table in Table::ALL {
        let (rows, bytes) = size(manifest, table);
        let _ = writeln!(page, "| `{}` | {rows} | {bytes} | {} |", table.name(), table_meaning(table));
    }
    let _ = write!(
        page,
        "\n`datasets` cannot load a table without rows; such a table has no configuration.\n\n```python\nfrom datasets import \
         load_dataset\n\nrows = load_dataset(\"PATH_OF_THIS_FOLDER\", \"{}\", split=\"train\")\n```\n",
        DEFAULT_TABLE.name()
    );
    for table in Table::ALL {
        let _ = write!(page, "\n### {}\n\n| column | type | meaning |\n| --- | --- | --- |\n", table.name());
        for column in table.schema().fields() {
            // A bar would end the cell of the Markdown table.
            let meaning = meaning(column).replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | {} | {meaning} |", column.name(), type_name(column.data_type()));
        }
    }
}

/// What the build was made from, and how.
fn write_making(page: &mut String, manifest: &Manifest) {
    let provenance = &manifest.provenance;
    let stages: Vec<String> = provenance.stages.iter().map(|(stage, version)| format!("{stage} {version}")).collect();
    let rows = [
        ("build", &manifest.build_id),
        ("created", &manifest.created),
        ("schema version", &manifest.schema_version),
        ("tarmim version", &provenance.tarmim),
        ("stage versions", &stages.join(", ")),
        ("model", &provenance.model_id),
        ("vocabularies (hash)", &provenance.vocabulary),
        ("inputs (hash)", &provenance.inputs),
    ];
    page.push_str(
        "\n## How it was made\n\nBy the program tarmim; no person checked the result. The same inputs, model, vocabularies and ",
    );
    page.push_str("settings give the same tables, byte for byte.\n\n| | |\n| --- | --- |\n");
    for (name, value) in rows {
        let _ = writeln!(page, "| {name} | {value} |");
    }
    let _ = write!(
        page,
        "\n`{MANIFEST}` holds the settings and the hash of each file; `{CROISSANT}` and `{DATA_PACKAGE}` describe the columns \
         to other tools.\n"
    );
}

/// A text in double quotes; JSON's escapes are valid YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn sizes_have_the_hubs_categories() {
        for (rows, name) in
            [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (999_999, "100K<n<1M"), (usize::MAX, "100B<n<1T")]
        {
            assert_eq!(size_category(rows), name);
        }
    }

    #[test]
    fn the_front_matter_names_every_table_once_and_one_default() {
        let card = dataset_card(&samples::manifest(), &samples::card());
        let front = card.split("---\n").nth(1).expect("front matter");
        for table in Table::ALL {
            assert_eq!(front.matches(&format!("config_name: {}\n", table.name())).count(), 1);
        }
        assert_eq!(front.matches("default: true").count(), 1);
        assert!(front.contains("license: unknown\n"));
    }

    #[test]
    fn an_empty_table_is_no_configuration() {
        let mut manifest = samples::manifest();
        for part in manifest.tables.get_mut("rejects").expect("the table") {
            part.rows = 0;
        }
        assert!(!dataset_card(&manifest, &samples::card()).contains("config_name: rejects"));
    }

    #[test]
    fn a_name_cannot_break_out_of_the_front_matter() {
        let name = "Papers: \"old\"\n---\nlicense: mit";
        let card = CardSettings { name: name.to_owned(), ..samples::card() };
        let page = dataset_card(&samples::manifest(), &card);
        assert_eq!(page.lines().filter(|line| *line == "---").count(), 2);
        assert!(!page.lines().any(|line| line == "license: mit"));
    }

    #[test]
    fn a_licence_unknown_to_the_hub_is_other_with_its_name() {
        let card = CardSettings { licence: Some("Own terms".to_owned()), ..samples::card() };
        let page = dataset_card(&samples::manifest(), &card);
        assert!(page.contains("license: other\nlicense_name: \"own-terms\"\n"));
        assert!(page.contains("## Licence\n\nOwn terms\n"));
    }
}
