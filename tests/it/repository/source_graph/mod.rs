//! Graph of source files: an edge leads from a file to each file whose items it uses.
//!
//! A module that only declares or re-exports others uses none of them. A file that imports a re-exported item uses the
//! file that defines it. Unit tests inside a file are not part of the graph.

mod parser;
mod resolver;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::resolver::Resolver;

/// Files, each with the files that it uses.
pub struct SourceGraph {
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl SourceGraph {
    /// Reads the files of a crate: paths below `src`, and texts.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut modules = BTreeMap::new();
        for (path, text) in files {
            parser::parse(path, text, &mut modules);
        }
        Self {
            edges: Resolver::new(&modules).edges(),
        }
    }

    /// Returns the files that `file` uses.
    pub fn used_by(&self, file: &str) -> BTreeSet<&str> {
        let used = self.edges.get(file).into_iter().flatten();
        used.map(String::as_str).collect()
    }

    /// Returns the groups of files that use each other: the strongly connected components of more than one file.
    pub fn circles(&self) -> BTreeSet<BTreeSet<&str>> {
        let reachable: BTreeMap<&str, BTreeSet<&str>> = self
            .edges
            .keys()
            .map(|file| (file.as_str(), self.reachable(file)))
            .collect();
        let circle = |file: &&str| {
            let mutual = |other: &&str| reachable.get(other).is_some_and(|of| of.contains(file));
            let others = reachable[file].iter().copied().filter(mutual);
            others.collect::<BTreeSet<_>>()
        };
        let circles = reachable.keys().map(circle);
        circles.filter(|circle| circle.len() > 1).collect()
    }

    /// Lists the edges inside circles, one file per line.
    pub fn describe(&self, circles: &BTreeSet<BTreeSet<&str>>) -> String {
        let line = |circle: &BTreeSet<&str>, file: &str| {
            let used = self.used_by(file);
            let used: Vec<_> = used.intersection(circle).copied().collect();
            format!("\n{file} uses {}", used.join(", "))
        };
        let lines = circles.iter().map(|circle| {
            let lines: String = circle.iter().map(|file| line(circle, file)).collect();
            lines + "\n"
        });
        lines.collect()
    }

    fn reachable(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.used_by(from).into_iter().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(self.used_by(file));
            }
        }
        reached
    }
}
