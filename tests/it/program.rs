//! Runs the program as its users do: processes, arguments, exit codes, files and signals.

use std::{
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::timeout,
};

/// How long anything may take on a busy machine before a test gives up. No claim about speed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A process of the program that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error: the log and error messages.
    pub log: String,
}

impl Finished {
    /// Asserts the exit code, with everything the program said if it is another.
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

    /// Asserts that the program said each of `words` on either stream.
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

/// Which stream of a process said a line.
enum Line {
    Out(String),
    Log(String),
}

/// A process of the program at work. Killed when dropped.
pub struct Running {
    child: Child,
    lines: UnboundedReceiver<Line>,
    out: String,
    log: String,
}

impl Running {
    /// Starts the program on a database.
    pub fn start(url: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_atelierex"))
            .args(arguments)
            .env("DATABASE_URL", url)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let (sender, lines) = mpsc::unbounded_channel();
        forward(
            child.stdout.take().expect("is piped"),
            sender.clone(),
            Line::Out,
        );
        forward(child.stderr.take().expect("is piped"), sender, Line::Log);
        Self {
            child,
            lines,
            out: String::new(),
            log: String::new(),
        }
    }

    /// Everything logged so far.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Waits for the next line of the log; none when the process has closed it.
    pub async fn next_line(&mut self) -> Option<String> {
        loop {
            let line = timeout(PATIENCE, self.lines.recv()).await;
            match line.unwrap_or_else(|_| panic!("silence after:\n{}", self.log))? {
                Line::Out(line) => self.out.extend([line.as_str(), "\n"]),
                Line::Log(line) => {
                    self.log.extend([line.as_str(), "\n"]);
                    return Some(line);
                }
            }
        }
    }

    /// Waits for a line of the log; panics if the process ends without it.
    pub async fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        while let Some(line) = self.next_line().await {
            if wanted(&line) {
                return line;
            }
        }
        panic!("ended without {what}:\n{}\n{}", self.out, self.log)
    }

    /// Asserts that the process has not ended.
    pub fn expect_at_work(&mut self) {
        let ended = self.child.try_wait().expect("a child can be asked");
        assert!(
            ended.is_none(),
            "{ended:?} too early:\n{}\n{}",
            self.out,
            self.log
        );
    }

    /// Sends a signal by name, for example `INT`.
    pub async fn signal(&self, name: &str) {
        // A process that has ended and was not waited for can still be signalled.
        let pid = self.child.id().expect("was not waited for").to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(
            sent.expect("kill runs").success(),
            "{name} could not be sent"
        );
    }

    /// Waits for the process to end by itself or by a signal sent before.
    pub async fn finish(mut self) -> Finished {
        while self.next_line().await.is_some() {}
        let status: ExitStatus = timeout(PATIENCE, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("still runs after:\n{}", self.log))
            .expect("a child can be waited for");
        Finished {
            code: status.code(),
            out: self.out,
            log: self.log,
        }
    }

    /// `kill -9`, and the end of the process. The code is none unless it had ended before.
    pub async fn kill(mut self) -> Finished {
        self.child.start_kill().expect("a child can be killed");
        self.finish().await
    }
}

fn forward(
    stream: impl AsyncRead + Send + Unpin + 'static,
    lines: UnboundedSender<Line>,
    kind: fn(String) -> Line,
) {
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream).lines();
        while let Ok(Some(line)) = stream.next_line().await {
            if lines.send(kind(line)).is_err() {
                break;
            }
        }
    });
}

/// Runs the program to its end.
pub async fn run(url: &str, arguments: &[&str]) -> Finished {
    Running::start(url, arguments).finish().await
}
