//! Documents follow their source rows in spite of failures.

mod audit;
mod capture;
mod feed;
mod load_during_refresh;
mod low_watermark;
mod oracle;
pub mod read_your_writes;
mod refresh;
mod refresh_order;
mod refresher_races;
mod refused_values;
mod takeover;
mod writer_races;
