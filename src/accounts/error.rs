//! Why an account use case was refused.

use axum::http::StatusCode;

use super::factors::{Way, proof_required};
use super::oidc::OidcError;
use super::passkeys::PasskeyError;
use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("an account with this e-mail exists")]
    EmailTaken,
    /// Unknown e-mail or wrong password: the asker does not learn which.
    #[error("e-mail or password is wrong")]
    CredentialsWrong,
    /// No token, or one that is not ours, too old, or of a login that is over.
    #[error("not logged in")]
    Unauthenticated,
    /// Someone who is logged in typed it.
    #[error("the password is wrong")]
    PasswordWrong,
    /// A code, a password or a passkey that is not theirs, or that was used already.
    #[error("this proves nothing")]
    ProofWrong,
    /// They may still do it, once they have proved who they are by one of these.
    #[error("a recent proof is needed")]
    ProofRequired(Vec<Way>),
    /// Too old, used, or made up: the first step has to be taken again.
    #[error("the second step comes too late")]
    SecondStepOver,
    /// Of the app that is being set up.
    #[error("this is not the app's code")]
    CodeWrong,
    #[error("there is an authenticator app already")]
    TotpExists,
    #[error("there is no authenticator app")]
    TotpUnknown,
    #[error("there is no second step")]
    TwoStepOff,
    /// Used, too old, or made up.
    #[error("this link does not work")]
    LinkInvalid,
    #[error("this address is confirmed already")]
    AlreadyVerified,
    #[error("no such account")]
    UserUnknown,
    #[error("no such login of this person")]
    LoginUnknown,
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("too many attempts")]
    RateLimited(Problem),
    /// Not a picture, not whole, or of a kind that is not read.
    #[error("the picture cannot be read")]
    PictureUnreadable,
    #[error("the picture is too large")]
    PictureTooLarge,
    #[error("the data folder cannot be written: {0}")]
    Storage(#[from] std::io::Error),
    #[error(transparent)]
    Oidc(#[from] OidcError),
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
}

impl DatabaseFault for AccountsError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::EmailTaken => {
                let detail = "There is an account with this e-mail address. Log in instead.".to_owned();
                Problem::fields(vec![FieldProblem { field: "email", code: "email_taken", detail }])
                    .with_status(StatusCode::CONFLICT)
            }
            AccountsError::CredentialsWrong => {
                Problem::new(StatusCode::UNAUTHORIZED, "credentials_wrong", "E-mail or password is wrong.")
            }
            AccountsError::PasswordWrong => {
                let detail = "This is not your password.".to_owned();
                Problem::fields(vec![FieldProblem { field: "current_password", code: "password_wrong", detail }])
            }
            AccountsError::ProofWrong => {
                let detail = "This does not match, or was used already. Try the next code.";
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "proof_wrong", detail)
            }
            AccountsError::ProofRequired(ways) => proof_required(&ways),
            AccountsError::SecondStepOver => {
                let detail = "This took too long, or was done already. Log in again.";
                Problem::new(StatusCode::UNAUTHORIZED, "second_step_over", detail)
            }
            AccountsError::CodeWrong => {
                let detail = "This is not the app's code. Is your phone's clock right?".to_owned();
                Problem::fields(vec![FieldProblem { field: "code", code: "code_wrong", detail }])
            }
            AccountsError::TotpExists => {
                Problem::new(StatusCode::CONFLICT, "totp_exists", "An authenticator app is set up already.")
            }
            AccountsError::TotpUnknown => {
                Problem::new(StatusCode::CONFLICT, "totp_unknown", "There is no authenticator app here. Begin again.")
            }
            AccountsError::TwoStepOff => {
                Problem::new(StatusCode::CONFLICT, "two_step_off", "Turn two-step sign-in on first.")
            }
            AccountsError::LinkInvalid => {
                let detail = "This link was used already, or is too old. Ask for a new one.";
                Problem::new(StatusCode::GONE, "link_invalid", detail)
            }
            AccountsError::AlreadyVerified => {
                Problem::new(StatusCode::CONFLICT, "email_verified", "Your address is confirmed already.")
            }
            AccountsError::Unauthenticated => Problem::unauthenticated(),
            AccountsError::UserUnknown | AccountsError::LoginUnknown => Problem::not_found(),
            AccountsError::Invalid(fields) => Problem::fields(fields),
            AccountsError::Oidc(error) => error.into(),
            AccountsError::Passkey(error) => error.into(),
            AccountsError::RateLimited(problem) => problem,
            AccountsError::PictureUnreadable => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "picture_unreadable",
                "This is not a JPEG, PNG or WebP picture, or not a whole one.",
            ),
            AccountsError::PictureTooLarge => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "picture_too_large",
                "A picture has at most 4 MiB and 4,096 pixels a side.",
            ),
            AccountsError::Database(_) | AccountsError::Hashing(_) | AccountsError::Storage(_) => {
                Problem::internal(error)
            }
        }
    }
}
