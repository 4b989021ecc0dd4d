/** Wanted looks into images, and what their repositories offer, on PostgreSQL. */
import { sql } from 'kysely'
import type { Digest } from '../../../domain/image/digest.ts'
import type { InstallableNote, InstallableStore } from '../../../ports/installable-store.ts'
import type { WantedInspection, WantedInspectionStore } from '../../../ports/wanted-inspection-store.ts'
import type { Database } from './database.ts'
import { fromJsonText, toJsonText } from './storable.ts'

type Row = {
  readonly scope: string
  readonly image_name: string
  readonly manifest: Digest
  readonly index_digest: Digest | null
  readonly platform: string | null
  readonly since: Date
  readonly problem: string | null
  readonly is_final: boolean
  readonly problem_at: Date | null
}

/** One row per scope, image name and manifest, until the look was had. */
export function createWantedInspectionStore(db: Database): WantedInspectionStore {
  const read: WantedInspectionStore['read'] = async (scope, imageName, manifest) => {
    const { rows } = await sql<Row>`
      select * from underpin.wanted_inspections where scope = ${scope} and image_name = ${imageName} and manifest = ${manifest}`.execute(db)
    return rows[0] === undefined ? null : toWanted(rows[0])
  }
  return {
    read,
    async want(wanted, at) {
      const { scope, imageName, manifest, index, platform } = wanted
      await sql`
        insert into underpin.wanted_inspections (scope, image_name, manifest, index_digest, platform, since)
        values (${scope}, ${imageName}, ${manifest}, ${index}, ${platform}, ${at}) on conflict do nothing`.execute(db)
      // A look that was had in between took the row away again: it is as if nobody had waited.
      return (await read(scope, imageName, manifest)) ?? { ...wanted, since: at, problem: null }
    },
    async noteProblem({ scope, imageName, manifest, index, platform }, problem, isFinal, at) {
      await sql`
        insert into underpin.wanted_inspections as w (scope, image_name, manifest, index_digest, platform, since, problem, is_final, problem_at)
        values (${scope}, ${imageName}, ${manifest}, ${index}, ${platform}, ${at}, ${problem}, ${isFinal}, ${at})
        on conflict (scope, image_name, manifest) do update
        set problem = excluded.problem, is_final = excluded.is_final, problem_at = excluded.problem_at`.execute(db)
    },
    async settle({ scope, imageName, manifest }) {
      await sql`delete from underpin.wanted_inspections where scope = ${scope} and image_name = ${imageName} and manifest = ${manifest}`.execute(db)
    },
  }
}

/** The newest answer per scope, image name and manifest. */
export function createInstallableStore(db: Database): InstallableStore {
  return {
    async installable(scope, imageName, manifest) {
      const { rows } = await sql<{ askedAt: Date; json: string }>`
        select asked_at as "askedAt", answer_json as json from underpin.installable
        where scope = ${scope} and image_name = ${imageName} and manifest = ${manifest}`.execute(db)
      return rows[0] === undefined ? null : { askedAt: rows[0].askedAt, answer: fromJsonText<InstallableNote['answer']>(rows[0].json) }
    },
    async saveInstallable(scope, imageName, manifest, { askedAt, answer }) {
      await sql`
        insert into underpin.installable (scope, image_name, manifest, asked_at, answer_json)
        values (${scope}, ${imageName}, ${manifest}, ${askedAt}, ${toJsonText(answer)})
        on conflict (scope, image_name, manifest) do update set asked_at = excluded.asked_at, answer_json = excluded.answer_json`.execute(db)
    },
  }
}

function toWanted(row: Row): WantedInspection {
  const problem = row.problem === null ? null : { text: row.problem, isFinal: row.is_final, at: row.problem_at ?? row.since }
  return { scope: row.scope, imageName: row.image_name, manifest: row.manifest, index: row.index_digest, platform: row.platform, since: row.since, problem }
}
