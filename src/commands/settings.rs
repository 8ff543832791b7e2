//! `tarmim settings`: every setting of the configuration with its default and meaning.

use super::Error;
use super::printing::print_data;
use crate::cli::SettingsArgs;
use crate::config::{PipelineSettings, template};
use engine::settings::Settings;

/// Prints a complete `pipeline.toml`, or the declarations as JSON.
pub(super) fn settings(args: &SettingsArgs) -> Result<(), Error> {
    if args.json {
        let specs = PipelineSettings::specs();
        return print_data(&serde_json::to_string(&specs).expect("declarations are plain data"));
    }
    print_data(template().trim_end())
}
