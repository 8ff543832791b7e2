//! The licence in the form that each format wants: an SPDX identifier, an address, or a free name.

use super::words::slug;

/// Licences that the Hugging Face hub knows, by their SPDX identifier in lower case; the hub calls any other `other`.
const HUB_LICENCES: [&str; 19] = [
    "apache-2.0",
    "bsd-3-clause",
    "cc-by-2.0",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nd-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc0-1.0",
    "mit",
    "odbl",
    "pddl",
    "unlicense",
];

/// A licence as the configuration names it.
pub(super) enum Licence<'a> {
    /// The address of the licence's text.
    Address(&'a str),
    /// An SPDX identifier.
    Identifier(&'a str),
    /// Anything else.
    Name(&'a str),
}

impl<'a> Licence<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let is_identifier = |letter: char| letter.is_ascii_alphanumeric() || ".-+".contains(letter);
        match text.trim() {
            text if text.starts_with("https://") || text.starts_with("http://") => Self::Address(text),
            // Told by its letters alone, not by a list of identifiers: only a text with other letters is a free name.
            text if !text.is_empty() && text.chars().all(is_identifier) => Self::Identifier(text),
            text => Self::Name(text),
        }
    }

    /// The address if there is one, otherwise the name: the value of schema.org's `license`.
    pub(super) fn address_or_name(&self) -> String {
        match self {
            Self::Address(text) | Self::Name(text) => (*text).to_owned(),
            Self::Identifier(id) => format!("https://spdx.org/licenses/{id}"),
        }
    }

    /// The hub's identifier; `None` if the hub has none.
    pub(super) fn hub_identifier(&self) -> Option<String> {
        match self {
            Self::Identifier(id) => Some(id.to_lowercase()).filter(|id| HUB_LICENCES.contains(&id.as_str())),
            Self::Address(_) | Self::Name(_) => None,
        }
    }

    /// A name without spaces, for fields that allow none.
    pub(super) fn machine_name(&self) -> String {
        match self {
            Self::Identifier(id) => (*id).to_owned(),
            Self::Address(text) | Self::Name(text) => slug(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_recognised() {
        let cases = [
            ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0", Some("cc-by-4.0"), "SPDX, known to the hub"),
            ("GPL-3.0+", "https://spdx.org/licenses/GPL-3.0+", None, "SPDX, not in our list of the hub's"),
            ("https://example.org/terms", "https://example.org/terms", None, "an address stays"),
            ("Terms of the archive", "Terms of the archive", None, "free text stays"),
        ];
        for (text, address, hub, why) in cases {
            let licence = Licence::of(text);
            assert_eq!(licence.address_or_name(), address, "{why}");
            assert_eq!(licence.hub_identifier().as_deref(), hub, "{why}");
        }
    }
}
