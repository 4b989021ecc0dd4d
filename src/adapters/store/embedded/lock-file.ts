/** `postmaster.pid`: which server holds a data folder, and whether it still lives. */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

/** The server that holds the data folder, as its lock file says (https://www.postgresql.org/docs/current/storage-file-layout.html); null without one. */
export function readLock(dataDir: string): { readonly pid: number; readonly socketDir: string | null } | null {
  const lines = textOf(path.join(dataDir, 'postmaster.pid')).split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  return Number.isSafeInteger(pid) ? { pid, socketDir: lines[4] === undefined || lines[4] === '' ? null : lines[4] } : null
}

/**
 * Removes locks of the data folder and of the socket that PostgreSQL would honour for ever although nobody holds them: their process is a zombie that
 * nobody reaps (a container without an init), or the number now belongs to another program (a restarted container). A lock whose process is simply
 * gone is PostgreSQL's own to judge.
 */
export function removeStaleLocks(dataDir: string, socketDir: string): void {
  for (const file of [path.join(dataDir, 'postmaster.pid'), path.join(socketDir, '.s.PGSQL.5432.lock')]) {
    const pid = Number.parseInt(textOf(file).split('\n')[0] ?? '', 10)
    if (Number.isSafeInteger(pid) && isAlive(pid) && !isPostgres(pid)) rmSync(file, { force: true })
  }
}

/** Whether the process exists, as a zombie too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether a process that exists is a PostgreSQL that runs; true where the system does not tell (macOS has no /proc). */
export function isPostgres(pid: number): boolean {
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name === 'postgres' && state !== 'Z' && state !== 'X'
  } catch {
    return true
  }
}

/** A file's text; empty where it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
