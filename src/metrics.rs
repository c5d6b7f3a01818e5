//! Everything this process exports, as one struct that is handed down.
