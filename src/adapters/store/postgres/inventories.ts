/** Inspections and layers on PostgreSQL, by scope. What nobody asks for is forgotten by `forgetUnused`. */
import { sql } from 'kysely'
import type { Digest } from '../../../domain/image/digest.ts'
import type { Inspection } from '../../../domain/image/inspection.ts'
import { formatPlatform } from '../../../domain/image/platform.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { Json } from '../../../lib/json.ts'
import type { InventoryStore } from '../../../ports/inventory-store.ts'
import { advisedKey, advisedKeys, longestLayer } from '../held-packages.ts'
import type { Database } from './database.ts'
import { fromJsonText, toJsonText } from './storable.ts'

/** Packages of one question. Each is looked up by itself in the index: to compare whole lists would read every inventory. */
const packagesAtOnce = 500

/** A look at a row notes its use once a day at most: reading stays reading. */
export function createInventoryStore(db: Database): InventoryStore {
  const used = async (table: 'inspections' | 'layers', where: ReturnType<typeof sql>) => {
    await sql`update ${sql.table(`underpin.${table}`)} set used_at = now() where ${where} and used_at < now() - interval '1 day'`.execute(db)
  }
  const inspections = async (where: ReturnType<typeof sql>): Promise<readonly Inspection[]> => {
    const { rows } = await sql<{ json: string }>`
      select inspection_json as json from underpin.inspections where ${where} order by platform, manifest`.execute(db)
    if (rows.length > 0) await used('inspections', where)
    return rows.map(({ json }) => fromJsonText<Inspection>(json))
  }
  return {
    inspection: async (scope, imageName, manifest) =>
      (await inspections(sql`scope = ${scope} and image_name = ${imageName} and manifest = ${manifest}`))[0] ?? null,

    inspectionsThrough: (scope, imageName, digest) =>
      inspections(sql`reached_from @> array[${digest}]::text[] and scope = ${scope} and image_name = ${imageName}`),

    async saveInspection(scope, imageName, inspection, release) {
      const { manifest, index, platform, inventory } = inspection
      const reached = index === null ? [manifest] : [index, manifest]
      const holds = release === null ? [] : advisedKeys(release, inventory.packages)
      await sql`
        insert into underpin.inspections as i (scope, image_name, manifest, platform, release, reached_from, holds, inspection_json)
        values (${scope}, ${imageName}, ${manifest}, ${formatPlatform(platform)}, ${release}, ${reached}::text[], ${holds}::text[], ${toJsonText(inspection)})
        on conflict (scope, image_name, manifest) do update set
          platform = excluded.platform, release = excluded.release, holds = excluded.holds, inspection_json = excluded.inspection_json, used_at = now(),
          reached_from = array(select distinct unnest(i.reached_from || excluded.reached_from))`.execute(db)
    },

    async layer(scope, layer) {
      const where = sql`scope = ${scope} and digest = ${layer}`
      const { rows } = await sql<{ json: string }>`select found_json as json from underpin.layers where ${where}`.execute(db)
      if (rows[0] === undefined) return null
      await used('layers', where)
      return fromJsonText<Json>(rows[0].json)
    },

    async saveLayer(scope, layer, found) {
      const found_json = toJsonText(found)
      if (found_json.length > longestLayer) return
      await sql`
        insert into underpin.layers (scope, digest, found_json) values (${scope}, ${layer}, ${found_json})
        on conflict (scope, digest) do update set found_json = excluded.found_json, used_at = now()`.execute(db)
    },

    async holding(packages) {
      const found = new Map<string, { readonly scope: Scope; readonly imageName: string; readonly manifest: Digest }>()
      for (let at = 0; at < packages.length; at += packagesAtOnce) {
        const keys = packages.slice(at, at + packagesAtOnce).map(({ release, packageName }) => advisedKey(release, packageName))
        const { rows } = await sql<{ scope: Scope; imageName: string; manifest: Digest }>`
          select distinct i.scope, i.image_name as "imageName", i.manifest
          from unnest(${keys}::text[]) as k (key) join underpin.inspections as i on i.holds @> array[k.key]
          order by 1, 2, 3`.execute(db)
        for (const row of rows) found.set(`${row.scope} ${row.imageName} ${row.manifest}`, row)
      }
      return [...found.values()]
    },

    async releases() {
      const { rows } = await sql<{ release: string }>`
        select distinct release collate "C" as release from underpin.inspections where release is not null order by 1`.execute(db)
      return rows.map(({ release }) => release)
    },

    async forgetUnused(unusedForMs) {
      const isOld = sql`used_at < now() - ${unusedForMs} * interval '1 millisecond'`
      const inspected = await sql`
        delete from underpin.inspections as i where ${isOld}
        and not exists (
          select from unnest(i.reached_from) as d (digest) join underpin.image_uses as u on u.image_name = i.image_name and u.pin = d.digest)
        and not exists (
          select from unnest(i.reached_from) as d (digest)
          join underpin.observations as o on o.scope = i.scope and o.image_name = i.image_name and o.digest = d.digest and o.left_at is null
          join underpin.image_uses as u on u.image_name = o.image_name and u.tag = o.tag)`.execute(db)
      const layers = await sql`delete from underpin.layers where ${isOld}`.execute(db)
      return Number(inspected.numAffectedRows ?? 0n) + Number(layers.numAffectedRows ?? 0n)
    },
  }
}
