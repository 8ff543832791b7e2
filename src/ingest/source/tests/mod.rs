//! Reading of sources that the tests make themselves: golden cases in `cases`, laws in `laws`.

mod cases;
mod laws;

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use super::*;
use ::zip::write::SimpleFileOptions;
use engine::tables::Reject;

const LIMIT: u64 = 1 << 16;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("in memory");
    encoder.include_checksum(true).expect("a flag");
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("in memory");
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("in memory")
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).expect("in memory");
    }
    builder.into_inner().expect("in memory")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("in memory");
        writer.write_all(bytes).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

fn windows_1256(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1256.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn settings(limit: u64, wanted: &(dyn Fn(&str) -> Selection + Sync)) -> SourceSettings<'_> {
    SourceSettings {
        limits: Limits { max_leaf_bytes: limit },
        encoding: None,
        text_names: &[],
        dialect: DialectSettings::default(),
        zip_names: None,
        wanted,
        is_sidecar: &|_| false,
        is_article: &|fields| fields.iter().any(|(name, value)| name == "text" && value.is_string()),
    }
}

fn read_with(name: &str, bytes: &[u8], limit: u64, wanted: &(dyn Fn(&str) -> Selection + Sync)) -> Vec<Found> {
    let text_names = ["text", "body"].map(str::to_owned);
    let settings = SourceSettings { text_names: &text_names, ..settings(limit, wanted) };
    let mut all = Vec::new();
    let mut emit = |found| {
        all.push(found);
        ControlFlow::Continue(())
    };
    let _: ControlFlow<()> = read_source(Cursor::new(bytes.to_vec()), name, &settings, &mut emit);
    all
}

fn read(name: &str, bytes: &[u8]) -> Vec<Found> {
    read_with(name, bytes, LIMIT, &|_| Selection::Read)
}

/// What was found, a line each.
fn told(found: &[Found]) -> Vec<String> {
    let line = |found: &Found| match found {
        Found::Record(RawRecord { source_path, place, byte_offset, content, .. }) => {
            let place = place.as_ref().map(|place| format!(" {place} @{}", byte_offset.unwrap_or(0))).unwrap_or_default();
            match content {
                Content::Text(bytes) => format!("{source_path}{place}: text {}", String::from_utf8_lossy(bytes)),
                Content::Html(bytes) => format!("{source_path}{place}: page {}", String::from_utf8_lossy(bytes)),
                Content::Fields(fields) => {
                    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("{source_path}{place}: {}", fields.join(" "))
                }
            }
        }
        Found::Reject(Reject { source_path, record, code, byte_offset, .. }) => {
            let record = record.as_ref().map(|record| format!(" {record}")).unwrap_or_default();
            let offset = byte_offset.map(|offset| format!(" @{offset}")).unwrap_or_default();
            format!("{source_path}{record}{offset}: REJECT {code}")
        }
        Found::Skipped => "skipped".to_owned(),
        Found::Notice(notice) => format!("{notice} NOTICE"),
        Found::Misnamed(path, what) => format!("{path}: {what} NOTICE"),
        Found::Opened(path, list) => format!("{path}: opened at {list}"),
        Found::Listed(path) => format!("{path}: listed"),
    };
    found.iter().map(line).collect()
}
