//! What a file is for, by its name.

use super::formats::{Inner, Leaf, Shape};
use super::sidecar_name::metadata_table;

/// What a file is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It holds articles, in a supported format.
    Articles,
    /// It holds files.
    Archive,
    /// It describes articles.
    Sidecar,
    /// It holds articles, or describes one: its content and its neighbours tell.
    Json,
    /// It is of a format that is not read.
    Foreign,
}

/// What a file is for, by its name.
#[must_use]
pub fn kind_of(source_path: &str) -> Kind {
    match Shape::of(source_path).inner {
        // First, because a sidecar's ending (`.csv`) can be that of a format with articles.
        _ if metadata_table(source_path).is_some() => Kind::Sidecar,
        Inner::Leaf(Leaf::Foreign(_)) => Kind::Foreign,
        Inner::Leaf(Leaf::Json) => Kind::Json,
        Inner::Leaf(_) => Kind::Articles,
        Inner::Zip | Inner::Tar => Kind::Archive,
    }
}
