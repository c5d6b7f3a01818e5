//! Resolution of paths: from a name in the code of one file to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use super::parser::{Module, Path};

/// Longest chain of re-exports to follow, since `use` items may form a cycle.
const MAX_REEXPORTS: usize = 16;

/// A module, with the name of one of its items unless the path ends at the module.
type Target = (Path, Option<String>);

pub struct Resolver<'a> {
    modules: &'a BTreeMap<Path, Module>,
    /// Files that define a method in `impl` blocks, by type.
    methods: BTreeMap<(Target, &'a str), BTreeSet<&'a str>>,
}

impl<'a> Resolver<'a> {
    pub fn new(modules: &'a BTreeMap<Path, Module>) -> Self {
        let mut resolver = Self {
            modules,
            methods: BTreeMap::new(),
        };
        let mut methods = BTreeMap::<_, BTreeSet<_>>::new();
        for (at, module) in modules {
            for (of, method) in &module.methods {
                if let Some(of) = resolver.resolve(at, of) {
                    let files = methods.entry((of, method.as_str())).or_default();
                    files.insert(module.file.as_str());
                }
            }
        }
        resolver.methods = methods;
        resolver
    }

    /// Returns the files that each file uses.
    pub fn edges(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
        for (at, module) in self.modules {
            let used = edges.entry(module.file.clone()).or_default();
            let paths = used_paths(module);
            let files = paths.filter_map(|path| self.file_of(at, path));
            used.extend(files.chain(self.called(at, module)).map(str::to_owned));
            used.remove(&module.file);
        }
        edges
    }

    /// Returns the files of the methods that a module calls on `self` and that its own file does not define.
    fn called(&self, at: &Path, module: &Module) -> impl Iterator<Item = &str> {
        let files = module.calls.iter().filter_map(|(of, method)| {
            let of = self.resolve(at, of)?;
            self.methods.get(&(of, method.as_str()))
        });
        let files: Vec<_> = files
            .filter(|files| !files.contains(module.file.as_str()))
            .flatten()
            .copied()
            .collect();
        files.into_iter()
    }

    fn file_of(&self, at: &Path, path: &Path) -> Option<&str> {
        let (module, _) = self.resolve(at, path)?;
        Some(&self.modules.get(&module)?.file)
    }

    /// Resolves a path in the module `at`; `None` if it leaves the crate.
    fn resolve(&self, at: &Path, path: &Path) -> Option<Target> {
        self.follow(at, path, MAX_REEXPORTS)
    }

    fn follow(&self, at: &Path, path: &Path, depth: usize) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => Path::new(),
            "self" => at.clone(),
            "super" => parent(at)?,
            _ => {
                rest = path;
                at.clone()
            }
        };
        for (n, segment) in rest.iter().enumerate() {
            if segment == "super" {
                module = parent(&module)?;
                continue;
            }
            match self.member(&module, segment, depth) {
                Some((next, None)) => module = next,
                Some(item) => return Some(item),
                // The name may be created by a macro; a name without a path may also belong to another crate.
                None if n > 0 || rest.len() < path.len() => {
                    return Some((module, Some(segment.clone())));
                }
                None => return None,
            }
        }
        Some((module, None))
    }

    /// Finds a name in a module: a submodule, an item, or an import.
    fn member(&self, at: &Path, name: &str, depth: usize) -> Option<Target> {
        let mut below = at.clone();
        below.push(name.to_owned());
        if self.modules.contains_key(&below) {
            return Some((below, None));
        }
        let module = self.modules.get(at)?;
        if module.items.contains(name) {
            return Some((at.clone(), Some(name.to_owned())));
        }
        if let Some(path) = module.imports.get(name) {
            return self.follow(at, path, depth);
        }
        module.globs.iter().find_map(|glob| {
            let (of, _) = self.follow(at, glob, depth)?;
            self.member(&of, name, depth.checked_sub(1)?)
        })
    }
}

/// Returns the paths that a module uses: those in its code, and its imports unless they are only re-exports.
fn used_paths(module: &Module) -> impl Iterator<Item = &Path> {
    let is_used = |name: &String| {
        let mut firsts = module.paths.iter().filter_map(|path| path.first());
        !module.reexports.contains(name) || firsts.any(|first| first == name)
    };
    let imports = module.imports.iter();
    let imports = imports.filter(move |(name, _)| is_used(name));
    let imports = imports.map(|(_, path)| path);
    let qualified = module.paths.iter().filter(|path| path.len() > 1);
    imports.chain(&module.globs).chain(qualified)
}

fn parent(module: &Path) -> Option<Path> {
    let (_, parent) = module.split_last()?;
    Some(parent.to_vec())
}
