/** Where Kubernetes objects name images: in containers wherever they stand, and in fields that hold a reference and nothing else. */
import type { Role } from '../../domain/repo/image-use.ts'
import { imageFields, incomplete } from '../helm/image-fields.ts'
import type { Sourced } from '../sourced.ts'
import { entriesAt, type Entry, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { type Place, placeOf, type UseReader } from '../use-reader.ts'
import { embeddedDocuments } from './embedded.ts'
import { filledIn, noScope, type Scope, scopeIn } from './parameters.ts'
import { addImage, isClear, isHole, isTagged, unfilled } from './written.ts'

/** Lists of containers: of pods (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1), of Tekton's tasks and Argo's templates, and as charts and operators call more of them. */
const containerLists = new Set([
  'containers',
  'initContainers',
  'ephemeralContainers',
  'sidecars',
  'steps',
  'extraContainers',
  'extraInitContainers',
  'additionalContainers',
  'sidecarContainers',
])

/** Single containers: Argo's `container` and `script`, Tekton's `stepTemplate`. */
const containerMaps = new Set(['container', 'script', 'stepTemplate'])

/** Kinds whose content is a schema or a rule about objects, not one. */
const schemaKinds = new Set(['CustomResourceDefinition', 'CompositeResourceDefinition', 'ConstraintTemplate', 'APIResourceSchema'])

/** Kinds that hold the values of a chart, which `resources.ts` reads. */
const chartKinds = new Set(['HelmRelease', 'HelmChart', 'HelmChartConfig', 'HelmChartProxy', 'Application', 'ApplicationSet'])
const valuesKeys = new Set(['values', 'valuesObject'])

/** Whether `tree` is an object; parts of others (`taskRef`) have a kind as well. */
export function isObject(tree: Tree): boolean {
  return (
    stringAt(tree, 'kind') !== '' &&
    entriesAt(tree).some(({ key, value }) => key === 'apiVersion' || ((key === 'spec' || key === 'items') && value.kind !== 'text'))
  )
}

/** The image in the list item or the map `tree`, which is a container. */
export function containerUses(tree: Tree, uses: UseReader): void {
  walk(tree, uses, { ...outside, isContainer: true })
}

/** Writes the images of `tree`, an object or a part of one. What the cluster wrote (`status`) is not read. */
export function objectUses(tree: Tree, uses: UseReader): void {
  const kind = stringAt(tree, 'kind')
  if (schemaKinds.has(kind)) return
  for (const entry of entriesAt(tree)) {
    if (entry.key === 'status') continue
    entryUses(entry, uses, { parent: '', kind, isContainer: kind === 'StepAction' && entry.key === 'spec', role: 'container', scope: noScope })
  }
}

type Around = { readonly parent: string; readonly kind: string; readonly isContainer: boolean; readonly role: Role; readonly scope: Scope }

const outside: Around = { parent: '', kind: '', isContainer: false, role: 'container', scope: noScope }

function walk(tree: Tree, uses: UseReader, around: Around): void {
  if (tree.kind === 'list') for (const item of tree.items) walk(item, uses, around)
  if (tree.kind !== 'map') return
  if (isObject(tree)) return objectUses(tree, uses)
  namedUses(tree, uses)
  const scope = scopeIn(tree, around.scope)
  for (const entry of tree.entries) fieldUses(entry, uses, { ...around, scope })
}

/** `around` says what the value of the entry is, not the map that it stands in. */
function entryUses({ key, value }: Entry, uses: UseReader, around: Around): void {
  walk(value, uses, { ...around, parent: key, role: key === 'annotations' ? 'annotation' : around.role })
}

function fieldUses(entry: Entry, uses: UseReader, around: Around): void {
  const { key, value } = entry
  const place = placeOf(around.role)
  if (value.kind === 'text') {
    if (value.isTyped || value.text.text === '') return
    if (mayHoldYaml(key, around.parent) && /image/i.test(value.text.text)) return textUses(value.text, uses, place)
    if (key === 'image' && around.isContainer) return containerImage(value.text, uses, around.scope)
    if (/image(?:name)?$/i.test(key) && isClear(value.text.text)) fieldImage(value.text, uses, place)
    else if (key === 'image' && isHole(value.text.text)) addImage(uses, value.text, place)
    return
  }
  if (valuesKeys.has(key) && chartKinds.has(around.kind)) return
  if (key === 'image' && value.kind === 'map') {
    const reference = textAt(value, 'reference')
    if (reference !== null && (around.parent === 'volumes' || isClear(reference.text))) return addImage(uses, reference, placeOf('volume'))
  }
  if (/image$/i.test(key) && value.kind === 'map') {
    const fields = imageFields(value, key)
    if (fields?.kind === 'fields' && fields.isWhole) return uses.addFields(fields.fields, place, fields.skip)
  }
  const isElsewhere = around.parent === 'kustomize' && chartKinds.has(around.kind)
  if (/images$/i.test(key) && value.kind === 'list' && !isElsewhere)
    for (const item of value.items) if (item.kind === 'text' && isClear(item.text.text)) addImage(uses, item.text, place)
  const isContainer = (value.kind === 'list' && containerLists.has(key)) || (value.kind === 'map' && containerMaps.has(key))
  entryUses(entry, uses, { ...around, isContainer })
}

/** Argo's templates that create an object (https://argo-workflows.readthedocs.io/en/latest/walk-through/kubernetes-resources), and the programs that kustomize runs as functions. */
const mayHoldYaml = (key: string, parent: string): boolean =>
  (key === 'manifest' && parent === 'resource') || (parent === 'annotations' && /^config\.(?:kubernetes|k8s)\.io\/function$/.test(key))

function textUses(text: Sourced, uses: UseReader, place: Place): void {
  for (const document of embeddedDocuments(text, uses)) {
    const program = textAt(document, 'container', 'image')
    if (isObject(document)) objectUses(document, uses)
    else if (program !== null) addImage(uses, program, place)
  }
}

/** Without a tag, an operator or a scanner (Flux' `ImageRepository`) adds one of its own. */
function fieldImage(text: Sourced, uses: UseReader, place: Place): void {
  if (isTagged(text.text)) uses.addPlain(text, place)
  else uses.addFields({ registry: null, repository: text, tag: null, digest: null }, place, incomplete('the tag'))
}

/** Istio writes its own image where `auto` stands (https://istio.io/latest/docs/setup/additional-setup/gateway). */
function containerImage(text: Sourced, uses: UseReader, scope: Scope): void {
  const place = placeOf('container')
  if (text.text === 'auto') return uses.skip(text, place, { code: 'template', message: 'Istio writes the image when it injects its proxy' })
  const value = filledIn(text, scope)
  if (value === null || value.text === '' || unfilled(value.text) !== null) addImage(uses, text, place)
  else uses.add(text, { value, unset: new Set() }, place)
}

/** References whose place their neighbours tell: OpenShift's `DockerImage`, Tekton's bundles, and operators' `RELATED_IMAGE_…` (https://olm.operatorframework.io). */
function namedUses(tree: Tree, uses: UseReader): void {
  const name = stringAt(tree, 'name')
  if (stringAt(tree, 'kind') === 'DockerImage') addText(textAt(tree, 'name'), uses, 'container')
  if (name.startsWith('RELATED_IMAGE_')) addText(textAt(tree, 'value'), uses, 'container')
  for (const { key, value } of entriesAt(tree)) {
    if (key !== 'taskRef' && key !== 'pipelineRef') continue
    if (stringAt(value, 'resolver') === '') addText(textAt(value, 'bundle'), uses, 'action')
    if (stringAt(value, 'resolver') !== 'bundles') continue
    for (const param of itemsAt(value, 'params')) if (stringAt(param, 'name') === 'bundle') addText(textAt(param, 'value'), uses, 'action')
  }
}

function addText(text: Sourced | null, uses: UseReader, role: Role): void {
  if (text !== null && !/^(?:true|false)$/.test(text.text)) addImage(uses, text, placeOf(role))
}
