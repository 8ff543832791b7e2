//! Scores the engine against benchmark files, to the digit as the benchmark's own scorer (`score.py`) does.
//!
//! A record is one article: its damaged text, the right form of each token, the tokens that end sentences, and those after
//! which a number was deleted. Invariant: an article whose predicted tokens do not line up with the text is scored as left
//! alone and counted as missing, so a system cannot gain by failing.

mod benchmark;
mod boundaries;
mod calibration;
mod ceiling;
mod classes;
mod counts;
mod error;
mod forms;
mod marks;
mod prediction;
mod score;
mod tagging;

pub use benchmark::{Record, read_benchmark};
pub use boundaries::{BoundaryCalibration, BoundaryScore, boundary_calibration, by_boundary};
pub use calibration::{Calibration, calibration};
pub use ceiling::{Ceiling, ceiling};
pub use classes::{ClassScore, by_class};
pub use counts::Ratio;
pub use error::EvaluateError;
pub use marks::{MarkDetails, mark_details};
pub use prediction::{ComparedHit, Prediction, predict};
pub use score::{Scores, score};
pub use tagging::{TaggingAgreement, tagging_agreement};
