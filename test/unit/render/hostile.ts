/** Texts that strangers write to be read as something else. */
import * as fc from 'fast-check'

const names = [
  '@everyone',
  '@acme/owners',
  '#1',
  'acme/shop#1',
  'GH-12',
  'fixes #3',
  'closes acme/shop#4',
  '0123456789abcdef0123456789abcdef01234567',
  '[skip ci]',
  'Co-authored-by: x',
]
const html = ['<img src=https://evil.example/x.png>', '</details>', '<!--', '-->', ']]>', '<script>', '&lt;', '<!-- underpin plan=', 'a'.repeat(64), ' -->']
const links = ['![x](https://evil.example)', '[x](javascript:alert(1))', 'https://evil.example', 'www.evil.example', 'me@evil.example']
const marks = [
  '`',
  '``',
  '```',
  '~~~',
  '\\',
  '\\`',
  '|',
  '\\|',
  '*',
  '_',
  '**',
  '$x$',
  '$`x`$',
  ':tada:',
  '# ',
  '> ',
  '- ',
  '1. ',
  '---',
  '===',
  '    ',
  '\t',
  ' ',
  'plain',
  'words',
]
const invisible = [
  '\n',
  '\r\n',
  '\n\n',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u00a0',
  '\u0000',
  '\u001b[31m',
  '\u007f',
  '\ud800',
  '🦊',
  '\u3164',
  '\ufe0f',
  'é',
  '中',
]
const pieces = [names, html, links, marks, invisible].flat()

/** Such texts glued together, now and then with anything else. */
export const hostile = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''))
