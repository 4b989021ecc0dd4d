/** Wolfi: the versions in which its packages were fixed. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** It rolls: one release, in which every package is at its newest. */
export const wolfi: Feed = { name: 'wolfi', title: 'Wolfi security database', homepage: 'https://packages.wolfi.dev', fetch, parse }
