//! A port that another program listens on, and the process behind it.

use std::net::SocketAddr;

use procfs::{
    net::{self, TcpState},
    process::{self, FDTarget, Process},
};

/// Another program listens on the port.
#[derive(Debug, thiserror::Error)]
#[error(
    "port {} of {} is in use by {}: stop that one, or choose another port with {flag}",
    .address.port(),
    .address.ip(),
    .owner.as_deref().unwrap_or("another program (`ss -ltnp` names it to root)")
)]
pub struct PortTaken {
    address: SocketAddr,
    flag: &'static str,
    owner: Option<String>,
}

impl PortTaken {
    /// Returns the error for `address`, the value of `flag`.
    #[must_use]
    pub fn new(address: SocketAddr, flag: &'static str) -> Self {
        Self {
            address,
            flag,
            owner: owner(address),
        }
    }
}

/// Returns id and name of the process that listens on `address`. The system shows these to root and to the process's
/// owner.
fn owner(address: SocketAddr) -> Option<String> {
    let sockets = listeners(address);
    let processes = process::all_processes().ok()?.filter_map(Result::ok);
    let mut owners = processes.filter(|process| has_one(process, &sockets));
    let owner = owners.next()?;
    let name = owner.stat().ok()?.comm;
    Some(format!("process {} ({name})", owner.pid))
}

/// Returns inodes of the sockets that prevent listening on `address`.
fn listeners(address: SocketAddr) -> Vec<u64> {
    let tables = [net::tcp(), net::tcp6()].into_iter().flatten().flatten();
    let ip = address.ip();
    let in_the_way = tables.filter(|socket| {
        let own = socket.local_address;
        let covers = own.ip() == ip || own.ip().is_unspecified() || ip.is_unspecified();
        socket.state == TcpState::Listen && own.port() == address.port() && covers
    });
    in_the_way.map(|socket| socket.inode).collect()
}

fn has_one(process: &Process, sockets: &[u64]) -> bool {
    let descriptors = process.fd().into_iter().flatten().filter_map(Result::ok);
    descriptors
        .into_iter()
        .any(|of| matches!(of.target, FDTarget::Socket(inode) if sockets.contains(&inode)))
}
