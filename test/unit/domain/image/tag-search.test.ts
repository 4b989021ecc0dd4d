/** The order in which tags are asked for a digest. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { likelyCarriers } from '../../../../src/domain/image/tag-search.ts'
import { readDistroTable } from '../../../../src/app/distro-table.ts'

const distros = readDistroTable()

test('latest is asked first, then the newest of each line, plain and short ones before variants, and pre-releases last', () => {
  const tags = ['3.12.7', '3.13.1-slim', '3', '3.13', '3.13.1', '3.12', '3.13-slim', '3.14.0rc1', 'latest', '3-slim']

  expect(likelyCarriers(tags, distros)).toEqual(['latest', '3', '3.13', '3.13.1', '3-slim', '3.13-slim', '3.13.1-slim', '3.12', '3.12.7', '3.14.0rc1'])
})

test('each tag is asked once, whatever the order of the list', () => {
  const tag = fc.constantFrom('1', '1.2', '1.2.3', '1.2-slim', 'latest', 'v1', 'jammy-20240101', '1.3.0-rc1', 'x', 'y-2')
  fc.assert(
    fc.property(fc.array(tag), (tags) => {
      const asked = likelyCarriers(tags, distros)
      expect([...asked].sort()).toEqual([...new Set(tags)].sort())
      expect(likelyCarriers([...tags].reverse(), distros)).toEqual(asked)
    }),
  )
})
