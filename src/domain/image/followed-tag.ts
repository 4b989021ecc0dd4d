/** The tag that an image use follows, as the one who looks may see it. */
import type { ImageUse } from '../repo/image-use.ts'
import { isFollowed } from '../repo/image-use.ts'
import type { TagKey } from './observation.ts'
import { formatImageName, tagOrLatest } from './reference.ts'
import { type CredentialGrant, scopeFor } from './scope.ts'

/** The upstream question that `use` raises for an installation (null: a person at the command line); null where it follows no tag. */
export function followedTag(use: ImageUse, installationId: number | null, grants: readonly CredentialGrant[]): TagKey | null {
  if (!isFollowed(use) || use.reference === null) return null
  const { name } = use.reference
  return { scope: scopeFor(name, installationId, grants), imageName: formatImageName(name), tag: tagOrLatest(use.reference) }
}
