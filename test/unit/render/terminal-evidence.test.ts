/** What `inspect` prints for people. */
import { expect, test } from 'vitest'
import { renderInspection } from '../../../src/render/terminal-evidence.ts'
import { inspection } from '../../support/evidence.ts'

test('an inspection ends with what was not seen, and with what else is worth knowing: an attestation that was passed over', () => {
  const inventory = { unseen: ['a layer\u202e'], notes: ['the attestation sha256:1 is not used: its subject is another manifest'] }
  const text = renderInspection('acme/app:1', inspection({ inventory }), null, { colour: false })

  expect(text.split('\n\n').slice(-2)).toEqual([
    'Not seen:\n  a layer⟨U+202E⟩',
    'Worth knowing:\n  the attestation sha256:1 is not used: its subject is another manifest\n',
  ])
})
