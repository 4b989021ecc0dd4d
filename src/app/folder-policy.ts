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
  const { read, notes } = await readAlone(file.bytes)
  if (read.kind === 'policy') return { policy: read.policy, problems: [], notes }
  const problems = read.kind === 'broken' ? read.problems.map((problem) => formatPolicyProblem(problem, policyPath)) : []
  return { policy: defaultPolicy, problems, notes }
}

async function readAlone(bytes: Uint8Array): Promise<{ readonly read: ReadPolicy; readonly notes: readonly string[] }> {
  const read = await parsePolicy(bytes)
  if (read.kind !== 'extends') return { read, notes: [] }
  const repo = read.owner === null ? '.github of its owner' : `${read.owner}/.github`
  const note = `${policyPath}:${read.at.line}:${read.at.column}: what it extends, the policy in ${repo}, is not known here`
  return { read: await parsePolicy(bytes, { base: { name: repo, bytes: new Uint8Array() } }), notes: [note] }
}

/** A policy file read in a child that lives for it. Raises `invalid` when the parser dies or takes too long. */
export async function parsePolicy(bytes: Uint8Array, surroundings?: PolicySurroundings): Promise<ReadPolicy> {
  const parse = createParse({ script: parseChild, children: 1 })
  try {
    return await parse.policy(bytes, surroundings)
  } finally {
    await parse.close()
  }
}
