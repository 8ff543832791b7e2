//! Little-endian sections: how all model data is laid out as bytes.
//!
//! Invariant: a reader checks every length before it slices; a truncated section is an error that names it, never a panic.

use super::error::ModelError;

/// Builds the bytes of one section.
#[derive(Debug, Default)]
pub struct SectionWriter(Vec<u8>);

impl SectionWriter {
    /// Appends one byte.
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// Appends a 32-bit number.
    pub fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends a 64-bit number.
    pub fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends a signed 32-bit number.
    pub fn i32(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The finished section.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Reads the bytes of one section from front to back.
#[derive(Clone, Debug)]
pub struct SectionReader<'a> {
    name: &'static str,
    rest: &'a [u8],
}

impl<'a> SectionReader<'a> {
    /// A reader over a section; `name` is for error messages.
    #[must_use]
    pub fn new(name: &'static str, bytes: &'a [u8]) -> Self {
        Self { name, rest: bytes }
    }

    /// Bytes not yet read.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// An error about impossible content of this section.
    #[must_use]
    pub fn corrupt(&self, what: &str) -> ModelError {
        ModelError::Corrupt { section: self.name, what: what.to_owned() }
    }

    /// The next `length` bytes.
    ///
    /// # Errors
    /// If fewer are left.
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        // Lengths come from the file itself, so none can be trusted to lie within it.
        let Some((head, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.corrupt(&format!("{length} bytes expected, {} left", self.rest.len())));
        };
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    /// The next byte.
    ///
    /// # Errors
    /// If none is left.
    pub fn u8(&mut self) -> Result<u8, ModelError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// The next 32-bit number.
    ///
    /// # Errors
    /// If fewer than four bytes are left.
    pub fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// The next 64-bit number.
    ///
    /// # Errors
    /// If fewer than eight bytes are left.
    pub fn u64(&mut self) -> Result<u64, ModelError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// The next signed 32-bit number.
    ///
    /// # Errors
    /// If fewer than four bytes are left.
    pub fn i32(&mut self) -> Result<i32, ModelError> {
        Ok(i32::from_le_bytes(self.array()?))
    }
}
