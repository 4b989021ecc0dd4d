/** Chainguard: the versions in which its packages were fixed. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** It rolls: one release, in which every package is at its newest. */
export const chainguard: Feed = { name: 'chainguard', title: 'Chainguard security database', homepage: 'https://packages.cgr.dev', fetch, parse }
