//! A configuration file, read: defaults filled in, paths resolved.

use std::path::Path;

use engine::settings::{Form, Refusal, Settings, Value};

use super::reader::{KeyLines, NamedFiles, read, with_nearest};
use super::{ConfigFault, PipelineSettings};

/// The settings of a configuration file.
#[derive(Clone, Debug)]
pub struct PipelineFile {
    /// The file's name, for messages.
    pub name: String,
    /// Its settings; paths are relative to the working directory.
    pub settings: PipelineSettings,
    lines: KeyLines,
}

impl PipelineFile {
    /// Reads a configuration from its text. `name` is the file's path: messages name it, and paths in the file are relative to
    /// its folder.
    #[must_use]
    pub fn parse(name: &str, source: &str, named: NamedFiles) -> (Self, Vec<ConfigFault>) {
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        let (settings, lines, faults) = read(name, source, folder, named);
        (Self { name: name.to_owned(), settings, lines }, faults)
    }

    /// Reads a configuration file. Faults in it are returned beside its settings.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path, named: NamedFiles) -> Result<(Self, Vec<ConfigFault>), ConfigFault> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(source) => Ok(Self::parse(&file, &source, named)),
            Err(error) => {
                let what = format!(
                    "cannot be read: {error}; run in the folder of pipeline.toml, or name the file (--config FILE; in Python config=…)"
                );
                Err(ConfigFault { file, line: 0, what })
            }
        }
    }

    /// Reads a configuration file that must be free of faults.
    ///
    /// # Errors
    /// All faults of the file.
    pub fn open_valid(path: &Path, named: NamedFiles) -> Result<Self, Vec<ConfigFault>> {
        match Self::open(path, named) {
            Ok((file, faults)) if faults.is_empty() => Ok(file),
            Ok((_, faults)) => Err(faults),
            Err(fault) => Err(vec![fault]),
        }
    }

    /// Sets what keyword arguments say, by the names of the keys; returns the faults.
    pub(super) fn set_arguments(&mut self, arguments: Vec<(String, Value)>) -> Vec<ConfigFault> {
        let specs = PipelineSettings::specs();
        let keys: Vec<&str> = specs.iter().map(|spec| spec.key).collect();
        let mut faults = Vec::new();
        for (key, value) in arguments {
            let fault = |what: String| ConfigFault { file: "keyword arguments".to_owned(), line: 0, what };
            let Some(spec) = specs.iter().find(|spec| spec.key == key) else {
                faults.push(fault(format!("unknown setting {}", with_nearest(&key, &keys))));
                continue;
            };
            let found = shown_value(&value);
            match self.settings.set(spec, fitted(value, &spec.form)) {
                Ok(()) => {}
                Err(Refusal::Unexpected) => {
                    faults.push(fault(format!("{key}: expected {}, found {found}", spec.expected())));
                }
                Err(Refusal::Faulty(of_value)) => {
                    faults.extend(of_value.into_iter().map(|of| ConfigFault::of_value(of, &key, "keyword arguments", 0)));
                }
            }
        }
        faults
    }

    /// The line of a key (`table.key`); 0 if the file does not set it.
    #[must_use]
    pub fn line_of(&self, key: &str) -> usize {
        self.lines.get(key).copied().unwrap_or(0)
    }

    /// A fault of a key's value that only its use shows.
    #[must_use]
    pub fn fault(&self, key: &str, what: &str) -> ConfigFault {
        ConfigFault { file: self.name.clone(), line: self.line_of(key), what: format!("{key}: {what}") }
    }
}

/// A value in the form that a setting has: callers write one file where a list is expected, and a list of two numbers.
fn fitted(value: Value, form: &Form) -> Value {
    match (form, value) {
        (Form::List | Form::Paths | Form::Files, Value::Text(one)) => Value::List(vec![one]),
        (_, value) => value,
    }
}

/// A value as a message shows it.
fn shown_value(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "a value".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(source: &str) -> Vec<String> {
        PipelineFile::parse("p.toml", source, NamedFiles::Read).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_faults_are_reported_with_their_lines() {
        let source =
            "[ingest]\ninputs = \"raw\"\nencoding = \"latin1\"\n\n[split]\nmax_tokens = 0\ncut_confidence = nan\n[datset]\n";
        let faults = faults(source);
        assert_eq!(faults.len(), 5, "{faults:#?}");
        assert!(faults[0].starts_with("p.toml:2: unknown key ingest.inputs; did you mean input?"), "{}", faults[0]);
        assert!(faults[1].starts_with("p.toml:3: ingest.encoding: expected one of \"auto\""), "{}", faults[1]);
        assert!(faults[2].contains(":6: split.max_tokens: expected a whole number from 1 to 10000, found 0"));
        assert!(faults[3].contains(":7: split.cut_confidence: expected a number"));
        assert!(faults[4].contains(":8: unknown table datset; did you mean dataset?"), "{}", faults[4]);
    }

    #[test]
    fn a_text_needs_a_column_that_may_hold_it() {
        for faulty in ["[]", "[\"\"]", "[\"text\", \" \"]", "\"text\"", "[1]"] {
            let expected =
                format!("p.toml:2: fields.text: expected a list of one name or more, none of them empty, found {faulty}");
            assert_eq!(faults(&format!("[fields]\ntext = {faulty}\ntitle = []\n")), [expected]);
        }
    }

    #[test]
    fn limits_are_two_numbers_the_lesser_first() {
        for faulty in ["0.5", "[0.5]", "[0.1, 0.2, 0.3]", "[0.6, 0.5]", "[0.0, 1.5]", "[\"0\", 1]", "[nan, 1]"] {
            let faults = faults(&format!("[gates]\nrepaired_share = {faulty}\n"));
            assert_eq!(faults.len(), 1, "{faulty}: {faults:#?}");
            let expected =
                "p.toml:2: gates.repaired_share: expected two numbers from 0 to 1, the lesser first, as [0, 0.8], found ";
            assert!(faults[0].starts_with(expected), "{}", faults[0]);
        }
        let (file, faults) = PipelineFile::parse("p.toml", "[gates]\nrepaired_share = [0, 0.25]\n", NamedFiles::Read);
        assert_eq!((faults, file.settings.gates.limits.0[0]), (vec![], (0.0, 0.25)));
    }

    #[test]
    fn a_value_that_is_no_table_is_told_what_to_write() {
        let expected = "p.toml:1: split: expected a table, found 3; write [split] on a line of its own";
        assert_eq!(faults("split = 3\n"), [expected]);
    }

    #[test]
    fn a_syntax_error_has_a_line() {
        assert!(faults("[ingest]\ninput = \n")[0].starts_with("p.toml:2: "));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let (file, _) = PipelineFile::parse("a/p.toml", "[dataset]\noutput = \"out\"\n", NamedFiles::Ignore);
        assert_eq!(file.settings.dataset.output, Path::new("a/out"));
        assert_eq!(file.settings.ingest.input, Path::new("a/raw"), "defaults, too");
    }
}
