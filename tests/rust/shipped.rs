//! The shipped stages, made once.

use std::path::Path;
use std::sync::LazyLock;

use tarmim::config::{Overrides, Plan};
use tarmim::ingest::Document;
use tarmim::pipeline::{Scratch, Stages};
use tarmim::tag::Tagged;

static STAGES: LazyLock<Stages> = LazyLock::new(|| {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
    let plan = Plan::open(&config, &Overrides::default()).expect("the shipped configuration is sound");
    Stages::new(&plan.model, plan.doubt_threshold, plan.split, plan.vocabulary).expect("the shipped model is sound")
});

/// A text taken through every stage.
pub(crate) fn process(text: &str) -> Tagged {
    STAGES.process(Document::from_text("test", text), &mut Scratch::default())
}

/// The shipped stages.
pub(crate) fn stages() -> &'static Stages {
    &STAGES
}
