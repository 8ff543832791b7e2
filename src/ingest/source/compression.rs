//! Decompression with bounded memory; every premature end is noticed.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

use super::fault::{Fault, Layer};
use super::formats::Compression;

/// Size of the buffers between layers, in bytes.
pub(super) const BUFFER_BYTES: usize = 1 << 16;

/// Maximum memory of an xz decoder, in KiB: twice what the largest preset (`xz -9`, a dictionary of 64 MiB) needs. A header may
/// ask for 4 GiB.
const XZ_MEMORY_KIB: u32 = 128 << 10;

/// Largest window of a zstd frame, as a power of two: 128 MiB, the limit of the `zstd` program without `--long`.
const ZSTD_WINDOW_LOG: u32 = 27;

/// A reader of the decompressed data.
///
/// # Errors
/// If there is no data at all: no compressor writes that, but decoders accept it as an empty file.
pub(super) fn decompress<'r>(compression: Compression, reader: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    if reader.fill_buf()?.is_empty() {
        let message = format!("no {} data: the file is empty; restore it from its source", compression.name());
        return Err(Fault { code: CODE, message }.into());
    }
    Ok(match compression {
        Compression::Gzip => Box::new(Layer::new(GzipMembers::new(reader), CODE, "gzip data")),
        Compression::Bzip2 => Box::new(Layer::new(MultiBzDecoder::new(reader), CODE, "bzip2 data")),
        Compression::Xz => Box::new(Layer::new(XzReader::new_mem_limit(reader, true, XZ_MEMORY_KIB), CODE, "xz data")),
        Compression::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(reader)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(Layer::new(decoder, CODE, "zstd data"))
        }
    })
}

const CODE: &str = "broken_compression";

/// The first byte of a gzip member.
const GZIP_MAGIC: u8 = 0x1f;

/// The members of a gzip file, one after the other. The crate's own decoder of several members would report any data after the last
/// one as a member that is cut off.
struct GzipMembers<R> {
    /// `None` only while one member is replaced by the next.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    fn new(reader: R) -> Self {
        Self { member: Some(GzDecoder::new(reader)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            // Reading into an empty buffer also gives 0, and does not mean that the member has ended.
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match member.get_mut().fill_buf()?.first().copied() {
                None => break,
                Some(GZIP_MAGIC) => self.member = self.member.take().map(|ended| GzDecoder::new(ended.into_inner())),
                Some(_) => {
                    let message =
                        "broken gzip data: after its end more bytes follow, which are not gzip data; restore the file from \
                                   its source, or unpack it with gzip, which ignores them"
                            .to_owned();
                    return Err(Fault { code: CODE, message }.into());
                }
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text.as_bytes()).expect("in memory");
        writer.finish().expect("in memory")
    }

    /// The text in gzip data, and the message about its end.
    fn read(bytes: &[u8]) -> (String, String) {
        let mut text = String::new();
        let mut reader = decompress(Compression::Gzip, Box::new(bytes)).expect("not empty");
        let told = reader.read_to_string(&mut text).err().map(|error| error.to_string());
        (text, told.unwrap_or_default())
    }

    #[test]
    fn gzip_members_are_read_to_the_end_of_the_last() {
        let two = [gzip("ا"), gzip("ب")].concat();
        assert_eq!(read(&two), ("اب".to_owned(), String::new()));
        assert_eq!(read(&[gzip(""), gzip("ب")].concat()), ("ب".to_owned(), String::new()), "an empty member is one too");
        for cut in [two.len() - 1, gzip("ا").len() + 1] {
            assert!(read(&two[..cut]).1.contains("it is cut off"), "at {cut}: {}", read(&two[..cut]).1);
        }
    }

    #[test]
    fn bzip2_streams_are_read_to_the_end_of_the_last() {
        let bzip2 = |text: &str| {
            let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            writer.write_all(text.as_bytes()).expect("in memory");
            writer.finish().expect("in memory")
        };
        let two = [bzip2("ا"), bzip2("ب")].concat();
        let read = |bytes: &[u8]| {
            let mut text = String::new();
            let mut reader = decompress(Compression::Bzip2, Box::new(Cursor::new(bytes.to_vec()))).expect("not empty");
            reader.read_to_string(&mut text).map(|_| text).map_err(|error| error.to_string())
        };
        assert_eq!(read(&two), Ok("اب".to_owned()));
        for cut in [two.len() - 1, bzip2("ا").len() + 5] {
            assert!(read(&two[..cut]).is_err_and(|told| told.starts_with("broken bzip2 data")), "at {cut}");
        }
    }

    #[test]
    fn data_after_gzip_data_is_reported_as_such() {
        for more in ["x", "\0\0\0", "more than the ten bytes of a header"] {
            let (_, told) = read(&[gzip("ا"), more.as_bytes().to_vec()].concat());
            assert!(
                told.starts_with("broken gzip data: after its end more bytes follow, which are not gzip data"),
                "{told}"
            );
        }
    }
}
