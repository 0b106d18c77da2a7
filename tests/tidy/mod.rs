//! Rules of this repository that no compiler checks.

mod code;
mod planted;
mod rules;

use std::fs;
use std::path::Path;

use rules::File;

const FOLDERS: &[&str] = &["ical", "src", "sfu", "signaling", "tests"];

#[test]
fn the_repository_keeps_its_own_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in FOLDERS {
        rust_files(&root.join(folder), &mut paths);
    }
    assert!(paths.len() > 10, "found only {} files under {}", paths.len(), root.display());
    let (mut violations, mut long) = (Vec::new(), Vec::new());
    for path in paths {
        let source = fs::read_to_string(&path).expect("a readable source file");
        let path = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        let file = File::new(&path, &source);
        violations.extend(file.violations());
        if file.is_long() {
            long.push(format!("{path}: {} lines", source.lines().count()));
        }
    }
    if !long.is_empty() {
        eprintln!("Longer than 400 lines; is there a second idea inside?\n  {}", long.join("\n  "));
    }
    let report: Vec<_> = violations.iter().map(|at| format!("{}:{}: {}", at.path, at.line, at.what)).collect();
    assert!(report.is_empty(), "{} breaches:\n{}", report.len(), report.join("\n"));
}

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
