//! Configuration: what was typed ([`PipelineFile`]) and what will run ([`Plan`]) are two types.
//!
//! Invariant: only a [`Plan`] travels into the program; it exists only if the whole file, the vocabularies and the model are
//! sound, and all faults were reported together otherwise.

mod plan;
mod reader;

use std::path::Path;

pub use plan::{Overrides, Plan, repair_settings};
pub use reader::{ConfigFault, KeyLines, Reader};

use crate::dataset::PartitionBy;
use crate::dataset::description::CardSettings;
use crate::gates::limits::{DriftPolicy, GateSettings};
use crate::gates::metrics::Metric;
use crate::ingest::decode::DeclaredEncoding;
use crate::ingest::source::FieldNames;
use engine::document::Encoding;
use engine::duplicates::DuplicatePolicy;

/// `pipeline.toml` as typed, defaults filled in. Paths are as written; see [`Plan`] for what they are relative to.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineFile {
    /// `[ingest]`.
    pub ingest: IngestTable,
    /// `[fields]`.
    pub fields: FieldNames,
    /// `[repair]`.
    pub repair: RepairTable,
    /// `[split]`.
    pub split: SplitTable,
    /// `[tag]`.
    pub tag: TagTable,
    /// `[dataset]`.
    pub dataset: DatasetTable,
    /// `[gates]`.
    pub gates: GateSettings,
    /// `[card]`.
    pub card: CardSettings,
    /// Where each key stands, for faults that only its value's use shows.
    pub lines: KeyLines,
}

/// `[ingest]`: what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestTable {
    /// Folder of the articles.
    pub input: String,
    /// Patterns of files that are articles.
    pub files: Vec<String>,
    /// Patterns of files that are passed over.
    pub skip: Vec<String>,
    /// Encoding of all files, or found out for each.
    pub encoding: Option<DeclaredEncoding>,
    /// What an article's path says of it.
    pub path_pattern: String,
    /// Largest text, page or record, in MiB.
    pub max_file_mib: u64,
}

/// `[repair]`: how spelling is restored.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairTable {
    /// Model file; the one built into the program if missing.
    pub model: Option<String>,
    /// Tokens below this probability are listed as doubts.
    pub doubt_threshold: f64,
    /// Tokens whose best form is below this probability stay as they stand.
    pub keep_raw_below: f64,
    /// Files of the user's own words.
    pub lexicons: Vec<String>,
    /// Files of words that are never changed.
    pub protect: Vec<String>,
}

/// `[split]`: where sentences end.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitTable {
    /// Most tokens of a sentence.
    pub max_tokens: u64,
    /// A sentence ends where that is at least so probable.
    pub cut_confidence: f64,
    /// Weight of the length model.
    pub length_weight: f64,
}

/// `[tag]`: what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagTable {
    /// Vocabulary files.
    pub vocabularies: Vec<String>,
    /// Whether terms inside a longer one are hits too.
    pub nested: bool,
    /// Whether a hit of a concept is one of every broader concept too.
    pub expand_broader: bool,
}

/// `[dataset]`: what is written.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetTable {
    /// Folder of the builds.
    pub output: String,
    /// Share of inputs that may be rejected.
    pub max_reject_ratio: f64,
    /// How many builds are kept, the current one counted; the one that was current before it is kept in any case.
    pub keep_builds: u64,
    /// What is done with copies.
    pub duplicates: DuplicatePolicy,
    /// Least similarity of a near duplicate.
    pub near_duplicate_similarity: f64,
    /// What tables are parted by.
    pub partition_by: PartitionBy,
    /// Whether what is worked out of each article is kept for the next run.
    pub cache: bool,
}

impl PipelineFile {
    /// Reads a configuration from its text; `file` is for messages.
    #[must_use]
    pub fn parse(file: &str, source: &str) -> (Self, Vec<ConfigFault>) {
        let mut reader = Reader::new(file, source);
        let mut read = Self {
            ingest: read_ingest(&mut reader),
            fields: read_fields(&mut reader),
            repair: read_repair(&mut reader),
            split: read_split(&mut reader),
            tag: read_tag(&mut reader),
            dataset: read_dataset(&mut reader),
            gates: read_gates(&mut reader),
            card: read_card(&mut reader),
            lines: KeyLines::new(),
        };
        let (lines, faults) = reader.finish();
        read.lines = lines;
        (read, faults)
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// Where it cannot be read; faults in it are returned beside the configuration.
    pub fn open(path: &Path) -> Result<(Self, Vec<ConfigFault>), ConfigFault> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(source) => Ok(Self::parse(&file, &source)),
            Err(error) => {
                let what = format!("cannot be read: {error}; run where pipeline.toml lies, or give --config FILE");
                Err(ConfigFault { file, line: 0, what })
            }
        }
    }

    /// Reads a configuration file that must be sound by itself; what it names is not looked at.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn open_sound(path: &Path) -> Result<Self, Vec<ConfigFault>> {
        match Self::open(path) {
            Ok((file, faults)) if faults.is_empty() => Ok(file),
            Ok((_, faults)) => Err(faults),
            Err(fault) => Err(vec![fault]),
        }
    }
}

fn read_ingest(reader: &mut Reader<'_>) -> IngestTable {
    let declared = |encoding| Some(DeclaredEncoding(encoding));
    let encodings = [
        ("auto", None),
        ("utf-8", declared(Encoding::Utf8)),
        ("utf-16le", declared(Encoding::Utf16Le)),
        ("utf-16be", declared(Encoding::Utf16Be)),
        ("windows-1256", declared(Encoding::Windows1256)),
    ];
    let mut table = reader.table("ingest");
    let read = IngestTable {
        input: table.string("input", "raw"),
        files: table.strings("files", &["**/*"]),
        skip: table.strings("skip", &["**/.*", "**/__MACOSX/**"]),
        encoding: table.choice("encoding", None, &encodings),
        path_pattern: table.string("path_pattern", "**/{section}/*"),
        max_file_mib: table.integer("max_file_mib", 64, 1..=4096),
    };
    table.finish();
    read
}

fn read_fields(reader: &mut Reader<'_>) -> FieldNames {
    let mut table = reader.table("fields");
    let read = FieldNames {
        // The others may go without: an article needs a text, and nothing else.
        text: table.names("text", &["text", "body", "content", "article"]),
        title: table.strings("title", &["title", "headline"]),
        published: table.strings("published", &["published", "date", "publication_date", "pubdate", "datetime"]),
        section: table.strings("section", &["section", "category", "topic"]),
        byline: table.strings("byline", &["byline", "author", "authors", "writer"]),
        id: table.strings("id", &["id", "article_id", "key", "url"]),
    };
    table.finish();
    read
}

fn read_repair(reader: &mut Reader<'_>) -> RepairTable {
    let mut table = reader.table("repair");
    let read = RepairTable {
        model: table.optional_string("model"),
        doubt_threshold: table.number("doubt_threshold", 0.9, 0.0..=1.0),
        keep_raw_below: table.number("keep_raw_below", 0.0, 0.0..=1.0),
        lexicons: table.strings("lexicons", &[]),
        protect: table.strings("protect", &[]),
    };
    table.finish();
    read
}

fn read_split(reader: &mut Reader<'_>) -> SplitTable {
    let mut table = reader.table("split");
    let read = SplitTable {
        max_tokens: table.integer("max_tokens", 120, 1..=10_000),
        cut_confidence: table.number("cut_confidence", 0.35, 0.0..=1.0),
        length_weight: table.number("length_weight", 1.0, 0.0..=10.0),
    };
    table.finish();
    read
}

fn read_tag(reader: &mut Reader<'_>) -> TagTable {
    let mut table = reader.table("tag");
    let read = TagTable {
        vocabularies: table.strings("vocabularies", &["vocabulary/newspapers.ttl"]),
        nested: table.boolean("nested", false),
        expand_broader: table.boolean("expand_broader", false),
    };
    table.finish();
    read
}

fn read_dataset(reader: &mut Reader<'_>) -> DatasetTable {
    let policies = [DuplicatePolicy::Off, DuplicatePolicy::Flag, DuplicatePolicy::DropExact, DuplicatePolicy::Drop]
        .map(|policy| (policy.name(), policy));
    let partitions = [PartitionBy::None, PartitionBy::Section, PartitionBy::Year].map(|by| (by.name(), by));
    let mut table = reader.table("dataset");
    let read = DatasetTable {
        output: table.string("output", "output"),
        max_reject_ratio: table.number("max_reject_ratio", 0.1, 0.0..=1.0),
        keep_builds: table.integer("keep_builds", 5, 1..=10_000),
        duplicates: table.choice("duplicates", DuplicatePolicy::Flag, &policies),
        near_duplicate_similarity: table.number("near_duplicate_similarity", 0.6, 0.0..=1.0),
        partition_by: table.choice("partition_by", PartitionBy::None, &partitions),
        cache: table.boolean("cache", true),
    };
    table.finish();
    read
}

fn read_card(reader: &mut Reader<'_>) -> CardSettings {
    let mut table = reader.table("card");
    let read = CardSettings {
        name: table.string("name", "Arabic newspapers, restored"),
        licence: table.optional_string("licence"),
        citation: table.optional_string("citation"),
        creator: table.optional_string("creator"),
        homepage: table.optional_string("homepage"),
    };
    table.finish();
    read
}

fn read_gates(reader: &mut Reader<'_>) -> GateSettings {
    let policies = [("fail", DriftPolicy::Fail), ("warn", DriftPolicy::Warn), ("off", DriftPolicy::Off)];
    let default = GateSettings::default();
    let mut table = reader.table("gates");
    let read = GateSettings {
        min_articles: table.integer("min_articles", default.min_articles, 0..=1_000_000_000),
        limits: Metric::ALL.map(|metric| table.range(metric.name(), metric.default_limits(), metric.bounds())),
        max_drift: table.number("max_drift", default.max_drift, 0.0..=1000.0),
        drift: table.choice("drift", default.drift, &policies),
    };
    table.finish();
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(source: &str) -> Vec<String> {
        PipelineFile::parse("p.toml", source).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_shipped_file_gives_every_key_its_default() {
        let shipped = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/pipeline.toml"));
        let (mut typed, faults) = PipelineFile::parse("pipeline.toml", shipped);
        assert_eq!(faults, []);
        assert!(typed.lines.len() > 10, "every key stands in the file");
        typed.lines.clear();
        assert_eq!(typed, PipelineFile::parse("empty", "").0, "the documented values are the defaults");
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
        let (file, faults) = PipelineFile::parse("p.toml", "[gates]\nrepaired_share = [0, 0.25]\n");
        assert_eq!((faults, file.gates.limits[0]), (vec![], (0.0, 0.25)));
    }

    #[test]
    fn a_fault_of_syntax_has_a_line() {
        assert!(faults("[ingest]\ninput = \n")[0].starts_with("p.toml:2: "));
    }
}
