//! Rules for every dashboard.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::monitoring::dashboard::{self, Panel};

/// Columns of Grafana's grid.
const COLUMNS: u32 = 24;

/// Letters of a title that fit into the width of a column.
const LETTERS: u32 = 6;

/// Units of Grafana that panels use. All of them can be drawn.
const UNITS: [&str; 8] = [
    "none",
    "s",
    "bytes",
    "Bps",
    "percentunit",
    "reqps",
    "ops",
    "bool_yes_no",
];

/// Names of members that dashboards may have. Grafana silently ignores unknown ones.
#[rustfmt::skip]
const MEMBERS: [&str; 68] = [
    "annotations", "asDropdown", "calcs", "color", "colorMode", "current", "custom", "datasource",
    "decimals", "defaults", "description", "displayMode", "editable", "expr", "fieldConfig",
    "fillOpacity", "from", "graphMode", "graphTooltip", "gridPos", "h", "hide", "icon", "id",
    "includeVars", "instant", "keepTime", "label", "legend", "legendFormat", "links", "list",
    "max", "min", "mode", "name", "options", "orientation", "overrides", "panels", "placement",
    "query", "reduceOptions", "refId", "refresh", "schemaVersion", "sort", "steps", "tags",
    "targetBlank", "targets", "templating", "thresholds", "thresholdsStyle", "time", "timezone",
    "title", "to", "tooltip", "type", "uid", "unit", "url", "value", "version", "w", "x", "y",
];

#[test]
fn there_are_the_four_dashboards() {
    let titles: Vec<_> = dashboard::all()
        .into_iter()
        .map(|found| found.title)
        .collect();
    assert_eq!(
        titles,
        [
            "Atelierex: Cache and freshness",
            "Atelierex: Database",
            "Atelierex: Edge",
            "Atelierex: Overview",
        ]
    );
}

#[test]
fn every_panel_has_a_short_title_and_a_remedy() {
    for dashboard in dashboard::all() {
        assert!(!dashboard.description.is_empty(), "{}", dashboard.title);
        for panel in &dashboard.panels {
            expect_complete(panel);
        }
    }
}

fn expect_complete(panel: &Panel) {
    let title = &panel.title;
    assert!(!title.is_empty() && !title.ends_with(['?', '.']), "{title}");
    let room = (panel.grid_pos.w * LETTERS) as usize;
    assert!(title.chars().count() <= room, "{title} does not fit");
    // The meaning, and the remedy.
    assert!(
        panel.description.matches(['.', ':']).count() >= 2,
        "{title}"
    );
    assert!(
        UNITS.contains(&panel.field_config.defaults.unit.as_str()),
        "{title}"
    );
    let steps = &panel.field_config.defaults.thresholds.steps;
    assert!(
        steps.first().is_some_and(|step| step.value.is_none()),
        "{title}"
    );
    assert!(
        steps[1..].is_sorted_by(|one, next| one.value < next.value),
        "{title}"
    );
    for step in steps {
        assert!(
            ["green", "orange", "red"].contains(&step.color.as_str()),
            "{title}"
        );
    }
    assert!(!panel.targets.is_empty(), "{title}");
    let references: BTreeSet<_> = panel.targets.iter().map(|target| &target.ref_id).collect();
    assert_eq!(references.len(), panel.targets.len(), "{title}");
}

#[test]
fn every_panel_queries_the_selected_data_source() {
    for dashboard in dashboard::all() {
        let variables: Vec<_> = dashboard
            .templating
            .list
            .iter()
            .map(|variable| (variable.name.as_str(), variable.kind.as_str()))
            .collect();
        assert_eq!(
            variables,
            [("datasource", "datasource")],
            "{}",
            dashboard.title
        );
        for panel in &dashboard.panels {
            assert_eq!(panel.datasource["type"], "prometheus", "{}", panel.title);
            assert_eq!(panel.datasource["uid"], "${datasource}", "{}", panel.title);
        }
    }
}

#[test]
fn no_member_is_misspelled() {
    for path in dashboard::files() {
        let text = fs::read_to_string(&path).expect("files can be read");
        let dashboard: Value = serde_json::from_str(&text).expect("dashboards are JSON");
        let mut names = BTreeSet::new();
        collect_names(&dashboard, &mut names);
        let unknown: Vec<_> = names
            .iter()
            .filter(|name| !MEMBERS.contains(name))
            .collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
    }
}

fn collect_names<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            names.extend(members.keys().map(String::as_str));
            members
                .values()
                .for_each(|value| collect_names(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}

#[test]
fn panels_do_not_overlap_and_have_ids_of_their_own() {
    for dashboard in dashboard::all() {
        let ids: BTreeSet<_> = dashboard.panels.iter().map(|panel| panel.id).collect();
        assert_eq!(ids.len(), dashboard.panels.len(), "{}", dashboard.title);
        for (index, panel) in dashboard.panels.iter().enumerate() {
            let place = panel.grid_pos;
            assert!(place.w > 0 && place.h > 0, "{}", panel.title);
            assert!(place.x + place.w <= COLUMNS, "{}", panel.title);
            for other in &dashboard.panels[..index] {
                assert!(
                    !place.overlaps(other.grid_pos),
                    "{} and {}",
                    panel.title,
                    other.title
                );
            }
        }
    }
}

#[test]
fn names_and_ids_are_unique() {
    let dashboards = dashboard::all();
    let uids: BTreeSet<_> = dashboards.iter().map(|dashboard| &dashboard.uid).collect();
    assert_eq!(uids.len(), dashboards.len());
    for dashboard in &dashboards {
        let titles: BTreeSet<_> = dashboard.panels.iter().map(|panel| &panel.title).collect();
        assert_eq!(titles.len(), dashboard.panels.len(), "{}", dashboard.title);
    }
}
