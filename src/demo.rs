//! Demo people and a session to try: what `make run` starts with.

use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::AccountsError;
use crate::app::AppState;
use crate::booking::{BookingError, Encryption, JoinCode, WaitingRoom};

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

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("demo people: {0}")]
    Accounts(#[from] AccountsError),
    #[error("the demo session: {0}")]
    Booking(#[from] BookingError),
    #[error("demo people: {0}")]
    Database(#[from] sqlx::Error),
}

/// Makes what is missing; people who exist cost nothing.
pub(crate) async fn prepare(state: &AppState) -> Result<(), DemoError> {
    let people: Vec<_> = PEOPLE.iter().map(|person| (person.email, person.display_name)).collect();
    state.accounts.register_demo(&people, PASSWORD).await?;
    for person in PEOPLE.iter().filter(|person| person.role == DemoRole::Mentor) {
        let user = state.accounts.user_by_email(person.email).await?;
        state.mentors.approve(user.id).await?;
        let code: JoinCode = JOIN_CODE.parse()?;
        state
            .booking
            .open_at(user.id, "Rust mentoring with Ada", WaitingRoom::Off, Encryption::InTransit, &code)
            .await?;
    }
    Ok(())
}
