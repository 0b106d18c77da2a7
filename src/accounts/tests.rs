//! Rules of accounts.

use std::time::Duration;

use axum::http::HeaderMap;

use super::model::Login;
use super::rules::{self, Refresh};
use super::same_site::is_ours;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, UserId};

#[test]
fn an_email_has_a_name_and_a_domain() {
    let (long, far) = (format!("{}@demo.test", "a".repeat(65)), format!("a@{}.test", "a".repeat(64)));
    for good in ["ada@demo.test", " Ada.L+x@mail.demo.test ", "o'hara@demo.test"] {
        assert!(rules::email(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "ada",
        "@demo.test",
        "ada@",
        "ada@demo",
        "a@b@c.test",
        "a b@demo.test",
        "a\0@demo.test",
        "a@-x.test",
        &long,
        &far,
    ] {
        assert!(rules::email(bad).is_err(), "{bad:?}");
    }
    assert_eq!(rules::email("Ada@Demo.Test").ok().map(|email| email.key()).as_deref(), Some("ada@demo.test"));
}

#[test]
fn names_and_passwords_have_bounds() {
    let code = |result: Result<(), crate::kernel::error::FieldProblem>| result.err().map(|problem| problem.code);
    let cases = [
        (code(rules::display_name(" Ada ").map(drop)), None),
        (code(rules::display_name("  ").map(drop)), Some("display_name_invalid")),
        (code(rules::display_name(&"é".repeat(60)).map(drop)), None),
        (code(rules::display_name(&"é".repeat(61)).map(drop)), Some("display_name_invalid")),
        (code(rules::display_name("a\nb").map(drop)), Some("display_name_invalid")),
        (code(rules::password("é".repeat(9)).map(drop)), Some("password_too_short")),
        (code(rules::password("é".repeat(10)).map(drop)), None),
        (code(rules::password("a".repeat(201)).map(drop)), Some("password_too_long")),
        (code(rules::password("1q2w3e4R5T".to_owned()).map(drop)), Some("password_common")),
        (code(rules::password("FaceMentor2026".to_owned()).map(drop)), Some("password_common")),
        (code(rules::password("my mentor is kind".to_owned()).map(drop)), None),
    ];
    for (index, (found, expected)) in cases.into_iter().enumerate() {
        assert_eq!(found, expected, "case {index}");
    }
}

#[test]
fn languages_and_zones_are_spelled_as_usual() {
    for (text, expected) in [
        ("en", Some("en")),
        ("PT-br", Some("pt-BR")),
        ("zh-hant", Some("zh-Hant")),
        ("sr-latn-rs", Some("sr-Latn-RS")),
        ("es-419", Some("es-419")),
        ("", None),
        ("e", None),
        ("english", None),
        ("en_US", None),
        ("en-US-x-evil", None),
        ("é", None),
    ] {
        assert_eq!(rules::language(text).ok().as_deref(), expected, "{text}");
    }
    for (text, expected) in [
        ("Europe/Madrid", Some("Europe/Madrid")),
        ("asia/kolkata", Some("Asia/Kolkata")),
        ("America/Argentina/Buenos_Aires", Some("America/Argentina/Buenos_Aires")),
        ("UTC", Some("UTC")),
        ("", None),
        ("Mars/Olympus", None),
        ("+02:00", None),
        ("../../etc/localtime", None),
    ] {
        assert_eq!(rules::time_zone(text).ok().as_deref(), expected, "{text}");
    }
}

#[test]
fn a_refresh_token_works_once_and_a_moment_longer() {
    let login = Login {
        id: LoginId(uuid::Uuid::nil()),
        user: UserId(uuid::Uuid::nil()),
        generation: 5,
        rotated_at: Timestamp(1_000_000),
        user_agent: String::new(),
        created_at: Timestamp(0),
        last_seen_at: Timestamp(0),
        expires_at: Timestamp(9_000_000),
        revoked_at: None,
    };
    let revoked = Login { revoked_at: Some(Timestamp(1)), ..login.clone() };
    let cases = [
        (&login, 5, 1_000_001, Refresh::Rotate),
        (&login, 4, 1_030_000, Refresh::Repeat),
        (&login, 4, 1_030_001, Refresh::Reuse),
        (&login, 3, 1_000_001, Refresh::Reuse),
        (&login, 5, 9_000_000, Refresh::Over),
        (&revoked, 5, 1_000_001, Refresh::Over),
    ];
    for (login, generation, now, expected) in cases {
        let found = rules::refresh(login, generation, Timestamp(now), Duration::from_secs(30));
        assert_eq!(found, expected, "generation {generation} at {now}");
    }
}

#[test]
fn only_our_pages_and_listed_origins_may_change_things() {
    let own = "https://meet.example";
    let listed = ["https://app.example".to_owned()];
    let cases: [(&[(&'static str, &str)], bool); 9] = [
        (&[], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site"), ("origin", "https://app.example")], true),
        (&[("sec-fetch-site", "same-site"), ("origin", "https://other.example")], false),
        (&[("origin", "https://meet.example")], true),
        (&[("origin", "https://meet.example.evil")], false),
        (&[("origin", "null")], false),
    ];
    for (pairs, expected) in cases {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        assert_eq!(is_ours(&headers, own, &listed), expected, "{pairs:?}");
    }
}
