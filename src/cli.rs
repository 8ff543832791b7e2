//! The command line as typed; [`crate::commands`] holds the commands.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::export::{Each, ExportFormat, ExportTable};
use crate::progress::LogFormat;
use engine::repair::DeclaredDamage;
use engine::settings::Choice;

/// Restores Arabic newspaper text whose letters were deleted, and turns it into a clean, annotated dataset.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    /// Configuration file; paths in it are relative to its folder [default: pipeline.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Number of threads [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Print nothing but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Format of progress and errors on standard error
    #[arg(long, global = true, value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the dataset
    Run(RunArgs),
    /// Show what `run` would do, and why, without doing it
    Plan(PlanArgs),
    /// List the builds in the output folder
    Builds(BuildsArgs),
    /// Make an older build current again
    Rollback(RollbackArgs),
    /// Repair text from standard input to standard output
    Repair(RepairArgs),
    /// Check the configuration, the files it names and the input, without writing anything
    Check(OverrideArgs),
    /// Show the repairs of an article or a sentence, with alternatives and probabilities
    Explain(ExplainArgs),
    /// Show what a vocabulary finds in a sentence, and why
    TagTest(TagTestArgs),
    /// Print statistics of the current build
    #[cfg(feature = "analysis")]
    Stats(StatsArgs),
    /// Show what changed between two builds
    #[cfg(feature = "analysis")]
    Diff(DiffArgs),
    /// Write a build as tables, text or an annotated corpus
    Export(ExportArgs),
    /// Print the data dictionary: every table and column with its meaning
    Dictionary,
    /// Print a complete configuration: every setting with its default and meaning
    Settings(SettingsArgs),
    /// Score the configured model on benchmark files
    #[cfg(feature = "evaluation")]
    Eval(EvalArgs),
    /// Train a model from clean text
    #[cfg(feature = "training")]
    Train(TrainArgs),
}

/// Options that override the configuration.
#[derive(Clone, Debug, Args)]
pub struct OverrideArgs {
    /// Folder of the articles [default: ingest.input of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Vocabulary files [default: tag.vocabularies of the configuration]
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub vocabulary: Vec<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Overrides.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Read only the first N articles
    #[arg(long, value_name = "N")]
    pub limit: Option<NonZeroUsize>,
    /// Rebuild everything, ignoring the cache, even if nothing has changed
    #[arg(long)]
    pub force: bool,
    /// Append `OpenLineage` events of the run to a file, one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub lineage: Option<PathBuf>,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Overrides.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// List at most N of the articles that would be processed
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub list: usize,
}

/// Arguments of `builds`.
#[derive(Debug, Args)]
pub struct BuildsArgs {
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Id of the build [default: the build that was current before]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// Treat each line as a separate article
    #[arg(long)]
    pub lines: bool,
    /// Restore punctuation too, where the text has lost its marks
    #[arg(long)]
    pub punctuate: bool,
    /// State of writing of the text [default: repair.damage of the configuration, or else auto]
    #[arg(long, value_name = "STATE", value_parser = damage_parser())]
    pub damage: Option<DeclaredDamage>,
    /// Model file [default: repair.model of the configuration, or else the built-in model]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A file, a member of an archive (archive.zip!/a.txt), or an `article_id` or `sentence_id` of the input
    pub target: String,
    /// Overrides.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// Arguments of `tag-test`.
#[derive(Debug, Args)]
pub struct TagTestArgs {
    /// Vocabulary file
    pub vocabulary: PathBuf,
    /// The text, damaged or not; `-` reads standard input
    pub text: String,
    /// Also show terms inside longer terms
    #[arg(long)]
    pub nested: bool,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier build: an id, `current` or a build's folder [default: the build that was current before]
    #[arg(value_name = "A")]
    pub before: Option<String>,
    /// The later build [default: current]
    #[arg(value_name = "B")]
    pub after: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Write the complete lists to DIR/articles.parquet and DIR/sentences.parquet
    #[arg(long, value_name = "DIR")]
    pub parquet: Option<PathBuf>,
    /// Show at most N changes of each table
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Format to write
    #[arg(value_enum)]
    pub format: ExportFormat,
    /// File to write, or the folder with --each; `-` is standard output
    pub to: PathBuf,
    /// Table to write [default: articles]
    #[arg(long, value_enum)]
    pub table: Option<ExportTable>,
    /// Write a file for each article, named like its source, or for each section
    #[arg(long, value_enum)]
    pub each: Option<Each>,
    /// Write restored punctuation marks as words of the text; for conllu
    #[arg(long)]
    pub punctuated: bool,
    /// Begin csv and tsv files with a byte order mark, by which spreadsheets know UTF-8
    #[arg(long)]
    pub bom: bool,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `eval`.
#[cfg(feature = "evaluation")]
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub struct EvalArgs {
    /// Benchmark files, one JSON record per line
    #[arg(required = true, value_name = "BENCH")]
    pub benchmarks: Vec<PathBuf>,
    /// Print one JSON line per file, like the benchmark's own scorer
    #[arg(long)]
    pub json: bool,
    /// Also list the accuracy by letter and by word class
    #[arg(long)]
    pub classes: bool,
    /// Also list how well sentence ends are found, compared with simple baselines and by sentence length
    #[arg(long)]
    pub boundaries: bool,
    /// Also list the tokens whose right form is not among the candidates: raw token and right form
    #[arg(long)]
    pub unreachable: bool,
}

/// Arguments of `settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// Print the declarations as JSON: type, range, default, and which results depend on each setting
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `train`.
#[cfg(feature = "training")]
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Folder of clean articles: *.jsonl or *.jsonl.zst with a string "text" per line; may be given several times
    #[arg(long, value_name = "DIR", required = true)]
    pub corpus: Vec<PathBuf>,
    /// Folder of benchmark files; nothing is learnt from articles that stand in one of them
    #[arg(long, value_name = "DIR")]
    pub benchmarks: Option<PathBuf>,
    /// Folder of word lists: *.tsv or *.wordlist, plain or .zst
    #[arg(long, value_name = "DIR")]
    pub lexicon: Option<PathBuf>,
    /// Model file to write
    #[arg(long, value_name = "FILE", default_value = "model/tarmim.model")]
    pub model: PathBuf,
    /// Folder of finished stages, from which an interrupted training resumes
    #[arg(long, value_name = "DIR", default_value = "target/training")]
    pub checkpoints: PathBuf,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Write a model from the encoder's last snapshot, and do not train on
    #[arg(long)]
    pub unfinished: bool,
}

/// A parser of states of writing.
fn damage_parser() -> impl TypedValueParser<Value = DeclaredDamage> {
    let states = DeclaredDamage::ALL;
    PossibleValuesParser::new(states.iter().map(|state| state.name()))
        .map(|name| states.iter().copied().find(|state| state.name() == name).expect("one of the names given"))
}
