use std::collections::BTreeSet;

use super::SourceGraph;

fn used_by(file: &str, files: &[(&str, &str)]) -> Vec<String> {
    let graph = SourceGraph::new(files.iter().copied());
    let used = graph.used_by(file).into_iter();
    used.map(str::to_owned).collect()
}

/// Files in which `a/mod.rs` re-exports an item of `a/inner.rs`.
const FACADE: [(&str, &str); 3] = [
    ("lib.rs", "mod a; mod b;"),
    ("a/mod.rs", "mod inner; pub use self::inner::Item;"),
    ("a/inner.rs", "pub struct Item; pub struct Other;"),
];

#[test]
fn a_path_leads_to_the_file_that_defines_its_item() {
    for (code, expected) in [
        ("use crate::x::Item;", &["x.rs"][..]),
        (
            "use crate::{x::{Item, Other as Name}, y};",
            &["x.rs", "y/mod.rs"],
        ),
        (
            "use crate::y::{self, below::Item};",
            &["y/below.rs", "y/mod.rs"],
        ),
        ("use super::x::Item;", &["x.rs"]),
        ("use crate::x::*;", &["x.rs"]),
        (
            "fn f() -> crate::x::Item { super::y::below::item() }",
            &["x.rs", "y/below.rs"],
        ),
        ("fn f() { let y = crate::x::Kind::One; }", &["x.rs"]),
        ("fn f(x: Vec<crate::x::Item>) {}", &["x.rs"]),
        ("fn f() { println!(\"{}\", crate::x::item()); }", &["x.rs"]),
        (
            "#[derive(Args)] struct S { #[arg(value_parser = crate::x::parse)] s: u8 }",
            &["x.rs"],
        ),
        (
            "use crate::y; fn f() { y::below::item() }",
            &["y/below.rs", "y/mod.rs"],
        ),
        ("mod inline { use super::super::x::Item; }", &["x.rs"]),
        ("use std::fmt; use ::x::Item; fn f() { ::x::item(); }", &[]),
        (
            "/// Like [`crate::x::Item`].\nfn f() { g(\"crate::x::Item\") }",
            &[],
        ),
        ("pub(in crate::x) fn f() {}", &[]),
        ("#[cfg(test)] mod tests { use crate::x::Item; }", &[]),
        ("#[cfg(test)] use crate::x::Item;", &[]),
    ] {
        let files = [
            ("lib.rs", "mod own; mod x; mod y;"),
            ("own.rs", code),
            ("x.rs", "pub struct Item; pub enum Kind { One }"),
            ("y/mod.rs", "pub mod below; pub fn item() {}"),
            ("y/below.rs", "pub fn item() {}"),
        ];
        assert_eq!(used_by("own.rs", &files), expected, "{code}");
    }
}

#[test]
fn a_reexported_item_is_of_the_file_that_defines_it() {
    let mut files = FACADE.to_vec();
    files.push(("b.rs", "use crate::a::Item;"));
    assert_eq!(used_by("b.rs", &files), ["a/inner.rs"]);
    assert!(used_by("a/mod.rs", &files).is_empty());
}

#[test]
fn a_module_that_uses_its_own_reexport_uses_its_file() {
    let mut files = FACADE.to_vec();
    files[1].1 = "mod inner; pub use self::inner::Item; fn f(item: &Item) {}";
    assert_eq!(used_by("a/mod.rs", &files), ["a/inner.rs"]);
}

#[test]
fn a_child_and_a_parent_are_a_circle_only_if_both_use_each_other() {
    for (parent, child, is_circle) in [
        ("mod child; pub struct S;", "use super::S;", false),
        (
            "mod child; pub struct S; fn f() { child::g() }",
            "pub fn g() {}",
            false,
        ),
        (
            "mod child; pub struct S; fn f() { child::g() }",
            "use super::S; pub fn g() {}",
            true,
        ),
        (
            "mod child; pub use child::g;",
            "fn f() { super::super::x() } pub fn g() {}",
            false,
        ),
        (
            "mod child; mod other; pub use other::S;",
            "use super::S;",
            false,
        ),
    ] {
        let files = [
            ("lib.rs", "mod a;"),
            ("a/mod.rs", parent),
            ("a/child.rs", child),
            ("a/other.rs", "pub struct S;"),
        ];
        let graph = SourceGraph::new(files);
        let circle = BTreeSet::from(["a/child.rs", "a/mod.rs"]);
        assert_eq!(
            graph.circles().contains(&circle),
            is_circle,
            "{parent}\n{child}"
        );
    }
}

#[test]
fn a_self_call_uses_the_file_of_the_methods_impl_block() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "pub struct S; impl S { fn own(&self) {} fn f(&self) { self.own(); self.far(); } }",
        ),
        ("b.rs", "use crate::a::S; impl S { pub fn far(&self) {} }"),
    ];
    let graph = SourceGraph::new(files);
    assert_eq!(
        graph.circles(),
        BTreeSet::from([BTreeSet::from(["a.rs", "b.rs"])])
    );
}

#[test]
fn circles_are_separate_and_exclude_files_outside_of_them() {
    let files = [
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::{c::C, x::X}; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
        ("d.rs", "use crate::a::A;"),
        ("x.rs", "use crate::y::Y; pub struct X;"),
        ("y.rs", "use crate::x::X; pub struct Y;"),
    ];
    let graph = SourceGraph::new(files);
    let expected = [&["a.rs", "b.rs", "c.rs"][..], &["x.rs", "y.rs"]];
    let expected = expected.map(|circle| circle.iter().copied().collect());
    assert_eq!(graph.circles(), BTreeSet::from(expected));
}
