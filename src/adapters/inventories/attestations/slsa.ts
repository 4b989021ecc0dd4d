/** SLSA provenance, as BuildKit, GitHub's workflows and Google Cloud Build write it (https://slsa.dev/spec/v1.0/provenance, v0.2 and v0.1). */
import { type Digest, parseDigest } from '../../../domain/image/digest.ts'
import type { Provenance } from '../../../domain/image/provenance.ts'
import { slsa02Schema, slsa1Schema, type UsedArtifact } from './schema.ts'

const mostParents = 500

type Claims = {
  readonly builder: string | null | undefined
  readonly configSource: UsedArtifact | null | undefined
  readonly vcs: { readonly source?: string | null | undefined; readonly revision?: string | null | undefined } | null | undefined
  readonly used: readonly UsedArtifact[]
}

/** The provenance that a predicate tells, null where it is none of its version. */
export function readProvenance(kind: 'slsa-0' | 'slsa-1', predicate: unknown): Provenance | null {
  const claims = kind === 'slsa-0' ? claims0(predicate) : claims1(predicate)
  if (claims === null) return null
  const { configSource, vcs } = claims
  const material = claims.used.find((used) => !isImage(used) && revisionOf(used) !== null)
  // BuildKit's context is a folder of the machine where it has no source; then its metadata may name the repository that the folder is a clone of.
  const [sourceUri, sourceRevision] = configSource?.uri
    ? [repositoryOf(configSource.uri), revisionOf(configSource)]
    : vcs?.source
      ? [repositoryOf(vcs.source), vcs.revision ?? null]
      : [material?.uri ? repositoryOf(material.uri) : null, material === undefined ? null : revisionOf(material)]
  return {
    builder: claims.builder || null,
    sourceUri: sourceUri || null,
    sourceRevision: sourceRevision || null,
    parents: claims.used.flatMap(parentOf).slice(0, mostParents),
  }
}

function claims0(predicate: unknown): Claims | null {
  const parsed = slsa02Schema.safeParse(predicate)
  if (!parsed.success) return null
  const { builder, invocation, materials, metadata } = parsed.data
  const vcs = metadata?.['https://mobyproject.org/buildkit@v1#metadata']?.vcs
  return { builder: builder?.id, configSource: invocation?.configSource, vcs, used: materials ?? [] }
}

function claims1(predicate: unknown): Claims | null {
  const parsed = slsa1Schema.safeParse(predicate)
  if (!parsed.success) return null
  const { externalParameters, resolvedDependencies } = parsed.data.buildDefinition
  const { builder, metadata } = parsed.data.runDetails ?? {}
  const workflow = externalParameters?.workflow?.repository
  const used = resolvedDependencies ?? []
  const checkedOut = workflow ? used.find((one) => one.uri && repositoryOf(one.uri) === repositoryOf(workflow)) : undefined
  const configSource = externalParameters?.configSource?.uri ? externalParameters.configSource : checkedOut
  return { builder: builder?.id, configSource, vcs: metadata?.buildkit_metadata?.vcs, used }
}

function isImage({ uri }: UsedArtifact): boolean {
  return /^(pkg:(docker|oci)\/|docker-image:\/\/|oci:\/\/)/.test(uri ?? '')
}

function parentOf(used: UsedArtifact): { readonly uri: string; readonly digest: Digest }[] {
  const digest = used.digest?.['sha256'] === undefined ? null : parseDigest(`sha256:${used.digest['sha256']}`)
  return digest !== null && isImage(used) ? [{ uri: used.uri ?? '', digest }] : []
}

/** The commit, by any of the names it has had; BuildKit also puts it behind `#`. */
function revisionOf({ uri, digest }: UsedArtifact): string | null {
  const named = digest?.['gitCommit'] ?? digest?.['sha1'] ?? digest?.['commit']
  return named ?? /#([0-9a-f]{40,64})(?::|$)/.exec(uri ?? '')?.[1] ?? null
}

/** The repository alone, so that two spellings of it are equal: without `git+`, user, `.git`, branch, commit and folder. */
function repositoryOf(uri: string): string {
  return uri
    .replace(/#.*$/s, '')
    .replace(/@(?:refs\/.*|[0-9a-f]{40,64})$/s, '')
    .replace(/^git\+/, '')
    .replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1')
    .replace(/\.git$/, '')
}
