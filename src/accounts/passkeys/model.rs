//! Passkeys, and what browsers send and take for them. Names of members are WebAuthn's (Level 3, §5.1.8 and §5.1.9), so
//! that what `toJSON()` gives is sent as it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{PasskeyId, UserId};

/// A passkey of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::accounts) struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at_ms: Timestamp,
    #[schema(required)]
    pub last_used_at_ms: Option<Timestamp>,
}

/// What is needed to verify with one.
pub(in crate::accounts) struct StoredPasskey {
    pub(in crate::accounts) id: PasskeyId,
    pub(in crate::accounts) user: UserId,
    /// COSE, base64url.
    pub(in crate::accounts) public_key: String,
}

/// `AuthenticationResponseJSON`; members that nobody here reads are left out.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyAssertion)]
pub(in crate::accounts) struct Assertion {
    pub(super) id: String,
    pub(super) response: AssertionResponse,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyAssertionResponse)]
pub(in crate::accounts) struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data_json: String,
    pub(super) authenticator_data: String,
    pub(super) signature: String,
    #[serde(default)]
    pub(super) user_handle: Option<String>,
}

/// `RegistrationResponseJSON`.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyRegistration)]
pub(in crate::accounts) struct Registration {
    pub(super) id: String,
    pub(super) response: RegistrationResponse,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyRegistrationResponse)]
pub(in crate::accounts) struct RegistrationResponse {
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data_json: String,
    pub(super) attestation_object: String,
    #[serde(default)]
    pub(super) transports: Vec<String>,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyCreationOptions)]
pub(in crate::accounts) struct CreationOptions {
    pub(super) rp: RelyingParty,
    pub(super) user: UserEntity,
    pub(super) challenge: String,
    pub(super) pub_key_cred_params: Vec<CredentialParameters>,
    /// Milliseconds.
    pub(super) timeout: u64,
    pub(super) exclude_credentials: Vec<CredentialDescriptor>,
    pub(super) authenticator_selection: AuthenticatorSelection,
    pub(super) attestation: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyRelyingParty)]
pub(in crate::accounts) struct RelyingParty {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyUser)]
pub(in crate::accounts) struct UserEntity {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) display_name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyParameters)]
pub(in crate::accounts) struct CredentialParameters {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) alg: i32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PasskeyDescriptor)]
pub(in crate::accounts) struct CredentialDescriptor {
    #[serde(rename = "type")]
    pub(in crate::accounts) kind: &'static str,
    pub(in crate::accounts) id: String,
    pub(in crate::accounts) transports: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeySelection)]
pub(in crate::accounts) struct AuthenticatorSelection {
    pub(super) resident_key: &'static str,
    pub(super) user_verification: &'static str,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyRequestOptions)]
pub(in crate::accounts) struct RequestOptions {
    pub(super) challenge: String,
    /// Milliseconds.
    pub(super) timeout: u64,
    pub(super) rp_id: String,
    /// Empty: any passkey that the browser finds.
    pub(super) allow_credentials: Vec<CredentialDescriptor>,
    pub(super) user_verification: &'static str,
}
