//! The settings of the repair stage.

use super::word_list::WordList;

/// How the repair stage is set up, apart from its model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepairSettings {
    /// Tokens whose form is less probable are reported as doubtful.
    pub doubt_threshold: f32,
    /// Tokens whose best form is less probable are left as they stand.
    pub keep_raw_below: f32,
    /// The user's own words, as they should be spelt.
    pub lexicon: WordList,
    /// Words that are never changed, as they stand in the raw text.
    pub protect: WordList,
}
