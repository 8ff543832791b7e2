//! Reading a TOML file against declared settings, by hand: every fault is found at once and names its line.
//!
//! `serde` stops at the first fault; people want all of them. Invariant: a value that is missing or faulty reads as its
//! default, and the fault is kept, so reading always continues to the end of the file.

use std::collections::BTreeMap;
use std::path::Path;

use engine::settings::{Form, Refusal, Settings, Spec, Value};
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::ConfigFault;

/// The line of each key that a file sets, as `table.key`.
pub(super) type KeyLines = BTreeMap<String, usize>;

/// Whether files that settings name (word lists) are read along with the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedFiles {
    /// They are, and their faults are faults of the configuration.
    Read,
    /// They are not, for commands that do not need them.
    Ignore,
}

/// The settings of a file, the lines of its keys, and its faults in the order of the lines. `file` is for messages; paths
/// are relative to `folder`.
pub(super) fn read<S: Settings>(
    file: &str,
    source: &str,
    folder: &Path,
    named: NamedFiles,
) -> (S, KeyLines, Vec<ConfigFault>) {
    let (root, errors) = DeTable::parse_recoverable(source);
    let root = root.into_inner();
    let mut reader = Reader { file, source, root: &root, lines: KeyLines::new(), faults: Vec::new() };
    for error in errors {
        reader.fault(error.span().map(|span| span.start), error.message().to_owned());
    }
    let specs = S::specs();
    reader.report_unknown_names(&specs);
    let mut settings = S::default();
    for spec in &specs {
        reader.read_key(spec, &mut settings, folder, named);
    }
    // Faults inside other files come after those of this one.
    reader.faults.sort_by_key(|fault| (fault.file != file, fault.line));
    (settings, reader.lines, reader.faults)
}

/// The state of reading one file.
struct Reader<'r, 's> {
    file: &'r str,
    source: &'s str,
    root: &'r DeTable<'s>,
    lines: KeyLines,
    faults: Vec<ConfigFault>,
}

impl Reader<'_, '_> {
    fn fault(&mut self, at: Option<usize>, what: String) {
        let line = at.map_or(0, |at| self.line(at));
        self.faults.push(ConfigFault { file: self.file.to_owned(), line, what });
    }

    /// The line of a byte of the file.
    fn line(&self, at: usize) -> usize {
        self.source[..at.min(self.source.len())].matches('\n').count() + 1
    }

    /// Reads one setting, if the file sets it.
    fn read_key<S: Settings>(&mut self, spec: &Spec, settings: &mut S, folder: &Path, named: NamedFiles) {
        let table = self.root.get(spec.table).and_then(|table| table.get_ref().as_table());
        let Some(typed) = table.and_then(|table| table.get(spec.key)) else {
            // A default path is relative to the file's folder as well. Nothing can be wrong with it that a fault could point at.
            let _ = settings.set(spec, resolved(spec.default.clone(), &spec.form, folder));
            return;
        };
        let (key, at) = (format!("{}.{}", spec.table, spec.key), typed.span().start);
        let line = self.line(at);
        // Before the value is judged: a fault that only its use shows must find the line as well.
        self.lines.insert(key.clone(), line);
        let refused = match value_of(typed.get_ref(), &spec.form) {
            None => Err(Refusal::Unexpected),
            Some(_) if spec.form == Form::Files && named == NamedFiles::Ignore => Ok(()),
            Some(value) => settings.set(spec, resolved(value, &spec.form, folder)),
        };
        match refused {
            Ok(()) => {}
            Err(Refusal::Unexpected) => {
                let found = shown(typed, self.source);
                self.fault(Some(at), format!("{key}: expected {}, found {found}", spec.expected()));
            }
            Err(Refusal::Faulty(faults)) => {
                self.faults.extend(faults.into_iter().map(|fault| ConfigFault::of_value(fault, &key, self.file, line)));
            }
        }
    }

    /// Reports tables and keys that no setting has, each with the nearest name.
    fn report_unknown_names(&mut self, specs: &[Spec]) {
        let mut tables: Vec<&str> = specs.iter().map(|spec| spec.table).collect();
        tables.dedup();
        for (name, value) in self.root {
            let (table, at) = (name.get_ref().as_ref(), name.span().start);
            if !tables.contains(&table) {
                self.fault(Some(at), format!("unknown table {}", with_nearest(table, &tables)));
                continue;
            }
            let Some(keys) = value.get_ref().as_table() else {
                let found = shown(value, self.source);
                let what = format!("{table}: expected a table, found {found}; write [{table}] on a line of its own");
                self.fault(Some(value.span().start), what);
                continue;
            };
            let valid: Vec<&str> = specs.iter().filter(|spec| spec.table == table).map(|spec| spec.key).collect();
            for (name, _) in keys.iter().filter(|(name, _)| !valid.contains(&name.get_ref().as_ref())) {
                let key = name.get_ref();
                self.fault(Some(name.span().start), format!("unknown key {table}.{}", with_nearest(key, &valid)));
            }
        }
    }
}

/// An unknown name with the nearest valid one.
pub(super) fn with_nearest(found: &str, valid: &[&str]) -> String {
    let nearest = valid.iter().max_by(|a, b| strsim::jaro_winkler(a, found).total_cmp(&strsim::jaro_winkler(b, found)));
    let hint = nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
    format!("{found}{hint} (valid: {})", valid.join(", "))
}

/// A TOML value as a neutral one; `None` for values that no setting has.
fn value_of(value: &DeValue<'_>, form: &Form) -> Option<Value> {
    if let Some(items) = value.as_array() {
        if *form == Form::Pair {
            let [low, high] = items.get(..)? else { return None };
            return Some(Value::Pair(number_of(low.get_ref())?, number_of(high.get_ref())?));
        }
        let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
        return texts.collect::<Option<_>>().map(Value::List);
    }
    if let Some(table) = value.as_table() {
        let mut entries: Vec<_> = table.iter().collect();
        // As in the file, which the table's own order is not: where several entries apply, the first counts.
        entries.sort_by_key(|(key, _)| key.span().start);
        let pair = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            Some((AsRef::<str>::as_ref(key.get_ref()).to_owned(), value.get_ref().as_str()?.to_owned()))
        };
        return entries.into_iter().map(pair).collect::<Option<_>>().map(Value::Map);
    }
    if let Some(integer) = value.as_integer() {
        return i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Value::Integer);
    }
    let text = || value.as_str().map(|text| Value::Text(text.to_owned()));
    text().or_else(|| value.as_bool().map(Value::Flag)).or_else(|| number_of(value).map(Value::Number))
}

/// A number, with or without decimals.
fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let text = value.as_float().map(DeFloat::as_str).or_else(|| value.as_integer().map(DeInteger::as_str))?;
    text.parse().ok()
}

/// A value with its paths relative to a folder.
fn resolved(value: Value, form: &Form, folder: &Path) -> Value {
    let join = |path: String| folder.join(path).display().to_string();
    match (form, value) {
        (Form::Path, Value::Text(path)) => Value::Text(join(path)),
        (Form::Paths | Form::Files, Value::List(paths)) => Value::List(paths.into_iter().map(join).collect()),
        (_, value) => value,
    }
}

/// A value as the file has it, shortened.
fn shown(value: &Spanned<DeValue<'_>>, source: &str) -> String {
    let text = source.get(value.span()).unwrap_or_default();
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
