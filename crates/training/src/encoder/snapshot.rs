//! The state of an unfinished training run on disk.
//!
//! Invariant: a snapshot appears whole or not at all, and one of another shape than the network in training is ignored.

use std::fs;
use std::path::PathBuf;

use super::state::State;
use crate::checkpoint::write_beside;
use crate::error::TrainError;
use engine::model::{SectionReader, SectionWriter};

/// The file of a run's last snapshot.
pub(super) struct Snapshot(PathBuf);

impl Snapshot {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The last snapshot, if there is one of the same shape as `state`.
    pub(super) fn read(&self, state: &State) -> Result<Option<State>, TrainError> {
        let bytes = match fs::read(&self.0) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|source| TrainError::io(&self.0, source))?,
        };
        let mut state = state.clone();
        let mut section = SectionReader::new("snapshot", &bytes);
        // The steps, then four bytes a number. Sizes alone tell a shape apart, since the file name carries all else.
        let expected = 8 + 4 * state.buffers().iter().map(|buffer| buffer.len()).sum::<usize>();
        if bytes.len() != expected {
            return Ok(None);
        }
        state.steps = section.u64()?;
        for buffer in state.buffers_mut() {
            let numbers = section.bytes(buffer.len() * 4)?;
            for (cell, number) in buffer.iter_mut().zip(numbers.as_chunks::<4>().0) {
                *cell = f32::from_le_bytes(*number);
            }
        }
        Ok(Some(state))
    }

    pub(super) fn write(&self, state: &State) -> Result<(), TrainError> {
        let mut section = SectionWriter::default();
        section.u64(state.steps);
        for buffer in state.buffers() {
            for cell in buffer {
                section.bytes(&cell.to_le_bytes());
            }
        }
        write_beside(&self.0, &section.into_bytes()).map_err(|source| TrainError::io(&self.0, source))
    }

    /// Removes the snapshot when the run is over.
    pub(super) fn remove(&self) -> Result<(), TrainError> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(TrainError::io(&self.0, error)),
            _ => Ok(()),
        }
    }
}

impl State {
    fn buffers(&self) -> [&Vec<f32>; 7] {
        let Self { network, words, candidates, .. } = self;
        [
            &network.parameters,
            &network.means,
            &network.squares,
            &words.weights,
            &words.squares,
            &candidates.weights,
            &candidates.squares,
        ]
    }

    fn buffers_mut(&mut self) -> [&mut Vec<f32>; 7] {
        let Self { network, words, candidates, .. } = self;
        [
            &mut network.parameters,
            &mut network.means,
            &mut network.squares,
            &mut words.weights,
            &mut words.squares,
            &mut candidates.weights,
            &mut candidates.squares,
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use rand::RngExt;

    use super::*;
    use crate::encoder::layout::{Layout, Parameters};
    use crate::encoder::table::Touched;
    use crate::noise::article_rng;
    use engine::encoder::EMBEDDING;
    use engine::encoder::features::FeatureRows;

    #[test]
    fn continuing_from_a_snapshot_changes_nothing() {
        let layout = Layout::new();
        let move_on = |state: &mut State, steps: Range<u64>| {
            for step in steps {
                let mut rng = article_rng(3, step);
                let mut random = |count: usize| (0..count).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f32>>();
                state.network.update(&[&random(layout.len())], step, 1e-3, &layout);
                let gradients = random(EMBEDDING);
                state.words.update(&[Touched { rows: &[[2, 0]], gradients: &gradients }], 1e-2);
                state.candidates.update(&[Touched { rows: &[[1, 3]], gradients: &gradients }], 1e-2);
                state.steps += 1;
            }
        };
        let rows = || FeatureRows::new((1..5).collect());
        let mut whole = State::initial(&layout, &rows(), &rows(), 1);
        let mut halves = whole.clone();
        move_on(&mut whole, 0..4);
        move_on(&mut halves, 0..2);
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = Snapshot::new(folder.path().join("encoder.snapshot"));
        snapshot.write(&halves).expect("writable");
        let fresh = State::initial(&layout, &rows(), &rows(), 2);
        let mut halves = snapshot.read(&fresh).expect("readable").expect("a snapshot");
        move_on(&mut halves, 2..4);
        assert_eq!(halves.steps, whole.steps);
        assert!(halves.buffers() == whole.buffers(), "to the bit");
    }

    #[test]
    fn a_snapshot_reads_back_and_one_of_another_shape_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = Snapshot::new(folder.path().join("encoder.snapshot"));
        let rows = |count: u32| FeatureRows::new((1..count).collect());
        let state = |words: u32| State { steps: 7, ..State::initial(&Layout::new(), &rows(words), &rows(4), 1) };
        assert!(snapshot.read(&state(5)).expect("no file is no fault").is_none());
        let mut written = state(5);
        written.words.squares[3] = 0.5;
        snapshot.write(&written).expect("writable");
        let read = snapshot.read(&state(5)).expect("readable").expect("a snapshot");
        assert_eq!(read.steps, 7);
        assert_eq!(read.buffers(), written.buffers());
        assert!(snapshot.read(&state(6)).expect("readable").is_none());
    }
}
