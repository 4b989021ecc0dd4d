/** `Link: <…>; rel="next"`: the next page of a listing, as far as we follow it (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags). */

/** The next page, that there is none, or why it is not followed. */
export type NextPage = { readonly kind: 'page'; readonly url: URL } | { readonly kind: 'last' } | { readonly kind: 'refused'; readonly why: string }

/**
 * A registry may name any URL there, and following it with a token would hand the token over (CVE-2026-88887): only the same origin and path is a next page.
 */
export function nextPage(current: URL, header: string | undefined): NextPage {
  const target = /<([^>]*)>\s*;[^,<]*\brel="?next"?/i.exec(header ?? '')?.[1]
  if (target === undefined) return { kind: 'last' }
  if (!URL.canParse(target, current.href)) return { kind: 'refused', why: 'its next page is no URL' }
  const url = new URL(target, current)
  if (url.origin !== current.origin || url.username !== '' || url.password !== '')
    return { kind: 'refused', why: `its next page is at another host (${url.host})` }
  if (url.pathname !== current.pathname) return { kind: 'refused', why: 'its next page is another list' }
  if (url.search === current.search) return { kind: 'refused', why: 'its next page is the same page' }
  url.hash = ''
  return { kind: 'page', url }
}
