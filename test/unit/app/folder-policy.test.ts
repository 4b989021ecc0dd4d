/** The policy of a local folder: what is in force there, and what its author is told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readFolderPolicy } from '../../../src/app/folder-policy.ts'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'underpin-folder-'))
  mkdirSync(path.join(dir, '.github'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const put = (name: string, text: string) => writeFileSync(path.join(dir, name), text)

test('without a file the defaults are in force', async () => {
  expect(await readFolderPolicy(dir)).toEqual({ policy: defaultPolicy, problems: [], notes: [] })
})

test.each(['.github/underpin.yaml', 'underpin.yml', '.underpin.yml'])('%s is not read, and that is said', async (name) => {
  put(name, 'enabled: false\n')

  expect(await readFolderPolicy(dir)).toEqual({ policy: defaultPolicy, problems: [], notes: [`${name} is not read; name it .github/underpin.yml`] })
})

test('where the right one is there, nothing is said about others', async () => {
  put('underpin.yml', '')
  put('.github/underpin.yml', 'enabled: false\n')

  expect(await readFolderPolicy(dir)).toEqual({ policy: { ...defaultPolicy, enabled: false }, problems: [], notes: [] })
})

test('of a policy that extends another its own words count, and that is said', async () => {
  put('.github/underpin.yml', 'enabled: false\nextends: .github\n')

  expect(await readFolderPolicy(dir)).toEqual({
    policy: { ...defaultPolicy, enabled: false },
    problems: [],
    notes: ['.github/underpin.yml:2:1: the policy that it extends is not known here and is left out'],
  })
})

test('a mistake is a problem with its place', async () => {
  put('.github/underpin.yml', 'enabled: no\n')

  expect((await readFolderPolicy(dir)).problems).toEqual(['.github/underpin.yml:1:10: enabled: write true or false'])
})
