/** The end of the manifest flow: a code becomes an app with keys, which we keep in a file. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { storedAppPath } from '../config.ts'

const conversion = z.object({
  id: z.int().min(1),
  slug: z.string(),
  name: z.string(),
  html_url: z.url({ protocol: /^https?$/ }),
  pem: z.string().min(1),
  webhook_secret: z.string().min(32).nullish(),
})

/** The used part of GitHub's answer. */
export type StoredApp = Omit<z.infer<typeof conversion>, 'webhook_secret'> & { readonly webhook_secret: string }

/** `POST /app-manifests/{code}/conversions`. Gives the app, or a sentence that says why there is none; it never holds what GitHub sent. */
export async function convertManifest(send: typeof fetch, baseUrl: string, code: string): Promise<StoredApp | string> {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(code)) return 'The code is not one of GitHub’s.'
  let response: Response
  try {
    response = await send(`${baseUrl}/app-manifests/${code}/conversions`, {
      method: 'POST',
      headers: { accept: 'application/vnd.github+json' },
      signal: AbortSignal.timeout(20_000),
    })
  } catch {
    return 'GitHub could not be reached.'
  }
  if (response.status !== 201) return `GitHub answered ${response.status}; a code works once and for one hour.`
  const parsed = conversion.safeParse(await response.json().catch(() => null))
  if (!parsed.success) return 'GitHub’s answer lacks the app’s keys.'
  const { webhook_secret: secret, ...app } = parsed.data
  if (!secret) return 'The new app has no webhook secret: delete it on GitHub.'
  return { ...app, webhook_secret: secret }
}

/** Writes the app for its owner only, whole or not at all, and never over another. Gives the file's name. */
export async function storeApp(dataDir: string, app: StoredApp): Promise<string> {
  const file = storedAppPath(dataDir)
  const draft = path.join(dataDir, `.github-app-${randomBytes(6).toString('hex')}`)
  await mkdir(dataDir, { recursive: true })
  await writeFile(draft, `${JSON.stringify(app, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
  } finally {
    await rm(draft)
  }
  return file
}
