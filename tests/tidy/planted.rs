//! Each rule catches what it is for, and nothing else.

use super::rules::File;

#[track_caller]
fn check(path: &str, source: &str, expected: &[(usize, &str)]) {
    let found = File::new(path, source).violations();
    let fine = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, (line, what))| found.line == *line && found.what.contains(what));
    assert!(fine, "{path}: expected {expected:?}, found {found:#?}");
}

#[test]
fn calls_go_rightwards() {
    check("src/booking/mod.rs", "use crate::accounts::LoggedIn;\nuse crate::kernel::db::Db;\n", &[]);
    check("src/booking/mod.rs", "use crate::live::Live;\n", &[(1, "booking may not call live")]);
    check(
        "src/booking/routes.rs",
        "use crate::{\n    accounts::A,\n    live::B,\n};\n",
        &[(1, "booking may not call live")],
    );
    check("src/kernel/db.rs", "fn f() { crate::accounts::g(); }\n", &[(1, "kernel may not call accounts")]);
    check("src/mentors/mod.rs", "use crate::payments::Money;\n", &[(1, "mentors may not call payments")]);
    check("src/accounts/mod.rs", "use crate::AppState;\n", &[(1, "accounts may not call AppState")]);
    check("src/app.rs", "use crate::{accounts, live};\n", &[]);
}

#[test]
fn super_does_not_leave_a_domain() {
    check("src/booking/store.rs", "use super::model::Session;\n", &[]);
    check("src/booking/store.rs", "use super::super::live::Live;\n", &[(1, "through super")]);
    check("src/booking/mod.rs", "use super::live::Live;\n", &[(1, "through super")]);
    check("src/live/room/mod.rs", "use super::routes;\n", &[]);
}

#[test]
fn a_new_folder_needs_its_place() {
    check("src/helpers/mod.rs", "pub fn f() {}\n", &[(1, "not in the table")]);
}

#[test]
fn media_packages_are_live_s() {
    check("src/live/mod.rs", "use sfu::Sfu;\nuse signaling::Message;\n", &[]);
    check("src/booking/mod.rs", "use sfu::Sfu;\n", &[(1, "only live may use sfu")]);
    check("signaling/src/room.rs", "use sfu_core::{ParticipantId, Source};\n", &[]);
    check("signaling/src/room.rs", "use sfu_core::{Shard, Source};\n", &[(1, "not Shard")]);
}

#[test]
fn sql_lives_in_stores() {
    let query = "fn f() { sqlx::query(\"DELETE FROM users\"); }\n";
    check("src/accounts/store.rs", query, &[]);
    check("src/kernel/db.rs", query, &[]);
    check("src/accounts/mod.rs", query, &[(1, "SQL outside")]);
    check("src/live/mod.rs", "const Q: &str = \"UPDATE rooms SET a = 1\";\n", &[(1, "SQL outside")]);
    check("src/live/mod.rs", "const TEXT: &str = \"SELECT a camera first\";\n", &[]);
}

#[test]
fn only_the_kernel_opens_transactions() {
    check("src/kernel/db.rs", "fn f() { pool.begin_with(\"BEGIN IMMEDIATE\"); }\n", &[]);
    check("src/accounts/store.rs", "fn f() { pool.begin(); }\n", &[(1, "opens transactions")]);
    check("src/accounts/store.rs", "const B: &str = \"BEGIN IMMEDIATE\";\n", &[(1, "opens transactions")]);
}

#[test]
fn time_and_randomness_come_from_the_clock() {
    let ambient = "fn f() {\n    Instant::now();\n    rand::rng();\n    Uuid::now_v7();\n}\n";
    let caught = [(2, "Instant::now"), (3, "rand::rng"), (4, "Uuid::now_v7")];
    check("src/kernel/clock/mod.rs", ambient, &[]);
    check("sfu/driver/src/thread.rs", ambient, &[]);
    check("src/live/mod.rs", ambient, &caught);
    check("sfu/core/src/room.rs", ambient, &caught);
    check("signaling/src/room.rs", ambient, &caught);
    check("sfu/core/src/room/tests.rs", ambient, &[]);
    check("sfu/core/src/room.rs", &format!("#[cfg(test)]\nmod tests {{\n{ambient}}}\n"), &[]);
}

#[test]
fn the_sans_io_packages_do_no_io() {
    check("sfu/core/src/room.rs", "use std::net::UdpSocket;\n", &[(1, "sans-IO")]);
    check("signaling/src/room.rs", "use tokio::sync::mpsc;\n", &[(1, "sans-IO")]);
    check("sfu/driver/src/room.rs", "use std::net::UdpSocket;\n", &[]);
}

#[test]
fn lints_are_expected_never_allowed() {
    check("tests/world.rs", "#[allow(dead_code)]\nfn f() {}\n", &[(1, "#[expect")]);
    check("src/app.rs", "#![allow(unused)]\n", &[(1, "#[expect")]);
    check("src/app.rs", "#[expect(dead_code, reason = \"x\")]\nfn f() {}\n", &[]);
}
