//! The outcome of all stages for one article, as bytes.
//!
//! Three parts, one for each border between stages, so that what still holds can be read without what does not. Invariant: unpacking
//! gives what was packed, to the bit; bytes that were not packed here, or were damaged since, give `None`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use engine::duplicates::Signature;
use engine::repair::Repaired;
use engine::split::Sentence;
use engine::tag::{Hit, Keyphrase, Tagged};

/// Compression level of zstd: the quickest, since this is read as often as it is written.
const LEVEL: i32 = 1;
/// No article's outcome is larger, in bytes.
const LARGEST: usize = 1 << 31;
/// Bytes before the parts: the length of each part but the last.
const HEAD: usize = 8;

/// An outcome as bytes, compressed.
#[derive(Clone, Debug)]
pub struct PackedOutcome(pub(super) Vec<u8>);

/// An outcome unpacked to its three parts, none of them read yet.
#[derive(Debug)]
pub struct Parts(Vec<u8>);

impl PackedOutcome {
    /// Packs an outcome.
    #[must_use]
    pub fn new(tagged: &Tagged, signature: &Signature) -> Self {
        let repaired = bytes(&(signature, tagged.article()));
        let sentences = bytes(&tagged.sentences());
        let tags = bytes(&(tagged.hits(), tagged.keyphrases()));
        let mut parts = Vec::with_capacity(HEAD + repaired.len() + sentences.len() + tags.len());
        for part in [&repaired, &sentences] {
            parts.extend_from_slice(&u32::try_from(part.len()).expect("an article is smaller than 4 GiB").to_le_bytes());
        }
        for part in [repaired, sentences, tags] {
            parts.extend_from_slice(&part);
        }
        Self(compress(&parts).expect("compressing in memory cannot fail"))
    }

    /// Decompresses it; `None` where it is damaged.
    #[must_use]
    pub fn parts(&self) -> Option<Parts> {
        let parts = zstd::bulk::decompress(
            &self.0,
            zstd::zstd_safe::get_frame_content_size(&self.0).ok()??.try_into().ok().filter(|size| *size < LARGEST)?,
        );
        parts.ok().filter(|parts| parts.len() >= HEAD).map(Parts)
    }
}

impl Parts {
    fn part(&self, index: usize) -> Option<&[u8]> {
        let length = |at: usize| Some(u32::from_le_bytes(self.0.get(at..at + 4)?.try_into().ok()?) as usize);
        let first = HEAD + length(0)?;
        let second = first + length(4)?;
        let ranges = [HEAD..first, first..second, second..self.0.len()];
        self.0.get(ranges.get(index)?.clone())
    }

    /// What repair made of the article.
    #[must_use]
    pub fn repaired(&self) -> Option<(Signature, Repaired)> {
        read(self.part(0)?)
    }

    /// Its sentences.
    #[must_use]
    pub fn sentences(&self) -> Option<Vec<Sentence>> {
        read(self.part(1)?)
    }

    /// Its keywords and keyphrases.
    #[must_use]
    pub fn tags(&self) -> Option<(Vec<Hit>, Vec<Keyphrase>)> {
        read(self.part(2)?)
    }
}

/// One frame with its checksum and its size.
fn compress(parts: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(parts)
}

fn bytes(part: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(part).expect("outcomes are plain data")
}

fn read<T: DeserializeOwned>(part: &[u8]) -> Option<T> {
    postcard::from_bytes(part).ok()
}
