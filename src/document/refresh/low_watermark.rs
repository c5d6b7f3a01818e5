//! The number in the queue from which on it has to be read.
//!
//! Deleted rows stay in the table until vacuum may remove them, which a long transaction elsewhere (a backup, say)
//! prevents for hours. Reading the queue from its beginning would pass them all, every few milliseconds.
//!
//! **The rule.** A key's number is drawn by a transaction that has a transaction id already, because it has
//! changed a source row before. So: read the highest number drawn, and after that draw a transaction id. When all
//! transactions before that id have ended, no row up to that number can appear any more. The end of a snapshot
//! (`pg_snapshot_xmax`) is no such id: it follows the last one that has *ended*, and later ones may be at work.

use tokio_postgres::{Client, Error};

/// Numbers up to which nothing is left in the queue, nor ever will be.
#[derive(Debug, Default)]
pub(super) struct LowWatermark {
    seq: i64,
    /// The number that may be next, and the transaction id before which all must have ended.
    next: Option<(i64, i64)>,
}

impl LowWatermark {
    /// Returns the number up to which nothing is left.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Takes the next step: notes the end of the queue, or if that was noted, moves up to it once that is safe.
    pub async fn advance(&mut self, client: &Client) -> Result<(), Error> {
        let Some((seq, before)) = self.next else {
            // A new sequence shows the number that it will give first.
            let drawn = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM serving.change_queue_seq_seq";
            let seq: i64 = client.query_one(drawn, &[]).await?.get(0);
            // Somebody may have restarted it.
            self.seq = self.seq.min(seq);
            // In a later statement: whoever drew a number until then has a smaller id.
            let next = "SELECT pg_current_xact_id()::text::bigint";
            let before = client.query_one(next, &[]).await?.get(0);
            self.next = Some((seq, before));
            return Ok(());
        };
        let oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        let oldest: i64 = client.query_one(oldest, &[]).await?.get(0);
        if oldest < before {
            return Ok(());
        }
        // In a later statement: it sees what those transactions have committed.
        let left = "SELECT min(seq) FROM serving.change_queue WHERE seq > $1 AND seq <= $2";
        let left: Option<i64> = client.query_one(left, &[&self.seq, &seq]).await?.get(0);
        self.seq = left.map_or(seq, |left| left - 1).max(self.seq);
        self.next = None;
        Ok(())
    }
}
