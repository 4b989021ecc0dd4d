/** The embedded PostgreSQL for an ordinary user. Where the tests run as root, this file's process becomes one for good. */
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensurePostgres } from '../../../../../src/adapters/store/embedded/index.ts'
import { mayEnter } from '../../../../../src/adapters/store/embedded/placement.ts'
import { findNative, nativeIn } from '../../../../../src/adapters/store/embedded/native.ts'

/** `daemon`: initdb wants a user that exists. */
const user = { uid: 1, gid: 1 }
const startedByRoot = process.getuid?.() === 0
let home = ''
let native = findNative()
const cleanUps: (() => unknown)[] = []

beforeAll(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'underpin-plain-'))
  if (!startedByRoot) return
  if (!mayEnter(native.dir, user)) {
    cpSync(path.join(native.dir, '..'), path.join(home, 'package'), { recursive: true, verbatimSymlinks: true })
    native = nativeIn(path.join(home, 'package/native'))
  }
  mkdirSync(path.join(home, 'roots'), { mode: 0o755 })
  mkdirSync(path.join(home, 'roots/data'), { mode: 0o700 })
  chownSync(path.join(home, 'roots'), user.uid, user.gid)
  chmodSync(home, 0o700)
  chownSync(home, user.uid, user.gid)
  process.setgroups?.([])
  process.setgid?.(user.gid)
  process.setuid?.(user.uid)
})
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  rmSync(home, { recursive: true, force: true })
})

it('an ordinary user runs it as themselves, in a folder of their own', async () => {
  const dataDir = path.join(home, 'project/.underpin')
  const postgres = await ensurePostgres({ dataDir, native, log: () => {} })
  cleanUps.push(() => rmSync(postgres.connectionOptions.host!, { recursive: true, force: true }), postgres.stop)
  expect(process.getuid?.()).not.toBe(0)
  expect(postgres).toMatchObject({ adopted: false, notice: null })
  expect(statSync(path.join(dataDir, 'data')).uid).toBe(process.getuid?.())
  const client = new Client(postgres.connectionOptions)
  await client.connect()
  expect((await client.query('select current_user')).rows).toEqual([{ current_user: 'underpin' }])
  await client.end()
})

it.runIf(startedByRoot)("an ordinary user is told when the data is somebody else's", async () => {
  const asked = ensurePostgres({ dataDir: path.join(home, 'roots'), native, log: () => {} })
  await expect(asked).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/belongs to another user.*DATABASE_URL/) })
})
