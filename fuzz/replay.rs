//! Runs a fuzz body over its committed corpus and a bounded, seeded number of mutations of it: the fuzz targets for a
//! machine with stable Rust and nothing else. Included by the tests of the packages the bodies are in.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// No datagram is longer, and the mutations of a text need not be.
const LONGEST: usize = 4096;

/// Panics with the input in its message where the body does.
pub(crate) fn replay(name: &str, body: fn(&[u8]), rounds: usize) {
    let corpus = corpus(name);
    for (file, bytes) in &corpus {
        run(name, body, bytes, file);
    }
    // The same inputs in every run: a failure here is one anywhere.
    let mut rng = StdRng::seed_from_u64(0xface);
    for round in 0..rounds {
        let input = mutated(&corpus, &mut rng);
        run(name, body, &input, &format!("mutation {round}"));
    }
}

/// Every name has a target that calls its body, and a corpus.
pub(crate) fn check_targets(package: &str, names: &[&str]) {
    for name in names {
        let target = folder().join(format!("fuzz_targets/{name}.rs"));
        let source = fs::read_to_string(&target).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
        assert!(source.contains(&format!("{package}::fuzzing::{name}(")), "{} calls another body", target.display());
        assert!(!corpus(name).is_empty());
    }
}

fn run(name: &str, body: fn(&[u8]), input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(input))) {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        panic!("{name} fails for {what}: {message}\nthe input: b\"{}\"", input.escape_ascii());
    }
}

fn folder() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("fuzz/fuzz_targets").is_dir());
    root.expect("the repository").join("fuzz")
}

/// Files of the corpus by name, so that every machine sees them in one order.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let bytes = fs::read(&path).expect("a readable file");
            (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

/// One input of the corpus with a few changes, as a fuzzer makes them.
fn mutated(corpus: &[(String, Vec<u8>)], rng: &mut StdRng) -> Vec<u8> {
    const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0xc0, b'\n', b' '];
    let pick = |rng: &mut StdRng| corpus.get(rng.random_range(0..corpus.len())).map(|(_, bytes)| bytes.as_slice());
    let mut input = pick(rng).unwrap_or_default().to_vec();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..=input.len());
        let end = (at + rng.random_range(1..32)).min(input.len());
        match rng.random_range(0..6) {
            0 | 1 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << rng.random_range(0..8)),
            2 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte = TELLING[rng.random_range(0..8)]),
            3 => drop(input.drain(at..end)),
            4 => {
                let piece = input.get(at..end).unwrap_or_default().to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let other = pick(rng).unwrap_or_default();
                let from = rng.random_range(0..=other.len());
                let piece = other.get(from..(from + 64).min(other.len())).unwrap_or_default().to_vec();
                let end = (at + piece.len()).min(input.len());
                input.splice(at..end, piece);
            }
        }
    }
    input.truncate(LONGEST);
    input
}
