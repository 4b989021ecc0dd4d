/** One upstream question per image, tag and scope in a run: a wrapper over the port that knows nothing of registries. */
import { formatImageName } from '../../domain/image/reference.ts'
import type { Registry } from '../../ports/registry.ts'

/**
 * `registry`, asking each question once: concurrent equal questions share one answer, and answers, faults included, are remembered as long as the wrapper
 * lives. Make one per run, never per process: it forgets nothing. Scopes never share an answer.
 */
export function oncePerRun(registry: Registry): Registry {
  const answers = new Map<string, Promise<unknown>>()
  const once = <Answer>(key: readonly string[], ask: () => Promise<Answer>): Promise<Answer> => {
    const text = key.join(' ')
    const known = answers.get(text) as Promise<Answer> | undefined
    if (known !== undefined) return known
    const answer = ask()
    answers.set(text, answer)
    return answer
  }
  return {
    tagDigest: (scope, image, tag) => once(['tagDigest', scope, formatImageName(image), tag], () => registry.tagDigest(scope, image, tag)),
    manifest: (scope, image, digest) => once(['manifest', scope, formatImageName(image), digest], () => registry.manifest(scope, image, digest)),
    isServed: (scope, image, digest) => once(['isServed', scope, formatImageName(image), digest], () => registry.isServed(scope, image, digest)),
    platformOf: (scope, image, config) => once(['platformOf', scope, formatImageName(image), config.digest], () => registry.platformOf(scope, image, config)),
    tags: (scope, image) => once(['tags', scope, formatImageName(image)], () => registry.tags(scope, image)),
    referrers: (scope, image, digest) => once(['referrers', scope, formatImageName(image), digest], () => registry.referrers(scope, image, digest)),
    // A stream has one reader, and what was read is too large to remember.
    blob: (scope, image, descriptor) => registry.blob(scope, image, descriptor),
    get requests() {
      return registry.requests
    },
  }
}
