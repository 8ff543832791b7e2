//! What the manifest cannot know about a dataset.

/// What the person who publishes the dataset says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardSettings {
    /// The dataset's name, for people.
    pub name: String,
    /// The licence of the articles and so of the dataset: an SPDX identifier, an address or a name. `None` if unknown.
    pub licence: Option<String>,
    /// How to cite the dataset, `BibTeX` if possible. `None`: a citation of the name and the build.
    pub citation: Option<String>,
    /// The person or organisation that publishes it.
    pub creator: Option<String>,
    /// Its web page.
    pub homepage: Option<String>,
}
