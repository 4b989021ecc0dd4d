/** The policy file of a local folder, read in a child like any other YAML of strangers. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { readLocalFile } from '../adapters/files/index.ts'
import { createParse } from '../adapters/parse/index.ts'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import { type Policy, policyPath } from '../domain/repo/policy.ts'
import { parseChild } from './parse-child-path.ts'

/** The policy in force for the folder: the file's, or the defaults where there is none or where it is broken, which is then a problem that names file and line. */
export async function readFolderPolicy(dir: string): Promise<{ readonly policy: Policy; readonly problems: readonly string[] }> {
  const target = path.join(dir, policyPath)
  if (!existsSync(target)) return { policy: defaultPolicy, problems: [] }
  const file = await readLocalFile(target, policyPath)
  if (file.kind === 'unreadable') return { policy: defaultPolicy, problems: [`${policyPath}: ${file.problem}`] }
  const parse = createParse({ script: parseChild, children: 1 })
  try {
    const read = await parse.policy(file.bytes)
    if (read.kind === 'policy') return { policy: read.policy, problems: [] }
    const problems = read.problems.map(
      ({ line, path: field, message }) => `${policyPath}${line === null ? '' : `:${line}`}: ${field === '' ? '' : `${field}: `}${message}`,
    )
    return { policy: defaultPolicy, problems }
  } finally {
    await parse.close()
  }
}
