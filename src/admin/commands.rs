//! What an administrator does from the command line.

use crate::accounts::{Accounts, AccountsError, Locale, Registration, User};
use crate::kernel::Kernel;
use crate::mentors::Mentors;

#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("nobody has signed up as {0}")]
    UserUnknown(String),
    #[error("{0} is not an e-mail address")]
    EmailInvalid(String),
    #[error(transparent)]
    Accounts(AccountsError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Who became an administrator.
pub enum NewAdmin {
    /// Had an account already.
    Promoted(User),
    /// Got an account with this password, which is not kept anywhere else.
    Created(User, String),
}

/// Lets the person with `email` administer, making their account if there is none.
pub async fn create_admin(kernel: &Kernel, email: &str) -> Result<NewAdmin, AdminError> {
    let accounts = Accounts::new(kernel);
    let new = match find(&accounts, email).await {
        Ok(user) => NewAdmin::Promoted(user),
        Err(AdminError::UserUnknown(_)) => {
            let password = kernel.random.text::<12>();
            let display_name = email.split('@').next().unwrap_or_default().chars().take(60).collect();
            let (email, locale) = (email.to_owned(), Locale::default());
            let registration = Registration { email, password: password.clone(), display_name, locale };
            NewAdmin::Created(accounts.register(registration).await.map_err(AdminError::Accounts)?, password)
        }
        Err(error) => return Err(error),
    };
    let (NewAdmin::Promoted(user) | NewAdmin::Created(user, _)) = &new;
    accounts.grant_admin(user.id).await.map_err(AdminError::Accounts)?;
    Ok(new)
}

/// Makes the person with `email` a mentor.
pub async fn approve_mentor(kernel: &Kernel, email: &str) -> Result<User, AdminError> {
    let user = find(&Accounts::new(kernel), email).await?;
    Mentors::new(kernel).approve(user.id).await?;
    Ok(user)
}

async fn find(accounts: &Accounts, email: &str) -> Result<User, AdminError> {
    accounts.user_by_email(email).await.map_err(|error| match error {
        AccountsError::UserUnknown => AdminError::UserUnknown(email.to_owned()),
        AccountsError::Invalid(_) => AdminError::EmailInvalid(email.to_owned()),
        error => AdminError::Accounts(error),
    })
}
