//! `atelierex generate`: writes an export and prints a summary.

use std::{collections::HashMap, fmt, path::Path, sync::Mutex};

use indicatif::{HumanBytes, HumanCount};

use crate::{
    config::GenerateConfig,
    generate::{self, GenerateError, GenerateOptions, Summary},
    progress::{Progress, Stage},
};

/// Summary of a generated export, as text for people.
pub struct Generated(Summary);

/// Writes the export to the folder `out`.
///
/// # Errors
///
/// See [`GenerateError`]. After an error no incomplete file has the name of an export file.
pub fn run(
    config: &GenerateConfig,
    out: &Path,
    overwrite: bool,
    progress: &Progress,
) -> Result<Generated, GenerateError> {
    let options = GenerateOptions {
        products: config.products(),
        seed: config.seed(),
        overwrite,
    };
    let stages: Mutex<HashMap<&'static str, (Stage, u64)>> = Mutex::default();
    let advance = |file: &'static str, rows: u64| {
        let mut stages = stages.lock().expect("no holder panics");
        // The number of rows of a file is known only roughly beforehand.
        let (stage, so_far) = stages
            .entry(file)
            .or_insert_with(|| (progress.stage("generate", file, 0), 0));
        let new = rows.saturating_sub(*so_far);
        *so_far = rows;
        stage.advance(new, new);
    };
    let summary = generate::generate(&options, out, &advance)?;
    for (_, (stage, _)) in stages.into_inner().expect("no holder panics") {
        stage.finish();
    }
    Ok(Generated(summary))
}

impl fmt::Display for Generated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.0.files {
            let (rows, bytes) = (
                HumanCount(file.rows).to_string(),
                HumanBytes(file.bytes).to_string(),
            );
            writeln!(formatter, "{:<14} {rows:>12} rows {bytes:>12}", file.name)?;
        }
        write!(formatter, "Faults, as in the real export:")?;
        for (fault, count) in self.0.faults.iter() {
            write!(
                formatter,
                "\n{:<44} {:>9}",
                fault.to_string(),
                HumanCount(count).to_string()
            )?;
        }
        Ok(())
    }
}
