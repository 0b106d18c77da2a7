//! sfu/driver
