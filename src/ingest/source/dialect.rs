//! The dialect of a table: what separates its fields, and what its quotes mean.
//!
//! No standard is kept: Excel writes `;` in many countries and tabs as "Unicode text", Hive, `MySQL` and Spark escape quotes with `\`.
//! A header rarely contains a separator that is not one, so it decides; where it leaves a choice, the rows do, by how many of them have as
//! many fields as the header.

use super::row_reader::{Dialect, Quoting, Row, RowReader};
use super::text_stream::TextStream;

/// What is known of the dialect of all tables; the rest is looked for in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DialectSettings {
    /// What separates fields.
    pub delimiter: Option<u8>,
    /// What quotes mean.
    pub quoting: Option<Quoting>,
}

/// The separators that are looked for. The last, Ctrl-A, is the default of Hive.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', 1];

/// How well a sample fits a dialect.
#[derive(Clone, Copy, Debug)]
struct Fit {
    dialect: Dialect,
    /// Columns of the header.
    columns: usize,
    /// Rows that cannot be read, or have another number of fields.
    faults: usize,
}

impl Dialect {
    /// The dialect of a table by its first bytes; `is_whole` if these are all. `by_name` is the separator that the name of the file
    /// promises, which a table of one column is taken to have.
    pub(super) fn detect(sample: &[u8], is_whole: bool, known: DialectSettings, by_name: u8) -> Self {
        let others = DELIMITERS.into_iter().filter(|delimiter| *delimiter != by_name);
        let delimiters = known.delimiter.map_or_else(|| std::iter::once(by_name).chain(others).collect(), |one| vec![one]);
        let fits = delimiters.into_iter().map(|delimiter| Fit::best(sample, is_whole, delimiter, known.quoting));
        // Of equal ones the first wins, which is that of the name.
        let best = fits.min_by_key(|fit| (fit.columns < 2, fit.faults, std::cmp::Reverse(fit.columns)));
        best.expect("at least one separator").dialect
    }
}

impl Fit {
    /// The fit with the quoting that suits a separator best.
    fn best(sample: &[u8], is_whole: bool, delimiter: u8, quoting: Option<Quoting>) -> Self {
        let fit = |quoting| Self::of(sample, is_whole, Dialect { delimiter, quoting });
        if let Some(quoting) = quoting {
            return fit(quoting);
        }
        let doubled = fit(Quoting::Doubled);
        if doubled.faults == 0 {
            return doubled;
        }
        let is_escape = |pair: &[u8]| pair[0] == b'\\' && (matches!(pair[1], b'"' | b'\n') || pair[1] == delimiter);
        if sample.windows(2).any(is_escape) {
            let backslash = fit(Quoting::Backslash);
            if backslash.faults < doubled.faults {
                return backslash;
            }
        }
        // A comma or semicolon is too common in text: a table whose rows all fit although quotes mean nothing is likelier damaged.
        let plain = if matches!(delimiter, b',' | b';') { doubled } else { fit(Quoting::Plain) };
        if plain.faults == 0 { plain } else { doubled }
    }

    fn of(sample: &[u8], is_whole: bool, dialect: Dialect) -> Self {
        let mut rows = RowReader::new(TextStream::of_bytes(sample), dialect, u64::MAX);
        let mut fit = Self { dialect, columns: 0, faults: 0 };
        // Reading from memory does not fail; a sample that is cut off ends with a row that says nothing.
        while rows.offset().is_ok() {
            let Ok(row) = rows.next() else { break };
            if row == Row::End || (!is_whole && rows.position() == sample.len() as u64) {
                break;
            }
            match row {
                Row::Whole if fit.columns == 0 => fit.columns = rows.field_count(),
                Row::Whole if rows.is_blank() || rows.fits(fit.columns) => {}
                _ => fit.faults += 1,
            }
        }
        fit
    }
}

/// The separator in a line such as `sep=;`, with which Excel is told it.
pub(super) fn told_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (keyword, delimiter) = line.split_at_checked(4)?;
    match delimiter {
        [delimiter] if keyword.eq_ignore_ascii_case(b"sep=") => Some(*delimiter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str, by_name: u8) -> (char, Quoting) {
        let Dialect { delimiter, quoting } = Dialect::detect(text.as_bytes(), true, DialectSettings::default(), by_name);
        (delimiter.into(), quoting)
    }

    #[test]
    fn the_header_tells_the_separator_and_the_rows_the_quoting() {
        for (text, expected, why) in [
            ("id,text\n1,a;b;c\n", (',', Quoting::Doubled), "separators in a text are none"),
            ("id;text\n1;a, b, c\n2;d, e\n", (';', Quoting::Doubled), "commas in a text"),
            ("id\ttext\n1\ta,b\n", ('\t', Quoting::Doubled), "Excel's Unicode text is called .csv or .txt"),
            ("id|text\n1|a\n", ('|', Quoting::Doubled), "a bar"),
            ("id\u{1}text\n1\u{1}a\n", ('\u{1}', Quoting::Doubled), "Hive"),
            ("text\nقال؛ نعم\n", (',', Quoting::Doubled), "one column has the separator of its name"),
            ("id;\"title, main\"\n1;a\n", (';', Quoting::Doubled), "a quoted comma separates nothing"),
            ("id;title, main;text\n1;a;b\n2;c, d;e\n", (';', Quoting::Doubled), "the rows decide"),
            ("id,text\n1,\"a \\\"b\\\", c\"\n", (',', Quoting::Backslash), "escaped quotes"),
            ("id,path\n1,\"C:\\\"\n2,\"D:\\\"\n", (',', Quoting::Doubled), "a backslash at the end of a sound field"),
            ("id,text\n1,a\\, b\n", (',', Quoting::Backslash), "an escaped separator without quotes"),
            ("id\ttext\n1\t\"a\" b\n2\t\"c\n", ('\t', Quoting::Plain), "tabs, and quotes that are text"),
            ("id,text\n1,\"a\n2,b\n", (',', Quoting::Doubled), "with commas, a quote that is not closed is a fault"),
        ] {
            assert_eq!(detected(text, b','), expected, "{text}: {why}");
        }
        assert_eq!(detected("a,b\n1,2\n", b'\t').0, ',', "the content decides, not the name");
    }

    #[test]
    fn what_is_set_is_not_looked_for() {
        let known = DialectSettings { delimiter: Some(b';'), quoting: Some(Quoting::Plain) };
        let found = Dialect::detect(b"a,b\n1,2\n", true, known, b',');
        assert_eq!(found, Dialect { delimiter: b';', quoting: Quoting::Plain });
    }

    #[test]
    fn a_row_that_is_cut_off_says_nothing() {
        let found = Dialect::detect(b"id\ttext\n1\ta\n2\t\"b", false, DialectSettings::default(), b',');
        assert_eq!(found, Dialect { delimiter: b'\t', quoting: Quoting::Doubled });
    }

    #[test]
    fn a_first_line_can_tell_the_separator() {
        for (line, expected) in [
            ("sep=;\r\n", Some(b';')),
            ("\"sep=,\"\n", Some(b',')),
            ("SEP=\t", Some(b'\t')),
            ("sep=", None),
            ("sep=ab", None),
        ] {
            assert_eq!(told_delimiter(line.as_bytes()), expected, "{line}");
        }
    }
}
