/** Groups of updates: what goes into one pull request, and stays the same while it is open. */
import type { TagReach } from './image/tag-reach.ts'
import { trackOf } from './image/tag-track.ts'
import type { DistroTable } from './package/distro.ts'

/**
 * `docker.io/library/python:3.12-slim` where the tag stays, so that the pull request follows its digest; where it may move the tag's track stands in its
 * place, equal for all tags that the reach leads to, so that a newer tag moves the open pull request, and several files move to it together.
 */
export function updateGroup({ imageName, tag }: { readonly imageName: string; readonly tag: string }, reach: TagReach, distros: DistroTable): string {
  return `${imageName}:${trackOf(tag, distros, reach)}`
}
