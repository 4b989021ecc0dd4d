/** The state of a folder of feeds, beside their files: what was asked when, what the last good answers came to, and which files they are. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Fault } from '../../domain/fault.ts'
import type { FeedPart } from '../../ports/feeds.ts'

/** A part with the paths of its files, relative to the feed's own folder. */
export type FolderPart = FeedPart & { readonly files: readonly string[] }

const stateFile = 'feeds.json'

const date = z.iso.datetime().transform((text) => new Date(text))
const text = z.string().nullable()
const part = z.object({ feed: z.string(), part: z.string(), etag: text, newest: text, items: z.int(), bytes: z.int(), fingerprint: text, alarm: text })
const state = z.object({ parts: z.array(part.extend({ changedAt: date, checkedAt: date, files: z.array(z.string()) })) })

/** All parts; none where the folder has no state yet. Raises `invalid` where the state is not what we wrote. */
export async function readFolderState(folder: string): Promise<readonly FolderPart[]> {
  const file = path.join(folder, stateFile)
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new Fault('invalid', `${file} cannot be read (${error.code})`)
  })
  if (written === null) return []
  try {
    return state.parse(JSON.parse(written)).parts
  } catch (cause) {
    throw new Fault('invalid', `${file} is not what \`feeds update\` writes; remove it, and everything is fetched anew`, { cause })
  }
}

/** Replaces the state in one step. */
export async function writeFolderState(folder: string, parts: readonly FolderPart[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const next = path.join(folder, `.${stateFile}.${randomUUID()}`)
  const sorted = [...parts].sort((a, b) => (`${a.feed} ${a.part}` < `${b.feed} ${b.part}` ? -1 : 1))
  await writeFile(next, `${JSON.stringify({ parts: sorted }, null, 1)}\n`)
  await rename(next, path.join(folder, stateFile))
}
