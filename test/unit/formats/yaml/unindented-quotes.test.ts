/** Quotes that go on further left than the specification allows. */
import { describe, expect, it } from 'vitest'
import { withQuotesInOneLine } from '../../../../src/formats/yaml/unindented-quotes.ts'

describe('withQuotesInOneLine', () => {
  it('puts such a text in one line, and keeps its length', () => {
    const text = 'a:\n  b: ["\n    one \\"two\\"\n  "]\n  c: d\n'
    expect(withQuotesInOneLine(text)).toBe('a:\n  b: ["     one \\"two\\"   "]\n  c: d\n')
  })

  it('knows the doubled quote of single quotes', () => {
    expect(withQuotesInOneLine("a:\n  b: ['\n  it''s\n  ']\n")).toBe("a:\n  b: ['   it''s   ']\n")
  })

  it('changes nothing where every quote is closed in its place', () => {
    expect(withQuotesInOneLine('a: "b\n  c"\nd: \'e\'\n')).toBeNull()
  })

  it('gives up where nothing closes the quote', () => {
    expect(withQuotesInOneLine('a:\n  b: ["\n  c\n')).toBeNull()
  })
})
