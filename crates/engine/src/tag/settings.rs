//! Settings of the tagging stage.

/// How the tagging stage is set up, apart from its vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagSettings {
    /// Whether terms inside a longer one are hits too.
    pub nested: bool,
    /// Whether a hit of a concept is one of every broader concept too.
    pub expand_broader: bool,
}
