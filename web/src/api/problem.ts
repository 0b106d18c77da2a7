/** Why a request failed, as the pages need it: RFC 9457 problem+json, or a stand-in when no answer came. */
export interface Problem {
  /** 0 when there was no answer at all. */
  status: number;
  /** Stable, for code: `email_taken`, `rate_limited`; `network` when the server could not be reached. */
  code: string;
  /** One sentence for people. */
  detail: string;
  fields: { field: string; code: string; detail: string }[];
  /** What else the problem says of itself (RFC 9457 §3.2). */
  members?: Record<string, unknown>;
  /** From Retry-After. */
  retryAfterSeconds?: number | undefined;
}

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Reads an error answer; anything unexpected becomes a plain sentence, never an exception. */
export function parseProblem(status: number, body: unknown, retryAfter?: unknown): Problem {
  const raw = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const rawFields: unknown[] = Array.isArray(raw.fields) ? raw.fields : [];
  const fields = rawFields.flatMap((entry) => {
    const { field, code, detail } = (entry ?? {}) as Record<string, unknown>;
    const name = asText(field);
    return name
      ? [{ field: name, code: asText(code) ?? 'invalid', detail: asText(detail) ?? '' }]
      : [];
  });
  const seconds = Number(retryAfter);
  return {
    status,
    code: asText(raw.code) ?? (status >= 500 ? 'server_error' : 'unexpected'),
    detail:
      asText(raw.detail) ?? asText(raw.title) ?? 'The server gave an answer we did not expect.',
    fields,
    members: raw,
    retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
  };
}

export const networkProblem: Problem = {
  status: 0,
  code: 'network',
  detail: 'The server could not be reached. Check your connection and try again.',
  fields: [],
};

/** RTK Query types errors as `unknown`-ish unions; ours are always Problems or thrown bugs. */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error;
}
