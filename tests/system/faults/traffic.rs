//! Traffic beside a test.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crate::{
    faults::client_report::Seen,
    traffic::{self, Sample, Workload},
};

/// Traffic that continues until it is stopped or dropped.
pub struct Traffic {
    stop: Arc<AtomicBool>,
    generator: Option<JoinHandle<io::Result<Vec<Sample>>>>,
}

impl Traffic {
    /// Starts sending requests.
    pub fn start(workload: Workload) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let is_stopped = Arc::clone(&stop);
        let generator = thread::spawn(move || traffic::samples(&workload, &is_stopped));
        Self {
            stop,
            generator: Some(generator),
        }
    }

    /// Stops sending requests and returns what the clients saw.
    pub async fn stop(mut self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let generator = self.generator.take().expect("it is stopped once");
        let joined = tokio::task::spawn_blocking(|| generator.join()).await;
        let samples = joined.unwrap().expect("the generator does not panic");
        Seen::new(samples.expect("the edge takes connections"))
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
