/** What the server wrote into the page: answers of the API by their address. */
type FirstData = Record<string, unknown>;

let unread: FirstData | undefined;

function read(): FirstData {
  const element = document.getElementById('first-data');
  try {
    return (JSON.parse(element?.textContent ?? '{}') ?? {}) as FirstData;
  } catch {
    return {};
  }
}

/**
 * The answer to this request, when it came with the page: then the first paint needs no request. Each is given once,
 * so that asking again asks the server.
 */
export function takeFirstData(
  url: string,
  params: Record<string, string | number | undefined> = {},
): unknown {
  unread ??= read();
  const entries = Object.entries(params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(entries.map(([key, value]) => [key, String(value)]));
  query.sort();
  const key = query.size > 0 ? `${url}?${query.toString()}` : url;
  const answer = unread[key];
  delete unread[key];
  return answer;
}
