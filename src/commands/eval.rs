//! `tarmim eval`: scores benchmark files with the configured model and settings.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::Error;
use super::printing::{print, print_data};
use crate::cli::EvalArgs;
use crate::config::{Overrides, Setup};
use crate::shown;
use crate::terminal::Printer;
use engine::Engine;
use evaluation::{
    BoundaryCalibration, Calibration, Ceiling, MarkDetails, Prediction, Record, Scores, TaggingAgreement,
    boundary_calibration, by_boundary, by_class, calibration, ceiling, mark_details, predict, read_benchmark, score,
    tagging_agreement,
};

/// The metrics of the benchmark's own scorer, followed by those that need the engine.
#[derive(Serialize)]
struct Metrics<'a> {
    #[serde(flatten)]
    scores: Scores,
    #[serde(flatten)]
    reach: &'a Ceiling,
    #[serde(flatten)]
    calibration: Calibration,
    #[serde(flatten)]
    boundaries: BoundaryCalibration,
    #[serde(flatten)]
    marks: MarkDetails,
    #[serde(flatten)]
    tagging: TaggingAgreement,
}

/// Scores each file.
pub(super) fn eval(config: &Path, args: &EvalArgs, printer: Printer) -> Result<(), Error> {
    let (engine, _) = Setup::open(config, Overrides::default()).map_err(Error::Config)?.into_engine()?;
    for path in &args.benchmarks {
        let records = read_benchmark(path)?;
        let predictions = predict(&records, &engine);
        let scores = score(&records, &predictions);
        let reach = ceiling(&records, &engine.repairer);
        let calibration = calibration(&records, &predictions, &reach.contested);
        let boundaries = boundary_calibration(&records, &predictions);
        let marks = mark_details(&records, &predictions);
        let tagging = tagging_agreement(&records, &predictions, &engine.tagger);
        let metrics = Metrics { scores, reach: &reach, calibration, boundaries, marks, tagging };
        let line = serde_json::to_string(&metrics).expect("scores are plain data");
        if args.json {
            print_data(&line)?;
        } else {
            print(printer, &format!("{}\n{}", shown::path(path), listed(&line)))?;
        }
        if args.classes {
            print_classes(&records, &predictions, &engine)?;
        }
        if args.boundaries {
            print_boundaries(&records, &predictions)?;
        }
        if args.unreachable {
            let lines: Vec<String> = reach.unreachable.iter().map(|(raw, gold)| format!("{raw}\t{gold}")).collect();
            print(printer, &lines.join("\n"))?;
        }
    }
    Ok(())
}

fn print_classes(records: &[Record], predictions: &[Prediction], engine: &Engine) -> Result<(), Error> {
    for score in by_class(records, predictions, engine.repairer.candidates()) {
        print_data(&format!("  {:<42}{:>8}  {:.4}", score.class, score.tokens, score.accuracy()))?;
    }
    Ok(())
}

fn print_boundaries(records: &[Record], predictions: &[Prediction]) -> Result<(), Error> {
    print_data(&format!("  {:<42}{:>9}{:>9}{:>9}", "sentence ends", "precision", "recall", "F1"))?;
    for score in by_boundary(records, predictions) {
        let [precision, recall, f1] = score.figures();
        print_data(&format!("  {:<42}{precision:>9}{recall:>9}{f1:>9}", score.name))?;
    }
    Ok(())
}

/// The metrics of a JSON line in its order, one per line.
fn listed(line: &str) -> String {
    // Parsed by hand because serde's own map would sort the names. All values are numbers.
    let metrics = line.trim_matches(['{', '}']).split(',').filter_map(|metric| metric.split_once(':'));
    let lines: Vec<String> = metrics
        .map(|(name, value)| {
            let value: Value = serde_json::from_str(value).unwrap_or_default();
            format!("  {:<28}{value}", name.trim_matches('"'))
        })
        .collect();
    lines.join("\n")
}
