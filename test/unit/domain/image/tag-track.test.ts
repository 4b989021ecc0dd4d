/** Which tag a policy chooses, rule by rule: `test/cases/tags`, a directory for each. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseExtent } from '../../../../src/domain/image/extent.ts'
import { chooseTag } from '../../../../src/domain/image/tag-track.ts'
import { readDistroTable } from '../../../../src/app/distro-table.ts'

type Case = {
  /** Whose tags these are like; the lists are cut to what the rule is about. */
  readonly image: string
  readonly current: string
  /** As in a policy file: a word or a range. */
  readonly policy: string
  readonly releaseMayChange?: true
  readonly candidate: string | null
  /** Those of the refused tags that show the rule. */
  readonly refused: Readonly<Record<string, string>>
}

const folder = path.resolve(import.meta.dirname, '../../../cases/tags')
const distros = readDistroTable()
const cases = readdirSync(folder).sort()
const read = (name: string, file: string) => readFileSync(path.join(folder, name, file), 'utf8')

describe('the newest tag of the same line', () => {
  it.each(cases)('%s', (name) => {
    const { current, policy, releaseMayChange, candidate, refused } = JSON.parse(read(name, 'case.json')) as Case
    const tags = read(name, 'tags.txt').trimEnd().split('\n')
    const extent = parseExtent(policy)
    if (extent === null) throw new Error(`${policy} is no policy`)

    const choice = chooseTag({ current, tags, distros, extent, mayChangeRelease: releaseMayChange === true })

    const told = new Map(choice.refused.map(({ tag, why }) => [tag, why]))
    expect({ candidate: choice.candidate, refused: Object.fromEntries(Object.keys(refused).map((tag) => [tag, told.get(tag)])) }).toEqual({
      candidate,
      refused,
    })
    expect(choice.considered).toBe(new Set(tags).size)
  })

  it('the cases are like the tags of more than twenty images', () => {
    const images = cases.map((name) => (JSON.parse(read(name, 'case.json')) as Case).image)

    expect(new Set(images.filter((image) => !image.startsWith('example/'))).size).toBeGreaterThan(20)
  })
})
