//! The parts of a workbook around its sheets, and the archive that holds them all.
//!
//! Invariant: equal sheets give equal bytes: nothing depends on the clock.

use std::fs::File;
use std::io::{self, Write};

use zip::result::{ZipError, ZipResult};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::export::xml::start;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Bytes from which a part may exceed what its short header can tell, also where it hardly compresses.
const LARGE: u64 = 0xfff0_0000;

/// Cells have style 0, or style 1, which is bold.
const STYLES: &str = concat!(
    r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#,
    r#"<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>"#,
    r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
    r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
    r#"<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
    r#"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>"#,
    r#"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#,
);

/// Writes a workbook of sheets, each with its name and a file that holds its XML.
pub(super) fn write(sheets: &mut [(String, File)], out: &mut dyn Write) -> io::Result<()> {
    write_archive(sheets, out).map_err(|error| match error {
        // Unwrapped, so that callers recognise a broken pipe.
        ZipError::Io(source) => source,
        error => io::Error::other(error),
    })
}

fn write_archive(sheets: &mut [(String, File)], out: &mut dyn Write) -> ZipResult<()> {
    let mut archive = ZipWriter::new_stream(out);
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    for (path, part) in [
        ("[Content_Types].xml", content_types(names.len())),
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml".to_owned())])),
        ("xl/workbook.xml", workbook(&names)),
        ("xl/_rels/workbook.xml.rels", workbook_relations(names.len())),
        ("xl/styles.xml", format!(r#"{DECLARATION}<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>"#)),
    ] {
        archive.start_file(path, options)?;
        archive.write_all(part.as_bytes())?;
    }
    for (number, (_, sheet)) in (1..).zip(sheets) {
        // Headers of large files only where they are needed: some programs take them for damage.
        let is_large = sheet.metadata()?.len() > LARGE;
        archive.start_file(format!("xl/worksheets/sheet{number}.xml"), options.large_file(is_large))?;
        io::copy(sheet, &mut archive)?;
    }
    archive.finish()?;
    Ok(())
}

fn content_types(sheets: usize) -> String {
    let mut types = format!(
        r#"{DECLARATION}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>"#
    );
    let mut add = |part: &str, kind: &str| {
        types.extend([r#"<Override PartName="/xl/"#, part, r#".xml" ContentType=""#, TYPES, ".", kind, r#"+xml"/>"#]);
    };
    add("workbook", "sheet.main");
    add("styles", "styles");
    for number in 1..=sheets {
        add(&format!("worksheets/sheet{number}"), "worksheet");
    }
    types + "</Types>"
}

fn workbook(names: &[&str]) -> String {
    let mut workbook = format!(r#"{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>"#);
    for (number, name) in (1..).zip(names) {
        let (number, id) = (number.to_string(), format!("rId{number}"));
        workbook += &start("sheet", &[("name", name), ("sheetId", &number), ("r:id", &id)]);
        workbook += "</sheet>";
    }
    workbook + "</sheets></workbook>"
}

fn workbook_relations(sheets: usize) -> String {
    let sheets = (1..=sheets).map(|number| ("worksheet", format!("worksheets/sheet{number}.xml")));
    relations(&sheets.chain([("styles", "styles.xml".to_owned())]).collect::<Vec<_>>())
}

/// The relations of a part: kinds and targets, with ids `rId1`, `rId2`, …
fn relations(targets: &[(&str, String)]) -> String {
    let mut relations = format!(r#"{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">"#);
    for (number, (kind, target)) in (1..).zip(targets) {
        let (id, kind) = (format!("rId{number}"), format!("{RELATIONS}/{kind}"));
        relations += &start("Relationship", &[("Id", &id), ("Type", &kind), ("Target", target)]);
        relations += "</Relationship>";
    }
    relations + "</Relationships>"
}
