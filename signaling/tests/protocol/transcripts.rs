//! Whole conversations, kept as text: `tests/transcripts/*.txt`.
//!
//! `UPDATE_TRANSCRIPTS=1 cargo test -p signaling` writes what the code says now; read the difference before keeping it.

use std::path::Path;

#[test]
fn conversations_go_as_their_transcripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let update = std::env::var_os("UPDATE_TRANSCRIPTS").is_some();
    let mut played = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of transcripts") {
        let path = entry.expect("a readable folder").path();
        let expected = std::fs::read_to_string(&path).expect("a readable transcript");
        let actual = crate::stage::play(&expected);
        if update {
            std::fs::write(&path, &actual).expect("a writable transcript");
        } else {
            assert_eq!(actual, expected, "{}", path.display());
        }
        played += 1;
    }
    assert!(played >= 15, "only {played} transcripts were found");
}
