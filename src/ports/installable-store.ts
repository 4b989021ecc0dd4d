/** What the package repositories of an image offered when they were last asked. */
import type { Digest } from '../domain/image/digest.ts'
import type { Scope } from '../domain/image/scope.ts'

/** Versions by binary package, and by source package the lowest that one of its binaries is built from; or why nothing can be said. */
export type InstallableNote = {
  readonly askedAt: Date
  readonly answer:
    | { readonly kind: 'known'; readonly versions: Readonly<Record<string, string>>; readonly sources: Readonly<Record<string, string>> }
    | { readonly kind: 'cannot-say'; readonly why: string }
}

export interface InstallableStore {
  /** The last answer about the platform manifest, or null. */
  installable(scope: Scope, imageName: string, manifest: Digest): Promise<InstallableNote | null>
  saveInstallable(scope: Scope, imageName: string, manifest: Digest, note: InstallableNote): Promise<void>
}
