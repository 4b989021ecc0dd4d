/** `underpin tags`: which tag of an image a policy would choose, and why not the others. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { createReadStream } from 'node:fs'
import { type Extent, extentWords, formatExtent } from '../../domain/image/extent.ts'
import { Fault } from '../../domain/fault.ts'
import { parseReference, type Reference, tagOrLatest } from '../../domain/image/reference.ts'
import { scopeFor } from '../../domain/image/scope.ts'
import { isOrdered, parseTag } from '../../domain/image/tag-parts.ts'
import { parseRange } from '../../domain/image/tag-range.ts'
import { successorOf } from '../../domain/image/tag-successor.ts'
import { chooseTag, type TagChoice } from '../../domain/image/tag-track.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import { visible } from '../../lib/visible.ts'
import { renderTags } from '../../render/tags.ts'
import { readDistroTable } from '../distro-table.ts'
import { openRegistryAccess } from '../registry-access.ts'
import { tell } from './evidence-command.ts'
import { exitWrongInput, orExplain } from './explain-problem.ts'
import { readTagList, type TagList } from './tag-list.ts'

type Options = {
  readonly policy: 'digest' | 'patch' | 'minor' | 'major'
  readonly range?: string
  readonly fromList?: string
  readonly allowReleaseChange?: true
  readonly json?: true
}

/**
 * Adds the command `tags` to `program`; `input` is where `--from-list -` reads from. It sets the exit code: 0, 2 for a name, a list or a line that
 * cannot be read (the readable lines are answered all the same), 3 when a registry failed.
 */
export function registerTags(program: Command, input: AsyncIterable<Uint8Array> = process.stdin): void {
  program
    .command('tags')
    .description('say which tag of an image a policy would choose, and why not the others')
    .argument('<name:tag>', 'an image with its tag; without one latest')
    .addOption(new Option('--policy <extent>', 'how far the tag may move').choices(extentWords).default('digest'))
    .addOption(new Option('--range <range>', 'only versions within: ">=3.11 <4", "^1.2", "~1.2", "1.x"').argParser(rangeArgument).conflicts('policy'))
    .option('--from-list <file>', 'take the tags from a file, one a line, and ask nobody; - is standard input')
    .option('--allow-release-change', 'let the release of the distribution in the tag (-bookworm, alpine3.20) become a newer one')
    .option('--json', 'print one JSON document')
    .action((name: string, options: Options) => orExplain(() => answer(name, options, input)))
}

async function answer(name: string, options: Options, input: AsyncIterable<Uint8Array>): Promise<void> {
  const reference = namedTag(name)
  const current = tagOrLatest(reference)
  const distros = readDistroTable()
  const list = options.fromList === undefined ? await listedBy(reference) : await readTagList(options.fromList, sourceOf(options.fromList, input))
  const extent: Extent = options.range === undefined ? { kind: options.policy } : { kind: 'range', range: options.range }
  const choose = (of: Extent): TagChoice => chooseTag({ current, tags: list.tags, extent: of, distros, mayChangeRelease: options.allowReleaseChange === true })
  const choice = choose(extent)
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ current, ...choice })}\n`
      : renderTags(
          {
            asked: name,
            current,
            choice,
            policy: `${formatExtent(extent)}${options.allowReleaseChange === true ? ', and newer releases of the distribution' : ''}`,
            stays: choice.candidate === null ? whyItStays(current, extent, distros) : null,
            farther: fartherThan(extent, choice, choose),
          },
          { colour: process.stdout.isTTY },
        ),
  )
  tell([...list.problems, ...vanished(current, list.tags, distros)])
  if (list.problems.length > 0) process.exitCode = exitWrongInput
}

/** What is asked about. Faults: `invalid` where the text names no tag. */
function namedTag(text: string): Reference {
  const parsed = parseReference(text)
  if (parsed.kind === 'invalid') throw new Fault('invalid', `${visible(text)} is no image: ${parsed.problem}`)
  const { tag, digest } = parsed.reference
  if (tag === null && digest !== null) throw new Fault('invalid', `${visible(text)} names a digest and no tag; name the tag that it follows`)
  return parsed.reference
}

async function listedBy({ name }: Reference): Promise<TagList> {
  const access = openRegistryAccess()
  try {
    for (const problem of access.problems) console.error(problem)
    console.error(`asking ${name.registry} for the tags of ${name.repository}`)
    return { tags: await access.registry.tags(scopeFor(name, null, access.grants), name), problems: [] }
  } finally {
    await access.http.close()
  }
}

function sourceOf(file: string, input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return file === '-' ? input : createReadStream(file)
}

function whyItStays(current: string, extent: Extent, distros: DistroTable): string {
  if (extent.kind === 'digest') return 'policy digest keeps the tag and follows what it shows; patch, minor and major look for newer tags'
  return isOrdered(parseTag(current, distros)) ? 'no tag of its line is newer within the policy' : 'it names no version, so no tag is newer'
}

/** What policies that reach farther would choose, where that is something else. */
function fartherThan(extent: Extent, { candidate }: TagChoice, choose: (of: Extent) => TagChoice): readonly { policy: string; candidate: string }[] {
  if (extent.kind === 'range') return []
  const told = new Set([candidate])
  return extentWords.slice(extentWords.indexOf(extent.kind) + 1).flatMap((kind) => {
    const other = choose({ kind }).candidate
    if (other === null || told.has(other)) return []
    told.add(other)
    return [{ policy: kind, candidate: other }]
  })
}

function vanished(current: string, tags: readonly string[], distros: DistroTable): readonly string[] {
  if (tags.length === 0) return ['there are no tags']
  if (tags.includes(current)) return []
  const next = successorOf(current, tags, distros)
  return [`${current} is not among them${next === null ? '' : `; the nearest that is: ${next.tag}`}`]
}

function rangeArgument(text: string): string {
  const parsed = parseRange(text)
  if (parsed.kind === 'invalid') throw new InvalidArgumentError(`${parsed.problem}.`)
  return text
}
