//! Who is compared on one processor, with what limited it.

use crate::{
    busy::Busy,
    load::Load,
    side::Side,
    support::{numbers::median, server::Server},
};

/// Processors of who answers and of the generator.
const ANSWERING: u32 = 0;
const ASKING: u32 = 1;

/// How busy the generator's processor is when it is what limits, in percent.
const AT_THE_LIMIT: f64 = 97.0;

/// Atelierex, or a peer with the same documents.
pub struct Contender {
    pub name: &'static str,
    pub side: Side,
    is_atelierex: bool,
    /// How busy the processor of who answers was in each round, in percent.
    answering: Vec<f64>,
    /// The same for that of the generator.
    asking: Vec<f64>,
    /// What Atelierex found in memory in all rounds, and what it did not.
    found: f64,
    missed: f64,
}

impl Contender {
    /// Atelierex itself, asked by `load`.
    pub fn atelierex(name: &'static str, load: Load) -> Self {
        Self {
            is_atelierex: true,
            ..Self::peer(name, load)
        }
    }

    /// A peer, which must not ask Atelierex.
    pub fn peer(name: &'static str, load: Load) -> Self {
        Self {
            name,
            side: Side::new(load),
            is_atelierex: false,
            answering: Vec::new(),
            asking: Vec::new(),
            found: 0.0,
            missed: 0.0,
        }
    }

    /// Measures one round, while `server` is the Atelierex that answers, or that a peer could ask.
    pub async fn round(&mut self, server: &Server) {
        let (found, missed) = looked_up(server);
        let (answering, asking) = (Busy::watch(ANSWERING), Busy::watch(ASKING));
        self.side.round().await;
        self.answering.push(answering.percent());
        self.asking.push(asking.percent());
        let (found_now, missed_now) = looked_up(server);
        self.found += found_now - found;
        self.missed += missed_now - missed;
    }

    /// Whether every answer was good and came from memory, or from the peer itself.
    pub fn is_sound(&self) -> bool {
        let others = if self.is_atelierex {
            self.missed
        } else {
            self.found + self.missed
        };
        others == 0.0 && self.side.faults().is_empty()
    }

    /// The rate, where answers came from, and what limited it.
    pub fn measured(&self) -> String {
        let asking = median(&mut self.asking.clone());
        let limit = if asking > AT_THE_LIMIT {
            ", THE GENERATOR WAS THE LIMIT"
        } else {
            ""
        };
        format!(
            "{:.0}/s, {}, its processor {:.0} % busy, the generator's {asking:.0} %{limit}{}",
            self.side.rate(),
            self.source(),
            median(&mut self.answering.clone()),
            self.side.faults()
        )
    }

    fn source(&self) -> String {
        let Self { found, missed, .. } = self;
        if self.is_atelierex {
            let share = 100.0 * found / (found + missed);
            return format!("{share:.2} % hits");
        }
        format!("{:.0} passed on", found + missed)
    }
}

/// What Atelierex has found in memory, and what it has not.
fn looked_up(server: &Server) -> (f64, f64) {
    (
        server.metric("atelierex_cache_hits_total"),
        server.metric("atelierex_cache_misses_total"),
    )
}
