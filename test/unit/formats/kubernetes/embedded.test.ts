/** YAML in texts of YAML: what a file may hold of it in all. */
import { expect, it } from 'vitest'
import { fileUses } from '../../../support/file-uses.ts'

const indented = (text: string): string => text.replace(/^/gm, '  ')

/** A workflow that creates a workflow that creates one, and so on, with an image at each level. */
function nested(levels: number): string {
  let text = ''
  for (let level = 0; level < levels; level++) {
    const manifest = text === '' ? '' : `  resource:\n    manifest: |\n${indented(indented(indented(text)))}`
    text = `kind: Workflow\napiVersion: argoproj.io/v1alpha1\nspec:\n  container: {image: "example.com/level:${level}"}\n${manifest}`
  }
  return text
}

it('reads objects in objects', () => {
  expect(fileUses('workflow.yaml', nested(4)).map(({ reference }) => reference?.tag)).toEqual(['3', '2', '1', '0'])
})

it('stops where texts in texts come to more than any honest file has, and says so', () => {
  const uses = fileUses('workflow.yaml', nested(90))
  expect(uses.map(({ reference, skip }) => skip?.code ?? reference?.tag).slice(0, 2)).toEqual(['too-large', '89'])
  expect(uses.length).toBeLessThan(90)
})
