//! The ids of a file: to find duplicates in it, and to check the rows of other files against it.

use roaring::{RoaringBitmap, RoaringTreemap};

/// Memory that the ids of one file may take, in bytes.
///
/// Sixty million ids in one run take 8 MiB; only ids scattered over all 64 bits come near.
pub const MAX_ID_SET_BYTES: usize = 256 * 1024 * 1024;

/// Ids between two looks at the memory.
const CHECK_INTERVAL: u64 = 65_536;
/// Bytes of a bitmap beside its containers: an entry of a tree and a header, rounded up.
const BITMAP_BYTES: usize = 96;
/// Bytes of a container beside its values, with the vector's spare room.
const CONTAINER_BYTES: usize = 96;
/// One bit for each of the 65,536 values of a container.
const BITSET_BYTES: usize = 65_536 / 8;

/// The ids would take more memory than the limit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ids are so scattered that remembering them takes more than {limit_bytes} bytes")]
pub struct IdsTooScattered {
    /// The limit, in bytes.
    pub limit_bytes: usize,
}

/// A set of positive ids in bounded memory.
#[derive(Clone, Debug)]
pub struct IdSet {
    ids: RoaringTreemap,
    len: u64,
    limit_bytes: usize,
}

impl Default for IdSet {
    fn default() -> Self {
        Self::with_limit(MAX_ID_SET_BYTES)
    }
}

impl IdSet {
    /// An empty set that may take about `limit_bytes`.
    #[must_use]
    pub fn with_limit(limit_bytes: usize) -> Self {
        Self {
            ids: RoaringTreemap::new(),
            len: 0,
            limit_bytes,
        }
    }

    /// Adds an id; false if it was there, or if it is negative.
    ///
    /// # Errors
    ///
    /// [`IdsTooScattered`] once the set takes more than its limit.
    pub fn insert(&mut self, id: i64) -> Result<bool, IdsTooScattered> {
        let is_new = u64::try_from(id).is_ok_and(|id| self.ids.insert(id));
        if is_new {
            self.len += 1;
            if self.len.is_multiple_of(CHECK_INTERVAL) && self.estimated_bytes() > self.limit_bytes
            {
                return Err(IdsTooScattered {
                    limit_bytes: self.limit_bytes,
                });
            }
        }
        Ok(is_new)
    }

    /// Returns true if the set has an id.
    #[must_use]
    pub fn contains(&self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.ids.contains(id))
    }

    /// Removes an id.
    pub fn remove(&mut self, id: i64) {
        self.len -= u64::from(u64::try_from(id).is_ok_and(|id| self.ids.remove(id)));
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.ids.iter().map(u64::cast_signed)
    }

    /// Number of ids.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns true if there is no id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Memory that the set takes, in bytes, rather too high than too low.
    fn estimated_bytes(&self) -> usize {
        self.ids
            .bitmaps()
            .map(|(_, bitmap)| bitmap_bytes(bitmap))
            .sum()
    }
}

fn bitmap_bytes(bitmap: &RoaringBitmap) -> usize {
    let statistics = bitmap.statistics();
    // Two bytes for each value, and a vector that grew may be half empty.
    let arrays = statistics.n_values_array_containers as usize * 4;
    let bitsets = statistics.n_bitset_containers as usize * BITSET_BYTES;
    BITMAP_BYTES + statistics.n_containers as usize * CONTAINER_BYTES + arrays + bitsets
}

#[cfg(test)]
mod tests {
    use super::{CHECK_INTERVAL, IdSet, IdsTooScattered};

    #[test]
    fn an_id_is_new_once_and_a_negative_one_never() {
        let mut ids = IdSet::default();
        for (id, is_new) in [
            (7, true),
            (7, false),
            (0, true),
            (i64::MAX, true),
            (-1, false),
        ] {
            assert_eq!(ids.insert(id), Ok(is_new), "{id}");
        }
        assert_eq!(ids.len(), 3);
        assert!(ids.contains(i64::MAX));
        assert!(!ids.contains(-1));
        assert!(!ids.contains(8));
    }

    #[test]
    fn dense_ids_are_cheap_and_scattered_ones_end_at_the_limit() {
        let limit_bytes = 1024 * 1024;
        let count = i64::try_from(2 * CHECK_INTERVAL).unwrap();

        let mut dense = IdSet::with_limit(limit_bytes);
        assert!((1..count).all(|id| dense.insert(id) == Ok(true)));
        assert!(
            dense.estimated_bytes() < 40_000,
            "{}",
            dense.estimated_bytes()
        );

        let mut scattered = IdSet::with_limit(limit_bytes);
        let outcome = (1..count).try_for_each(|id| scattered.insert(id << 33).map(drop));
        assert_eq!(outcome, Err(IdsTooScattered { limit_bytes }));
    }
}
