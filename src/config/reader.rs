//! Reading a TOML file by hand, so that every fault is found at once and each can name its line.
//!
//! `serde` stops at the first fault; a configuration that is read once a night deserves better. Invariant: a value that is
//! missing or faulty reads as its default, and the fault is kept, so reading always goes on to the end.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use engine::tag::VocabularyFault;

/// Something wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong: the key, what was expected, what was found, the nearest valid name.
    pub what: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

impl From<VocabularyFault> for ConfigFault {
    fn from(fault: VocabularyFault) -> Self {
        Self { file: fault.file, line: usize::try_from(fault.line).unwrap_or(0), what: fault.what }
    }
}

/// Reads the tables of one file, and keeps the faults.
#[derive(Debug)]
pub struct Reader<'s> {
    file: &'s str,
    source: &'s str,
    root: DeTable<'s>,
    tables: Vec<&'static str>,
    lines: KeyLines,
    faults: Vec<ConfigFault>,
}

/// The line of each key that the file has, as `table.key`.
pub type KeyLines = BTreeMap<String, usize>;

/// The keys of one table.
#[derive(Debug)]
pub struct TableReader<'r, 's> {
    reader: &'r mut Reader<'s>,
    table: &'static str,
    keys: Vec<&'static str>,
}

impl<'s> Reader<'s> {
    /// Parses a file; faults of syntax are kept like all others.
    #[must_use]
    pub fn new(file: &'s str, source: &'s str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(source);
        let mut reader =
            Self { file, source, root: root.into_inner(), tables: Vec::new(), lines: KeyLines::new(), faults: Vec::new() };
        for error in errors {
            reader.fault(error.span().map(|span| span.start), error.message().to_owned());
        }
        reader
    }

    fn fault(&mut self, at: Option<usize>, what: String) {
        let line = at.map_or(0, |at| self.line(at));
        self.faults.push(ConfigFault { file: self.file.to_owned(), line, what });
    }

    /// The line of a byte of the file.
    fn line(&self, at: usize) -> usize {
        self.source[..at.min(self.source.len())].matches('\n').count() + 1
    }

    /// The reader of a table; one that is missing has no keys.
    pub fn table(&mut self, table: &'static str) -> TableReader<'_, 's> {
        self.tables.push(table);
        let found =
            self.root.get(table).map(|value| (value.span().start, value.get_ref().type_str(), value.get_ref().is_table()));
        if let Some((at, kind, false)) = found {
            self.fault(Some(at), format!("{table} is a {kind}, expected a table: write [{table}] on a line of its own"));
        }
        TableReader { reader: self, table, keys: Vec::new() }
    }

    /// Ends reading: tables that nobody asked for are faults too. Faults come in the order of their lines.
    #[must_use]
    pub fn finish(mut self) -> (KeyLines, Vec<ConfigFault>) {
        let unknown: Vec<(usize, String)> = self
            .root
            .iter()
            .filter(|(name, _)| !self.tables.contains(&name.get_ref().as_ref()))
            .map(|(name, _)| (name.span().start, unknown_name("table", name.get_ref(), &self.tables)))
            .collect();
        for (at, what) in unknown {
            self.fault(Some(at), what);
        }
        self.faults.sort_by_key(|fault| fault.line);
        (self.lines, self.faults)
    }
}

fn unknown_name(kind: &str, found: &str, valid: &[&str]) -> String {
    let nearest = valid.iter().max_by(|a, b| strsim::jaro_winkler(a, found).total_cmp(&strsim::jaro_winkler(b, found)));
    let hint = nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
    format!("unknown {kind} {found}{hint} (valid: {})", valid.join(", "))
}

impl TableReader<'_, '_> {
    /// What `read` makes of a key's value; `default` where the key is missing, or faulty, which is kept as a fault.
    fn read<T>(&mut self, key: &'static str, default: T, expected: &str, read: impl FnOnce(&DeValue<'_>) -> Option<T>) -> T {
        self.keys.push(key);
        let table = self.reader.root.get(self.table).and_then(|table| table.get_ref().as_table());
        let Some(value) = table.and_then(|table| table.get(key)) else { return default };
        let (read, found, at) = (read(value.get_ref()), shown(value, self.reader.source), value.span().start);
        let line = self.reader.line(at);
        self.reader.lines.insert(format!("{}.{key}", self.table), line);
        if let Some(value) = read {
            return value;
        }
        self.reader.fault(Some(at), format!("{}.{key}: expected {expected}, found {found}", self.table));
        default
    }

    /// A string.
    pub fn string(&mut self, key: &'static str, default: &str) -> String {
        self.read(key, default.to_owned(), "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A string that may be missing.
    pub fn optional_string(&mut self, key: &'static str) -> Option<String> {
        self.read(key, None, "a string", |value| value.as_str().map(|text| Some(text.to_owned())))
    }

    /// One of a few names.
    pub fn choice<T: Copy>(&mut self, key: &'static str, default: T, choices: &[(&'static str, T)]) -> T {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        self.read(key, default, &format!("one of {}", names.join(", ")), |value| {
            let text = value.as_str()?;
            choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice)
        })
    }

    /// A list of strings.
    pub fn strings(&mut self, key: &'static str, default: &[&str]) -> Vec<String> {
        let default = default.iter().map(|&text| text.to_owned()).collect();
        self.read(key, default, "a list of strings", |value| {
            value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        })
    }

    /// A list of strings that names something: one at least, and none blank.
    pub fn names(&mut self, key: &'static str, default: &[&str]) -> Vec<String> {
        let default = default.iter().map(|&text| text.to_owned()).collect();
        self.read(key, default, "a list of one name or more, none of them empty", |value| {
            let name = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
            let names: Option<Vec<String>> =
                value.as_array()?.iter().map(|item| item.get_ref().as_str().and_then(name)).collect();
            names.filter(|names| !names.is_empty())
        })
    }

    /// `true` or `false`.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is not general over lifetimes")]
    pub fn boolean(&mut self, key: &'static str, default: bool) -> bool {
        self.read(key, default, "true or false", |value| value.as_bool())
    }

    /// A whole number within a range.
    pub fn integer(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(key, default, &expected, |value| {
            let integer = value.as_integer()?;
            u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| range.contains(number))
        })
    }

    /// A number within a range.
    pub fn number(&mut self, key: &'static str, default: f64, range: RangeInclusive<f64>) -> f64 {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.read(key, default, &expected, |value| number_of(value).filter(|number| range.contains(number)))
    }

    /// Two numbers within bounds, the lesser first.
    pub fn range(&mut self, key: &'static str, default: (f64, f64), bounds: (f64, f64)) -> (f64, f64) {
        let ((low, high), (least, most)) = (default, bounds);
        let expected = format!("two numbers from {least} to {most}, the lesser first, as [{low}, {high}]");
        self.read(key, default, &expected, |value| {
            let [low, high] = value.as_array()?.get(..)? else { return None };
            let (low, high) = (number_of(low.get_ref())?, number_of(high.get_ref())?);
            (least <= low && low <= high && high <= most).then_some((low, high))
        })
    }

    /// Ends the table: keys that nobody asked for are faults.
    pub fn finish(self) {
        let table = self.reader.root.get(self.table).and_then(|table| table.get_ref().as_table());
        let unknown: Vec<(usize, String)> = table
            .into_iter()
            .flat_map(DeTable::iter)
            .filter(|(name, _)| !self.keys.contains(&name.get_ref().as_ref()))
            .map(|(name, _)| {
                (
                    name.span().start,
                    unknown_name(&format!("key {}.", self.table), name.get_ref(), &self.keys).replace(". ", "."),
                )
            })
            .collect();
        for (at, what) in unknown {
            self.reader.fault(Some(at), what);
        }
    }
}

/// A number, with or without decimals.
fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let text = value.as_float().map(DeFloat::as_str).or_else(|| value.as_integer().map(DeInteger::as_str))?;
    text.parse().ok()
}

/// A value as it stands in the file, shortened.
fn shown(value: &Spanned<DeValue<'_>>, source: &str) -> String {
    let text = source.get(value.span()).unwrap_or_default();
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
