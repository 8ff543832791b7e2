//! The part of the table `[dataset]` that concerns duplicates.

use crate::settings::Choice;

/// The treatment of articles that repeat an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicatePolicy {
    /// Duplicates are not looked for.
    Off,
    /// Duplicates are published, with the id of the article that they repeat.
    Flag,
    /// Exact duplicates are left out.
    DropExact,
    /// Near duplicates are left out, too.
    Drop,
}

impl Choice for DuplicatePolicy {
    const ALL: &'static [Self] = &[Self::Off, Self::Flag, Self::DropExact, Self::Drop];

    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Flag => "flag",
            Self::DropExact => "drop_exact",
            Self::Drop => "drop",
        }
    }
}

crate::settings! {
    /// The definition of a duplicate, and its treatment.
    ///
    /// A similarity of 0.6 finds 97 of 100 copies with one word in five edited (`cargo bench --bench duplicates`). Reports that fill
    /// the same form on another day (weather, stock exchange) share half to five sixths of their pairs and may be found
    /// too: no threshold separates them from edited copies.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct DuplicateSettings in "dataset" {
        /// What to do with articles that repeat an earlier one: `"flag"` publishes them with the id of that article,
        /// `"drop_exact"` leaves out those with exactly the same words, `"drop"` also near duplicates, `"off"` does not look for them. What is left out
        /// is listed in the rejects table.
        policy: DuplicatePolicy = "flag" => Build, key "duplicates";
        /// Least share of neighbouring word pairs that a near duplicate has in common with the earlier article.
        least_similarity: f32 = 0.6 => Build, in 0.0..=1.0, key "near_duplicate_similarity";
    }
}
