/** docs/formats.md has a row for each format, in the order in which paths are given to them. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formats } from '../../../src/formats/index.ts'

it('every format has its row, and the first that matches stands first', () => {
  const page = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| /gm)].map(([, id]) => id)

  expect(rows).toEqual(formats.map(({ id }) => id))
})
