/** The images in the values of a chart, in the shapes that charts use: `image: name:tag`, and name and tag in fields of their own, at any depth. */
import { parseReference } from '../../domain/image/reference.ts'
import type { Skip } from '../../domain/repo/image-use.ts'
import { containerUses } from '../kubernetes/objects.ts'
import { hasHost, isClear, isFile, isTagged, unfilled } from '../kubernetes/written.ts'
import type { Sourced } from '../sourced.ts'
import { type Entry, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf, type UseReader } from '../use-reader.ts'
import { imageFields, incomplete } from './image-fields.ts'

const place = placeOf('values')

/** What values say about all images of their chart. */
type Chart = {
  /** `global.image.registry`, the registry of images that name none. */
  readonly registry: Sourced | null
  /** A registry that some charts put before the names of their images, others in place of the registry they have: which, is known to the chart. */
  readonly hasRegistry: boolean
  /** Istio's charts put `hub` before names and `tag` behind them. */
  readonly hasHub: boolean
}

/** Writes the images of `values`. */
export function valuesUses(values: Tree, uses: UseReader): void {
  const registry = textAt(values, 'global', 'image', 'registry')
  const registries = [stringAt(values, 'global', 'imageRegistry'), stringAt(values, 'global', 'registry'), stringAt(values, 'imageRegistry')]
  const hubs = [stringAt(values, 'global', 'hub'), stringAt(values, 'hub'), stringAt(values, '_internal_defaults_do_not_set', 'hub')]
  walk(values, '', uses, {
    registry: registry?.text === '' ? null : registry,
    hasRegistry: registries.some((text) => text !== ''),
    hasHub: hubs.some((hub) => hub !== ''),
  })
}

function walk(tree: Tree, key: string, uses: UseReader, chart: Chart): void {
  if (tree.kind === 'list') for (const item of tree.items) listItem(item, key, uses, chart)
  if (tree.kind !== 'map') return
  const found = key === 'images' ? null : imageFields(tree, key)
  if (found?.kind === 'text') uses.addPlain(found.text, place)
  if (found?.kind === 'fields') {
    const { skip } = found
    const own = found.fields
    const isBare = (own.registry === null || own.registry.text === '') && !hasHost(own.repository.text)
    const fields = isBare ? { ...own, registry: chart.registry } : own
    const isNameless = chart.hasRegistry && isBare && chart.registry === null
    const noHub = chart.hasHub && isBare && !fields.repository.text.includes('/')
    uses.addFields(fields, place, skip ?? (isNameless || noHub ? incomplete('whether the registry of all images stands before it') : null))
  }
  const keys = new Map(tree.entries.map((entry) => [lower(entry.key), entry.value]))
  for (const entry of tree.entries) {
    if (found?.read.has(lower(entry.key)) === true && entry.value.kind === 'text') continue
    if (entry.value.kind !== 'text') walk(entry.value, entry.key, uses, chart)
    else if (!entry.value.isTyped) textUse(entry, { keys, key }, uses, chart)
  }
}

function listItem(item: Tree, key: string, uses: UseReader, chart: Chart): void {
  if (item.kind !== 'text') {
    if (item.kind === 'map' && /containers$|^sidecars$/i.test(key) && imageFields(item, '') === null) return containerUses(item, uses)
    return walk(item, key.replace(/images$/i, 'image'), uses, chart)
  }
  if (/images$/i.test(key) && isClear(item.text.text) && isTagged(item.text.text)) uses.addPlain(item.text, place)
}

/** The map that a text stands in: its values by their keys in lower case, and its own key. */
type Around = { readonly keys: ReadonlyMap<string, Tree>; readonly key: string }

/** The text of `entry`, where its key says that it is an image: with the tag that stands beside it, or as it is. */
function textUse({ key, value }: Entry, around: Around, uses: UseReader, chart: Chart): void {
  if (value.kind !== 'text' || value.text.text === '') return
  const { text } = value
  if (/^images$|^tags$/i.test(around.key)) {
    if (isTagged(text.text) && isClear(text.text)) uses.addPlain(text, place)
    return
  }
  const stem = /^(.*?image)(?:name|repository|repo)?$/i.exec(key)?.[1]
  if (stem === undefined || notContainers.test(key)) return
  const tag = around.keys.get(lower(`${stem}tag`)) ?? around.keys.get(lower(`${stem}version`))
  if (tag !== undefined && !isTagged(text.text)) return splitUse(text, tag, uses)
  if (!/image(?:name)?$/i.test(key)) return
  const skip = unfilled(text.text) ?? openSkip(text.text, key, chart)
  if (skip === 'none') return
  if (skip === null) uses.addPlain(text, place)
  else uses.addFields({ registry: null, repository: text, tag: null, digest: null }, place, skip)
}

/** `fooImage` and `fooImageTag`. */
function splitUse(text: Sourced, tag: Tree, uses: UseReader): void {
  const found = imageFields(
    { kind: 'map', at: 0, entries: [entryOf('repository', { kind: 'text', at: 0, text, isTyped: false }), entryOf('tag', tag)] },
    'image',
  )
  if (found?.kind === 'fields') uses.addFields(found.fields, place, found.skip)
}

const entryOf = (key: string, value: Tree): Entry => ({ key, keyAt: 0, value })

/** What is missing from a text under `key`; `none` where it is no reference that anybody would write. */
function openSkip(text: string, key: string, chart: Chart): Skip | null | 'none' {
  if (/\s/.test(text) || isFile(text)) return 'none'
  const parsed = parseReference(text)
  if (parsed.kind === 'invalid') return lower(key) === 'image' && /[/:]/.test(text) ? { code: 'invalid-reference', message: parsed.problem } : 'none'
  if (!isTagged(text)) return lower(key) === 'image' || text.includes('/') ? incomplete('the tag') : 'none'
  return chart.hasRegistry && !hasHost(text) ? incomplete('whether the registry of all images stands before it') : null
}

/** Images that no registry holds. */
const notContainers = /(?:vm|os|machine|ami|disk|boot|background|cover|logo|icon|hero|banner|profile|avatar|favicon)[-_]?image(?:name)?$/i

const lower = (key: string): string => key.toLowerCase().replaceAll('_', '')
