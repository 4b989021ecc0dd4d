/** Marks that we leave in pull requests and commits and read back, so that what is on GitHub tells which plan it carries. */

const fingerprintForm = '[0-9a-f]{64}'

/** The last line of a pull request's body: invisible when rendered. */
export function formatBodyMarker(fingerprint: string): string {
  return `<!-- underpin plan=${fingerprint} -->`
}

/** The fingerprint in the last marker of `body`, or null. Anybody can edit a body: a hint, never a proof. */
export function parseBodyMarker(body: string): string | null {
  return [...body.matchAll(new RegExp(`<!-- underpin plan=(${fingerprintForm}) -->`, 'g'))].at(-1)?.[1] ?? null
}

/** `body` without its markers: what is left in a pull request that we close ourselves, so that nobody takes it for a person's refusal of that plan. */
export function removeBodyMarker(body: string): string {
  return body.replace(new RegExp(`<!-- underpin plan=${fingerprintForm} -->\\s*`, 'g'), '').trimEnd()
}

/** A trailer of the commit message (https://git-scm.com/docs/git-interpret-trailers). */
export function formatCommitTrailer(fingerprint: string): string {
  return `Underpin-Plan: ${fingerprint}`
}

/** The fingerprint in the trailers of `message`, or null. */
export function parseCommitTrailer(message: string): string | null {
  return [...message.matchAll(new RegExp(`^Underpin-Plan: (${fingerprintForm})$`, 'gm'))].at(-1)?.[1] ?? null
}
