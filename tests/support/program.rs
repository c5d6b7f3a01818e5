//! Runs the program as users do: processes, arguments, exit codes, files and signals.

use std::{
    mem,
    process::Stdio,
    sync::{Arc, Mutex},
    thread,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::mpsc::{self, UnboundedReceiver},
    task::JoinSet,
    time::timeout,
};

use crate::support::wait::TIMEOUT;

/// Process of the program that has ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error: log and error messages.
    pub log: String,
}

impl Finished {
    /// Asserts the exit code. Prints all output if it differs.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "output:\n{}\nlog:\n{}",
            self.out,
            self.log
        );
        self
    }

    /// Asserts that the output contains each of `words`.
    #[track_caller]
    pub fn expect_words(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.out.contains(word) || self.log.contains(word),
                "{word:?} is not in\n{}\n{}",
                self.out,
                self.log
            );
        }
        self
    }
}

/// Output of a process so far.
#[derive(Default)]
struct Said {
    out: String,
    log: String,
}

/// Running process of the program. Killed when dropped.
pub struct Running {
    child: Child,
    said: Arc<Mutex<Said>>,
    log: UnboundedReceiver<String>,
    readers: JoinSet<()>,
}

impl Running {
    /// Starts the program on a database.
    pub fn start(url: &str, arguments: &[&str]) -> Self {
        Self::of(command(arguments).env("DATABASE_URL", url))
    }

    /// Starts the program by a command.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let said = Arc::<Mutex<Said>>::default();
        let (sender, log) = mpsc::unbounded_channel();
        let mut readers = JoinSet::new();
        let out = child.stdout.take().expect("is piped");
        let keep = Arc::clone(&said);
        readers.spawn(each_line(out, move |line| {
            keep.lock().unwrap().out.extend([line, "\n"]);
        }));
        let errors = child.stderr.take().expect("is piped");
        let keep = Arc::clone(&said);
        readers.spawn(each_line(errors, move |line| {
            keep.lock().unwrap().log.extend([line, "\n"]);
            // No test may be waiting for lines.
            let _ = sender.send(line.to_owned());
        }));
        Self {
            child,
            said,
            log,
            readers,
        }
    }

    /// Returns standard output so far.
    pub fn out(&self) -> String {
        self.said.lock().unwrap().out.clone()
    }

    /// Returns the log so far.
    pub fn log(&self) -> String {
        self.said.lock().unwrap().log.clone()
    }

    /// Returns all output so far, for messages of failing tests.
    pub fn said(&self) -> String {
        let said = self.said.lock().unwrap();
        format!("output:\n{}\nlog:\n{}", said.out, said.log)
    }

    /// Waits for the next line of the log; `None` when the process has closed it.
    pub async fn next_line(&mut self) -> Option<String> {
        let line = timeout(TIMEOUT, self.log.recv()).await;
        line.unwrap_or_else(|_| panic!("silence after {}", self.said()))
    }

    /// Waits for a line of the log; panics if the process ends without it.
    pub async fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        while let Some(line) = self.next_line().await {
            if wanted(&line) {
                return line;
            }
        }
        panic!("ended without {what}; {}", self.said())
    }

    /// True if the process has ended.
    pub fn has_ended(&mut self) -> bool {
        let ended = self.child.try_wait().expect("a child can be asked");
        ended.is_some()
    }

    /// Asserts that the process has not ended.
    pub fn expect_at_work(&mut self) {
        let ended = self.child.try_wait().expect("a child can be asked");
        assert!(ended.is_none(), "{ended:?} too early; {}", self.said());
    }

    /// Sends a signal by name, for example `INT`.
    pub async fn signal(&self, name: &str) {
        // Signalling a process that has ended but was not waited for succeeds.
        let pid = self.child.id().expect("was not waited for").to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(
            sent.expect("kill runs").success(),
            "{name} could not be sent"
        );
    }

    /// Waits until the process ends by itself or by an earlier signal.
    pub async fn finish(mut self) -> Finished {
        let status = timeout(TIMEOUT, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("still runs; {}", self.said()));
        while self.readers.join_next().await.is_some() {}
        let said = mem::take(&mut *self.said.lock().unwrap());
        Finished {
            code: status.expect("a child can be waited for").code(),
            out: said.out,
            log: said.log,
        }
    }

    /// Kills the process with SIGKILL and waits for its end. The code is `None` unless it had ended before.
    pub async fn kill(mut self) -> Finished {
        self.child.start_kill().expect("a child can be killed");
        self.finish().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the program's {}", self.said());
        }
    }
}

/// Reads a stream to its end, line by line.
async fn each_line(stream: impl AsyncRead + Unpin, mut take: impl FnMut(&str)) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        take(&line);
    }
}

/// Builds a command with arguments and without a database.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atelierex"));
    command.args(arguments).env_remove("DATABASE_URL");
    command
}

/// Runs the program until it ends.
pub async fn run(url: &str, arguments: &[&str]) -> Finished {
    Running::start(url, arguments).finish().await
}
