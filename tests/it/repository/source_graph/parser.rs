//! Modules of a file: their items, imports, and the paths in their code.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprMethodCall, Ident, ImplItem, Item, ItemImpl, ItemMod, ItemUse, Macro,
    Meta, Type, UseTree, Visibility,
    ext::IdentExt as _,
    visit::{self, Visit},
};

/// Path of a module, or of a name as written in code.
pub type Path = Vec<String>;

/// A module: a file, or a block `mod name { … }` of a file.
#[derive(Default)]
pub struct Module {
    pub file: String,
    /// Names of its items.
    pub items: BTreeSet<String>,
    /// Imported paths, by their names in this module.
    pub imports: BTreeMap<String, Path>,
    /// Modules imported by a glob.
    pub globs: Vec<Path>,
    /// Names imported for other modules.
    pub reexports: BTreeSet<String>,
    /// Paths in its code.
    pub paths: BTreeSet<Path>,
    /// Methods of its `impl` blocks, with the paths of their types.
    pub methods: BTreeSet<(Path, String)>,
    /// Methods called on `self`, with the paths of their types.
    pub calls: BTreeSet<(Path, String)>,
}

/// Adds the modules of a file, given by its path below `src`.
pub fn parse(path: &str, text: &str, modules: &mut BTreeMap<Path, Module>) {
    let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut parser = Parser {
        modules,
        file: path,
        at: module_of(path),
        self_type: None,
    };
    parser.module();
    parser.visit_file(&syntax);
}

/// Returns the path of the module in a file.
fn module_of(path: &str) -> Path {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut segments: Path = path.split('/').map(str::to_owned).collect();
    if ["mod", "lib", "main"].contains(&segments.last().map_or("", String::as_str)) {
        segments.pop();
    }
    segments
}

struct Parser<'a> {
    modules: &'a mut BTreeMap<Path, Module>,
    file: &'a str,
    /// Path of the current module.
    at: Path,
    /// Type of the current `impl` block.
    self_type: Option<Path>,
}

impl Parser<'_> {
    fn module(&mut self) -> &mut Module {
        let module = self.modules.entry(self.at.clone()).or_default();
        self.file.clone_into(&mut module.file);
        module
    }

    fn import(&mut self, tree: &UseTree, path: &mut Path, is_public: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.push(name(&tree.ident));
                self.import(&tree.tree, path, is_public);
                path.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path, is_public);
                }
            }
            UseTree::Glob(_) => self.module().globs.push(path.clone()),
            UseTree::Name(tree) => self.import_as(&tree.ident, &tree.ident, path, is_public),
            UseTree::Rename(tree) => self.import_as(&tree.ident, &tree.rename, path, is_public),
        }
    }

    fn import_as(&mut self, original: &Ident, here: &Ident, path: &Path, is_public: bool) {
        let mut path = path.clone();
        let here = if original == "self" && here == "self" {
            path.last().cloned().unwrap_or_default()
        } else {
            name(here)
        };
        if original != "self" {
            path.push(name(original));
        }
        if is_public {
            self.module().reexports.insert(here.clone());
        }
        self.module().imports.insert(here, path);
    }

    /// Finds paths in tokens without a syntax tree, as in a macro.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path = Path::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) if colons == 2 => {
                    colons = 0;
                    path.push(name(&ident));
                }
                other => {
                    colons = 0;
                    self.module().paths.insert(std::mem::take(&mut path));
                    match other {
                        TokenTree::Ident(ident) => path.push(name(&ident)),
                        TokenTree::Group(group) => self.read_tokens(group.stream()),
                        TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.module().paths.insert(path);
    }
}

impl<'ast> Visit<'ast> for Parser<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, ident) = parts(item);
        if attributes.iter().any(is_test) {
            return;
        }
        if let Some(ident) = ident {
            self.module().items.insert(name(ident));
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        // The module of another file is parsed with that file.
        if let Some((_, items)) = &item.content {
            self.at.push(name(&item.ident));
            self.module();
            for item in items {
                self.visit_item(item);
            }
            self.at.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            let is_public = !matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, &mut Path::new(), is_public);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if let Type::Path(of) = &*item.self_ty {
            let of = path_of(&of.path);
            for member in &item.items {
                if let ImplItem::Fn(method) = member
                    && item.trait_.is_none()
                {
                    let method = name(&method.sig.ident);
                    self.module().methods.insert((of.clone(), method));
                }
            }
            self.self_type = Some(of);
        }
        visit::visit_item_impl(self, item);
        self.self_type = None;
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let is_self = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self"));
        if let Some(of) = self.self_type.clone()
            && is_self
        {
            let method = name(&call.method);
            self.module().calls.insert((of, method));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let path = path_of(path);
            self.module().paths.insert(path);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.visit_path(&invocation.path);
        self.read_tokens(invocation.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone());
        }
    }

    /// The visibility of an item is no use of a module.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

fn path_of(path: &syn::Path) -> Path {
    let segments = path.segments.iter();
    segments.map(|segment| name(&segment.ident)).collect()
}

/// Returns whether code is compiled for unit tests only.
fn is_test(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

/// Returns the attributes of an item, and its name if it has one.
fn parts(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}
