/** What is remembered, and when it is made anew. */
import { describe, expect, it } from 'vitest'
import { remembered } from '../../../src/lib/remembered.ts'

describe('remembered', () => {
  it('gives the same value for equal texts, and makes it once', () => {
    const asked: string[] = []
    const of = remembered((text) => {
      asked.push(text)
      return { text }
    })
    const first = of('a')
    expect(of(['', 'a'].join(''))).toBe(first)
    expect(of('b')).toEqual({ text: 'b' })
    expect(asked).toEqual(['a', 'b'])
  })

  it('remembers no more than so many, and stays right about what it forgot', () => {
    const asked: string[] = []
    const of = remembered((text) => {
      asked.push(text)
      return text.toUpperCase()
    }, 2)
    expect(['a', 'b', 'c', 'a'].map(of)).toEqual(['A', 'B', 'C', 'A'])
    expect(asked).toEqual(['a', 'b', 'c', 'a'])
    expect(of('c')).toBe('C')
    expect(asked).toHaveLength(4)
  })
})
