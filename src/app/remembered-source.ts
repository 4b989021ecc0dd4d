/** Images of registries, of which manifests that were fetched before are taken from the memory: a GET of a manifest counts as a pull. */
import { formatImageName } from '../domain/image/reference.ts'
import type { ImageSource } from '../ports/image-source.ts'
import type { ObservationStore } from '../ports/observation-store.ts'

/** `source`, asked only for manifests that the same scope has not fetched yet. Faults of both. */
export function rememberedSource(source: ImageSource, observations: Pick<ObservationStore, 'manifest'>): ImageSource {
  return {
    manifest: async (scope, image, digest) =>
      (await observations.manifest(scope, formatImageName(image), digest))?.manifest ?? (await source.manifest(scope, image, digest)),
    blob: (scope, image, descriptor) => source.blob(scope, image, descriptor),
    referrers: (scope, image, digest) => source.referrers(scope, image, digest),
  }
}
