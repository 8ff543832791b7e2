//! What is known about the sources of training text: how much each counts, and which of its habits are not to be learnt.
//!
//! A model that restores newspapers should learn from newspapers most. So each source has a share: as many of its articles are drawn
//! in every pass, and its words and n-grams count by it. Sources are read in the order of [`SOURCES`], edited news first; files that
//! the list does not name count whole and are read before them. What a source has wrong for certain is put right where the sources
//! before it leave no doubt; what is doubtful is not taught.
//!
//! Invariant: what is made of a text depends only on the text, its source and the sources read before it.

/// A source of text, by the name of its file without endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name.
    pub name: &'static str,
    /// The name under which its figures are reported.
    pub kind: &'static str,
    /// How much of it a pass reads, in parts of [`WHOLE`].
    pub share: u32,
    /// Whether its marks and numbers stand where a newspaper's would: not if commas or digits were lost, or if sentences end as they
    /// did a hundred years ago.
    pub boundaries: bool,
    /// Whether it is edited so well that `أن` and `إن` can be learnt from it after a verb of saying further off.
    pub edited: bool,
    /// Whether it was extracted from PDF files, so that words have run together: sentences with a word that no source before has are
    /// left out.
    pub scanned: bool,
}

/// The share of a source that counts whole.
pub const WHOLE: u32 = 20;

/// The source of a file that [`SOURCES`] does not name.
pub(super) const OTHER: Source = Source::new("other", "other", WHOLE);

/// Sentences that people corrected: each word counts as several, since a person looked at it; where they end is not learnt from them.
pub(super) const CORRECTED: Source = Source { boundaries: false, ..Source::new("corrections", "corrections", 5 * WHOLE) };

/// The known sources, in the order in which they are read.
pub(super) const SOURCES: [Source; 14] = [
    Source::new("antmulti", "outlets", 20),
    Source::new("alkhaleej", "gulf daily", 16),
    Source::new("antcorpus", "radio", 20),
    Source { edited: false, ..Source::new("rest", "rest", 20) },
    Source { edited: false, ..Source::new("samer", "novels", 20) },
    Source { edited: false, ..Source::new("wikipedia", "encyclopedia", 16) },
    Source::new("laws", "statutes", 4),
    Source::new("uqn", "statutes", 4),
    Source::new("qatar", "statutes", 4),
    Source::new("bahrain", "statutes", 4),
    Source::new("uae", "statutes", 4),
    Source { edited: false, boundaries: false, ..Source::new("manar", "periodicals", 6) },
    Source { edited: false, boundaries: false, ..Source::new("journals", "periodicals", 6) },
    Source { boundaries: false, scanned: true, ..Source::new("morocco", "statutes", 4) },
];

impl Source {
    const fn new(name: &'static str, kind: &'static str, share: u32) -> Self {
        Self { name, kind, share, boundaries: true, edited: true, scanned: false }
    }

    /// The source of a file of this name, and its place in the order of reading.
    pub(super) fn of_file(name: &str) -> (usize, Self) {
        let stem = name.split('.').next().unwrap_or_default();
        let known = SOURCES.iter().position(|source| source.name == stem);
        known.map_or((0, OTHER), |place| (place + 1, SOURCES[place]))
    }

    /// Whether it is written in the manner of the text that is to be restored: sentence lengths and the background of phrases are
    /// learnt from such sources alone.
    #[must_use]
    pub fn is_typical(self) -> bool {
        self.boundaries && self.share * 2 > WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        assert_eq!(Source::of_file("antmulti.jsonl.zst").1.kind, "outlets");
        assert_eq!(Source::of_file("mine.jsonl"), (0, OTHER));
        assert!(Source::of_file("manar.jsonl.zst").0 > Source::of_file("wikipedia.jsonl.zst").0);
        assert!(!Source::of_file("qatar.jsonl").1.is_typical());
    }
}
