/** The table of distributions that ships in `config/distros.json`, read and checked. */
import { z } from 'zod'
import type { DistroTable } from '../domain/package/distro.ts'
import { packageFile } from './package-files.ts'

const day = z.iso.date()

const release = z.strictObject({ release: z.string().min(1), codename: z.string().nullable(), eol: day.nullable() })

const row = z.strictObject({
  id: z.string().regex(/^[a-z0-9._-]+$/),
  name: z.string().min(1),
  packages: z.enum(['deb', 'apk', 'rpm']),
  precision: z.enum(['major', 'major.minor', 'whole', 'rolling']),
  feedId: z.string().optional(),
  feeds: z.array(z.string()),
  osvEcosystem: z.string().optional(),
  purlNamespace: z.string().min(1),
  archiveDomains: z.array(z.string()),
  vendors: z.array(z.string()),
  foreignVersions: z.array(z.string().min(2)),
  releases: z.array(release),
})

const table = z
  .strictObject({ distros: z.array(row) })
  .refine(({ distros }) => new Set(distros.map(({ id }) => id)).size === distros.length, 'two rows with the same id')

/** Reads it; throws with the place of a mistake, which is a bug of the package. */
export function readDistroTable(): DistroTable {
  return parseDistroTable(packageFile('config/distros.json'))
}

/** The same from text (JSON). */
export function parseDistroTable(text: string): DistroTable {
  const parsed = table.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`config/distros.json: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
