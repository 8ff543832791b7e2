//! The table `[tag]`, apart from the vocabularies: which of the terms found count as hits.

crate::settings! {
    /// Which of the terms found count as hits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct TagSettings in "tag" {
        /// Whether terms inside a longer term count too (industry in small and medium industries).
        nested: bool = false => Tag;
        /// Whether a concept that is found also counts as each of its broader concepts, in the layer `broader`.
        expand_broader: bool = false => Tag;
    }
}
