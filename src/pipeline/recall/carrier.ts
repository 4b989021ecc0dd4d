/** Recalling carriers: which tag a digest that a file names without one is known by, from what was seen of the image's tags. It asks nobody outside. */
import type { Digest } from '../../domain/image/digest.ts'
import type { Scope } from '../../domain/image/scope.ts'
import { tagOfDigest } from '../../domain/image/tag-successor.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Carrier } from '../../policy/facts.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'

/** Tags of one digest that are looked at: an image has a dozen names for one. */
const mostCarriers = 100
/** Of these, the ones that are told. */
const mostTold = 3

/** The tag that the digest is taken to follow, by `tagOfDigest` of all that showed it; null where we saw none. */
export async function recallCarrier(
  { observations, distros }: { readonly observations: ObservationStore; readonly distros: DistroTable },
  { scope, imageName, digest }: { readonly scope: Scope; readonly imageName: string; readonly digest: Digest },
): Promise<Carrier | null> {
  const carriers = await observations.tagsShowing(scope, imageName, digest, mostCarriers)
  const tag = tagOfDigest(
    carriers.map((carrier) => carrier.tag),
    distros,
  )
  const chosen = carriers.find((carrier) => carrier.tag === tag)
  if (chosen === undefined) return null
  const others = carriers.filter((carrier) => carrier !== chosen).map((carrier) => carrier.tag)
  return { tag: chosen.tag, until: chosen.leftAt, others: others.sort().slice(0, mostTold), othersLeft: Math.max(0, others.length - mostTold) }
}
