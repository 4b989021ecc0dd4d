/** Looks into images that decisions wait for, and what kept one from happening. */
import type { Digest } from '../domain/image/digest.ts'
import type { Scope } from '../domain/image/scope.ts'

/** A platform manifest as one scope reaches it; or whatever a digest leads to, of which `platform` is taken. */
export type WantedManifest = {
  readonly scope: Scope
  readonly imageName: string
  readonly manifest: Digest
  /** The index that names the manifest, on which its attestations hang; null where it was reached by itself, or where `manifest` is an index. */
  readonly index: Digest | null
  /** `linux/amd64`: which entry of the index is looked into; null: linux/amd64, else the only one. */
  readonly platform: string | null
}

export type WantedInspection = WantedManifest & {
  /** Since when somebody waits. */
  readonly since: Date
  /** What the last try failed with; null before it. `isFinal`: trying again soon gives the same. */
  readonly problem: { readonly text: string; readonly isFinal: boolean; readonly at: Date } | null
}

export interface WantedInspectionStore {
  /** Notes that a look is wanted from now on; one that is wanted already stays as it is. Gives what stands. */
  want(wanted: WantedManifest, at: Date): Promise<WantedInspection>
  read(scope: Scope, imageName: string, manifest: Digest): Promise<WantedInspection | null>
  noteProblem(wanted: WantedManifest, problem: string, isFinal: boolean, at: Date): Promise<void>
  /** The look was had. */
  settle(wanted: WantedManifest): Promise<void>
}

/** Names the manifest in due work. Equal manifests give equal text. */
export function formatWanted({ scope, imageName, manifest }: Pick<WantedManifest, 'scope' | 'imageName' | 'manifest'>): string {
  return `${scope} ${imageName}@${manifest}`
}

/** The inverse of `formatWanted`. Throws on text that it did not print. */
export function parseWanted(text: string): Pick<WantedManifest, 'scope' | 'imageName' | 'manifest'> {
  const found = /^(\S+) (\S+)@(sha(?:256|512):[0-9a-f]+)$/.exec(text)
  if (found === null) throw new Error(`not a wanted manifest: ${text}`)
  const [, scope = '', imageName = '', manifest = ''] = found
  return { scope, imageName, manifest: manifest as Digest }
}
