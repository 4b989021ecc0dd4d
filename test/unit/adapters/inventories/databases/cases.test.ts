/** The golden cases of package databases and lists of repositories: what each of them holds, and what is said about the rest. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readApkInstalled } from '../../../../../src/adapters/inventories/databases/apk-installed.ts'
import { readDpkgStatus } from '../../../../../src/adapters/inventories/databases/dpkg-status.ts'
import { readApkRepositories } from '../../../../../src/adapters/inventories/repositories/apk-repositories.ts'
import { readAptList, readAptSources } from '../../../../../src/adapters/inventories/repositories/apt-sources.ts'
import { readRpmRepositories } from '../../../../../src/adapters/inventories/repositories/rpm-repositories.ts'

const cases = path.resolve(import.meta.dirname, '../../../../cases/databases')
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'dpkg-status': (text) => readDpkgStatus('status', text, 'status'),
  'dpkg-part': (text) => readDpkgStatus('part', text, 'part'),
  'apk-installed': (text) => readApkInstalled('installed', text),
  'apt-list': (text) => readAptList('sources.list', text),
  'apt-sources': (text) => readAptSources('x.sources', text),
  'apk-repositories': (text) => readApkRepositories('repositories', text),
  'rpm-repositories': (text) => readRpmRepositories('x.repo', text),
}

describe.each(Object.entries(readers))('%s', (kind, read) => {
  it.each(readdirSync(path.join(cases, kind)))('%s', (rule) => {
    const expected = path.join(cases, kind, rule, 'expected.json')
    const found = read(readFileSync(path.join(cases, kind, rule, 'input'), 'utf8'))

    expect(found).toEqual(JSON.parse(readFileSync(expected, 'utf8')))
  })
})
