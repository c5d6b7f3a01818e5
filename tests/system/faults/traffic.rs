//! A load that goes on beside a test until it is stopped.

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
    load::{self, Load, Sample},
};

/// A load that goes on until it is stopped or dropped.
pub struct Traffic {
    stop: Arc<AtomicBool>,
    generator: Option<JoinHandle<io::Result<Vec<Sample>>>>,
}

impl Traffic {
    /// Starts it.
    pub fn start(load: Load) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let is_stopped = Arc::clone(&stop);
        let generator = thread::spawn(move || load::samples(&load, &is_stopped));
        Self {
            stop,
            generator: Some(generator),
        }
    }

    /// Stops it; what its clients saw.
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
