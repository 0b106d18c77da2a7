//! The bench is `benches/stages.rs`.
