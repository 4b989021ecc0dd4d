/** os-release(5) as images write it, and as nobody should. */
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOsRelease } from '../../../../src/domain/package/os-release.ts'

const id = (text: string): string | undefined => parseOsRelease(text)?.id

describe('os-release', () => {
  it('reads what is quoted in either way, or not at all', () => {
    expect(parseOsRelease('ID="a"\nVERSION_ID=\'12\'\nVERSION_CODENAME=b\nPRETTY_NAME="A \\"B\\" \\$C"\nID_LIKE="c d"\n')).toEqual({
      id: 'a',
      versionId: '12',
      codename: 'b',
      idLike: ['c', 'd'],
      prettyName: 'A "B" $C',
      cpeName: null,
    })
  })

  it('reads comments, blank lines, CRLF and what stands behind a value as a shell would', () => {
    expect(parseOsRelease('# ID=no\r\n\r\nID=yes \r\n  VERSION_ID="1" # newest\r\n')).toMatchObject({ id: 'yes', versionId: '1' })
  })

  it('lets a later assignment win', () => expect(id('ID=a\nID=b')).toBe('b'))

  it('keeps what is between single quotes as it is', () => expect(parseOsRelease("PRETTY_NAME='a\\b\"c'")?.prettyName).toBe('a\\b"c'))

  it('is linux where no ID is given, as the specification has it', () => expect(id('NAME=x')).toBe('linux'))

  it.each(['ID=', 'ID="a b"', 'ID=Debian', 'ID="debian', 'ID=$(id)', `ID=${'a'.repeat(300)}`])('does not take %s for an ID', (line) => {
    expect(id(`NAME=x\n${line}`)).toBe('linux')
  })

  it('takes a VERSION_ID with foreign characters, or an empty one, for none', () => {
    expect(parseOsRelease('VERSION_ID="1 2"')?.versionId).toBeNull()
    expect(parseOsRelease('VERSION_CODENAME=""')?.codename).toBeNull()
  })

  it.each(['', 'hello\n', '{"ID":"debian"}', '=x', '#ID=debian', `ID=debian\n${'#'.repeat(70_000)}`])('is null for text that is no os-release', (text) => {
    expect(parseOsRelease(text)).toBeNull()
  })

  it('gives bounded values for any text', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 400 }), (noise) => {
        const distro = parseOsRelease(`ID=${noise}\nVERSION_ID=${noise}\nPRETTY_NAME=${noise}\n${noise}`)
        expect(distro?.id).toMatch(/^[a-z0-9._-]{1,256}$/)
        expect(distro?.prettyName?.length ?? 0).toBeLessThanOrEqual(256)
      }),
    )
  })
})
