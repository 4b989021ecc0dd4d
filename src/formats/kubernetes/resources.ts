/** Kinds that name images in ways of their own: charts with their values, kustomizations, Crossplane's packages. */
import { valuesUses } from '../helm/values.ts'
import { kustomizationUses } from '../kustomize/uses.ts'
import { overrideUse } from '../kustomize/images.ts'
import { part, type Sourced } from '../sourced.ts'
import { at, entriesAt, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf, type UseReader } from '../use-reader.ts'
import { embeddedDocuments } from './embedded.ts'
import { isObject, objectUses } from './objects.ts'
import { addImage, isClear } from './written.ts'

/** Writes the images of one object, whatever its kind. */
export function resourceUses(object: Tree, uses: UseReader): void {
  ownUses(object, uses)
  objectUses(object, uses)
}

function ownUses(object: Tree, uses: UseReader): void {
  for (const item of itemsAt(object, 'items')) if (isObject(item)) ownUses(item, uses)
  const group = stringAt(object, 'apiVersion').split('/')[0] ?? ''
  const spec = at(object, 'spec')
  switch (stringAt(object, 'kind')) {
    case 'HelmRelease':
    case 'HelmChart':
    case 'HelmChartConfig':
    case 'HelmChartProxy':
      for (const key of ['values', 'valuesContent', 'valuesTemplate']) givenValues(at(spec, key), uses)
      for (const renderer of itemsAt(spec, 'postRenderers')) kustomizationUses(at(renderer, 'kustomize') ?? renderer, uses)
      return
    case 'Application':
    case 'ApplicationSet':
      return sourceUses(spec, uses)
    case 'Kustomization':
    case 'Component':
      return kustomizationUses(group.startsWith('kustomize.toolkit.') ? (spec ?? object) : object, uses)
    case 'ImageTagTransformer':
      return overrideUse(at(object, 'imageTag') ?? object, uses)
    case 'Provider':
    case 'Function':
    case 'Configuration': {
      const image = group === 'pkg.crossplane.io' ? textAt(spec, 'package') : null
      if (image !== null) addImage(uses, image, placeOf('container'))
    }
  }
}

/** Argo CD's sources, wherever an application or a template of one has them (https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification). */
function sourceUses(tree: Tree | null, uses: UseReader): void {
  if (tree?.kind === 'list') for (const item of tree.items) sourceUses(item, uses)
  for (const { key, value } of entriesAt(tree)) {
    if (key === 'helm') for (const name of ['values', 'valuesObject']) givenValues(at(value, name), uses)
    else if (key === 'kustomize') for (const image of itemsAt(value, 'images')) if (image.kind === 'text') replacedBy(image.text, uses)
    sourceUses(value, uses)
  }
}

/** `name=other:tag`, `name:tag`. */
function replacedBy(text: Sourced, uses: UseReader): void {
  const image = part(text, text.text.indexOf('=') + 1)
  if (isClear(image.text)) uses.addPlain(image, placeOf('override'))
}

/** Values as they are, or as YAML in a text. */
function givenValues(values: Tree | null, uses: UseReader): void {
  if (values === null) return
  if (values.kind !== 'text') return valuesUses(values, uses)
  if (!/[iI]mage|repository/.test(values.text.text)) return
  for (const document of embeddedDocuments(values.text, uses)) valuesUses(document, uses)
}
