//! A fault of a configuration or of a file that it names.

use std::fmt;

use engine::review::CorrectionFault;
use engine::settings::Fault;
use engine::tag::VocabularyFault;

/// Something wrong in a configuration or in a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong: the key, what was expected, what was found, the nearest valid name.
    pub what: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

impl From<VocabularyFault> for ConfigFault {
    fn from(fault: VocabularyFault) -> Self {
        Self { file: fault.file, line: usize::try_from(fault.line).unwrap_or(0), what: fault.what }
    }
}

impl From<CorrectionFault> for ConfigFault {
    fn from(fault: CorrectionFault) -> Self {
        Self { file: fault.file, line: usize::try_from(fault.line).unwrap_or(0), what: fault.what }
    }
}

impl ConfigFault {
    /// The fault of a setting's value. One inside a file that the value names is reported there; one of that file as a
    /// whole at the setting, since the name may be what is wrong.
    pub(super) fn of_value(fault: Fault, key: &str, config: &str, line: usize) -> Self {
        match fault.file {
            Some(file) if fault.line > 0 => Self { file, line: fault.line, what: fault.what },
            Some(file) => Self { file: config.to_owned(), line, what: format!("{key}: {file}: {}", fault.what) },
            None => Self { file: config.to_owned(), line, what: format!("{key}: {}", fault.what) },
        }
    }
}
