//! Processes of peers.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

/// Running process. Dropping it sends SIGTERM.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a process with its output in the file `log`.
    ///
    /// # Panics
    ///
    /// If the program is not installed.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let log = File::create(log).expect("a log can be written");
        let also = log.try_clone().expect("a file can be shared");
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(also)
            .spawn()
            .expect("a program that is installed starts");
        Self { child }
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}
