/** The policy file of a local folder, read in a child like any other YAML of strangers. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { readLocalFile } from '../adapters/files/index.ts'
import { createParse } from '../adapters/parse/index.ts'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import { formatPolicyProblem, type Policy, type PolicySurroundings, policyPath, type ReadPolicy } from '../domain/repo/policy.ts'
import { parseChild } from './parse-child-path.ts'

export type FolderPolicy = {
  readonly policy: Policy
  /** What is wrong with the file, with its place: the defaults are in force. */
  readonly problems: readonly string[]
  /** What its author should know beside. */
  readonly notes: readonly string[]
}

/** Names that people give the file and that nobody reads. */
const nearMisses = ['.github/underpin.yaml', 'underpin.yml', 'underpin.yaml', '.underpin.yml', '.underpin.yaml']

/**
 * The policy in force for the folder: the file's, or the defaults where there is none or where it is broken, which is then a problem. Of a policy that
 * extends the organisation's only what stands in the folder counts, with a note: no GitHub is asked.
 */
export async function readFolderPolicy(dir: string): Promise<FolderPolicy> {
  const target = path.join(dir, policyPath)
  if (!existsSync(target)) {
    const notes = nearMisses.filter((name) => existsSync(path.join(dir, name))).map((name) => `${name} is not read; name it ${policyPath}`)
    return { policy: defaultPolicy, problems: [], notes }
  }
  const file = await readLocalFile(target, policyPath)
  if (file.kind === 'unreadable') return { policy: defaultPolicy, problems: [`${policyPath}: ${file.problem}`], notes: [] }
  const read = await parsePolicy(file.bytes, { base: nothing })
  if (read.kind !== 'policy') {
    const problems = read.kind === 'broken' ? read.problems.map((problem) => formatPolicyProblem(problem, policyPath)) : []
    return { policy: defaultPolicy, problems, notes: [] }
  }
  const extended = read.values.find(({ path: field }) => field === 'extends')?.from?.at
  const notes =
    extended === undefined ? [] : [`${policyPath}:${extended.line}:${extended.column}: the policy that it extends is not known here and is left out`]
  return { policy: read.policy, problems: [], notes }
}

/** What a policy extends where only its own words count. */
export const nothing: PolicySurroundings['base'] & object = { name: 'nothing', bytes: new Uint8Array() }

/** A policy file read in a child that lives for it. Raises `invalid` when the parser dies or takes too long. */
export async function parsePolicy(bytes: Uint8Array, surroundings?: PolicySurroundings): Promise<ReadPolicy> {
  const parse = createParse({ script: parseChild, children: 1 })
  try {
    return await parse.policy(bytes, surroundings)
  } finally {
    await parse.close()
  }
}
