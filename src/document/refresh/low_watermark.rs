//! Low watermark of the change queue: reading starts behind it.
//!
//! Deleted rows stay in the table until vacuum may remove them, which a long transaction elsewhere (for example a
//! backup) prevents for hours. Reading the queue from its start would visit all of them every few milliseconds.
//!
//! **The rule.** A transaction draws a key's number after it has got its transaction id, because it has changed a
//! source row before. So read the highest number drawn, and after that draw a transaction id. When all transactions
//! before that id have ended, no row up to that number can appear any more. The end of a snapshot (`pg_snapshot_xmax`)
//! is no such id: it follows the last transaction that has *ended*, and later ones may be running.

use tokio_postgres::{Client, Error};

/// Numbers up to which the queue has no rows, now and in future.
#[derive(Debug, Default)]
pub(super) struct LowWatermark {
    seq: i64,
    /// The number that may be next, and the transaction id before which all transactions must have ended.
    next: Option<(i64, i64)>,
}

impl LowWatermark {
    /// Returns the number up to which the queue has no rows.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Takes the next step: records the end of the queue, or moves up to the recorded end once that is safe.
    pub async fn advance(&mut self, client: &Client) -> Result<(), Error> {
        let Some((seq, before)) = self.next else {
            // Before its first use, a sequence's `last_value` is the number that it will return first.
            let drawn = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM serving.change_queue_seq_seq";
            let seq: i64 = client.query_one(drawn, &[]).await?.get(0);
            // The sequence may have been restarted.
            self.seq = self.seq.min(seq);
            // In a later statement: transactions that drew numbers before have smaller ids.
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
