/** The terminal: what `tags` prints for people. */
import type { RefusedTag, TagChoice, TagRefusal } from '../domain/image/tag-track.ts'
import { padded, shortened, visible } from '../lib/visible.ts'
import { type Paint, painter, widest } from './paint.ts'

export type TagAnswer = {
  /** The reference as it was asked for. */
  readonly asked: string
  readonly current: string
  readonly choice: TagChoice
  /** How far it may go, in words: `patch`, `>=3.11 <4`. */
  readonly policy: string
  /** Why the tag stays, a sentence; null where there is a candidate. */
  readonly stays: string | null
  /** What the policies that reach farther would choose. */
  readonly farther: readonly { readonly policy: string; readonly candidate: string }[]
}

/** What the reasons mean, in the order in which they are told. */
const meanings: Readonly<Record<TagRefusal, string>> = {
  'beyond-policy': 'newer on the same line, farther than the policy allows',
  'pre-release': 'a pre-release',
  lower: 'older, or the same by another name',
  coarser: 'says less, and moves by itself',
  finer: 'says more than the current tag does',
  'other-suffix': 'another variant, or another release of the distribution',
  'other-prefix': 'another variant, or another way of naming',
  'not-a-version': 'nothing to order it by',
}

const examples = 4
const longestExample = 40

/** The choice, why, what farther policies would choose, and the refused tags by reason with a few examples each. Ends with a line break. */
export function renderTags({ asked, current, choice, policy, stays, farther }: TagAnswer, { colour }: { readonly colour: boolean }): string {
  const paint = painter(colour)
  const { candidate, considered } = choice
  const lines = [
    paint('bold', visible(asked)),
    `  policy     ${visible(policy)}`,
    candidate === null ? `  stays      ${visible(stays ?? current)}` : `  candidate  ${paint('cyan', visible(candidate))}`,
    ...farther.map((one) => `  ${paint('dim', padded(`with ${one.policy}`, 10))} ${paint('dim', visible(one.candidate))}`),
    `  looked at  ${considered} ${considered === 1 ? 'tag' : 'tags'}`,
  ]
  const refused = refusedLines(choice.refused, paint)
  return `${[...lines, ...(refused.length === 0 ? [] : ['', ...refused])].join('\n')}\n`
}

function refusedLines(refused: readonly RefusedTag[], paint: Paint): readonly string[] {
  const byReason = new Map<TagRefusal, string[]>()
  for (const { tag, why } of refused) {
    const known = byReason.get(why)
    if (known === undefined) byReason.set(why, [tag])
    else known.push(tag)
  }
  const reasons = (Object.keys(meanings) as TagRefusal[]).flatMap((why) => {
    const tags = byReason.get(why)
    return tags === undefined ? [] : [{ why, tags }]
  })
  const [first, second] = [widest(reasons.map(({ why }) => why)), widest(reasons.map(({ tags }) => String(tags.length)))]
  return reasons.flatMap(({ why, tags }) => [
    `${paint('yellow', padded(why, first))}  ${String(tags.length).padStart(second)}  ${meanings[why]}`,
    paint('dim', `${' '.repeat(first + second + 4)}${exampleText(tags)}`),
  ])
}

/** The last few: registries list in order of names, so the newest versions tend to stand at the end. */
function exampleText(tags: readonly string[]): string {
  const shown = tags.slice(-examples).map((tag) => visible(shortened(tag, longestExample)))
  return `${tags.length > examples ? '… ' : ''}${shown.join(' ')}`
}
