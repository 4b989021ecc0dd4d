/** docs/policy.md is run: each of its examples is a policy file. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { buildRules } from '../../../src/policy/decide-build.ts'
import { useRules } from '../../../src/policy/decide.ts'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'
import { readPolicy } from '../../../src/policy/policy-file.ts'
import { policyFileSchema, policyJsonSchema } from '../../../src/policy/schema.ts'

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')

test.each(examples)('the example is a policy file, to us and to editors: %s', (example) => {
  const base = { name: 'acme/.github', bytes: Buffer.from('') }
  expect(readPolicy(Buffer.from(example), { base })).toMatchObject({ kind: 'policy' })

  const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema())
  expect(validate(parse(example)), JSON.stringify(validate.errors)).toBe(true)
})

test('the first example is what is in force without a file', () => {
  expect(readPolicy(Buffer.from(examples[0]!))).toMatchObject({ kind: 'policy', policy: defaultPolicy })
  expect(readPolicy(Buffer.from(''))).toMatchObject({ kind: 'policy', policy: defaultPolicy })
})

test('every field of the policy file has an example', () => {
  for (const field of Object.keys(policyFileSchema.shape)) expect(examples.join('\n')).toMatch(new RegExp(`^${field}:`, 'm'))
})

test('every rule is on the page', () => {
  for (const { name } of [...useRules, ...buildRules]) expect(page).toContain(`\`${name}\``)
})

test('the checked-in JSON Schema is the one that the code makes', () => {
  const checkedIn: unknown = JSON.parse(readFileSync(new URL('../../../config/policy.schema.json', import.meta.url), 'utf8'))

  expect(checkedIn).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())))
})
