/** What `tags` prints for people. */
import { describe, expect, it } from 'vitest'
import { renderTags, type TagAnswer } from '../../../src/render/tags.ts'

const answer: TagAnswer = {
  asked: 'python:3.12.4',
  current: '3.12.4',
  choice: { candidate: '3.12.7', considered: 1, refused: [] },
  policy: 'patch',
  stays: null,
  farther: [],
}

describe('the choice of a tag', () => {
  it('is the candidate alone where nothing is refused', () => {
    expect(renderTags(answer, { colour: false })).toBe('python:3.12.4\n  policy     patch\n  candidate  3.12.7\n  looked at  1 tag\n')
  })

  it('tells why the tag stays, and what farther policies would choose', () => {
    const choice = { candidate: null, considered: 2, refused: [] }
    const text = renderTags({ ...answer, choice, stays: 'because', farther: [{ policy: 'major', candidate: '4.0.0' }] }, { colour: false })

    expect(text).toContain('  stays      because\n  with major 4.0.0\n  looked at  2 tags\n')
  })

  it('groups the refused by reason, the last few of each as examples', () => {
    const refused = [
      ...['3.9', '3.10', '3.11', '3.12', '3.13'].map((tag) => ({ tag, why: 'coarser' as const })),
      { tag: '3.13.1', why: 'beyond-policy' as const },
    ]

    expect(
      renderTags({ ...answer, choice: { candidate: '3.12.7', considered: 7, refused } }, { colour: false })
        .split('\n')
        .slice(5),
    ).toEqual([
      'beyond-policy  1  newer on the same line, farther than the policy allows',
      '                  3.13.1',
      'coarser        5  says less, and moves by itself',
      '                  … 3.10 3.11 3.12 3.13',
      '',
    ])
  })

  it('makes what a registry wrote visible, and cuts it', () => {
    const refused = [{ tag: `\u001b[2J${'x'.repeat(500)}`, why: 'not-a-version' as const }]
    const text = renderTags({ ...answer, asked: 'a\u202eb', choice: { candidate: null, considered: 1, refused } }, { colour: true })

    expect(text).not.toContain('\u001b[2J')
    expect(text).toContain('⟨U+001B⟩[2Jxxx')
    expect(text).toContain('a⟨U+202E⟩b')
    expect(text.length).toBeLessThan(400)
  })
})
