//! `tarmim eval`: scores benchmark files with the configured model and settings.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::print;
use crate::cli::EvalArgs;
use crate::config::{Overrides, Plan};
use crate::error::Error;
use crate::evaluate::{Reach, Scores, ceiling, predict, read_benchmark, score};
use crate::pipeline::Stages;

/// A benchmark's own figures, and those that its scorer cannot know after them.
#[derive(Serialize)]
struct Figures<'a> {
    #[serde(flatten)]
    scores: Scores,
    #[serde(flatten)]
    reach: &'a Reach,
}

/// Scores every file.
pub(super) fn eval(config: &Path, args: &EvalArgs) -> Result<(), Error> {
    let plan = Plan::open(config, &Overrides::default()).map_err(Error::Config)?;
    let stages = Stages::new(&plan.model, plan.doubt_threshold, plan.split, plan.vocabulary)?;
    for path in &args.benchmarks {
        let records = read_benchmark(path)?;
        let scores = score(&records, &predict(&records, &stages.repairer, &stages.splitter));
        let reach = ceiling(&records, &stages.repairer);
        let line = serde_json::to_string(&Figures { scores, reach: &reach }).expect("scores are plain data");
        if args.json {
            print(&line)?;
        } else {
            print(&format!("{}\n{}", path.display(), listed(&line)))?;
        }
        if args.unreachable {
            let lines: Vec<String> = reach.unreachable.iter().map(|(raw, gold)| format!("{raw}\t{gold}")).collect();
            print(&lines.join("\n"))?;
        }
    }
    Ok(())
}

/// The figures of a JSON line, one a line, in its order.
fn listed(line: &str) -> String {
    let figures = line.trim_matches(['{', '}']).split(',').filter_map(|figure| figure.split_once(':'));
    let lines: Vec<String> = figures
        .map(|(name, value)| {
            let value: Value = serde_json::from_str(value).unwrap_or_default();
            format!("  {:<14}{value}", name.trim_matches('"'))
        })
        .collect();
    lines.join("\n")
}
