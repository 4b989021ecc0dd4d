/** Streaming XML: the elements of a large file one at a time, each bounded, so that a feed of 100 MB needs the memory of one record. */
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { Fault, isFault } from '../../domain/fault.ts'

/** One element with everything below it; names without their prefix, text without what encloses it. */
export type XmlElement = {
  readonly name: string
  /** By name without prefix. Without a prototype: any name is only a name. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
  /** Where it begins, counted from 1. */
  readonly line: number
}

type Growing = { name: string; attributes: Record<string, string>; children: Growing[]; text: string; line: number }

/** What one element may hold at most; a Red Hat definition has some 20,000 elements at worst. */
const limits = { depth: 64, elements: 200_000, characters: 8_000_000 }

/**
 * Yields each outermost element that `isWanted` names, when it ends, in the file's order. What is called as one of `dropped` is left out of them, unread: the
 * long texts for people. Entities are XML's five and character references; a document type is passed over, so nothing expands and nothing is fetched.
 * Raises `invalid`, naming `file` and the line, for what is not well-formed, ends early or is larger than a record may be.
 */
export async function* xmlElements(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  isWanted: (name: string) => boolean,
  dropped: ReadonlySet<string> = new Set(),
): AsyncIterable<XmlElement> {
  const parser = new SaxesParser()
  const ready: XmlElement[] = []
  const open: Growing[] = []
  const seen = { depth: 0, elements: 0, characters: 0, droppedAt: 0, root: false }
  const refuse = (why: string): never => {
    throw new Fault('invalid', `${file}, line ${parser.line}: ${why}`)
  }

  parser.on('opentag', (tag: SaxesTagPlain) => {
    seen.root = true
    seen.depth += 1
    if (seen.depth > limits.depth) refuse(`more than ${limits.depth} elements deep`)
    const name = localName(tag.name)
    if (seen.droppedAt > 0 || (open.length === 0 && !isWanted(name))) return
    if (dropped.has(name)) {
      seen.droppedAt = seen.depth
      return
    }
    const element: Growing = { name, attributes: Object.create(null) as Record<string, string>, children: [], text: '', line: parser.line }
    for (const [key, value] of Object.entries(tag.attributes)) {
      element.attributes[localName(key)] = value
      seen.characters += value.length
    }
    seen.elements += 1
    if (seen.elements > limits.elements) refuse(`a record of more than ${limits.elements} elements`)
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  const takeText = (text: string): void => {
    const element = open.at(-1)
    if (element === undefined || seen.droppedAt > 0) return
    seen.characters += text.length
    if (seen.characters > limits.characters) refuse(`a record of more than ${limits.characters} characters`)
    element.text += text
  }
  parser.on('text', takeText)
  parser.on('cdata', takeText)
  parser.on('closetag', () => {
    seen.depth -= 1
    if (seen.droppedAt > 0) {
      if (seen.depth < seen.droppedAt) seen.droppedAt = 0
      return
    }
    const element = open.pop()
    if (element === undefined) return
    element.text = element.text.trim()
    if (open.length > 0) return
    ready.push(element)
    seen.elements = 0
    seen.characters = 0
  })
  parser.on('error', (error) => refuse(`not well-formed XML (${error.message.slice(0, 200)})`))

  const decoder = new TextDecoder('utf-8')
  for await (const chunk of chunks) {
    parser.write(decoder.decode(chunk, { stream: true }))
    yield* ready.splice(0)
  }
  try {
    parser.write(decoder.decode())
    parser.close()
  } catch (error) {
    throw isFault(error) ? error : new Fault('invalid', `${file}: not XML`, { cause: error })
  }
  if (!seen.root) refuse('no XML at all')
  yield* ready
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the child of that name; null where there is none or it is empty. */
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const text = childOf(element, name)?.text
  return text === undefined || text === '' ? null : text
}
