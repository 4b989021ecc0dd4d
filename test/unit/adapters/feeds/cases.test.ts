/** The golden cases of `test/cases/feeds/<feed>/<rule>`: what `published/` holds comes to what `items.txt` says, a line for each item. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { feedFiles } from '../../../../src/adapters/feeds/folder.ts'
import { feeds } from '../../../../src/adapters/feeds/index.ts'
import type { FeedItem } from '../../../../src/domain/advisory/advisory.ts'
import { itemText } from '../../../support/feed-text.ts'
import { distros } from '../../../support/distros.ts'

const root = path.resolve(import.meta.dirname, '../../../cases/feeds')
const folders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)

const cases = folders(root).flatMap((feed) =>
  folders(path.join(root, feed))
    .filter((rule) => existsSync(path.join(root, feed, rule, 'items.txt')))
    .map((rule) => ({ feed, rule })),
)

describe.each(cases)('$feed', ({ feed: name, rule }) => {
  it(rule.replaceAll('-', ' '), async () => {
    const feed = feeds.find((candidate) => candidate.name === name)
    const items: FeedItem[] = []
    for await (const file of feedFiles(path.join(root, name, rule), 'published')) {
      for await (const item of feed!.parse(file, { distros }) ?? []) items.push(item)
    }

    expect(`${items.map(itemText).join('\n')}\n`).toBe(readFileSync(path.join(root, name, rule, 'items.txt'), 'utf8'))
  })
})

it('every feed of these folders has cases', () => {
  expect(folders(root)).toEqual(expect.arrayContaining(['alpine-secdb', 'chainguard', 'debian-tracker', 'epss', 'kev', 'osv', 'wolfi']))
})
