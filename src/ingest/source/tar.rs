//! Tar archives as a stream: the members one after the other, in constant memory.
//!
//! The `tar` crate's own iterator reads long names into memory at whatever length the archive claims, and does not notice an archive
//! that is cut off between members. Here the length is bounded and the end mark is required. The crate's [`Header`] parses the blocks.

use std::io::{self, Read};

use tar::{EntryType, GnuExtSparseHeader, Header};

use super::fault::Fault;

const BLOCK_BYTES: usize = 512;

/// Longest name or list of properties, in bytes. Common systems limit names to 4,096 bytes.
const MAX_EXTENSION_BYTES: u64 = 1 << 20;

/// The kind of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberKind {
    /// A file.
    File,
    /// A folder; it has no data.
    Folder,
    /// A link to another name.
    Link,
    /// A sparse file, whose holes are left out; not supported.
    Sparse,
    /// A device, a pipe, or an unknown kind.
    Special,
}

/// A member of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name, not decoded.
    pub(super) name: Vec<u8>,
    /// Its kind.
    pub(super) kind: MemberKind,
}

/// Properties of the next member, from extension blocks before it.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    /// The real name of a sparse file; its header has a made-up one.
    sparse_name: Option<Vec<u8>>,
    sparse: bool,
}

/// A tar archive, read from the front. As a [`Read`] it gives the data of the member last returned by [`Archive::next_member`].
pub(super) struct Archive<R> {
    reader: R,
    /// Bytes of the current member's data that have not been read.
    remaining: u64,
    /// Bytes that fill its last block.
    padding: u64,
}

impl<R: Read> Archive<R> {
    /// The archive that a stream holds.
    pub(super) fn new(reader: R) -> Self {
        Self { reader, remaining: 0, padding: 0 }
    }

    /// The next member, `None` at the end mark.
    ///
    /// # Errors
    /// If the archive is broken, ends without its end mark, or continues after it.
    pub(super) fn next_member(&mut self) -> Result<Option<Member>, Fault> {
        let mut extension = Extension::default();
        loop {
            // The caller may have left data of the last member unread, and a global list of properties is never read.
            let rest = self.remaining.saturating_add(self.padding);
            self.skip(rest)?;
            (self.remaining, self.padding) = (0, 0);
            let Some(header) = self.header()? else { return Ok(None) };
            let size = header.entry_size().map_err(|error| Fault::of(&error, "broken_archive", "tar archive"))?;
            match header.entry_type() {
                EntryType::XGlobalHeader => self.start_data(size),
                // Links are not followed, so nobody needs to know where they lead.
                EntryType::GNULongLink => drop(self.extension_data(size)?),
                EntryType::GNULongName => {
                    let mut name = self.extension_data(size)?;
                    name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                    extension.name = Some(name);
                }
                EntryType::XHeader => extension.read_pax(&self.extension_data(size)?)?,
                _ => return self.member(&header, size, extension).map(Some),
            }
        }
    }

    fn member(&mut self, header: &Header, size: u64, extension: Extension) -> Result<Member, Fault> {
        // The header's own name comes last: where an extension has one, it is cut off or made up.
        let name = extension.sparse_name.or(extension.name).unwrap_or_else(|| header.path_bytes().into_owned());
        let kind = match header.entry_type() {
            EntryType::GNUSparse => MemberKind::Sparse,
            EntryType::Regular | EntryType::Continuous if extension.sparse => MemberKind::Sparse,
            // The oldest archives have no kind for folders; only the name tells.
            EntryType::Regular if name.ends_with(b"/") => MemberKind::Folder,
            EntryType::Regular | EntryType::Continuous => MemberKind::File,
            EntryType::Directory => MemberKind::Folder,
            EntryType::Link | EntryType::Symlink => MemberKind::Link,
            _ => MemberKind::Special,
        };
        // These blocks lie between header and data, and the size of the member does not count them.
        self.skip_sparse_map(header)?;
        // Some writers give folders and links a size, but no data follows.
        let has_data = !matches!(
            header.entry_type(),
            EntryType::Directory | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo
        );
        self.start_data(if has_data { extension.size.unwrap_or(size) } else { 0 });
        Ok(Member { name, kind })
    }

    fn start_data(&mut self, size: u64) {
        self.remaining = size;
        let last_block = size % BLOCK_BYTES as u64;
        self.padding = if last_block == 0 { 0 } else { BLOCK_BYTES as u64 - last_block };
    }

    /// The next header whose checksum holds; `None` at the end mark.
    fn header(&mut self) -> Result<Option<Header>, Fault> {
        let block = self.block("has no end mark")?;
        if block.iter().all(|byte| *byte == 0) {
            self.check_tail()?;
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block).clone();
        // The checksum is the sum of the block's bytes, with its own eight bytes counted as spaces.
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let expected = sum(&block[..148]) + 8 * u32::from(b' ') + sum(&block[156..]);
        if header.cksum().is_ok_and(|found| found == expected) {
            return Ok(Some(header));
        }
        Err(Fault::archive("broken tar archive: a header's checksum does not hold; restore it from its source"))
    }

    /// Reads what follows the end mark, which must be zeros. Reading to the end lets a compression around the archive verify its checksum.
    fn check_tail(&mut self) -> Result<(), Fault> {
        let mut buffer = [0; 1 << 13];
        loop {
            match self.read_some(&mut buffer)? {
                0 => return Ok(()),
                count if buffer[..count].iter().all(|byte| *byte == 0) => {}
                _ => {
                    let message = "tar archive with data after its end mark, which was not read; \
                                   if several archives were concatenated, separate them";
                    return Err(Fault::archive(message));
                }
            }
        }
    }

    /// The whole data of an extension.
    fn extension_data(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        if size > MAX_EXTENSION_BYTES {
            let message =
                format!("tar archive with a name or a list of properties of {size} bytes, more than {MAX_EXTENSION_BYTES}");
            return Err(Fault::archive(message));
        }
        self.start_data(size);
        let mut data = Vec::new();
        self.read_to_end(&mut data).map_err(|error| Fault::of_read(&error))?;
        Ok(data)
    }

    /// Skips the blocks in which old sparse files continue the list of their holes.
    fn skip_sparse_map(&mut self, header: &Header) -> Result<(), Fault> {
        let mut more = header.entry_type().is_gnu_sparse() && header.as_gnu().is_some_and(|gnu| gnu.isextended[0] == 1);
        while more {
            more = self.block("is cut off")?[std::mem::offset_of!(GnuExtSparseHeader, isextended)] == 1;
        }
        Ok(())
    }

    fn block(&mut self, at_end: &str) -> Result<[u8; BLOCK_BYTES], Fault> {
        let mut block = [0; BLOCK_BYTES];
        let mut filled = 0;
        while filled < BLOCK_BYTES {
            match self.read_some(&mut block[filled..])? {
                0 if filled == 0 => return Err(cut_off(at_end)),
                0 => return Err(cut_off("is cut off")),
                count => filled += count,
            }
        }
        Ok(block)
    }

    fn skip(&mut self, mut count: u64) -> Result<(), Fault> {
        let mut buffer = [0; 1 << 13];
        while count > 0 {
            let wanted = usize::try_from(count).unwrap_or(usize::MAX).min(buffer.len());
            match self.read_some(&mut buffer[..wanted])? {
                0 => return Err(cut_off("is cut off")),
                read => count -= read as u64,
            }
        }
        Ok(())
    }

    fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| Fault::of_read(&error)),
            }
        }
    }
}

fn cut_off(how: &str) -> Fault {
    Fault::archive(format!("broken tar archive: it {how}; restore it from its source"))
}

impl<R: Read> Read for Archive<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        match self.reader.read(&mut buffer[..wanted])? {
            // Returning 0 would pass for the end of the member, and its article would be cut without a word.
            0 => Err(cut_off("is cut off").into()),
            count => {
                self.remaining -= count as u64;
                Ok(count)
            }
        }
    }
}

impl Extension {
    /// Reads records `LENGTH KEY=VALUE\n` (POSIX.1-2001, pax); the length is that of the whole record.
    fn read_pax(&mut self, mut data: &[u8]) -> Result<(), Fault> {
        let broken =
            || Fault::archive("broken tar archive: a list of properties does not parse; restore it from its source");
        while !data.is_empty() {
            let space = data.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
            let length = number(&data[..space]).and_then(|length| usize::try_from(length).ok()).ok_or_else(broken)?;
            let record = data.get(space + 1..length).and_then(|record| record.strip_suffix(b"\n")).ok_or_else(broken)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(broken)?;
            match (&record[..equals], &record[equals + 1..]) {
                (b"path", name) => self.name = Some(name.to_vec()),
                (b"size", size) => self.size = Some(number(size).ok_or_else(broken)?),
                (b"GNU.sparse.name", name) => (self.sparse, self.sparse_name) = (true, Some(name.to_vec())),
                (key, _) if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            data = &data[length..];
        }
        Ok(())
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
