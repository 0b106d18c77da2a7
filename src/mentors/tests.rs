//! Rules of profiles.

use super::model::Profile;
use super::rules;

fn sound() -> Profile {
    Profile {
        headline: " Rust and databases ".to_owned(),
        about: "I help.\r\nAsk me.".to_owned(),
        skills: vec!["Rust".to_owned(), "rust ".to_owned(), " ".to_owned(), "C++".to_owned()],
        languages: vec!["en".to_owned(), "en".to_owned()],
        links: vec!["https://Example.org/me".to_owned(), String::new()],
        intro_video_url: Some(" ".to_owned()),
        ..Profile::default()
    }
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Profile), code: &str) {
    let mut typed = sound();
    change(&mut typed);
    let mistakes = rules::profile(typed).expect_err(code);
    assert_eq!(mistakes.iter().map(|mistake| mistake.code).collect::<Vec<_>>(), [code]);
}

#[test]
fn what_was_typed_is_tidied() {
    let profile = rules::profile(sound()).expect("sound");
    assert_eq!((profile.headline.as_str(), profile.about.as_str()), ("Rust and databases", "I help.\nAsk me."));
    assert_eq!((profile.skills, profile.languages), (vec!["Rust".into(), "C++".into()], vec!["en".into()]));
    assert_eq!((profile.links, profile.intro_video_url), (vec!["https://example.org/me".into()], None));
}

#[test]
fn each_field_has_bounds() {
    refused(|profile| profile.headline = " ".into(), "headline_invalid");
    refused(|profile| profile.headline = "a\nb".into(), "headline_invalid");
    refused(|profile| profile.headline = "é".repeat(121), "headline_invalid");
    refused(|profile| profile.about = String::new(), "about_invalid");
    refused(|profile| profile.about = "a\0b".into(), "about_invalid");
    refused(|profile| profile.experience = "x".repeat(2_001), "experience_invalid");
    refused(|profile| profile.skills.clear(), "skills_invalid");
    refused(|profile| profile.skills = vec!["!!".into()], "skills_invalid");
    refused(|profile| profile.skills = (0..13).map(|n| format!("skill {n}")).collect(), "skills_invalid");
    refused(|profile| profile.languages.clear(), "languages_invalid");
    refused(|profile| profile.languages = vec!["xx".into()], "language_unknown");
    refused(|profile| profile.links = (0..6).map(|n| format!("https://example.org/{n}")).collect(), "link_invalid");
}

#[test]
fn links_lead_to_the_open_web_by_https() {
    for bad in [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user@example.org",
        "https://user:word@example.org",
        "//example.org",
        "example.org",
        "data:text/html,x",
        "https://exa\nmple.org",
    ] {
        refused(|profile| profile.links = vec![bad.into()], "link_invalid");
        refused(|profile| profile.intro_video_url = Some(bad.into()), "intro_video_url_invalid");
    }
}
