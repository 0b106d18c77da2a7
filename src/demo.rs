//! Demo people and a session to try: what `make run` starts with.

use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::AccountsError;
use crate::app::AppState;
use crate::availability::{AvailabilityError, Document, Hours, Terms, Weekday, WeeklyHours};
use crate::booking::{BookingError, Encryption, JoinCode, WaitingRoom};
use crate::mentors::{MentorsError, Profile};

pub(crate) const JOIN_CODE: &str = "demo";
const PASSWORD: &str = "demo-demo-demo";

/// Someone anyone may log in as.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct DemoPerson {
    email: &'static str,
    password: &'static str,
    #[serde(skip)]
    display_name: &'static str,
    role: DemoRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DemoRole {
    Mentor,
    Mentee,
}

impl std::fmt::Display for DemoPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let role = if self.role == DemoRole::Mentor { "mentor" } else { "mentee" };
        write!(f, "{:<16} {role}", self.email)
    }
}

pub(crate) const PEOPLE: &[DemoPerson] = &[
    DemoPerson { email: "ada@demo.test", password: PASSWORD, display_name: "Ada", role: DemoRole::Mentor },
    DemoPerson { email: "bo@demo.test", password: PASSWORD, display_name: "Bo", role: DemoRole::Mentee },
    DemoPerson { email: "eve@demo.test", password: PASSWORD, display_name: "Eve", role: DemoRole::Mentee },
];

/// A mentor to find: Ada, and some whom nobody plays.
struct DemoMentor {
    email: &'static str,
    display_name: &'static str,
    time_zone: &'static str,
    headline: &'static str,
    about: &'static str,
    experience: &'static str,
    skills: &'static [&'static str],
    languages: &'static [&'static str],
    links: &'static [&'static str],
}

const MENTORS: &[DemoMentor] = &[
    DemoMentor {
        email: "ada@demo.test",
        display_name: "Ada",
        time_zone: "Europe/Paris",
        headline: "Rust from the first borrow to production",
        about: "I have taught Rust to teams coming from Java, Python and C++. We look at your own code, find what the \
                compiler is trying to say, and leave with something that runs.\n\nBring a question, however small: most \
                good sessions start with one.",
        experience: "Backend engineer for twelve years: payments, storage engines, and the occasional kernel module.",
        skills: &["Rust", "System design", "Databases", "Code review"],
        languages: &["en", "fr"],
        links: &["https://www.rust-lang.org/"],
    },
    DemoMentor {
        email: "mira@demo.test",
        display_name: "Mira Kovač",
        time_zone: "Europe/Zagreb",
        headline: "Product design that survives contact with engineers",
        about: "Portfolio reviews, interview practice, and honest talk about growing from making screens to shaping \
                products. I work with designers in their first five years.",
        experience: "Led design at a language-learning company; before that an agency, before that a print shop.",
        skills: &["Product design", "User research", "Portfolio review", "Figma"],
        languages: &["en", "hr", "de"],
        links: &[],
    },
    DemoMentor {
        email: "tomas@demo.test",
        display_name: "Tomás Ribeiro",
        time_zone: "Europe/Lisbon",
        headline: "Data engineering and the road to your first senior role",
        about: "Pipelines that do not wake you at night, SQL you can read a year later, and how to talk about both in an \
                interview.",
        experience: "Data platforms in health care and logistics, from one PostgreSQL to a fleet of them.",
        skills: &["SQL", "Python", "Databases", "Interview practice"],
        languages: &["pt", "en", "es"],
        links: &["https://www.postgresql.org/"],
    },
    DemoMentor {
        email: "yuki@demo.test",
        display_name: "Yuki Tanaka",
        time_zone: "Asia/Tokyo",
        headline: "First-time engineering managers: people, priorities, calm",
        about: "You were the best engineer, and now you lead them. We prepare the hard conversations, look at your week, \
                and decide what not to do.",
        experience: "Manager and director of engineering for ten years, in Osaka, Berlin and remote.",
        skills: &["Leadership", "Engineering management", "Career planning"],
        languages: &["ja", "en"],
        links: &[],
    },
];

impl DemoMentor {
    /// Working days, with a break.
    fn hours(&self) -> Document {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        let hours = |weekday, from: &str, until: &str| WeeklyHours {
            weekday,
            hours: Hours { from: from.to_owned(), until: until.to_owned() },
        };
        let days = [Monday, Tuesday, Wednesday, Thursday, Friday];
        let weekly = days.into_iter().flat_map(|day| [hours(day, "09:00", "12:00"), hours(day, "13:00", "18:00")]);
        let time_zone = self.time_zone.to_owned();
        Document { time_zone, weekly: weekly.collect(), overrides: Vec::new(), time_off: Vec::new() }
    }

    fn profile(&self) -> Profile {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Profile {
            headline: self.headline.to_owned(),
            about: self.about.to_owned(),
            experience: self.experience.to_owned(),
            skills: owned(self.skills),
            languages: owned(self.languages),
            links: owned(self.links),
            intro_video_url: None,
        }
    }
}

/// What every demo mentor offers.
fn offerings() -> [Terms; 2] {
    let first = Terms {
        description: "For a question, a piece of code, or to see whether we get along.".to_owned(),
        questions: vec!["What should we look at?".to_owned()],
        ..Terms::new("Half an hour, one-to-one", 30)
    };
    let circle = Terms {
        description: "A small group with one subject; bring a question.".to_owned(),
        seats: 6,
        ..Terms::new("A circle of six", 60)
    };
    [first, circle]
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("demo people: {0}")]
    Accounts(#[from] AccountsError),
    #[error("demo mentors: {0}")]
    Mentors(#[from] MentorsError),
    #[error("demo hours: {0}")]
    Availability(#[from] AvailabilityError),
    #[error("the demo session: {0}")]
    Booking(#[from] BookingError),
    #[error("demo people: {0}")]
    Database(#[from] sqlx::Error),
}

/// Makes what is missing; people who exist cost nothing.
pub(crate) async fn prepare(state: &AppState) -> Result<(), DemoError> {
    let people: Vec<_> = PEOPLE.iter().map(|person| (person.email, person.display_name)).collect();
    state.accounts.register_demo(&people, PASSWORD).await?;
    let mentors: Vec<_> = MENTORS.iter().map(|mentor| (mentor.email, mentor.display_name)).collect();
    state.accounts.register_demo(&mentors, PASSWORD).await?;
    for mentor in MENTORS {
        let user = state.accounts.user_by_email(mentor.email).await?;
        state.mentors.approve(user.id).await?;
        // What visitors changed stays as it is.
        if state.mentors.mentor(user.id).await?.is_none_or(|mentor| mentor.slug.is_none()) {
            state.mentors.save_profile(&user, mentor.profile()).await?;
        }
        if state.availability.my_offerings(user.id).await?.is_empty() {
            state.availability.set_document(user.id, mentor.hours()).await?;
            for terms in offerings() {
                state.availability.add_offering(user.id, terms).await?;
            }
        }
    }
    for person in PEOPLE.iter().filter(|person| person.role == DemoRole::Mentor) {
        let user = state.accounts.user_by_email(person.email).await?;
        let code: JoinCode = JOIN_CODE.parse()?;
        state
            .booking
            .open_at(user.id, "Rust mentoring with Ada", WaitingRoom::Off, Encryption::InTransit, &code)
            .await?;
    }
    Ok(())
}
