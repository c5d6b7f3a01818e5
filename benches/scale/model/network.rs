//! Bytes on the wire, and what they cost.

use super::{
    costs::Costs,
    prices::{MONTH_SECONDS, Prices, tiered},
};

/// From this many processors on an instance may send half of its bandwidth to the internet; smaller ones
/// [`SMALL_INTERNET_GIGABITS`].
const LARGE_VCPUS: f64 = 32.0;

/// What an instance with fewer processors may send to the internet.
const SMALL_INTERNET_GIGABITS: f64 = 5.0;

/// Share of instances and requests that meet in another of three zones.
const OTHER_ZONE: f64 = 2.0 / 3.0;

/// Bytes that one answer takes on its way to the client, with its share of a connection.
pub fn answer_bytes(costs: &Costs) -> f64 {
    let handshake = costs.handshake_bytes / costs.requests_per_connection;
    costs.head_bytes + costs.body_bytes + costs.packet_bytes + handshake
}

/// Bytes that one answer takes from a server to the edge.
pub fn inner_bytes(costs: &Costs) -> f64 {
    costs.head_bytes + costs.body_bytes + costs.packet_bytes
}

/// Gigabits per second of so many answers.
pub fn gigabits(answers_per_second: f64, bytes: f64) -> f64 {
    answers_per_second * bytes * 8.0 / 1e9
}

/// What an instance may send to the internet, in gigabits per second.
pub fn to_internet(vcpus: f64, gigabits: f64) -> f64 {
    if vcpus >= LARGE_VCPUS {
        gigabits / 2.0
    } else {
        gigabits.min(SMALL_INTERNET_GIGABITS)
    }
}

/// Gigabytes of a month of answers of `bytes`, if this is the rate at its peak.
pub fn monthly_gigabytes(costs: &Costs, requests_per_second: f64, bytes: f64) -> f64 {
    requests_per_second * costs.mean_over_peak * MONTH_SECONDS * bytes / 1e9
}

/// Dollars of a month for sending answers to clients.
pub fn internet_dollars(costs: &Costs, prices: &Prices, requests_per_second: f64) -> f64 {
    let gigabytes = monthly_gigabytes(costs, requests_per_second, answer_bytes(costs));
    tiered(&prices.internet, gigabytes)
}

/// Dollars of a month for answers of servers in other zones than the edge that asks.
pub fn zone_dollars(costs: &Costs, prices: &Prices, requests_per_second: f64) -> f64 {
    let gigabytes = monthly_gigabytes(costs, requests_per_second, inner_bytes(costs));
    gigabytes * OTHER_ZONE * prices.between_zones_gigabyte
}
