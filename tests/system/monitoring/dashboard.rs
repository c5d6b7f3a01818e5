//! Dashboards, as their files describe them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::monitoring::tools::project;

/// The checked parts of a dashboard.
#[derive(Deserialize)]
pub struct Dashboard {
    /// Name of its file without extension.
    #[serde(skip)]
    pub name: String,
    pub uid: String,
    pub title: String,
    pub description: String,
    pub templating: Templating,
    pub panels: Vec<Panel>,
}

/// Its variables.
#[derive(Deserialize)]
pub struct Templating {
    pub list: Vec<Variable>,
}

/// Variable of a dashboard that its reader sets.
#[derive(Deserialize)]
pub struct Variable {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// Panel of a dashboard.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    pub id: u32,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub title: String,
    pub description: String,
    pub grid_pos: Place,
    pub datasource: BTreeMap<String, String>,
    pub field_config: FieldConfig,
    pub targets: Vec<Target>,
}

/// Type of a panel.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One number.
    Stat,
    /// Lines over time.
    TimeSeries,
    /// One bar per value.
    BarGauge,
}

/// Position and size of a panel, in columns and rows of the grid.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Place {
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

impl Place {
    /// Returns whether both share a part of the grid.
    pub fn overlaps(self, other: Self) -> bool {
        let meet = |begin: u32, length: u32, other: u32, other_length: u32| {
            begin < other + other_length && other < begin + length
        };
        meet(self.x, self.w, other.x, other.w) && meet(self.y, self.h, other.y, other.h)
    }
}

/// Units and thresholds of values.
#[derive(Deserialize)]
pub struct FieldConfig {
    pub defaults: Field,
}

/// Unit and limits of a panel's values.
#[derive(Deserialize)]
pub struct Field {
    pub unit: String,
    pub max: Option<f64>,
    pub decimals: Option<usize>,
    pub thresholds: Thresholds,
}

/// Colors of the values.
#[derive(Deserialize)]
pub struct Thresholds {
    pub steps: Vec<Step>,
}

/// Color with the value from which on it is used; the first has none.
#[derive(Deserialize)]
pub struct Step {
    pub color: String,
    pub value: Option<f64>,
}

/// Query of a panel.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub ref_id: String,
    pub expr: String,
    pub legend_format: String,
}

/// Returns the files of all dashboards, sorted by name.
pub fn files() -> Vec<PathBuf> {
    let files = fs::read_dir(project("grafana/dashboards")).expect("there are dashboards");
    let mut files: Vec<_> = files
        .map(|file| file.expect("the folder can be read").path())
        .collect();
    files.sort();
    files
}

/// Returns all dashboards, sorted by file name.
pub fn all() -> Vec<Dashboard> {
    files().iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Dashboard {
    let text = fs::read_to_string(file).expect("files can be read");
    let dashboard: Dashboard =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = file.file_stem().expect("a file has a name");
    Dashboard {
        name: name.to_string_lossy().into_owned(),
        ..dashboard
    }
}
