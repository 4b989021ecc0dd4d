/** config/distros.json is checked when it is read. */
import { describe, expect, it } from 'vitest'
import { parseDistroTable, readDistroTable } from '../../../src/app/distro-table.ts'

describe('the table of distributions', () => {
  it('has no two releases of one name in a row, and no release key twice but where a row says so', () => {
    for (const { id, releases } of readDistroTable().distros) expect(new Set(releases.map(({ release }) => release)).size, id).toBe(releases.length)
  })

  it('lets feeds be asked only about hosts that are domains, without scheme or path', () => {
    for (const { archiveDomains } of readDistroTable().distros) for (const domain of archiveDomains) expect(domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
  })

  it('names the place of a mistake', () => {
    expect(() => parseDistroTable('{"distros":[{"id":"x"}]}')).toThrow(/distros\[0\]\.name/)
    const [row] = readDistroTable().distros
    expect(() => parseDistroTable(JSON.stringify({ distros: [{ ...row, surprise: 1 }] }))).toThrow(/surprise/)
    expect(() => parseDistroTable(JSON.stringify({ distros: [row, row] }))).toThrow(/same id/)
  })
})
