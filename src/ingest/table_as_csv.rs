//! Vocabularies and corrections in tables that the engine does not read: spreadsheets, and CSV in another encoding than UTF-8.

use std::path::Path;

use serde_json::Value;

use super::decode::decode;
use super::source::{Sheet, sheet_of};

/// The largest spreadsheet, unpacked.
const LARGEST: u64 = 256 << 20;

/// Columns that the header of a sheet must have, one pair for each kind of table.
const HEADERS: [[&str; 2]; 2] = [["id", "label"], ["kind", "correction"]];

/// A table as CSV in UTF-8; `None` if the engine reads it as it is.
///
/// # Errors
/// Why it cannot be read.
pub fn table_as_csv(file: &Path, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "csv" | "tsv" if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) => {
            let (text, _) = decode(bytes, None).map_err(|fault| fault.message)?;
            Ok(Some(text.trim_start_matches('\u{feff}').as_bytes().to_vec()))
        }
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => {
            let is_named = |names: &[String], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
            let is_header =
                |names: &[String]| HEADERS.iter().any(|columns| columns.iter().all(|column| is_named(names, column)));
            let wanted = "is named id, and one that is named label (of corrections: kind and correction)";
            let sheet = sheet_of(bytes, LARGEST, &is_header, wanted);
            sheet.map(|sheet| Some(as_csv(&sheet))).map_err(|(_, message)| message)
        }
        _ => Ok(None),
    }
}

/// A sheet as CSV, each row in the line of its number, so that faults name it.
fn as_csv(sheet: &Sheet) -> Vec<u8> {
    let mut csv = "\n".repeat(sheet.header_row - 1);
    let mut line = sheet.header_row;
    push_row(&mut csv, sheet.header.iter().map(String::as_str));
    for (number, values) in &sheet.rows {
        csv.push_str(&"\n".repeat(number - line - 1));
        line = *number;
        let shown: Vec<String> = values.iter().map(shown).collect();
        push_row(&mut csv, shown.iter().map(String::as_str));
    }
    csv.into_bytes()
}

fn push_row<'v>(csv: &mut String, values: impl Iterator<Item = &'v str>) {
    let quoted: Vec<String> =
        values.map(|value| format!("\"{}\"", value.replace('"', "\"\"").replace(['\r', '\n'], " "))).collect();
    csv.push_str(&quoted.join(","));
    csv.push('\n');
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
