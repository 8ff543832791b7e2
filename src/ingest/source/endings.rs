//! Endings of file names.

pub(super) fn strip<'n, T: Copy>(name: &'n str, endings: &[(&str, T)]) -> Option<(&'n str, T)> {
    endings.iter().find_map(|(ending, meaning)| {
        let (rest, last) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
        last.eq_ignore_ascii_case(ending).then_some((rest, *meaning))
    })
}
