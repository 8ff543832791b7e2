//! The identity of a build, and of each stage's part in it.
//!
//! Invariant: everything that can change a byte of the tables is in the build id; paths, threads and the clock are not.
//! Everything that can change a stage's result for an article is in that stage's key. Which settings those are follows from
//! their declarations (`engine::settings`).

use std::collections::BTreeMap;

use crate::cache::{StageKeys, StageName};
use crate::config::Setup;
use crate::dataset::{self, BUILD_ID_DIGITS, Provenance};
use crate::ingest::{self, Inventory};
use engine::{duplicates, repair, review, split, tag};

/// Everything that a build's content depends on: inputs, code, model, vocabulary, settings, and the limit if there is one.
pub(super) fn provenance(setup: &Setup, inventory: &Inventory, limit: Option<usize>) -> Provenance {
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
    let mut settings = setup.recorded_settings();
    // Recorded only if there is one, so that builds without a limit keep their ids.
    if let (Some(limit), Some(settings)) = (limit, settings.as_object_mut()) {
        settings.insert("limit".to_owned(), limit.into());
    }
    Provenance {
        tarmim: env!("CARGO_PKG_VERSION").to_owned(),
        stages: stages.map(|(stage, version)| (stage.to_owned(), version)).into_iter().collect::<BTreeMap<_, _>>(),
        model_id: setup.model.id().to_owned(),
        vocabulary: setup.vocabulary.hash().to_owned(),
        corrections: corrections(setup),
        inputs: inputs.finalize().to_hex()[..32].to_owned(),
        settings,
    }
}

/// What identifies the corrections; `None` if there are none, so that builds without them keep their ids.
fn corrections(setup: &Setup) -> Option<String> {
    let corrections = &setup.corrections;
    (!corrections.all().is_empty()).then(|| format!("{} {}", corrections.hash(), review::VERSION))
}

/// Hex digits of a hash of everything that the build's content depends on.
pub(super) fn build_id(provenance: &Provenance) -> String {
    let json = serde_json::to_vec(provenance).expect("provenance is plain data");
    blake3::hash(&json).to_hex()[..BUILD_ID_DIGITS].to_owned()
}

/// The keys of the stages: everything besides the article that their results depend on.
pub(super) fn stage_keys(setup: &Setup) -> StageKeys {
    let settings = setup.recorded_settings();
    let of = |stage: StageName| settings[stage.name()].clone();
    let model = setup.model.id();
    // A stage's version covers its own code; the program's version covers the libraries beneath it.
    let code = |version: u32| format!("{} {version}", env!("CARGO_PKG_VERSION"));
    StageKeys::default()
        // The signature for finding duplicates is stored with the first part, so its code counts as that of the first stage.
        .with(StageName::Ingest, "code", &format!("{} {}", code(ingest::VERSION), duplicates::VERSION))
        .with(StageName::Ingest, "configuration", &of(StageName::Ingest))
        .with(StageName::Repair, "code", &code(repair::VERSION))
        .with(StageName::Repair, "model", &model)
        .with(StageName::Repair, "configuration", &of(StageName::Repair))
        .with(StageName::Split, "code", &code(split::VERSION))
        .with(StageName::Split, "configuration", &of(StageName::Split))
        .with(StageName::Tag, "code", &code(tag::VERSION))
        .with(StageName::Tag, "vocabulary", &setup.vocabulary.hash())
        .with(StageName::Tag, "configuration", &of(StageName::Tag))
}
