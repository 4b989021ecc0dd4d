/** The embedded PostgreSQL starts, is adopted, recovers and stops, whoever is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { ensurePostgres, type EmbeddedPostgres } from '../../../../../src/adapters/store/embedded/index.ts'
import { isAlive, readLock } from '../../../../../src/adapters/store/embedded/lock-file.ts'
import { createPostgresStores, migrate, openPool } from '../../../../../src/adapters/store/postgres/index.ts'
import { findNative, missingLinks, nativeIn } from '../../../../../src/adapters/store/embedded/native.ts'

const isRoot = process.getuid?.() === 0
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A folder that is gone after the test, with the server in it. */
function folder(mode = 0o755): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'underpin-embedded-'))
  chmodSync(dir, mode)
  cleanUps.push(() => {
    killServer(dir)
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return dir
}

async function ensure(dataDir: string, native = findNative()): Promise<EmbeddedPostgres> {
  const postgres = await ensurePostgres({ dataDir, native, settings: { fsync: 'off' }, log: () => {} })
  cleanUps.push(
    () => postgres.stop(),
    () => rmSync(postgres.connectionOptions.host!, { recursive: true, force: true }),
  )
  return postgres
}

async function ask(postgres: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const client = new Client(postgres.connectionOptions)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<{ [name: string]: unknown }>({ text })).rows
  } finally {
    await client.end()
  }
}

const lockOf = (dataDir: string) => readLock(path.join(dataDir, 'data'))
function killServer(dataDir: string): void {
  const lock = lockOf(dataDir)
  if (lock !== null && isAlive(lock.pid)) process.kill(lock.pid, 'SIGKILL')
}

/** A process of its own that started (or adopted) the server and waits. */
async function starter(dataDir: string): Promise<{ readonly child: ChildProcess; readonly adopted: boolean }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'starter.mjs'), dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['{"adopted":"exited; was dist built by tsc?"}'])])
  return { child, adopted: (JSON.parse(String(said)) as { adopted: boolean }).adopted }
}

describe('the embedded PostgreSQL', () => {
  it('starts below a path of any length, keeps its data over a stop, and leaves no lock', async () => {
    const dataDir = path.join(folder(), 'a'.repeat(120), '.underpin')
    const first = await ensure(dataDir)
    expect(first).toMatchObject({ adopted: false, notice: null, connectionOptions: { database: 'underpin' } })
    expect(Buffer.byteLength(`${first.connectionOptions.host}/.s.PGSQL.5432`)).toBeLessThan(104)
    expect(lstatSync(first.connectionOptions.host!).mode & 0o777).toBe(0o700)
    await ask(first, 'create table kept (x int)')
    await first.stop()
    expect(lockOf(dataDir)).toBeNull()
    const second = await ensure(dataDir)
    expect(await ask(second, 'select * from kept')).toEqual([])
    await expect(ask(second, 'show listen_addresses')).resolves.toEqual([{ listen_addresses: '' }])
  })

  it('started by three at once runs once; who adopted it does not stop it', async () => {
    const dataDir = folder()
    const all = await Promise.all([ensure(dataDir), ensure(dataDir), ensure(dataDir)])
    expect(all.map(({ adopted }) => adopted).sort()).toEqual([false, true, true])
    for (const postgres of all) if (postgres.adopted) await postgres.stop()
    expect(await ask(all[0]!, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('killed, it recovers with every delivery that was acknowledged, and the pool goes on', async () => {
    const dataDir = folder()
    const first = await ensure(dataDir)
    const pool = openPool({ connectionOptions: first.connectionOptions }, { applicationName: 'test', connectMs: 60_000, onError: () => {} })
    cleanUps.push(() => pool.end())
    await migrate(pool)
    const { inbox } = createPostgresStores(pool)
    const delivery = { guid: 'kept', event: 'push', body: Buffer.from('{}'), receivedAt: new Date(0) }
    await inbox.accept(delivery)
    killServer(dataDir)
    await first.stop()
    await expect(inbox.accept({ ...delivery, guid: 'refused' })).rejects.toMatchObject({ kind: 'transient', message: expect.stringContaining('DATABASE_URL') })
    expect((await ensure(dataDir)).adopted).toBe(false)
    expect(await inbox.read('kept')).toEqual(delivery)
    expect(await inbox.read('refused')).toBeNull()
  })

  it('outlives its killed starter, and is adopted', async () => {
    const dataDir = folder()
    const { child, adopted } = await starter(dataDir)
    expect(adopted).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const postgres = await ensure(dataDir)
    expect(postgres.adopted).toBe(true)
    expect(await ask(postgres, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('killed and never reaped, its zombie does not keep the data locked', async () => {
    const dataDir = folder()
    const { child } = await starter(dataDir)
    const { pid } = lockOf(dataDir)!
    child.kill('SIGSTOP')
    process.kill(pid, 'SIGKILL')
    const postgres = await ensure(dataDir)
    expect(postgres.adopted).toBe(false)
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
    expect(await ask(postgres, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('a lock whose number now belongs to another program does not keep the data locked', async () => {
    const dataDir = folder()
    const first = await ensure(dataDir)
    const file = path.join(dataDir, 'data/postmaster.pid')
    const lock = readFileSync(file, 'utf8')
    await first.stop()
    writeFileSync(file, lock.replace(/^\d+/, String(process.pid)))
    expect(await ask(await ensure(dataDir), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('stops when SIGTERM ends the process that started it, and not when it ends one that adopted it', async () => {
    const dataDir = folder()
    const owner = await starter(dataDir)
    const guest = await starter(dataDir)
    expect([owner.adopted, guest.adopted]).toEqual([false, true])
    const { pid } = lockOf(dataDir)!
    guest.child.kill('SIGTERM')
    expect(await once(guest.child, 'exit')).toEqual([0, null])
    expect(isAlive(pid)).toBe(true)
    owner.child.kill('SIGTERM')
    expect(await once(owner.child, 'exit')).toEqual([0, null])
    expect(isAlive(pid)).toBe(false)
    expect(lockOf(dataDir)).toBeNull()
  })

  it('runs where install scripts were blocked, without touching the package', async () => {
    const copy = path.join(folder(), 'package')
    const { dir } = findNative()
    cpSync(dir, path.join(copy, 'native'), { recursive: true, filter: (source) => !lstatSync(source).isSymbolicLink() })
    cpSync(path.join(dir, '../package.json'), path.join(copy, 'package.json'))
    const native = nativeIn(path.join(copy, 'native'))
    const missing = missingLinks(native)
    expect(missing.length).toBeGreaterThan(5)
    expect(await ask(await ensure(folder(), native), 'select 1 as one')).toEqual([{ one: 1 }])
    expect(missingLinks(native)).toEqual(missing)
  })

  it('says which version wrote data that it cannot read', async () => {
    const dataDir = folder()
    mkdirSync(path.join(dataDir, 'data'))
    writeFileSync(path.join(dataDir, 'data/PG_VERSION'), '9\n')
    await expect(ensure(dataDir)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/PostgreSQL 9\b.*pg_dump.*DATABASE_URL/) })
  })

  it('says what PostgreSQL says when it does not start', async () => {
    const dataDir = folder()
    const settings = { shared_buffers: 'plenty' }
    const error = await ensurePostgres({ dataDir, settings, log: () => {} }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/shared_buffers.*DATABASE_URL/s) })
  })

  it.each([
    ['sunos', 'x64', 'no embedded PostgreSQL for sunos-x64'],
    ['linux', process.arch === 'arm64' ? 'x64' : 'arm64', 'needs glibc'],
  ])('on %s-%s, where it cannot run, points to DATABASE_URL', (platform, arch, problem) => {
    expect(() => findNative(platform, arch)).toThrow(
      expect.objectContaining({ kind: 'missing', message: expect.stringMatching(new RegExp(`${problem}.*DATABASE_URL`)) }),
    )
  })
})

describe('the embedded PostgreSQL, started by root', () => {
  it.runIf(isRoot)('runs as nobody and leaves the owner of the folder alone', async () => {
    const dataDir = folder()
    await ensure(dataDir)
    expect(statSync(dataDir).uid).toBe(0)
    expect(statSync(path.join(dataDir, 'data'))).toMatchObject({ uid: 65_534 })
    expect(readFileSync(`/proc/${lockOf(dataDir)!.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m)
  })

  it.runIf(isRoot)('with everything under a home that is closed to others, moves programs and data to a folder that is not, and says so', async () => {
    const home = folder(0o700)
    const { dir } = findNative()
    cpSync(path.join(dir, '..'), path.join(home, 'clone/package'), { recursive: true, verbatimSymlinks: true })
    const native = nativeIn(path.join(home, 'clone/package/native'))
    const dataDir = path.join(home, 'clone/.underpin')
    const first = await ensure(dataDir, native)
    const moved = /are in (\/var\/\S+)\.$/.exec(first.notice ?? '')?.[1] ?? ''
    cleanUps.push(() => rmSync(moved, { recursive: true, force: true }))
    expect(moved).toMatch(/^\/var\/(lib|tmp)\/underpin-[0-9a-f]{16}$/)
    expect(statSync(moved)).toMatchObject({ uid: 0 })
    expect(statSync(moved).mode & 0o777).toBe(0o755)
    expect(existsSync(path.join(dataDir, 'data'))).toBe(false)
    expect(statSync(home).mode & 0o777).toBe(0o700)
    await ask(first, 'create table kept (x int)')
    const guest = await ensure(dataDir, native)
    expect(guest).toMatchObject({ adopted: true, notice: first.notice })
    await first.stop()
    expect(await ask(await ensure(dataDir, native), 'select * from kept')).toEqual([])
  })

  it.runIf(isRoot)('does not trust a socket folder that somebody else made', async () => {
    const dataDir = folder()
    const first = await ensure(dataDir)
    const socketDir = first.connectionOptions.host!
    await first.stop()
    rmSync(socketDir, { recursive: true, force: true })
    mkdirSync(socketDir)
    chownSync(socketDir, 4_242, 4_242)
    await expect(ensure(dataDir)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('belongs to somebody else') })
  })
})
