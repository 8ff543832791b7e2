//! The names of files: after the source of an article, or after a section.
//!
//! Invariant: a file lies in the folder of the export, whatever a table says; different articles and sections have different files;
//! names are the same in every export.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::place::Place;
use engine::document::Origin;

/// Longest name of a file or folder, in bytes.
const LONGEST_NAME: usize = 255;
/// The name of the file of articles without a section.
const UNKNOWN: &str = "unknown";

/// The file of an article.
pub(super) fn article_file(folder: &Path, place: &Place<'_>, extension: &str) -> PathBuf {
    let source_path = place.source_path;
    // The id of an article that is a whole file follows from its path alone; any other id is that of a record in the file.
    let whole = Origin { source_path: source_path.to_owned(), record: None };
    let name = match place.article_id.filter(|id| *id != whole.article_id()) {
        Some(id) => format!("{source_path}/{id}"),
        None => source_path.to_owned(),
    };
    let (folders, file) = name.rsplit_once('/').map_or((None, name.as_str()), |(folders, file)| (Some(folders), file));
    let folders = folders.into_iter().flat_map(|folders| folders.split('/'));
    let within: PathBuf = folders.map(|name| short_name(&entry_name(name, source_path), LONGEST_NAME)).collect();
    folder.join(within).join(with_ending(&entry_name(file, source_path), extension))
}

/// A part of a source path as the name of a folder or file. Paths come from the table, which may be anybody's: an absolute one or `..`
/// would lead out of the folder. What no entry can be called gets a hash of the whole path, so that no other becomes the same.
fn entry_name<'n>(name: &'n str, source_path: &str) -> Cow<'n, str> {
    let is_possible = !matches!(name, "" | "." | "..") && !name.contains('\0');
    if is_possible { Cow::Borrowed(name) } else { Cow::Owned(format!("{}~{}", name.replace('\0', "_"), hash(source_path))) }
}

/// The file of a section.
pub(super) fn section_file(folder: &Path, section: Option<&str>, extension: &str) -> PathBuf {
    let name = section.map_or(UNKNOWN.to_owned(), section_name);
    folder.join(with_ending(&name, extension))
}

/// A section as the name of a file: letters, digits, spaces, hyphens and underscores. A name that had others ends in a hash of what
/// it was, so that no other becomes the same; so does one that would be taken for that of no section.
fn section_name(section: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let plain: String = section.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let plain = plain.trim();
    if plain == section && !plain.is_empty() && plain != UNKNOWN {
        return plain.to_owned();
    }
    format!("{plain}~{}", hash(section))
}

/// A name with its extension, as short as a file needs it.
fn with_ending(name: &str, extension: &str) -> String {
    let ending = format!(".{extension}");
    format!("{}{ending}", short_name(name, LONGEST_NAME - ending.len()))
}

/// A name of at most `most` bytes: a longer one is cut and gets a hash of the whole, so that no other name becomes the same.
/// A source's name may be as long as the file system allows, longer in an archive, and the extension comes on top.
fn short_name(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let hash = hash(name);
    let kept = name.floor_char_boundary(most.saturating_sub(hash.len() + 1));
    format!("{}~{hash}", &name[..kept])
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use super::*;

    #[test]
    fn names_fit_and_stay_apart() {
        let file = |source_path: &str, article_id| {
            let place = Place { source_path, article_id, section: None };
            article_file(Path::new("to"), &place, "jsonl")
        };
        assert_eq!(file("a/b.txt", None), Path::new("to/a/b.txt.jsonl"));
        assert_eq!(file("a/b.csv", Some("0123")), Path::new("to/a/b.csv/0123.jsonl"));
        let longest = "x".repeat(LONGEST_NAME - ".jsonl".len());
        assert_eq!(file(&longest, None), Path::new("to").join(format!("{longest}.jsonl")), "a name that fits stays");
        for name in ["x".repeat(254), "خ".repeat(127), "خ".repeat(900)] {
            let (one, other) = (file(&format!("{name}.txt"), None), file(&format!("{name}.csv"), None));
            assert_ne!(one, other);
            assert_eq!(one, file(&format!("{name}.txt"), None), "the same name in every export");
            let inner = file(&format!("{name}!/{name}/{name}"), Some("0123"));
            for component in one.components().chain(other.components()).chain(inner.components()) {
                assert!(component.as_os_str().len() <= LONGEST_NAME, "{}", component.as_os_str().len());
            }
            for path in [&one, &other, &inner] {
                assert!(path.extension().is_some_and(|ending| ending == "jsonl"), "{}", path.display());
            }
        }
    }

    #[test]
    fn articles_stay_in_the_folder() {
        let sources =
            ["../../evil.txt", "/etc/passwd", "..", ".", "", "a/../b", "a//b", "a/./b", "a/", "a\0b", "a/b", "a_b", "b"];
        for article_id in [None, Some("0123")] {
            let file = |source_path| article_file(Path::new("to"), &Place { source_path, article_id, section: None }, "txt");
            let files: std::collections::BTreeSet<PathBuf> = sources.into_iter().map(file).collect();
            assert_eq!(files.len(), sources.len());
            for path in files {
                let is_within = path.components().all(|component| matches!(component, Component::Normal(_)));
                assert!(is_within && path.starts_with("to") && !path.to_string_lossy().contains('\0'), "{}", path.display());
            }
        }
    }

    #[test]
    fn sections_stay_apart_and_in_the_folder() {
        let file = |section| section_file(Path::new("to"), section, "csv");
        assert_eq!(file(None), Path::new("to/unknown.csv"));
        assert_eq!(file(Some("رياضة")), Path::new("to/رياضة.csv"));
        let long = "خ".repeat(300);
        let others = ["unknown", "", ".", "..", "../x", "a/b", "a:b", "a_b", "a\0b", " a", "a", "_", "خ", &long];
        let files: std::collections::BTreeSet<_> = others.iter().map(|section| file(Some(section))).collect();
        assert_eq!(files.len(), others.len());
        for path in &files {
            assert_eq!(path.parent(), Some(Path::new("to")), "{}", path.display());
            assert!(path.file_name().is_some_and(|name| name.len() <= LONGEST_NAME), "{}", path.display());
        }
    }
}
