//! The command line as typed. What each command does is in [`crate::commands`].

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::dataset::export::ExportFormat;
use crate::progress::LogFormat;
use engine::tables::schema::Table;

/// Restores Arabic newspaper text whose letters were deleted, and makes of it a clean, annotated dataset.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    /// Configuration file; paths in it are relative to its folder [default: pipeline.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Threads [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Print nothing but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// How progress and errors are written to standard error
    #[arg(long, global = true, value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the dataset
    Run(RunArgs),
    /// Show what a run would do, and why, without doing it
    Plan(PlanArgs),
    /// List the builds that are kept
    Builds(BuildsArgs),
    /// Make an older build current again
    Rollback(RollbackArgs),
    /// Repair text: from standard input to standard output
    Repair(RepairArgs),
    /// Check the configuration and all that it names, without writing anything
    Check(OverrideArgs),
    /// Show the repairs of an article or a sentence, with alternatives and their probabilities
    Explain(ExplainArgs),
    /// Show what a vocabulary finds in a sentence, and why
    TagTest(TagTestArgs),
    /// Print statistics of the current build
    Stats(StatsArgs),
    /// Show what changed from one build to another
    Diff(DiffArgs),
    /// Write a build as JSONL or plain text
    Export(ExportArgs),
    /// Print the data dictionary: every table and column with its meaning
    Dictionary,
    /// Score benchmark files
    Eval(EvalArgs),
    /// Train a model from clean text
    Train(TrainArgs),
}

/// What the command line can say instead of the configuration.
#[derive(Clone, Debug, Args)]
pub struct OverrideArgs {
    /// Folder of the articles, instead of ingest.input
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Vocabulary files, instead of tag.vocabularies
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
    /// Build again even if nothing has changed, and all of it anew
    #[arg(long)]
    pub force: bool,
    /// Add `OpenLineage` events of the run to a file, one JSON object a line
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
    /// List at most N articles
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub list: usize,
}

/// Arguments of `builds`.
#[derive(Debug, Args)]
pub struct BuildsArgs {
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Id of the build [default: the one published before the current one]
    pub build: Option<String>,
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// Take each line for an article of its own, and stream
    #[arg(long)]
    pub lines: bool,
    /// Model file [default: repair.model of the configuration, if there is one, or the model built in]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A file, a member of an archive (archive.zip!/a.txt), or the `article_id` or a `sentence_id` of an article of the
    /// input
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
    /// The text, damaged or not; - reads standard input
    pub text: String,
    /// Show terms inside a longer one too
    #[arg(long)]
    pub nested: bool,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier build: an id, current, or a build's folder [default: the build before the current one]
    #[arg(value_name = "A")]
    pub before: Option<String>,
    /// The later build [default: current]
    #[arg(value_name = "B")]
    pub after: Option<String>,
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Write the whole lists to DIR/articles.parquet and DIR/sentences.parquet
    #[arg(long, value_name = "DIR")]
    pub parquet: Option<PathBuf>,
    /// Changes shown of each table
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What to write
    #[arg(value_enum)]
    pub format: ExportFormat,
    /// File to write, or with --each-article the folder; - is standard output
    pub to: PathBuf,
    /// Table to write: articles, sentences, keywords or rejects; text is that of articles or sentences
    #[arg(long, value_parser = table_parser(), default_value = Table::Articles.name())]
    pub table: Table,
    /// Write a file for each article, named as its source is
    #[arg(long)]
    pub each_article: bool,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds, instead of dataset.output
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `eval`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub struct EvalArgs {
    /// Benchmark files, one JSON record a line
    #[arg(required = true, value_name = "BENCH")]
    pub benchmarks: Vec<PathBuf>,
    /// Print one JSON line for each file, as the benchmark's scorer does
    #[arg(long)]
    pub json: bool,
    /// List the accuracy by letter and by class of word
    #[arg(long)]
    pub classes: bool,
    /// List how well sentence ends are found: against simpler ways to cut, and by the length of sentences
    #[arg(long)]
    pub boundaries: bool,
    /// List the tokens whose right form repair cannot choose: as they stand, and the right form
    #[arg(long)]
    pub unreachable: bool,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Folder of clean articles: *.jsonl or *.jsonl.zst with a string "text" in each line
    #[arg(long, value_name = "DIR")]
    pub corpus: PathBuf,
    /// Folder of word lists: *.tsv or *.wordlist, plain or .zst
    #[arg(long, value_name = "DIR")]
    pub lexicon: Option<PathBuf>,
    /// Model file to write
    #[arg(long, value_name = "FILE", default_value = "model/tarmim.model")]
    pub model: PathBuf,
    /// Folder for finished stages, from which an interrupted run goes on
    #[arg(long, value_name = "DIR", default_value = "target/training")]
    pub checkpoints: PathBuf,
    /// Seed of everything random
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

/// The names of the tables, as values of an option.
fn table_parser() -> impl TypedValueParser<Value = Table> {
    PossibleValuesParser::new(Table::ALL.map(Table::name))
        .map(|name| Table::ALL.into_iter().find(|table| table.name() == name).expect("one of the names given"))
}
