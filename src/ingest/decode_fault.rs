//! Why bytes could not be decoded.

/// An error decoding bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeFault {
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// Offset of the fault, in bytes.
    pub offset: Option<usize>,
}
