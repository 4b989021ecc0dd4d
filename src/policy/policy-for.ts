/** A policy for one image use: its rules applied, so that whoever decides reads plain fields. */
import { formatImageName } from '../domain/image/reference.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { Policy, UseRule } from '../domain/repo/policy.ts'
import { coversPath, matchesGlob } from '../lib/glob.ts'

type Matched = { readonly rule: UseRule; readonly glob: string }

/**
 * What `policy` says about `use`, with no rule left in it. Of the rules for images the first that matches counts, and of those for paths too; a field
 * that neither sets is the policy's own, and one that both set is the path's: a folder is the narrower place. A rule that leaves the use alone
 * becomes an entry of `ignoreImages` or `ignorePaths`; those of the policy hold whatever a rule says. Applying it twice changes nothing.
 */
export function policyFor(policy: Policy, use: Pick<ImageUse, 'file' | 'reference'>): Policy {
  if (policy.imageRules.length === 0 && policy.pathRules.length === 0) return policy
  const imageName = use.reference === null ? null : formatImageName(use.reference.name)
  const image = imageName === null ? null : firstMatch(policy.imageRules, (glob) => matchesGlob(glob, imageName))
  const path = firstMatch(policy.pathRules, (glob) => coversPath(glob, use.file))
  const judge = path?.rule.enabled == null ? image : path
  const ignored = judge?.rule.enabled === false ? [judge.glob] : []
  return {
    ...policy,
    ...image?.rule.sets,
    ...path?.rule.sets,
    ignoreImages: judge === image ? [...policy.ignoreImages, ...ignored] : policy.ignoreImages,
    ignorePaths: judge === image ? policy.ignorePaths : [...policy.ignorePaths, ...ignored],
    imageRules: [],
    pathRules: [],
  }
}

function firstMatch(rules: readonly UseRule[], matches: (glob: string) => boolean): Matched | null {
  for (const rule of rules) {
    const glob = rule.globs.find(matches)
    if (glob !== undefined) return { rule, glob }
  }
  return null
}
