//! The results of all stages for one article, as bytes.
//!
//! They are stored in three parts, one for each border between stages, so that the parts before the first stale stage can be read
//! without the rest. Invariant: unpacking gives what was packed, bit for bit; bytes that were damaged or not packed here give
//! `None`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use engine::duplicates::Signature;
use engine::repair::Repaired;
use engine::review::ByHand;
use engine::split::Sentence;
use engine::tag::{Hit, Keyphrase, Tagged};

/// Compression level of zstd: the fastest, since results are read as often as they are written.
const LEVEL: i32 = 1;
/// Largest results that are unpacked, in bytes, so that a damaged size cannot exhaust memory.
const LARGEST: usize = 1 << 31;
/// Bytes before the parts: the lengths of the first two, 32-bit little-endian.
const HEAD: usize = 8;

/// The results for an article as compressed bytes.
#[derive(Clone, Debug)]
pub struct PackedOutcome(pub(super) Vec<u8>);

/// Results decompressed into their three parts, none of them decoded yet.
#[derive(Debug)]
pub struct Parts(Vec<u8>);

impl PackedOutcome {
    /// Packs the results.
    #[must_use]
    pub fn new(tagged: &Tagged, signature: &Signature) -> Self {
        let repaired = bytes(&(signature, tagged.article()));
        let sentences = bytes(&(tagged.sentences(), tagged.reviewed().by_hand()));
        let tags = bytes(&(tagged.hits(), tagged.keyphrases()));
        let mut parts = Vec::with_capacity(HEAD + repaired.len() + sentences.len() + tags.len());
        for part in [&repaired, &sentences] {
            parts.extend_from_slice(&u32::try_from(part.len()).expect("an article is smaller than 4 GiB").to_le_bytes());
        }
        for part in [repaired, sentences, tags] {
            parts.extend_from_slice(&part);
        }
        // One frame around all parts, so that its checksum covers the lengths as well.
        Self(compress(&parts).expect("compressing in memory cannot fail"))
    }

    /// Decompresses the parts; `None` if the bytes are damaged.
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
        // Lengths that do not fit are caught by `get` below, which gives `None` where a slice would panic.
        let second = first + length(4)?;
        let ranges = [HEAD..first, first..second, second..self.0.len()];
        self.0.get(ranges.get(index)?.clone())
    }

    /// The repaired article, and its signature for finding duplicates.
    #[must_use]
    pub fn repaired(&self) -> Option<(Signature, Repaired)> {
        read(self.part(0)?)
    }

    /// The article's sentences, and the corrections that they were made with.
    #[must_use]
    pub fn sentences(&self) -> Option<(Vec<Sentence>, ByHand)> {
        read(self.part(1)?)
    }

    /// The article's keywords and keyphrases.
    #[must_use]
    pub fn tags(&self) -> Option<(Vec<Hit>, Vec<Keyphrase>)> {
        read(self.part(2)?)
    }
}

/// One zstd frame that carries a checksum and its decompressed size.
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
