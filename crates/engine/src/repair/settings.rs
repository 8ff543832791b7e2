//! The table `[repair]`, apart from the model: how sure a repair must be, and the user's own words.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::declared_damage::{DamageByPath, DeclaredDamage};
use super::effort::Effort;
use super::word_list::WordList;
use crate::settings::{Fault, Form, Range, Refusal, Setting, Value};

crate::settings! {
    /// How sure a repair must be, and the user's own words.
    #[derive(Clone, Debug, PartialEq)]
    pub struct RepairSettings in "repair" {
        /// `"auto"` recognises the state of writing of each article, and of short ones also by the rest of their file or folder;
        /// `"stripped"`, `"normalised"`, `"soft"` or `"intact"` settles it for all articles.
        damage: DeclaredDamage = "auto" => Repair;
        /// The same for articles whose `source_path` matches a pattern, as `{ "old/**" = "stripped", "web/*.jsonl" = "auto" }`; the first
        /// that matches counts.
        damage_by_path: DamageByPath = Value::Map(Vec::new()) => Repair;
        /// `"full"` reads each article twice, the second time with what the first reading expects of every word and boundary; `"fast"`
        /// reads it once, which takes less time and makes a few more errors.
        effort: Effort = "full" => Repair;
        /// Tokens whose form is less probable than this are listed in the column `doubts`, whether changed or not.
        doubt_threshold: f32 = 0.9 => Repair, in 0.0..=1.0;
        /// Tokens whose best form is less probable than this stay unchanged in the text; their best forms are listed in `doubts` as
        /// alternatives. 0 repairs everything; 1 repairs nothing, since nothing is certain.
        keep_raw_below: f32 = 0.0 => Repair, in 0.0..=1.0;
        /// Files of your own words and names, spelt as they should be: UTF-8, one word a line; # starts a comment. Each word
        /// becomes a candidate wherever the damage explains it, also after the prefixes و ف ب ل ك ال, without training.
        lexicon: WordList = [] => Repair, key "lexicons", recorded "lexicon";
        /// Files of words that are never changed, written as in the raw text, in the same format.
        protect: WordList = [] => Repair;
    }
}

impl Setting for WordList {
    fn form() -> Form {
        Form::Files
    }

    /// Reads the files, so that faults in them are found with those of the configuration.
    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let files = Vec::<PathBuf>::read(value, range)?;
        let fault =
            |fault: super::word_list::WordListFault| Fault { file: Some(fault.file), line: fault.line, what: fault.what };
        WordList::read(&files).map_err(|faults| Refusal::Faulty(faults.into_iter().map(fault).collect()))
    }

    /// The words count, not the names of the files.
    fn recorded(&self) -> Option<Json> {
        Some(self.hash().into())
    }
}
