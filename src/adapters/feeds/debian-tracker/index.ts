/** The Debian security tracker: what Debian's security team knows about each source package, fixed or not. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** Believed first about Debian: fresher than OSV, and it says what will not be fixed. */
export const debianTracker: Feed = {
  name: 'debian-tracker',
  title: 'Debian security tracker',
  homepage: 'https://security-tracker.debian.org/',
  fetch,
  parse,
}
