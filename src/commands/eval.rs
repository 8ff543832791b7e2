//! `tarmim eval`: scores benchmark files with the configured model and settings.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::Error;
use super::print;
use crate::cli::EvalArgs;
use crate::config::{Overrides, Plan};
use engine::Engine;
use evaluation::{
    BoundaryCalibration, Calibration, Ceiling, Scores, TaggingAgreement, boundary_calibration, by_boundary, by_class,
    calibration, ceiling, predict, read_benchmark, score, tagging_agreement,
};

/// A benchmark's own figures, and those that its scorer cannot know after them.
#[derive(Serialize)]
struct Figures<'a> {
    #[serde(flatten)]
    scores: Scores,
    #[serde(flatten)]
    reach: &'a Ceiling,
    #[serde(flatten)]
    calibration: Calibration,
    #[serde(flatten)]
    boundaries: BoundaryCalibration,
    #[serde(flatten)]
    tagging: TaggingAgreement,
}

/// Scores every file.
pub(super) fn eval(config: &Path, args: &EvalArgs) -> Result<(), Error> {
    let plan = Plan::open(config, &Overrides::default()).map_err(Error::Config)?;
    let stages = Engine::new(&plan.model, plan.repair, plan.split, plan.tag, plan.vocabulary)?;
    for path in &args.benchmarks {
        let records = read_benchmark(path)?;
        let predictions = predict(&records, &stages);
        let scores = score(&records, &predictions);
        let reach = ceiling(&records, &stages.repairer);
        let calibration = calibration(&records, &predictions, &reach.contested);
        let boundaries = boundary_calibration(&records, &predictions);
        let tagging = tagging_agreement(&records, &predictions, &stages.tagger);
        let figures = Figures { scores, reach: &reach, calibration, boundaries, tagging };
        let line = serde_json::to_string(&figures).expect("scores are plain data");
        if args.json {
            print(&line)?;
        } else {
            print(&format!("{}\n{}", path.display(), listed(&line)))?;
        }
        if args.classes {
            for score in by_class(&records, &predictions, stages.repairer.candidates()) {
                print(&format!("  {:<42}{:>8}  {:.4}", score.class, score.tokens, score.accuracy()))?;
            }
        }
        if args.boundaries {
            print(&format!("  {:<42}{:>9}{:>9}{:>9}", "sentence ends", "precision", "recall", "F1"))?;
            for score in by_boundary(&records, &predictions) {
                let [precision, recall, f1] = score.figures();
                print(&format!("  {:<42}{precision:>9}{recall:>9}{f1:>9}", score.name))?;
            }
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
            format!("  {:<28}{value}", name.trim_matches('"'))
        })
        .collect();
    lines.join("\n")
}
