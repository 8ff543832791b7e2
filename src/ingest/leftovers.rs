//! Files that operating systems and editors leave behind: nobody put them there, so nobody wants to hear of them.

/// Names of files and folders, in lower case.
const NAMES: [&str; 22] = [
    // Windows
    "thumbs.db",
    "thumbs.db:encryptable",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "$recycle.bin",
    "recycler",
    "system volume information",
    // macOS
    ".ds_store",
    "__macosx",
    ".appledouble",
    ".lsoverride",
    ".spotlight-v100",
    ".trashes",
    ".fseventsd",
    ".documentrevisions-v100",
    ".temporaryitems",
    "icon\r",
    // Linux and network drives
    ".directory",
    "lost+found",
    "@eadir",
    "#recycle",
];

/// What such names begin with: open documents of Office, resource forks, files deleted on a network drive, trash folders.
const BEGINNINGS: [&str; 5] = ["~$", "._", ".~lock.", ".nfs", ".trash-"];

/// Whether a file, or a folder around it, is one of these.
pub(super) fn is_leftover(source_path: &str) -> bool {
    source_path.split('/').any(is_leftover_name)
}

fn is_leftover_name(name: &str) -> bool {
    let is_backup = name.len() > 1 && (name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')));
    let name = name.to_lowercase();
    is_backup || NAMES.contains(&name.as_str()) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_known_by_name_anywhere_in_a_path() {
        for (path, expected) in [
            ("Thumbs.db", true),
            ("a/Desktop.INI", true),
            ("a/~$خبر.docx", true),
            ("a.zip!/__MACOSX/._x.txt", true),
            ("$RECYCLE.BIN/S-1-5/x.txt", true),
            ("a/x.txt~", true),
            ("Icon\r", true),
            ("._a.zip", true),
            ("x.txt", false),
            ("~.txt", false),
            ("thumbs.txt", false),
            ("~", false),
        ] {
            assert_eq!(is_leftover(path), expected, "{path}");
        }
    }
}
