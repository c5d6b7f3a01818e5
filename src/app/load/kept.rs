//! Lists the rows of others that a load has kept.

use super::{error::LoadError, reading::Reading};
use crate::{
    load::{format::ExportFile, report::Finding, rules::Rule, validate::id_set::IdSet},
    merge::meanwhile::Meanwhile,
};

/// Adds the rows of `file` that are not the export's to the report, and returns their number. `left` has the ids of rows
/// that the merge did not change.
///
/// # Errors
///
/// Database errors; the report cannot be written.
pub async fn list(
    meanwhile: &Meanwhile<'_>,
    file: ExportFile,
    export: &IdSet,
    left: &[i64],
    reading: &Reading<'_>,
) -> Result<u64, LoadError> {
    let changed = meanwhile.changed(file, export, left).await?;
    for &id in &changed {
        let detail = if export.contains(id) {
            "the row is not as it is in the export"
        } else {
            "the export does not have the row"
        };
        reading.add_finding(&Finding {
            file,
            line: 0,
            id: Some(id),
            rule: Rule::ChangedMeanwhile,
            detail: detail.to_owned(),
        })?;
    }
    Ok(changed.len() as u64)
}
