//! Rules of booking.

use super::rules;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::ids::SessionId;

#[test]
fn join_codes_are_long_and_parse_back() {
    let random = Random::default();
    let code = rules::join_code(&random);
    assert_eq!(code.as_str().len(), 16);
    assert_ne!(code, rules::join_code(&random));
    assert_eq!(rules::parse_join_code(&code.as_str().to_uppercase()), Some(code));
    for bad in ["", "a b", "a/b", "ä", "a\0", &"a".repeat(65)] {
        assert_eq!(rules::parse_join_code(bad), None, "{bad:?}");
    }
}

#[test]
fn a_cursor_is_where_the_list_stopped() {
    let id = SessionId::generate(&Random::default(), &Clock::System);
    assert_eq!(rules::parse_cursor(&rules::cursor(id)), Some(id));
    for bad in ["", "x", "!!", "AAAA"] {
        assert_eq!(rules::parse_cursor(bad), None, "{bad:?}");
    }
}

#[test]
fn titles_have_bounds() {
    assert_eq!(rules::title("  Rust  ").as_deref().ok(), Some("Rust"));
    for bad in ["", " ", "a\tb", &"é".repeat(121)] {
        assert!(rules::title(bad).is_err(), "{bad:?}");
    }
}
