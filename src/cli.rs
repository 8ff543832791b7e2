//! The command line as typed; [`crate::commands`] holds the commands.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

#[cfg(feature = "analysis")]
use crate::analysis::mentions::TrendKey;
use crate::dataset::ReviewKind;
use crate::export::{Each, ExportFormat, ExportTable};
use crate::progress::LogFormat;
use engine::repair::DeclaredDamage;
use engine::settings::Choice;

/// Restores Arabic newspaper text whose letters were deleted, and turns it into a clean, annotated dataset.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Each command has its own --help, with an example. The documentation is in the folder docs."
)]
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
    /// Write Arabic without the invisible marks that keep it in place within a line, for logs and other programs
    #[arg(long, global = true)]
    pub plain: bool,
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
    #[command(after_help = "Example:\n  tarmim run --input archive/ --output dataset/")]
    Run(RunArgs),
    /// Show what `run` would do, and why, without doing it
    #[command(after_help = "Example:\n  tarmim plan --list 100")]
    Plan(PlanArgs),
    /// List the builds in the output folder
    #[command(after_help = "Example:\n  tarmim builds --json")]
    Builds(BuildsArgs),
    /// Make an older build current again
    #[command(after_help = "Example:\n  tarmim rollback")]
    Rollback(RollbackArgs),
    /// Repair text from standard input to standard output
    #[command(after_help = "Example:\n  echo 'الانشط الصناعي' | tarmim repair")]
    Repair(RepairArgs),
    /// Check the configuration, the files it names and the input, without writing anything
    #[command(after_help = "Example:\n  tarmim check --input archive/")]
    Check(OverrideArgs),
    /// Show the repairs of an article or a sentence, with alternatives and probabilities
    #[command(after_help = "Example:\n  tarmim explain raw/000_523761b92a4e15b0.txt")]
    Explain(ExplainArgs),
    /// Show what a vocabulary finds in a sentence, and why
    #[command(after_help = "Example:\n  tarmim tag-test vocabulary.csv 'ارتفعت أسعار النفط'")]
    TagTest(TagTestArgs),
    /// Print statistics of the current build
    #[cfg(feature = "analysis")]
    #[command(after_help = "Example:\n  tarmim stats --json")]
    Stats(StatsArgs),
    /// Show what changed between two builds
    #[cfg(feature = "analysis")]
    #[command(after_help = "Example:\n  tarmim diff --limit 50")]
    Diff(DiffArgs),
    /// Look through what a build is least certain of, and correct it
    #[command(after_help = "Example:\n  tarmim review export corrections.csv --limit 500")]
    Review(ReviewArgs),
    /// Write a build's report.html to a file
    #[cfg(feature = "analysis")]
    #[command(after_help = "Example:\n  tarmim report page.html")]
    Report(ReportArgs),
    /// List each occurrence of a word or a concept with the words around it
    #[cfg(feature = "analysis")]
    #[command(after_help = "Example:\n  tarmim kwic 'صناع*' --limit 20")]
    Kwic(KwicArgs),
    /// Count how often a concept is mentioned, by month and section
    #[cfg(feature = "analysis")]
    #[command(after_help = "Example:\n  tarmim trend export --by month,section")]
    Trend(TrendArgs),
    /// Print completions for a shell
    #[cfg(feature = "manual")]
    #[command(after_help = "Example:\n  tarmim completions bash > ~/.local/share/bash-completion/completions/tarmim")]
    Completions(CompletionsArgs),
    /// Write manual pages
    #[cfg(feature = "manual")]
    #[command(after_help = "Example:\n  tarmim man ~/.local/share/man/man1")]
    Man(ManArgs),
    /// Write a build as tables, text or an annotated corpus
    #[command(after_help = "Example:\n  tarmim export csv sentences.csv --table sentences --bom")]
    Export(ExportArgs),
    /// Print the data dictionary: every table and column with its meaning
    #[command(after_help = "Example:\n  tarmim dictionary > data-dictionary.md")]
    Dictionary,
    /// Print a complete configuration: every setting with its default and meaning
    #[command(after_help = "Example:\n  tarmim settings > pipeline.toml")]
    Settings(SettingsArgs),
    /// Score the configured model on benchmark files
    #[cfg(feature = "evaluation")]
    #[command(after_help = "Example:\n  tarmim eval bench/dev.jsonl --classes")]
    Eval(EvalArgs),
    /// Train a model from clean text
    #[cfg(feature = "training")]
    #[command(after_help = "Example:\n  tarmim train --corpus clean/ --model own.model")]
    Train(TrainArgs),
}

/// The commands by what people want to do, as `--help` lists them.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Build", &["check", "plan", "run", "builds", "rollback"]),
    ("Look", &["stats", "kwic", "trend", "explain", "diff", "report"]),
    ("Correct and pass on", &["review", "export", "repair"]),
    ("Set up", &["settings", "dictionary", "tag-test", "completions", "man"]),
    ("Measure and train", &["eval", "train"]),
];

/// The declaration of the command line.
#[must_use]
pub fn command() -> clap::Command {
    let command = Cli::command();
    let about = |name: &str| {
        let found = command.get_subcommands().find(|command| command.get_name() == name)?;
        Some(format!("  {name:<12} {}\n", found.get_about().map(ToString::to_string).unwrap_or_default()))
    };
    let group = |(heading, names): &(&str, &[&str])| {
        let lines: String = names.iter().filter_map(|name| about(name)).collect();
        // A program without some features lacks some commands.
        if lines.is_empty() { String::new() } else { format!("{heading}:\n{lines}\n") }
    };
    let groups: String = GROUPS.iter().map(group).collect();
    command.help_template(format!("{{about}}\n\n{{usage-heading}} {{usage}}\n\n{groups}Options:\n{{options}}{{after-help}}"))
}

/// The command line of this process; exits if it is wrong, or asks for help.
#[must_use]
pub fn parse() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command()).exit())
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
    /// Write metrics in Prometheus' text format to a file, however the run ends
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
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

/// Arguments of `kwic`.
#[cfg(feature = "analysis")]
#[derive(Debug, Args)]
pub struct KwicArgs {
    /// The word, in any spelling; a star at its beginning or end stands for any letters
    pub word: String,
    /// Take WORD for the id or the label of a concept
    #[arg(long)]
    pub concept: bool,
    /// Columns on each side of the word
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub context: usize,
    /// Show at most N occurrences
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `trend`.
#[cfg(feature = "analysis")]
#[derive(Debug, Args)]
pub struct TrendArgs {
    /// Id or label of the concept
    pub concept: String,
    /// What to count by
    #[arg(long, value_enum, value_delimiter = ',', default_value = "month")]
    pub by: Vec<TrendKey>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `completions`.
#[cfg(feature = "manual")]
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[cfg(feature = "manual")]
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder of the pages
    pub to: PathBuf,
}

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// What is to be done.
    #[command(subcommand)]
    pub action: ReviewAction,
}

/// What `review` can do.
#[derive(Debug, Subcommand)]
pub enum ReviewAction {
    /// Write a sheet of the least certain words, sentence ends and keywords, with an empty column for the correction
    Export(ReviewExportArgs),
}

/// Arguments of `review export`.
#[derive(Debug, Args)]
pub struct ReviewExportArgs {
    /// CSV file to write; `-` is standard output. Filled in, it is read by `[review] corrections`
    pub to: PathBuf,
    /// What to list [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    pub kind: Vec<ReviewKind>,
    /// List at most N rows
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub limit: usize,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `report`.
#[cfg(feature = "analysis")]
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// HTML file to write
    pub to: PathBuf,
    /// Id of the build [default: the current one]
    #[arg(long, value_name = "ID")]
    pub build: Option<String>,
    /// Folder of the builds [default: dataset.output of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
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
    /// Files of corrections whose sentences are learnt from, too, as corrected; may be given several times
    #[arg(long, value_name = "FILE")]
    pub corrections: Vec<PathBuf>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        listed.sort_unstable();
        let command = Cli::command();
        let mut names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        names.sort_unstable();
        assert_eq!(listed, names);
    }

    #[test]
    fn every_command_has_an_example_and_parses() {
        command().debug_assert();
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Example:\n  "), "{}", command.get_name());
        }
    }
}
