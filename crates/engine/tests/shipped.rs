//! The shipped engine, loaded once.

use std::path::Path;
use std::sync::LazyLock;

use engine::document::Document;
use engine::model::ModelFile;
use engine::repair::RepairSettings;
use engine::split::SplitSettings;
use engine::tag::{TagSettings, Tagged, Vocabulary};
use engine::{Engine, EngineScratch};

static MODEL: LazyLock<ModelFile> = LazyLock::new(|| ModelFile::shipped().expect("the shipped model is valid"));

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let vocabulary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vocabulary/newspapers.ttl");
    let vocabulary = Vocabulary::read(&[vocabulary]).expect("the shipped vocabulary is valid");
    Engine::new(&MODEL, RepairSettings::default(), SplitSettings::default(), TagSettings::default(), vocabulary)
        .expect("the shipped model is valid")
});

/// The shipped model.
pub(crate) fn model() -> &'static ModelFile {
    &MODEL
}

/// A text taken through every stage.
pub(crate) fn process(text: &str) -> Tagged {
    ENGINE.process(Document::from_text("test", text), &mut EngineScratch::default())
}

/// The shipped engine.
pub(crate) fn shipped_engine() -> &'static Engine {
    &ENGINE
}
