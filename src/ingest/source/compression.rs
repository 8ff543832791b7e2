//! Taking compressions off, with bounded memory, noticing every end that comes too early.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::fault::{Fault, Layer};
use super::shape::Compression;

/// Bytes read from a layer at once.
pub(super) const BUFFER_BYTES: usize = 1 << 16;

/// Most memory that an xz decoder may ask for, in KiB: twice what the largest preset (`xz -9`, a dictionary of 64 MiB) needs.
/// A header may claim 4 GiB.
const XZ_MEMORY_KIB: u32 = 128 << 10;

/// Largest window of a zstd frame, as a power of two: 128 MiB, the bound of the `zstd` program without `--long`.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The reader of what was compressed.
///
/// # Errors
/// Where there is nothing at all, which no compression writes and decoders take for an empty file.
pub(super) fn decompress<'r>(compression: Compression, reader: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    if reader.fill_buf()?.is_empty() {
        let message = format!("no {} data: the file is empty; restore it from its source", compression.name());
        return Err(Fault { code: CODE, message }.into());
    }
    Ok(match compression {
        Compression::Gzip => Box::new(Layer::new(MultiGzDecoder::new(reader), CODE, "gzip data")),
        Compression::Xz => Box::new(Layer::new(XzReader::new_mem_limit(reader, true, XZ_MEMORY_KIB), CODE, "xz data")),
        Compression::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(reader)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(Layer::new(decoder, CODE, "zstd data"))
        }
    })
}

const CODE: &str = "broken_compression";
