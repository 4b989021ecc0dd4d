/** The few fields that are read of attestations, as their specifications name them. */
import { z } from 'zod'

const text = z.string()
const manyOf = <Item extends z.ZodType>(item: Item) => z.array(item).nullish()

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export const envelopeSchema = z.object({ payloadType: text, payload: text })

/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
export const bundleSchema = z.object({ dsseEnvelope: envelopeSchema })

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and v0.1 of it. */
export const statementSchema = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
  predicateType: text,
  subject: manyOf(z.object({ digest: z.object({ sha256: text.optional(), sha512: text.optional() }).nullish() })),
  predicate: z.unknown(),
})

/** https://spdx.github.io/spdx-spec/v2.3/ */
export const spdxSchema = z.object({
  spdxVersion: text.regex(/^SPDX-2\.\d+$/),
  name: text.nullish(),
  creationInfo: z.object({ creators: manyOf(text) }).nullish(),
  packages: manyOf(
    z.object({
      SPDXID: text.nullish(),
      name: text,
      versionInfo: text.nullish(),
      supplier: text.nullish(),
      sourceInfo: text.nullish(),
      primaryPackagePurpose: text.nullish(),
      externalRefs: manyOf(z.object({ referenceType: text, referenceLocator: text })),
    }),
  ),
  files: manyOf(z.object({ SPDXID: text.nullish() })),
  relationships: manyOf(z.object({ relationshipType: text, relatedSpdxElement: text })),
})

/** https://cyclonedx.org/docs/latest/json/; the components one by one, since they nest. */
export const cycloneDxSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.unknown() }).nullish(),
  components: manyOf(z.unknown()),
  compositions: manyOf(z.object({ aggregate: text })),
})

/** A component of it. */
export const componentSchema = z.object({
  type: text,
  name: text,
  version: text.nullish(),
  purl: text.nullish(),
  supplier: z.object({ name: text.nullish() }).nullish(),
  properties: manyOf(z.object({ name: text, value: text.nullish() })),
  components: manyOf(z.unknown()),
})

const digests = z.record(text, text).nullish()
const artifact = z.object({ uri: text.nullish(), digest: digests })
const vcs = z.object({ source: text.nullish(), revision: text.nullish() })

/** https://slsa.dev/spec/v0.2/provenance (0.1 has the same fields), with BuildKit's metadata. */
export const slsa02Schema = z.object({
  builder: z.object({ id: text.nullish() }).nullish(),
  invocation: z.object({ configSource: artifact.nullish() }).nullish(),
  materials: manyOf(artifact),
  metadata: z.object({ 'https://mobyproject.org/buildkit@v1#metadata': z.object({ vcs: vcs.nullish() }).nullish() }).nullish(),
})

/** https://slsa.dev/spec/v1.0/provenance, with the parameters of BuildKit and of GitHub's workflows. */
export const slsa1Schema = z.object({
  buildDefinition: z.object({
    externalParameters: z
      .object({
        configSource: artifact.nullish(),
        workflow: z.object({ repository: text.nullish() }).nullish(),
      })
      .nullish(),
    resolvedDependencies: manyOf(artifact),
  }),
  runDetails: z
    .object({
      builder: z.object({ id: text.nullish() }).nullish(),
      metadata: z.object({ buildkit_metadata: z.object({ vcs: vcs.nullish() }).nullish() }).nullish(),
    })
    .nullish(),
})

/** An artifact that a build used, as either version has it. */
export type UsedArtifact = z.infer<typeof artifact>
