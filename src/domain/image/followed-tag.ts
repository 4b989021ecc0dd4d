/** The tag that an image use follows, as the one who looks may see it. */
import type { ImageUse } from '../repo/image-use.ts'
import { isFollowed } from '../repo/image-use.ts'
import type { Digest } from './digest.ts'
import type { TagKey } from './observation.ts'
import { formatImageName, tagOrLatest } from './reference.ts'
import { type CredentialGrant, type Scope, scopeFor } from './scope.ts'

/** A digest that a file names without a tag, and who may ask for it. */
export type DigestAlone = { readonly scope: Scope; readonly imageName: string; readonly digest: Digest }

/** The digest that `use` names without a tag, as an installation may ask for it; null where it names a tag, or is skipped. */
export function digestAlone(use: ImageUse, installationId: number | null, grants: readonly CredentialGrant[]): DigestAlone | null {
  if (use.skip !== null || use.reference === null || use.reference.tag !== null || use.reference.digest === null) return null
  const { name, digest } = use.reference
  return { scope: scopeFor(name, installationId, grants), imageName: formatImageName(name), digest }
}

/** The upstream question that `use` raises for an installation (null: a person at the command line); null where it follows no tag. */
export function followedTag(use: ImageUse, installationId: number | null, grants: readonly CredentialGrant[]): TagKey | null {
  if (!isFollowed(use) || use.reference === null) return null
  const { name } = use.reference
  return { scope: scopeFor(name, installationId, grants), imageName: formatImageName(name), tag: tagOrLatest(use.reference) }
}
