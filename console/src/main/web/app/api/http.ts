/** One entry of Azure's `error.details`; `help` and `length` are Muster's additions. */
export interface FaultDetail {
  readonly code: string;
  readonly message: string;
  /** From 1; -1 when the fault has no place. */
  readonly line?: number;
  /** From 0. */
  readonly characterPositionInLine?: number;
  readonly token?: string;
  readonly expectedToken?: string;
  readonly help?: string;
  readonly length?: number;
}

/** The server said no, or did not answer (status 0). The message is meant for the reader. */
export class ServerFault extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly FaultDetail[] = [],
    readonly correlationId: string | null = null,
  ) {
    super(message);
    this.name = 'ServerFault';
  }
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

const RETRIES_WHEN_THROTTLED = 4;
const LONGEST_WAIT_MS = 10_000;

const TOKEN = 'muster.token';
let refused: () => void = () => undefined;

/** Tells when a server that wants a token was called without the right one. */
export function onRefused(listener: () => void): void {
  refused = listener;
}

/** Kept until the browser tab closes; null forgets it. */
export function keepToken(token: string | null): void {
  if (token === null) {
    sessionStorage.removeItem(TOKEN);
  } else {
    sessionStorage.setItem(TOKEN, token);
  }
}

/** One call. A throttled one (429) is tried again after the time that the server asks for. */
export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Reply<T>> {
  const { response, text } = await exchange(method, path, 'application/json', body, signal);
  const answer = parsed(text);
  if (text !== '' && answer === undefined) {
    throw new ServerFault(response.status, 'NotJson', `The server answered ${path} with something that is not JSON.`);
  }
  return { status: response.status, headers: response.headers, body: answer as T };
}

/** An answer that is no JSON, as it came. */
export async function getText(path: string): Promise<string> {
  return (await exchange('GET', path, '*/*', undefined, undefined)).text;
}

async function exchange(method: string, path: string, accept: string, body: unknown, signal: AbortSignal | undefined): Promise<{ response: Response; text: string }> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetched(method, path, accept, body, signal);
    if (response.status === 429 && attempt < RETRIES_WHEN_THROTTLED) {
      await pause(retryAfter(response.headers), signal);
      continue;
    }
    const text = await response.text();
    if (response.status === 401) {
      refused();
    }
    if (!response.ok) {
      throw faultOf(response, parsed(text), text);
    }
    return { response, text };
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await send<T>('GET', path, undefined, signal)).body;
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await send<T>('POST', path, body, signal)).body;
}

/** `Retry-After` in milliseconds, at least half a second and at most ten. */
export function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? '1');
  return Math.min(LONGEST_WAIT_MS, Math.max(500, Number.isFinite(seconds) ? seconds * 1000 : 1000));
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      clearTimeout(timer);
      reject(new DOMException('stopped', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stopped);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stopped, { once: true });
  });
}

/** A server URL (`Location`, `@odata.nextLink`) as a path of this origin, so that a page never calls anywhere else. */
export function localPath(url: string): string {
  const parsedUrl = new URL(url, location.href);
  return parsedUrl.pathname + parsedUrl.search;
}

async function fetched(method: string, path: string, accept: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const writes = method !== 'GET' && method !== 'DELETE';
  try {
    return await fetch(path, {
      method,
      headers: {
        accept,
        ...(writes ? { 'content-type': 'application/json' } : {}),
        ...(token !== null ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body !== undefined ? { body: JSON.stringify(body) } : {}),
      ...(signal !== undefined ? { signal } : {}),
    });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') {
      throw failure;
    }
    throw new ServerFault(0, 'NoAnswer', 'The server does not answer. Is it still running?');
  }
}

function parsed(text: string): unknown {
  if (text === '') {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function faultOf(response: Response, answer: unknown, text: string): ServerFault {
  const error = (answer as { error?: { code?: string; message?: string; details?: FaultDetail[] } } | undefined)?.error;
  const correlation = response.headers.get('x-ms-correlation-request-id');
  if (error?.message !== undefined) {
    return new ServerFault(response.status, error.code ?? String(response.status), error.message, error.details ?? [], correlation);
  }
  const said = text.length > 0 && text.length < 300 && !text.startsWith('<') ? text : response.statusText;
  return new ServerFault(response.status, String(response.status), `The server answered ${response.status} ${said}`.trim(), [], correlation);
}

/** Whether a failure is only that the page moved on. */
export function isAbort(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === 'AbortError';
}
