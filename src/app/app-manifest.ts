/** `app.yml` read: what we ask GitHub for, and the manifest that a new app is made from. */
import { isMap, isScalar, parseDocument } from 'yaml'
import { z } from 'zod'
import { packageFile } from './package-files.ts'

const appFile = z.strictObject({
  name: z.string(),
  description: z.string(),
  url: z.url(),
  public: z.boolean(),
  request_oauth_on_install: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
})

export type AppFile = z.infer<typeof appFile> & {
  /** Permission, access and the comment above it. */
  readonly reasons: readonly (readonly [name: string, access: string, why: string])[]
}

/** The shipped `app.yml`. */
export function readAppFile(text = packageFile('app.yml')): AppFile {
  const document = parseDocument(text)
  const file = appFile.parse(document.toJS())
  const permissions: unknown = document.get('default_permissions', true)
  const items = isMap(permissions) ? permissions.items : []
  const reasons = items.map(({ key }, at) => {
    const name = isScalar(key) ? String(key.value) : ''
    // The parser hangs the comment above the first key on the map itself.
    const comment = (isScalar(key) ? key.commentBefore : null) ?? (at === 0 && isMap(permissions) ? permissions.commentBefore : null) ?? ''
    return [name, file.default_permissions[name] ?? '', comment.replace(/\s+/g, ' ').trim()] as const
  })
  return { ...file, reasons }
}

/** GitHub's app manifest (https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest). */
export function appManifest(file: AppFile, publicUrl: string, webhookPath: string): object {
  return {
    ...file,
    // Ours, not GitHub's: undefined is left out of JSON.
    reasons: undefined,
    hook_attributes: { url: `${publicUrl}${webhookPath}`, active: true },
    redirect_url: `${publicUrl}/setup/callback`,
    setup_url: `${publicUrl}/`,
  }
}
