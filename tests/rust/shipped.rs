//! The shipped stages, made once.

use std::path::Path;
use std::sync::LazyLock;

use tarmim::config::{Overrides, Plan};
use tarmim::ingest::Document;
use tarmim::model::ModelFile;
use tarmim::pipeline::{Scratch, Stages};
use tarmim::tag::Tagged;

static STAGES: LazyLock<Stages> = LazyLock::new(|| {
    let plan = plan();
    Stages::new(&plan.model, plan.repair, plan.split, plan.tag, plan.vocabulary).expect("the shipped model is sound")
});

static MODEL: LazyLock<ModelFile> = LazyLock::new(|| plan().model);

fn plan() -> Plan {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
    Plan::open(&config, &Overrides::default()).expect("the shipped configuration is sound")
}

/// The shipped model.
pub(crate) fn model() -> &'static ModelFile {
    &MODEL
}

/// A text taken through every stage.
pub(crate) fn process(text: &str) -> Tagged {
    STAGES.process(Document::from_text("test", text), &mut Scratch::default())
}

/// The shipped stages.
pub(crate) fn stages() -> &'static Stages {
    &STAGES
}
