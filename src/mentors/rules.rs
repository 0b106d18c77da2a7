//! What a profile may say, and what may be decided.

use std::collections::HashSet;

use url::{Host, Url};

use super::model::Profile;
use crate::kernel::error::FieldProblem;
use crate::kernel::text;

const HEADLINE_MAX_CHARS: usize = 120;
const ABOUT_MAX_CHARS: usize = 4_000;
const EXPERIENCE_MAX_CHARS: usize = 2_000;
const SKILLS_MAX: usize = 12;
const SKILL_MAX_CHARS: usize = 40;
const LANGUAGES_MAX: usize = 8;
const LINKS_MAX: usize = 5;
const LINK_MAX_BYTES: usize = 300;
const REASON_MAX_CHARS: usize = 1_000;

/// ISO 639-1, two letters each.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is \
    it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na \
    nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr \
    ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Trims and checks what was typed; names every field at fault.
pub(super) fn profile(typed: Profile) -> Result<Profile, Vec<FieldProblem>> {
    let mut mistakes = Vec::new();
    let profile = Profile {
        headline: kept(&mut mistakes, headline(&typed.headline)),
        about: kept(&mut mistakes, prose("about", "about_invalid", &typed.about, 1, ABOUT_MAX_CHARS)),
        experience: kept(
            &mut mistakes,
            prose("experience", "experience_invalid", &typed.experience, 0, EXPERIENCE_MAX_CHARS),
        ),
        skills: kept(&mut mistakes, skills(&typed.skills)),
        languages: kept(&mut mistakes, languages(&typed.languages)),
        links: kept(&mut mistakes, links(&typed.links)),
        intro_video_url: kept(&mut mistakes, intro_video(typed.intro_video_url.as_deref())),
    };
    if mistakes.is_empty() { Ok(profile) } else { Err(mistakes) }
}

fn kept<T: Default>(mistakes: &mut Vec<FieldProblem>, parsed: Result<T, FieldProblem>) -> T {
    parsed.map_err(|mistake| mistakes.push(mistake)).unwrap_or_default()
}

fn headline(typed: &str) -> Result<String, FieldProblem> {
    let typed = typed.trim();
    if (1..=HEADLINE_MAX_CHARS).contains(&typed.chars().count()) && !typed.chars().any(char::is_control) {
        Ok(typed.to_owned())
    } else {
        Err(invalid("headline", "headline_invalid", format!("A headline has 1 to {HEADLINE_MAX_CHARS} characters.")))
    }
}

/// Text of several lines.
fn prose(field: &'static str, code: &'static str, typed: &str, min: usize, max: usize) -> Result<String, FieldProblem> {
    let typed = typed.trim().replace("\r\n", "\n");
    let fine = (min..=max).contains(&typed.chars().count()) && text::is_prose(&typed);
    let length = if min == 0 { format!("up to {max}") } else { format!("{min} to {max}") };
    if fine { Ok(typed) } else { Err(invalid(field, code, format!("Write {length} characters here."))) }
}

fn skills(typed: &[String]) -> Result<Vec<String>, FieldProblem> {
    let wrong = |detail: String| invalid("skills", "skills_invalid", detail);
    let mut known = HashSet::new();
    let mut skills = Vec::new();
    for skill in typed.iter().map(|skill| skill.trim()).filter(|skill| !skill.is_empty()) {
        let name = text::words(skill);
        if skill.chars().count() > SKILL_MAX_CHARS || skill.chars().any(char::is_control) || name.is_empty() {
            return Err(wrong(format!("A skill is a name of up to {SKILL_MAX_CHARS} characters.")));
        }
        if known.insert(name) {
            skills.push(skill.to_owned());
        }
    }
    if (1..=SKILLS_MAX).contains(&skills.len()) {
        Ok(skills)
    } else {
        Err(wrong(format!("Name 1 to {SKILLS_MAX} skills.")))
    }
}

fn languages(typed: &[String]) -> Result<Vec<String>, FieldProblem> {
    let mut languages = Vec::new();
    for code in typed {
        if !LANGUAGES.split(' ').any(|known| known == code) {
            let detail = "A language is a two-letter code of ISO 639-1.".to_owned();
            return Err(invalid("languages", "language_unknown", detail));
        }
        if !languages.contains(code) {
            languages.push(code.clone());
        }
    }
    if (1..=LANGUAGES_MAX).contains(&languages.len()) {
        Ok(languages)
    } else {
        Err(invalid("languages", "languages_invalid", format!("Choose 1 to {LANGUAGES_MAX} languages.")))
    }
}

fn links(typed: &[String]) -> Result<Vec<String>, FieldProblem> {
    let wrong = |detail: String| invalid("links", "link_invalid", detail);
    let mut links = Vec::new();
    for link in typed.iter().map(|link| link.trim()).filter(|link| !link.is_empty()) {
        let link = https(link).ok_or_else(|| wrong("Links start with https:// and name a site.".to_owned()))?;
        if !links.contains(&link) {
            links.push(link);
        }
    }
    if links.len() <= LINKS_MAX { Ok(links) } else { Err(wrong(format!("Up to {LINKS_MAX} links, please."))) }
}

fn intro_video(typed: Option<&str>) -> Result<Option<String>, FieldProblem> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    let detail = "The video's address starts with https:// and names a site.".to_owned();
    https(typed).map(Some).ok_or_else(|| invalid("intro_video_url", "intro_video_url_invalid", detail))
}

/// An address on the open web, as browsers would write it: https, a host with a name, no password hidden in it.
fn https(typed: &str) -> Option<String> {
    let url =
        Url::parse(typed).ok().filter(|_| typed.len() <= LINK_MAX_BYTES && !typed.chars().any(char::is_control))?;
    let named = matches!(url.host(), Some(Host::Domain(host)) if host.contains('.') && !host.ends_with('.'));
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    Some(url.to_string()).filter(|text| named && plain && text.len() <= LINK_MAX_BYTES)
}

/// Why somebody is declined: they read it.
pub(super) fn reason(typed: &str) -> Result<String, FieldProblem> {
    prose("reason", "reason_invalid", typed, 1, REASON_MAX_CHARS)
}

fn invalid(field: &'static str, code: &'static str, detail: String) -> FieldProblem {
    FieldProblem { field, code, detail }
}
