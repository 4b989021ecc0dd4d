/** What is left of a template when its actions are blanked out. */
import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutActions } from '../../../../src/formats/kubernetes/template.ts'
import { hole } from '../../../../src/formats/kubernetes/written.ts'
import { fileUses } from '../../../support/file-uses.ts'

const text = array(constantFrom('{{', '}}', '{{- if .x }}', '{{/* }} */}}', '{{ include "a" . }}', '\n', '\r\n', ' ', 'image: a', '{', '}', '"'), {
  maxLength: 40,
})

describe('withoutActions', () => {
  it('keeps the length and every line break, so that offsets and lines stay', () => {
    assert(
      property(text, (parts) => {
        const before = parts.join('')
        const after = withoutActions(before)
        expect(after.length).toBe(before.length)
        for (const [i, character] of [...before].entries()) if (character === '\n' || character === '\r') expect(after[i]).toBe(character)
      }),
    )
  })

  it('keeps what stands outside of actions', () => {
    assert(
      property(string(), (plain) => {
        const single = plain.replaceAll('{', '(')
        expect(withoutActions(single)).toBe(single)
      }),
    )
  })

  it('leaves nothing of conditions and of actions on lines of their own', () => {
    expect(withoutActions('{{- if .a }}\n  {{ include "b" . }}\nc: {{- toYaml .d }}')).toBe(`${' '.repeat(12)}\n${' '.repeat(21)}\nc: ${' '.repeat(16)}`)
  })

  it('leaves holes where a value is put', () => {
    expect(withoutActions('a: "{{ .b }}:{{ .c }}"')).toBe(`a: "${hole.repeat(8)}:${hole.repeat(8)}"`)
  })

  it('reads comments to their end, whatever they hold', () => {
    expect(withoutActions('{{/* }} */}}a')).toBe(`${' '.repeat(12)}a`)
  })

  it('keeps an action that never ends', () => {
    expect(withoutActions('a: {{ b')).toBe('a: {{ b')
  })
})

describe('templates of Kubernetes objects', () => {
  it('are read in linear time, however many actions they open', () => {
    const content = `apiVersion: v1\nkind: Pod\nimage: ${'{{'.repeat(200_000)}`
    expect(fileUses('templates/a.yaml', content).length).toBeLessThan(2)
    expect(fileUses('templates/a.yaml', `${'{{ a }} '.repeat(50_000)}\nkind: Pod\nimage: a:1\n`).length).toBeLessThan(2)
  })

  it('show the text that stands in the file', () => {
    const uses = fileUses('templates/a.yaml', 'kind: Pod\nspec:\n  containers:\n  - name: {{ .n }}\n    image: "{{ .Values.ü }}"\n')
    expect(uses.map(({ text: written, line, skip }) => [written, line, skip?.code])).toEqual([['{{ .Values.ü }}', 5, 'template']])
  })
})
