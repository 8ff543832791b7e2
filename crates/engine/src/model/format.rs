//! The header of a model file.
//!
//! ```text
//! magic [8] | format u32 | sections u32 | body length u64 | blake3 of the body [32]
//! ```

/// The first bytes of every model file.
pub(super) const MAGIC: [u8; 8] = *b"tarmim\0M";
/// The format that this version writes. 2: the encoder's embeddings are 128 numbers wide; they were 96.
pub(super) const FORMAT: u32 = 2;
/// The oldest format that this version reads.
pub(super) const OLDEST_FORMAT: u32 = 2;
/// Bytes of the header.
pub(super) const HEADER: usize = 8 + 4 + 4 + 8 + 32;
