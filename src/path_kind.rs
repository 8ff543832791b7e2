//! The kind of thing found at a path, for messages: "not found" would mislead if something else is there.

use std::fs::{FileType, metadata, read_link, symlink_metadata};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::shown;

/// The kind of thing at a path, as in "a folder"; `None` if there is nothing.
pub(crate) fn kind_at(path: &Path) -> Option<String> {
    match metadata(path) {
        Ok(found) => Some(kind_of(found.file_type()).to_owned()),
        // The link exists, but its target does not or cannot be reached.
        Err(error) if symlink_metadata(path).is_ok_and(|found| found.is_symlink()) => {
            let target = read_link(path).map(|target| shown::path(&target)).unwrap_or_default();
            Some(format!("a link to {target}, which cannot be followed ({error})"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("something that cannot be examined ({error})")),
    }
}

/// The kind of entry at a path itself, with a link's target; `None` if there is nothing.
pub(crate) fn kind_of_entry(path: &Path) -> Option<String> {
    read_link(path).map_or_else(|_| kind_at(path), |target| Some(format!("a link to {}", shown::path(&target))))
}

fn kind_of(found: FileType) -> &'static str {
    if found.is_dir() {
        "a folder"
    } else if found.is_file() {
        "a file"
    } else if found.is_fifo() {
        "a named pipe"
    } else if found.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_at_a_path_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "x").expect("written");
        std::os::unix::fs::symlink("nowhere", at("dangling")).expect("linked");
        std::os::unix::fs::symlink(".", at("folder")).expect("linked");
        std::os::unix::fs::symlink("loop", at("loop")).expect("linked");
        let kind = |name: &str| kind_at(&at(name)).unwrap_or_default();
        assert_eq!([kind("file"), kind("folder"), kind("missing")], ["a file", "a folder", ""]);
        assert!(
            kind("dangling").starts_with("a link to nowhere, which cannot be followed (No such file"),
            "{}",
            kind("dangling")
        );
        assert!(kind("loop").starts_with("a link to loop, which cannot be followed ("), "{}", kind("loop"));
        assert!(kind("file/x").starts_with("something that cannot be examined ("), "{}", kind("file/x"));
        assert_eq!(kind_at(Path::new("/dev/null")).as_deref(), Some("a device"));
    }
}
