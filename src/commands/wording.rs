//! How numbers are worded in messages.

/// A number with its noun: "1 article", "2 articles".
pub(super) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
