//! Processes started for a measurement.

use std::{ffi::OsStr, path::Path, process::Command};

use procfs::process::{Process, Stat, all_processes};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Starts a program that is killed when its parent ends. Part of every Debian.
const SETPRIV: &str = "/usr/bin/setpriv";

/// Builds a command for `program` that is killed when this process ends, where the machine supports that, and bound to
/// `processors` (a list as for `taskset -c`) if there are any.
pub fn ending_with_us(program: impl AsRef<OsStr>, processors: Option<&str>) -> Command {
    command(program.as_ref(), processors, "KILL")
}

/// The same for a program with child processes, which it ends on SIGTERM.
pub fn told_to_end_with_us(program: impl AsRef<OsStr>, processors: Option<&str>) -> Command {
    command(program.as_ref(), processors, "TERM")
}

fn command(program: &OsStr, processors: Option<&str>, signal: &str) -> Command {
    // Each program replaces itself by the next, under the same process id.
    let mut words = Vec::new();
    if Path::new(SETPRIV).exists() {
        words.extend([SETPRIV, "--pdeathsig", signal].map(OsStr::new));
    }
    if let Some(processors) = processors {
        words.extend(["taskset", "-c", processors].map(OsStr::new));
    }
    words.push(program);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Raises the limit of file descriptors for this process and its children: every connection needs one.
pub fn raise_descriptor_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit).expect("that much is allowed");
}

/// Returns the memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub resident: u64,
    pub peak: u64,
}

/// Returns the memory of a process, if it runs.
pub fn memory(pid: u32) -> Option<Memory> {
    let status = process(pid)?.status().ok()?;
    Some(Memory {
        resident: status.vmrss? * 1024,
        peak: status.vmhwm? * 1024,
    })
}

/// Returns the processor time of a process and its children so far, in seconds.
pub fn processor_seconds(pid: u32) -> f64 {
    let parent = pid.cast_signed();
    // Some may end while they are listed.
    let all = all_processes().expect("processes can be listed").flatten();
    let statistics = all.filter_map(|process| process.stat().ok());
    let family = statistics.filter(|stat| stat.pid == parent || stat.ppid == parent);
    family.map(|stat| seconds(&stat)).sum()
}

fn process(pid: u32) -> Option<Process> {
    Process::new(pid.cast_signed()).ok()
}

fn seconds(stat: &Stat) -> f64 {
    // The time of ended children is counted with their parent.
    let ended = stat.cutime.cast_unsigned() + stat.cstime.cast_unsigned();
    let ticks = u32::try_from(stat.utime + stat.stime + ended);
    let per_second = u32::try_from(procfs::ticks_per_second());
    f64::from(ticks.expect("a run is short")) / f64::from(per_second.expect("they are a hundred"))
}
