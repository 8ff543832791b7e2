//! Configuration: the settings of a file ([`PipelineFile`]) become the setup of a run ([`Setup`]).
//!
//! ```text
//! pipeline.toml ─ reader (over the declared settings) ─▶ PipelineFile ─ overrides, vocabularies, model ─▶ Setup
//! ```
//!
//! Invariant: a [`Setup`] exists only if the whole file, the word lists, the vocabularies and the model are valid;
//! otherwise all faults are reported together. The settings themselves are declared in the layers that use them
//! (`settings.rs` there); this folder knows only how to read any of them.

mod fault;
mod file;
mod reader;
mod settings;
mod setup;
mod template;

pub use fault::ConfigFault;
pub use file::PipelineFile;
pub use reader::NamedFiles;
pub use settings::{ModelSettings, PipelineSettings, VocabularySettings};
pub use setup::{Overrides, Setup};
pub use template::template;
