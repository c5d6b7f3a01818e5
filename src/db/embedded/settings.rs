//! Settings of the embedded PostgreSQL, derived from the memory of the machine.

use std::fs;

const MEBIBYTE: u64 = 1 << 20;

/// Memory to assume if the system does not tell.
const ASSUMED_MEMORY: u64 = 1024 * MEBIBYTE;

/// Returns the settings of every embedded server, as name and value.
///
/// They are command-line arguments, so that they depend on the machine and the program, not on when the data folder was
/// created.
pub fn settings(port: u16, durable: bool) -> Vec<(String, String)> {
    let memory = memory_bytes();
    let megabytes = |bytes: u64| format!("{}MB", bytes / MEBIBYTE);
    let shared_buffers = (memory / 8).clamp(64 * MEBIBYTE, 2048 * MEBIBYTE);
    let maintenance = (memory / 16).clamp(64 * MEBIBYTE, 512 * MEBIBYTE);
    let mut settings = vec![
        ("port", port.to_string()),
        ("listen_addresses", "127.0.0.1".to_owned()),
        // The lock of a Unix socket outlives `kill -9` and would block the next start.
        ("unix_socket_directories", String::new()),
        ("max_connections", "100".to_owned()),
        ("shared_buffers", megabytes(shared_buffers)),
        ("effective_cache_size", megabytes(memory / 2)),
        ("maintenance_work_mem", megabytes(maintenance)),
        ("work_mem", "16MB".to_owned()),
        // There is no standby and no archive: a table that is filled by the transaction that created it needs no WAL.
        ("wal_level", "minimal".to_owned()),
        ("max_wal_senders", "0".to_owned()),
        ("max_wal_size", "4GB".to_owned()),
        ("checkpoint_timeout", "15min".to_owned()),
        ("random_page_cost", "1.1".to_owned()),
        // Statements are short; JIT compilation costs more than it saves.
        ("jit", "off".to_owned()),
        ("log_line_prefix", "%m [%p] ".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("cluster_name", "atelierex".to_owned()),
    ];
    if !durable {
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            settings.push((name, "off".to_owned()));
        }
    }
    settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Returns the memory that this process may use: that of the machine, or less in a control group.
fn memory_bytes() -> u64 {
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    [
        machine_memory(),
        number("/sys/fs/cgroup/memory.max"),
        number("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ]
    .into_iter()
    .flatten()
    .min()
    .unwrap_or(ASSUMED_MEMORY)
}

fn machine_memory() -> Option<u64> {
    let information = fs::read_to_string("/proc/meminfo").ok()?;
    let line = information
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{MEBIBYTE, memory_bytes, settings};

    #[test]
    fn the_memory_of_the_machine_is_known() {
        assert!(memory_bytes() > 64 * MEBIBYTE);
    }

    #[test]
    fn fsync_is_off_only_without_durability() {
        let skips = |durable| {
            settings(1, durable)
                .iter()
                .any(|(name, value)| name == "fsync" && value == "off")
        };
        assert!(skips(false));
        assert!(!skips(true));
    }
}
