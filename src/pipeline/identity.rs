//! What a build, and each stage's part in it, depends on.
//!
//! Invariant: everything that can change a byte of the tables is in the build id; paths, threads and the clock are not. Everything
//! that can change the outcome of a stage for one article is in that stage's key.

use std::collections::BTreeMap;

use crate::cache::{StageKeys, StageName};
use crate::config::Plan;
use crate::dataset::{self, Provenance};
use crate::ingest::{self, Inventory};
use engine::{duplicates, repair, split, tag};

/// All that the build's content depends on: inputs, code, model, vocabulary, settings, and the limit where there is one.
pub(super) fn provenance(plan: &Plan, inventory: &Inventory, limit: Option<usize>) -> Provenance {
    let mut inputs = blake3::Hasher::new();
    inventory.fingerprint(&mut inputs);
    let stages = [
        ("ingest", ingest::VERSION),
        ("repair", repair::VERSION),
        ("split", split::VERSION),
        ("tag", tag::VERSION),
        ("duplicates", duplicates::VERSION),
        ("dataset", dataset::VERSION),
    ];
    let mut settings = plan.settings();
    if let (Some(limit), Some(settings)) = (limit, settings.as_object_mut()) {
        settings.insert("limit".to_owned(), limit.into());
    }
    Provenance {
        tarmim: env!("CARGO_PKG_VERSION").to_owned(),
        stages: stages.map(|(stage, version)| (stage.to_owned(), version)).into_iter().collect::<BTreeMap<_, _>>(),
        model_id: plan.model.id().to_owned(),
        vocabulary: plan.vocabulary.hash().to_owned(),
        inputs: inputs.finalize().to_hex()[..32].to_owned(),
        settings,
    }
}

/// 16 hex digits of a hash of all that the build's content depends on.
pub(super) fn build_id(provenance: &Provenance) -> String {
    let json = serde_json::to_vec(provenance).expect("provenance is plain data");
    blake3::hash(&json).to_hex()[..16].to_owned()
}

/// What the outcome of each stage depends on besides the article.
pub(super) fn stage_keys(plan: &Plan) -> StageKeys {
    let settings = plan.settings();
    let of = |stage: StageName| settings[stage.name()].clone();
    let model = plan.model.id();
    // The libraries beneath may change with the program, too.
    let code = |version: u32| format!("{} {version}", env!("CARGO_PKG_VERSION"));
    StageKeys::default()
        .with(StageName::Ingest, "code", &format!("{} {}", code(ingest::VERSION), duplicates::VERSION))
        .with(StageName::Ingest, "configuration", &of(StageName::Ingest))
        .with(StageName::Repair, "code", &code(repair::VERSION))
        .with(StageName::Repair, "model", &model)
        .with(StageName::Repair, "configuration", &of(StageName::Repair))
        .with(StageName::Split, "code", &code(split::VERSION))
        .with(StageName::Split, "configuration", &of(StageName::Split))
        .with(StageName::Tag, "code", &code(tag::VERSION))
        .with(StageName::Tag, "vocabulary", &plan.vocabulary.hash())
        .with(StageName::Tag, "configuration", &of(StageName::Tag))
}
