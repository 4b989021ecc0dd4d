/** The table of feeds. A new one is a folder with `index`, `fetch`, `parse` and `schema`, and a row here. */
import { alpineSecdb } from './alpine-secdb/index.ts'
import { chainguard } from './chainguard/index.ts'
import { debianTracker } from './debian-tracker/index.ts'
import { epss } from './epss/index.ts'
import type { Feed } from './feed.ts'
import { kev } from './kev/index.ts'
import { osv } from './osv/index.ts'
import { wolfi } from './wolfi/index.ts'

/** By name. */
export const feeds: readonly Feed[] = [alpineSecdb, chainguard, debianTracker, epss, kev, osv, wolfi]
