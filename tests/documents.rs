//! What the documents say is what the server does. `UPDATE_DOCUMENTS=1 cargo test documents` writes what can be derived.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::world::{Engine, World};

const START: &str = "<!-- configuration: kept equal to config/default.toml by tests/documents.rs -->\n";
const END: &str = "<!-- /configuration -->\n";

fn in_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(in_root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_readme_explains_every_setting() {
    let readme = read("README.md");
    let (before, rest) = readme.split_once(START).expect("the README has a configuration table");
    let (table, after) = rest.split_once(END).expect("the table ends");
    let expected = table_of(&read("config/default.toml"));
    if table != expected && std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(in_root("README.md"), [before, START, &expected, END, after].concat())
            .expect("README.md is writable");
        return;
    }
    assert_eq!(table, expected, "run: UPDATE_DOCUMENTS=1 cargo test documents");
}

/// A row per setting: its key, its default, and the comment above it.
fn table_of(defaults: &str) -> String {
    let mut table = String::from("| setting | default | what it does |\n|---|---|---|\n");
    let (mut section, mut comment) = (String::new(), Vec::new());
    for line in defaults.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
        } else if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
            comment.clear();
        } else if let Some((key, value)) = line.split_once(" = ") {
            let about = comment.join(" ").replace('|', "\\|");
            table.push_str(&format!("| `{section}{key}` | `{value}` | {about} |\n"));
            comment.clear();
        } else {
            comment.clear();
        }
    }
    table
}

#[test]
fn the_compose_file_and_the_documents_name_settings_that_exist() {
    let settings = table_of(&read("config/default.toml")).to_uppercase();
    let mut named = 0;
    for path in ["config/compose.yaml", "config/production.toml", "docs/REACH.md", "README.md", "Dockerfile"] {
        for piece in read(path).split("FACEMENTOR_").skip(1) {
            let end = piece.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(piece.len());
            let key = piece[..end].replace("__", ".");
            if key != "CONFIG" && !key.is_empty() {
                assert!(settings.contains(&format!("| `{key}` |")), "{path}: FACEMENTOR_{key} is no setting");
                named += 1;
            }
        }
    }
    assert!(named > 5, "{named}");
}

#[tokio::test]
async fn every_metric_is_documented_and_every_documented_metric_exists() {
    let world = World::start(Engine::Sqlite).await;
    let scrape = reqwest::get(world.ops_url("/metrics")).await.expect("answers").text().await.expect("text");
    let served = scrape.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next().map(str::to_owned));
    let mut exist: BTreeSet<String> = served.collect();
    assert!(exist.len() > 5, "{scrape}");
    // Those with labels show up only once something has happened: their names stand in the source.
    for folder in ["src", "sfu/driver/src"] {
        names_in_sources(&in_root(folder), &mut exist);
    }
    let document = read("docs/METRICS.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `facementor_")?.split('`').next());
    let documented: BTreeSet<String> = rows.map(|name| format!("facementor_{name}")).collect();
    let missing: Vec<_> = exist.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/METRICS.md lacks {missing:?}");
    let gone: Vec<_> = documented.difference(&exist).collect();
    assert!(gone.is_empty(), "docs/METRICS.md has what nobody serves: {gone:?}");
}

/// docs/ASVS.md names tests that exist: functions, and titles of browser tests.
#[test]
fn every_proof_of_the_security_checklist_exists() {
    let document = read("docs/ASVS.md");
    let (mut functions, mut titles) = (String::new(), String::new());
    for folder in ["src", "tests", "sfu", "signaling"] {
        gather(&in_root(folder), "rs", &mut functions);
    }
    gather(&in_root("tests/e2e/specs"), "ts", &mut titles);
    let (mut proved, mut unproved) = (0, Vec::new());
    for row in document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let proof = row.trim_end_matches('|').rsplit_once(" | ").map_or("", |(_, proof)| proof).trim();
        assert!(!proof.is_empty(), "{row}: neither a proof nor a word why not");
        for name in proof.split('`').skip(1).step_by(2) {
            let exists = match name.split_once(": \"") {
                Some((_, title)) => titles.contains(&format!("test('{}'", title.trim_end_matches('"'))),
                // A sentence is a test; a word is a setting, a file or a name in the code.
                None if name.matches('_').count() < 2 || name.contains(['.', '/', '=']) => continue,
                None => functions.contains(&format!("fn {name}(")),
            };
            if exists { proved += 1 } else { unproved.push(name) }
        }
    }
    assert!(unproved.is_empty(), "docs/ASVS.md names tests that do not exist: {unproved:?}");
    assert!(proved > 100, "{proved}");
}

/// The sources of a folder, one after the other.
fn gather(folder: &Path, extension: &str, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules" && name != "target") {
            gather(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push_str(&fs::read_to_string(&path).expect("a readable source file"));
        }
    }
}

/// Whole string literals that are names of metrics.
fn names_in_sources(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            names_in_sources(&path, names);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a readable source file");
        for piece in source.split("\"facementor_").skip(1) {
            let name: String =
                piece.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect();
            if piece[name.len()..].starts_with('"') {
                names.insert(format!("facementor_{name}"));
            }
        }
    }
}
