//! The names of rows. Each id is a type of its own: a UUIDv7, kept as TEXT in the database and as a string in JSON.

/// Declares UUID newtypes that bind to and read from TEXT columns.
#[macro_export]
macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new id: unique, and ordered by the time it was made.
            pub fn generate(random: &$crate::kernel::clock::Random, clock: &$crate::kernel::clock::Clock) -> Self {
                Self(random.uuid(clock))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }

        impl sqlx::Type<sqlx::Any> for $name {
            fn type_info() -> sqlx::any::AnyTypeInfo {
                <String as sqlx::Type<sqlx::Any>>::type_info()
            }
        }

        impl sqlx::Encode<'_, sqlx::Any> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <sqlx::Any as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'_, sqlx::Any>>::encode(self.0.to_string(), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Any> for $name {
            fn decode(value: <sqlx::Any as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <String as sqlx::Decode<'r, sqlx::Any>>::decode(value)?;
                Ok(Self(uuid::Uuid::parse_str(&text)?))
            }
        }
    )+};
}

row_id! {
    /// A person with an account.
    UserId,
    /// An authenticated device of a person.
    LoginId,
    /// A meeting of a mentor and one or more mentees.
    SessionId,
    /// Something a mentor can be booked for.
    OfferingId,
    /// A mentee's place in a session with a time.
    BookingId,
    /// Bookings that repeat.
    SeriesId,
    /// Other times for a booking, proposed by one of its two.
    ProposalId,
    /// Somebody's place in the line for a seat.
    WaitId,
    /// What somebody says of another after a session.
    ReviewId,
    /// A passkey of a person.
    PasskeyId,
    /// A calendar whose events keep a mentor busy.
    CalendarId,
    /// Something to do after a session.
    ActionId,
    /// A file beside a session.
    AttachmentId,
    /// A fact in the outbox.
    EventId,
}
