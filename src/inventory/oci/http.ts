/** How requests to OCI are sent: signed anew at each attempt, with a time limit, and again where that helps. */
import type { AuthenticationDetailsProvider, HttpClient, HttpRequest } from 'oci-common'
import type { Sdk } from './sdk.ts'

export interface HttpLimits {
  /** Calls under way at one time, over all regions; each sends one request after the other. */
  atOnce: number
  /** For one attempt, until the last byte of its answer. In milliseconds. */
  timeout: number
  /** How often a request is sent at most: while OCI says that there are too many, and after any other failure. */
  attempts: { throttled: number; failed: number }
  /** The first pause, doubled from time to time, and the longest one. In milliseconds. */
  pause: { first: number; longest: number }
  /** Of one answer; a longer one is none of OCI's, whose pages hold some megabytes. */
  bytes: number
}

/** OCI allows a tenancy some ten calls a second of one kind: more at once would only be told to wait. */
export const HTTP_LIMITS: HttpLimits = {
  atOnce: 20,
  timeout: 20_000,
  attempts: { throttled: 8, failed: 4 },
  pause: { first: 500, longest: 30_000 },
  bytes: 64 * 1024 * 1024,
}

/** A client for the SDK. After `signal` nothing is sent any more. */
export function newHttpClient(
  sdk: Sdk,
  provider: AuthenticationDetailsProvider,
  limits: HttpLimits,
  signal: AbortSignal,
): HttpClient {
  const signer = new sdk.common.DefaultRequestSigner(provider)
  const attempt = async (request: HttpRequest): Promise<Response> => {
    // A signature holds the time, and OCI refuses one that is five minutes old.
    request.headers.delete('authorization')
    request.headers.delete('x-date')
    await signer.signHttpRequest(request)
    const answer = await fetch(request.uri, {
      method: request.method,
      headers: request.headers,
      // A redirect would take the signature elsewhere.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeout)]),
    })
    const body = await bodyOf(answer, limits.bytes)
    return new Response(answer.status === 204 ? null : body, { status: answer.status, headers: answer.headers })
  }
  const send = async (request: HttpRequest): Promise<Response> => {
    if (signal.aborted) throw asFailure(null, limits, signal)
    for (let sent = 1; ; sent++) {
      const result = await attempt(request).catch((error: unknown) => asFailure(error, limits, signal))
      const most = result.status === 429 ? limits.attempts.throttled : limits.attempts.failed
      if (!isPassing(result.status) || sent >= most || signal.aborted) {
        if (result instanceof Response) return result
        throw result
      }
      await pause(result instanceof Response ? result : null, sent, limits, signal)
    }
  }
  return { send }
}

/** Counted as it comes: an answer need not say its length, and a packed one is longer than it says. */
async function bodyOf(answer: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > most) throw new Error('the answer is too long')
    parts.push(part)
  }
  return Uint8Array.from(Buffer.concat(parts))
}

/** What became of a request that got no answer: an error, with 0 as its status. */
class NoAnswer extends Error {
  readonly status = 0
  readonly code = 'NoAnswer'
}

function asFailure(error: unknown, limits: HttpLimits, signal: AbortSignal): NoAnswer {
  if (signal.aborted) return new NoAnswer('not asked any more')
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return new NoAnswer(`no answer in ${limits.timeout / 1000} s`)
  return new NoAnswer(cause instanceof Error && cause.message !== '' ? cause.message : message)
}

function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status >= 500
}

/** As long as the answer asks for (Retry-After, in seconds), else twice as long as before, give or take a half. */
async function pause(answer: Response | null, sent: number, limits: HttpLimits, signal: AbortSignal): Promise<void> {
  const { first, longest } = limits.pause
  const asked = Number(answer?.headers.get('retry-after') ?? Number.NaN) * 1000
  const usual = first * 2 ** (sent - 1) * (0.5 + Math.random())
  const time = Math.min(Number.isNaN(asked) ? usual : asked, longest)
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, time)
    signal.addEventListener('abort', done)
  })
}
