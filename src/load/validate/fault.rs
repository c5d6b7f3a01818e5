//! Faults of a row and of a file.

use super::id_set::IdsTooScattered;
use crate::load::rules::Rule;

/// Rule that a row breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// Description of the fault in a few words.
    pub detail: String,
}

impl Fault {
    /// Describes a fault.
    pub(super) fn new(rule: Rule, detail: String) -> Self {
        Self { rule, detail }
    }
}

/// Reason why a file cannot be read any further.
#[derive(Debug, PartialEq, Eq)]
pub enum FileFault {
    /// The ids do not fit into the memory for them.
    IdsTooScattered(IdsTooScattered),
    /// A comma and a point are the decimal separator of different lines, or seem to be.
    MixedSeparators {
        /// First line with a decimal comma.
        comma_line: u64,
        /// First line with a point that may be either.
        point_line: u64,
    },
    /// Backslashes were taken as they are before they turned out to be escapes.
    MixedEscapes {
        /// First line that is none without escapes.
        escape_line: u64,
        /// First line with a backslash that was taken as it is.
        literal_line: u64,
    },
}

impl From<IdsTooScattered> for FileFault {
    fn from(fault: IdsTooScattered) -> Self {
        Self::IdsTooScattered(fault)
    }
}
