//! The table `[card]`: what only the publisher of a dataset knows about it.

use engine::settings::Value;

engine::settings! {
    /// What only the publisher of a dataset knows about it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CardSettings in "card" {
        /// The dataset's name, for people.
        name: String = "Arabic newspapers, restored" => Build;
        /// Licence of your articles, and so of the dataset: an SPDX identifier, an address or a name. Without one, the descriptions
        /// say that the licence is unknown.
        licence: Option<String> = Value::Unset => Build, example "CC-BY-4.0";
        /// How to cite the dataset, preferably as BibTeX. Without one, an entry is made from the name and the build.
        citation: Option<String> = Value::Unset => Build, example "@misc{...}";
        /// The person or organisation that publishes it.
        creator: Option<String> = Value::Unset => Build, example "…";
        /// Its page on the web.
        homepage: Option<String> = Value::Unset => Build, example "https://…";
    }
}
