/** The table of feeds. A new one is a folder with `index`, `fetch`, `parse` and `schema`, and a row here. */
import { almalinux } from './almalinux/index.ts'
import { alpineSecdb } from './alpine-secdb/index.ts'
import { amazon } from './amazon/index.ts'
import { azurelinux } from './azurelinux/index.ts'
import { chainguard } from './chainguard/index.ts'
import { debianTracker } from './debian-tracker/index.ts'
import { epss } from './epss/index.ts'
import type { Feed } from './feed.ts'
import { kev } from './kev/index.ts'
import { oracle } from './oracle/index.ts'
import { osv } from './osv/index.ts'
import { photon } from './photon/index.ts'
import { redhat } from './redhat/index.ts'
import { rocky } from './rocky/index.ts'
import { suse } from './suse/index.ts'
import { ubuntu } from './ubuntu/index.ts'
import { wolfi } from './wolfi/index.ts'

/** By name. */
export const feeds: readonly Feed[] = [
  almalinux,
  alpineSecdb,
  amazon,
  azurelinux,
  chainguard,
  debianTracker,
  epss,
  kev,
  oracle,
  osv,
  photon,
  redhat,
  rocky,
  suse,
  ubuntu,
  wolfi,
]
