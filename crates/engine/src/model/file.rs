//! Model files: reading, checking, writing.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use super::card::ModelCard;
use super::error::ModelError;
use super::format::{FORMAT, HEADER, MAGIC, OLDEST_FORMAT};
use super::section::{SectionReader, SectionWriter};

use crate::regular_file;

/// The model that is built into the program.
static SHIPPED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../model/tarmim.model"));

/// A model file whose header, length and checksum have been checked.
#[derive(Debug)]
pub struct ModelFile {
    body: Cow<'static, [u8]>,
    sections: Vec<(String, Range<usize>)>,
    id: String,
}

impl ModelFile {
    /// The model that is built into the program.
    ///
    /// # Errors
    /// If the program was built with a damaged model.
    pub fn shipped() -> Result<Self, ModelError> {
        Self::parse(Cow::Borrowed(SHIPPED))
    }

    /// A model from a file.
    ///
    /// # Errors
    /// If the file cannot be read or is no valid model of a supported format.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let shown = || path.display().to_string();
        let bytes = regular_file::read(path).map_err(|source| ModelError::Io { path: shown(), source })?;
        Self::parse(Cow::Owned(bytes)).map_err(|source| ModelError::File { path: shown(), source: Box::new(source) })
    }

    /// A model from its bytes.
    ///
    /// # Errors
    /// If they are no valid model of a supported format.
    pub fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        let found = bytes[..bytes.len().min(MAGIC.len())].to_vec();
        // Checked before the header is sliced: a shorter file would panic there.
        if bytes.len() < HEADER || found != MAGIC {
            return Err(ModelError::Magic { found });
        }
        let mut header = SectionReader::new("header", &bytes[MAGIC.len()..HEADER]);
        let format = header.u32()?;
        // Before length and checksum: what another version wrote is to be called old or new, not damaged.
        if !(OLDEST_FORMAT..=FORMAT).contains(&format) {
            return Err(ModelError::Format { found: format });
        }
        let count = header.u32()?;
        let expected = header.u64()?;
        let checksum = header.bytes(32)?.to_vec();
        let body = match bytes {
            // The model inside the program is used in place, never copied.
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[HEADER..]),
            Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(HEADER)),
        };
        // Before the checksum, which would fail too but could not say that the file was cut off.
        if body.len() as u64 != expected {
            return Err(ModelError::Length { expected, found: body.len() as u64 });
        }
        let digest = blake3::hash(&body);
        if digest.as_bytes()[..] != checksum[..] {
            return Err(ModelError::Checksum);
        }
        let sections = read_directory(&body, count)?;
        Ok(Self { sections, id: digest.to_hex()[..16].to_owned(), body })
    }

    /// 16 hex digits that identify the model by the content of its body.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A reader over a section.
    ///
    /// # Errors
    /// If the model has no such section.
    pub fn section(&self, name: &'static str) -> Result<SectionReader<'_>, ModelError> {
        let found = self.sections.iter().find(|(section, _)| section == name);
        let (_, range) = found.ok_or(ModelError::Missing(name))?;
        Ok(SectionReader::new(name, &self.body[range.clone()]))
    }

    /// The model card.
    ///
    /// # Errors
    /// If the section is missing or is not what this version writes.
    pub fn card(&self) -> Result<ModelCard, ModelError> {
        let mut section = self.section("card")?;
        let bytes = section.bytes(section.remaining())?;
        serde_json::from_slice(bytes).map_err(|error| section.corrupt(&error.to_string()))
    }
}

fn read_directory(body: &[u8], count: u32) -> Result<Vec<(String, Range<usize>)>, ModelError> {
    let mut directory = SectionReader::new("directory", body);
    let mut lengths = Vec::new();
    for _ in 0..count {
        let length = usize::from(directory.u8()?);
        let name = String::from_utf8_lossy(directory.bytes(length)?).into_owned();
        let size = usize::try_from(directory.u64()?).map_err(|_| directory.corrupt("a section beyond memory"))?;
        lengths.push((name, size));
    }
    // The sections begin where the directory ends, which only reading it to the end shows.
    let mut start = body.len() - directory.remaining();
    let mut sections = Vec::with_capacity(lengths.len());
    for (name, size) in lengths {
        // Read for its check alone: a section that ends beyond the body is an error here, not a panic when it is opened.
        directory.bytes(size)?;
        sections.push((name, start..start + size));
        start += size;
    }
    Ok(sections)
}

/// The bytes of a model file with these sections.
#[must_use]
pub fn assemble(sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut body = SectionWriter::default();
    for (name, bytes) in sections {
        body.u8(u8::try_from(name.len()).expect("section names are short"));
        body.bytes(name.as_bytes());
        body.u64(bytes.len() as u64);
    }
    for (_, bytes) in sections {
        body.bytes(bytes);
    }
    let body = body.into_bytes();
    let mut file = SectionWriter::default();
    file.bytes(&MAGIC);
    file.u32(FORMAT);
    file.u32(u32::try_from(sections.len()).expect("a handful of sections"));
    file.u64(body.len() as u64);
    file.bytes(blake3::hash(&body).as_bytes());
    file.bytes(&body);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        assemble(&[("lexicon", vec![1, 2, 3]), ("empty", vec![])])
    }

    #[test]
    fn sections_read_back() {
        let model = ModelFile::parse(Cow::Owned(sample())).expect("valid");
        assert_eq!(model.section("lexicon").expect("there").bytes(3).expect("three bytes"), [1, 2, 3]);
        assert!(matches!(model.section("ngrams"), Err(ModelError::Missing("ngrams"))));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = sample();
        for length in 0..whole.len() {
            assert!(ModelFile::parse(Cow::Owned(whole[..length].to_vec())).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn every_changed_byte_is_an_error() {
        let whole = sample();
        // The section count (bytes 12 to 16) is only checked by reading the directory, all else by magic, format, length and
        // checksum.
        for at in (0..whole.len()).filter(|at| !(12..16).contains(at)) {
            let mut changed = whole.clone();
            changed[at] ^= 0x40;
            assert!(ModelFile::parse(Cow::Owned(changed)).is_err(), "byte {at} changed");
        }
    }
}
