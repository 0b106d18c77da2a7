import type {
  BegunPasskey,
  PasskeyAssertion,
  PasskeyChallenge,
  PasskeyRegistration,
} from '@/api/types';

/** What went wrong between browser, person and authenticator, in words for the person. */
export class PasskeyFailure extends Error {
  constructor(
    /** `gone`: they closed the window, or the page went on. */
    readonly reason: 'gone' | 'exists' | 'unfit',
    message: string,
  ) {
    super(message);
  }
}

/** Whether this browser has passkeys: some in-app browsers and plain HTTP do not. */
export function passkeysExist(): boolean {
  return typeof PublicKeyCredential === 'function' && !!(navigator.credentials as unknown);
}

/** Whether it offers passkeys among what it fills in. */
export async function passkeysAreFilledIn(): Promise<boolean> {
  if (!passkeysExist()) return false;
  // Older browsers have passkeys without it.
  if (!('isConditionalMediationAvailable' in PublicKeyCredential)) return false;
  return PublicKeyCredential.isConditionalMediationAvailable();
}

/** Makes a passkey. Rejects with a PasskeyFailure. */
export async function createPasskey(
  options: BegunPasskey['options'],
): Promise<PasskeyRegistration> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(descriptor),
  } as PublicKeyCredentialCreationOptions;
  const { id, response } = await asked(navigator.credentials.create({ publicKey }));
  const answer = response as AuthenticatorAttestationResponse;
  // Older Safari does not say.
  const transports = (answer.getTransports as (() => string[]) | undefined)?.call(answer) ?? [];
  return {
    id,
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      transports,
    },
  };
}

/** Signs with a passkey; `filledIn`: once the person picks it from what the browser fills in. */
export async function askPasskey(
  options: PasskeyChallenge['options'],
  filledIn?: AbortSignal,
): Promise<PasskeyAssertion> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials.map(descriptor),
  } as PublicKeyCredentialRequestOptions;
  const { id, response } = await asked(
    navigator.credentials.get({
      publicKey,
      ...(filledIn && { mediation: 'conditional' as const, signal: filledIn }),
    }),
  );
  const answer = response as AuthenticatorAssertionResponse;
  return {
    id,
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : null,
    },
  };
}

async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await question;
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'InvalidStateError')
      throw new PasskeyFailure('exists', 'This device has a passkey of your account already.');
    if (name === 'SecurityError' || name === 'NotSupportedError')
      throw new PasskeyFailure('unfit', 'Your browser cannot use passkeys on this page.');
  }
  throw new PasskeyFailure('gone', 'No passkey was used. Try again, or choose another way.');
}

interface Described {
  type: string;
  id: string;
  transports: string[];
}

const descriptor = ({ type, id, transports }: Described) => ({ type, id: bytes(id), transports });

/** From base64url, as WebAuthn writes it. */
function bytes(encoded: string): ArrayBuffer {
  const binary = atob(encoded.replace(/-/gu, '+').replace(/_/gu, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replace(/\+/gu, '-').replace(/\//gu, '_').replace(/[=]+$/u, '');
}
