//! What things take in memory, as the allocator gives it.

use bytes::Bytes;

/// What moka keeps for an entry besides the entry itself, in bytes: key, node of the order of use, bucket.
pub const CACHE_ENTRY_BYTES: usize = 400;

/// What `Bytes` allocates to count those who share a buffer.
const SHARED_BUFFER_BYTES: usize = 24;

/// Puts `parts` side by side into one allocation, and returns each of them.
pub fn pack<const N: usize>(parts: [&[u8]; N]) -> [Bytes; N] {
    let mut rest = Bytes::from(parts.concat());
    parts.map(|part| rest.split_to(part.len()))
}

/// What an allocation of `size` bytes takes.
pub fn allocated(size: usize) -> usize {
    size
}

/// What a buffer of `length` bytes takes that is shared.
pub fn bytes(length: usize) -> usize {
    allocated(length) + allocated(SHARED_BUFFER_BYTES)
}

/// What a `T` in an `Arc` takes.
pub fn shared<T>() -> usize {
    // With the two counters.
    allocated(size_of::<T>() + 2 * size_of::<usize>())
}
