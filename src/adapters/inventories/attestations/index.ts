/** Attestations of a platform manifest: its SBOM and its provenance, bound to it by digest and otherwise unsigned. */
import type { Digest } from '../../../domain/image/digest.ts'
import type { Descriptor, Manifest } from '../../../domain/image/manifest.ts'
import type { Provenance } from '../../../domain/image/provenance.ts'
import type { ImageName } from '../../../domain/image/reference.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { ImageSource } from '../../../ports/image-source.ts'
import { type Attached, type Attestee, attachedByReference, attachedInIndex, reasonOf } from './attached.ts'
import { readCycloneDx } from './cyclonedx.ts'
import { readSbom, type Sbom } from './sbom.ts'
import { readProvenance } from './slsa.ts'
import { readSpdx } from './spdx.ts'
import { openAttestation } from './statement.ts'

/** What attestations say; `problems` are sentences about those that are there and cannot be used. */
export type ReadAttestations = { readonly sbom: Sbom | null; readonly provenance: Provenance | null; readonly problems: readonly string[] }

/** BuildKit's own limit. */
const longestFile = 40 * 1024 * 1024
const mostFiles = 32

/**
 * Reads what is attached to the platform manifest `digest`: in `index` (through which it was reached, or null), and, where no SBOM is found there, as OCI
 * referrers. A file counts only where its statement's subject is the manifest. One case has no subject: docker-scout's SBOMs of official images, which are
 * bound by the attestation manifest that the index names for the platform. Raises `transient` and `rate-limited`; other faults are problems.
 */
export async function readAttestations(source: ImageSource, scope: Scope, image: ImageName, index: Manifest | null, digest: Digest): Promise<ReadAttestations> {
  const attestee = { source, scope, image, digest }
  const inIndex = await readFiles(attestee, await attachedInIndex(attestee, index))
  if (inIndex.sbom !== null) return inIndex
  const referring = await readFiles(attestee, await attachedByReference(attestee))
  return {
    sbom: referring.sbom,
    provenance: inIndex.provenance ?? referring.provenance,
    problems: [...inIndex.problems, ...referring.problems],
  }
}

async function readFiles(attestee: Attestee, attached: Attached): Promise<ReadAttestations> {
  const problems = [...attached.problems]
  const sboms: { readonly name: string | null; readonly sbom: Sbom }[] = []
  const provenances: Provenance[] = []
  if (attached.files.length > mostFiles) problems.push(`only the first ${mostFiles} of ${attached.files.length} attestations were read`)
  for (const file of attached.files.slice(0, mostFiles)) {
    const read = await readFile(attestee, file)
    if (read.kind === 'problem') problems.push(`the attestation ${file.digest} is not used: ${read.problem}`)
    else if (read.kind === 'sbom') sboms.push(read)
    else if (read.kind === 'provenance') provenances.push(read.provenance)
  }
  const chosen = chooseSbom(sboms)
  if (chosen === null && sboms.length > 0) problems.push(`which of the image's SBOMs is of its final stage cannot be told (there are ${sboms.length})`)
  // Several speak of one build; the one that names the images it used says most.
  const provenance = provenances.find(({ parents }) => parents.length > 0) ?? provenances[0] ?? null
  return { sbom: chosen, provenance, problems }
}

type ReadFile =
  | { readonly kind: 'sbom'; readonly name: string | null; readonly sbom: Sbom }
  | { readonly kind: 'provenance'; readonly provenance: Provenance }
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly problem: string }

const problem = (text: string): ReadFile => ({ kind: 'problem', problem: text })

async function readFile(attestee: Attestee, file: Descriptor): Promise<ReadFile> {
  if (file.size > longestFile) return problem(`it has ${file.size} bytes`)
  try {
    return fileOf(await bytesOf(attestee, file), attestee.digest)
  } catch (error) {
    return problem(reasonOf(error))
  }
}

async function bytesOf({ source, scope, image }: Attestee, file: Descriptor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.blob(scope, image, file)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What the bytes are, where they speak of the manifest `digest`. */
function fileOf(bytes: Uint8Array, digest: Digest): ReadFile {
  const opened = openAttestation(bytes)
  if (opened.kind === 'other') return opened
  if (opened.kind === 'invalid') return problem(opened.problem)
  const { kind, predicate, subjects } = opened
  const isOfAnother = subjects !== null && subjects.length > 0 && !subjects.includes(digest)
  if (isOfAnother) return problem('its subject is another manifest')
  const isWithoutSubject = subjects?.length === 0
  if (kind === 'slsa-0' || kind === 'slsa-1') {
    const provenance = readProvenance(kind, predicate)
    if (provenance === null || subjects === null) return problem('it is no SLSA provenance')
    return isWithoutSubject ? problem('it names no subject') : { kind: 'provenance', provenance }
  }
  const document = kind === 'spdx' ? readSpdx(predicate) : readCycloneDx(predicate)
  if (document.kind === 'unusable') return problem(document.problem)
  if (isWithoutSubject && !document.listed.isScout) return problem('it names no subject')
  const read = readSbom(document.listed)
  return read.kind === 'unusable' ? problem(read.problem) : { kind: 'sbom', name: document.listed.name, sbom: read.sbom }
}

/** BuildKit scans build stages too where it is told to, under names `sbom-<stage>` and with the same subject: those are not what the image holds. */
function chooseSbom(sboms: readonly { readonly name: string | null; readonly sbom: Sbom }[]): Sbom | null {
  const ofImage = sboms.filter(({ name }) => name === null || !name.startsWith('sbom-'))
  const spdx = ofImage.filter(({ sbom }) => sbom.from === 'spdx')
  const [first, second] = spdx.length > 0 ? spdx : ofImage
  return first !== undefined && second === undefined ? first.sbom : null
}
