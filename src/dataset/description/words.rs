//! The words that all formats share: what the dataset is, its limits, its names, how to cite it.

use super::settings::CardSettings;
use crate::dataset::manifest::Manifest;

/// What the dataset is about, for search.
pub(super) const TAGS: [&str; 6] = [
    "arabic",
    "newspapers",
    "spelling-restoration",
    "punctuation-restoration",
    "keyword-extraction",
    "sentence-segmentation",
];

/// What the dataset is, in one paragraph.
pub(super) fn summary(manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    format!(
        "Arabic newspaper articles whose spelling had been damaged (hamza forms, final ta marbuta and alif maqsura, digits \
         and marks deleted), repaired, split into sentences, punctuated and annotated: {} articles, {} sentences, {} tokens, {} keyword \
         hits. Each repair keeps the original form and its probability.",
        counts.articles, counts.sentences, counts.tokens, counts.keywords,
    )
}

/// What users must know before they trust the dataset, as separate points.
pub(super) fn limits(manifest: &Manifest) -> Vec<String> {
    let counts = &manifest.counts;
    vec![
        "Repairs are chosen by a statistical model and can be wrong. Every changed token is listed with its original form, \
         the probability of the form chosen and the next best forms; doubtful tokens are listed separately."
            .to_owned(),
        "Probabilities come from the model that made the repairs. They are calibrated on newspaper prose and less reliable on \
         other kinds of text."
            .to_owned(),
        "Deleted numbers cannot be restored. Places where one is probably missing are recorded with a probability."
            .to_owned(),
        "Where punctuation had been deleted, sentence boundaries and the marks in `text_punctuated` are estimates; each has a \
         probability. Another writer might have set other marks: six in ten of the marks inside sentences stand where the newspaper had one."
            .to_owned(),
        "Keywords and keyphrases are found by rules and statistics; no person has checked them.".to_owned(),
        format!(
            "{} of {} tokens were changed; {} cannot be explained by any word of the lexicon and were left unchanged.",
            counts.repaired, counts.tokens, counts.unresolved
        ),
        format!("{} of {} inputs could not be used; the table `rejects` says why.", counts.rejects, counts.inputs),
        "The articles contain the newspaper's opinions and personal data, and remain under its copyright.".to_owned(),
    ]
}

/// A name for machines: lower-case ASCII letters, digits and hyphens.
pub(super) fn slug(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<&str> =
        letters.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "arabic-newspapers".to_owned() } else { words.join("-") }
}

/// A text on one line: a line break would end a heading or a BibTeX entry.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How to cite the dataset.
pub(super) fn citation(manifest: &Manifest, card: &CardSettings) -> String {
    card.citation.clone().unwrap_or_else(|| {
        let author =
            card.creator.as_deref().map(|creator| format!(" author = {{{}}},", one_line(creator))).unwrap_or_default();
        let year = manifest.created.get(..4).unwrap_or("n.d.");
        format!(
            "@misc{{{},{author} title = {{{}}}, year = {{{year}}}, note = {{Build {}}}}}",
            slug(&card.name),
            one_line(&card.name),
            manifest.build_id
        )
    })
}

/// The dataset's version in Semantic Versioning: the version of the tables, with the build id as build metadata.
pub(super) fn version(manifest: &Manifest) -> String {
    let dots = manifest.schema_version.matches('.').count();
    format!("{}{}+{}", manifest.schema_version, ".0".repeat(2_usize.saturating_sub(dots)), manifest.build_id)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn names_become_what_machines_accept() {
        let cases = [
            ("Restored newspapers", "restored-newspapers", "spaces separate words"),
            ("  A--B_2 ", "a-b-2", "so does anything but a letter or digit"),
            ("صحف", "arabic-newspapers", "a name without a Latin letter falls back"),
            ("", "arabic-newspapers", "so does an empty one"),
        ];
        for (name, expected, why) in cases {
            assert_eq!(slug(name), expected, "{why}");
        }
    }

    #[test]
    fn versions_are_semantic() {
        for (schema, expected) in [("1.2", "1.2.0+b1"), ("2", "2.0.0+b1"), ("1.2.3", "1.2.3+b1")] {
            let manifest = Manifest { schema_version: schema.to_owned(), ..samples::manifest() };
            assert_eq!(version(&manifest), expected);
        }
    }
}
