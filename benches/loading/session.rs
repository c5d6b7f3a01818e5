//! One round: a copy, then a load of each kind into the same database while its server goes on.

use std::collections::HashSet;

use super::{
    bare_copy,
    kind::{Exports, Kind},
    load,
    report::Report,
    support::{
        scratch::{self, Scratch},
        server::Server,
    },
};

/// Database that is loaded.
const DATABASE: &str = "loading";

/// Measures everything once.
pub async fn measure(scratch: &Scratch, exports: &Exports, report: &mut Report) {
    let url = scratch.fresh_database(DATABASE).await;
    scratch::migrate(&url);
    let server = Server::start(&url).await;
    let products = i64::try_from(scratch.products()).expect("a catalog has fewer");
    for kind in Kind::ALL {
        let export = exports.of(kind);
        let copy = bare_copy::copy(scratch, export).await;
        let load = load::measure(&url, &server, export, products).await;
        eprintln!(
            "{}: {:.2} s, copied in {:.2} s",
            kind.description(),
            load.duration.as_secs_f64(),
            copy.as_secs_f64()
        );
        let composed: HashSet<i64> = load.composed.iter().copied().collect();
        match kind {
            Kind::Same => assert!(composed.is_empty(), "documents were written"),
            Kind::Next => report.compare(&exports.changed, &composed),
            Kind::First | Kind::Different => {}
        }
        report.add(kind, copy, load);
        scratch::vacuum(&url).await;
    }
    drop(server);
    scratch.fresh_database(DATABASE).await;
}
